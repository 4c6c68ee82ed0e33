import { z } from 'zod'
import { RuleId } from './alarm.ts'
import { IsoInstant } from './instant.ts'

const delays = z.partialRecord(RuleId, z.number().min(0).max(86_400_000))

/** What of the rules can be set otherwise than they have it; what is missing stays as it is. */
export const RuleSettings = z
  .object({
    onDelayMs: delays.describe('ms of event time that a limit must be passed before it counts, by rule'),
    offDelayMs: delays.describe('ms of event time that it must be kept again before that counts, by rule'),
    deadband: z
      .object({
        temperature: z.number().min(0).max(50).describe('°C'),
        pressure: z.number().min(0).max(10).describe('bar'),
        level: z.number().min(0).max(0.5).describe('fraction'),
      })
      .strict(),
    rateOfRise: z.number().positive().max(100).describe('K/h'),
    hoursToLimit: z.number().positive().max(72).describe('h before a limit is reached at which it is said'),
    shock: z.number().positive().max(100).describe('g'),
    tilt: z.number().positive().max(180).describe('degrees'),
    battery: z.number().min(0).max(100).describe('%'),
    silenceIntervals: z.number().min(1).max(1000).describe('reporting intervals without a reading'),
    dwellMinutes: z.number().min(1).max(240).describe('min inside or outside before arrival or departure counts'),
    stopMinutes: z.number().min(5).max(1440).describe('min that a stop may take'),
    overdueGraceDays: z
      .number()
      .min(0)
      .max(90)
      .describe('days that a stage may be past its date or its usual duration'),
    lateProbability: z
      .number()
      .min(0.05)
      .max(0.95)
      .describe('probability of missing need-by above which a line is at risk, 0 to 1'),
    slippedDays: z.number().min(0.5).max(90).describe('days by which an expected arrival may slip within a week'),
  })
  .strict()
export type RuleSettings = z.infer<typeof RuleSettings>

export const RuleSettingsChange = RuleSettings.partial()
  .extend({ deadband: RuleSettings.shape.deadband.partial().optional() })
  .strict()
export type RuleSettingsChange = z.infer<typeof RuleSettingsChange>

/** Critical limits have no on-delay: whoever sets one anyway is told why not. */
export const isCriticalDelay = ({ onDelayMs }: RuleSettingsChange): string | null => {
  const critical = Object.entries(onDelayMs ?? {}).find(([rule, ms]) => rule.endsWith('-high-high') && (ms ?? 0) > 0)
  return critical === undefined ? null : `${critical[0]} is critical: it is raised at once, without an on-delay.`
}

export const SettingsVersion = z.object({
  from: IsoInstant,
  settings: RuleSettingsChange,
  setBy: z.string().nullable(),
})

/** Settings in force and where they come from: the product's, the organisation's, the shipment's. */
export const SettingsAnswer = z.object({
  inForce: RuleSettings,
  defaults: RuleSettings,
  own: RuleSettingsChange,
  history: z.array(SettingsVersion),
})

export const OutOfService = z.object({
  rule: RuleId,
  from: IsoInstant,
  to: IsoInstant.nullable(),
  reason: z.string(),
  takenBy: z.string().nullable(),
  putBackBy: z.string().nullable(),
})
export type OutOfService = z.infer<typeof OutOfService>
