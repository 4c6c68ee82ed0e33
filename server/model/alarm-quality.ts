import { z } from 'zod'
import { Priority, RuleId } from './alarm.ts'
import { Instant, IsoInstant, QueryInstant } from './instant.ts'
import { RuleSettings, RuleSettingsChange } from './rule-settings.ts'

export const QualityQuery = z.object({
  from: QueryInstant.optional().describe('a week before `to` where none is given'),
  to: QueryInstant.optional().describe('now where none is given'),
})

/** What most likely cures what is wrong with a rule: a setting, a limit, the record, the planned way, the sensor; or to take it out of service. */
export const Cure = z.enum([
  'deadband',
  'onDelayMs',
  'offDelayMs',
  'rateOfRise',
  'hoursToLimit',
  'silenceIntervals',
  'shock',
  'battery',
  'stopMinutes',
  'dwellMinutes',
  'overdueGraceDays',
  'lateProbability',
  'limit',
  'sensor',
  'tank',
  'filling',
  'substance',
  'corridor',
  'outOfService',
])

/** How well the alarm system itself does (IEC 62682, EEMUA 191). */
export const AlarmQuality = z.object({
  from: IsoInstant,
  to: IsoInstant,
  people: z.int().describe('who may act on alarms'),
  alarms: z
    .int()
    .describe(
      'that asked for somebody: without those suppressed, out of service, withdrawn, or over before they were known',
    ),
  perPersonAndTenMinutes: z.number().describe('≤ 1 is what one person can deal with'),
  perShipmentDay: z.number(),
  shipmentDays: z.number(),
  byPriority: z.record(Priority, z.int()).describe('about 5 % critical, 15 % high, 80 % medium and low'),
  floods: z.array(z.object({ from: IsoInstant, to: IsoInstant, alarms: z.int() })).describe('10 or more in 10 minutes'),
  chattering: z.array(
    z.object({
      shipmentId: z.uuid(),
      shipmentReference: z.string(),
      rule: RuleId,
      most: z.int().describe('raised within ten minutes'),
      cure: Cure,
    }),
  ),
  stale: z
    .array(
      z.object({
        alarmId: z.uuid(),
        shipmentId: z.uuid(),
        shipmentReference: z.string(),
        rule: RuleId,
        priority: Priority,
        onset: IsoInstant,
        acknowledged: z.boolean(),
      }),
    )
    .describe('standing for more than 24 h'),
  longestShelved: z.array(
    z.object({
      alarmId: z.uuid(),
      shipmentReference: z.string(),
      rule: RuleId,
      hours: z.number(),
      reason: z.string().nullable(),
    }),
  ),
  worstRules: z.array(
    z.object({
      rule: RuleId,
      alarms: z.int(),
      share: z.number(),
      acknowledgedWithinMinutes: z.number().nullable().describe('median'),
      medianMinutes: z.number().nullable().describe('how long its condition held'),
      cure: Cure,
      shipmentId: z.uuid().nullable().describe('the shipment with the most of them; null: they are of order lines'),
      shipmentReference: z.string().nullable(),
    }),
  ),
  acknowledgement: z.object({ medianMinutes: z.number().nullable(), p90Minutes: z.number().nullable(), open: z.int() }),
})
export type AlarmQuality = z.infer<typeof AlarmQuality>

export const TryOut = z.object({
  settings: RuleSettingsChange,
  shipmentId: z.uuid().optional().describe('all your shipments of that time where none is given'),
  from: Instant.optional().describe('a week ago where none is given; at most 31 days'),
})

const Tried = z.object({
  shipmentId: z.uuid(),
  shipmentReference: z.string(),
  deviceId: z.string(),
  rule: RuleId,
  priority: Priority,
  onset: IsoInstant,
  clearedAt: IsoInstant.nullable(),
  value: z.number(),
  limit: z.number(),
})
export type Tried = z.infer<typeof Tried>

export const TriedOut = z.object({
  from: IsoInstant,
  settings: RuleSettings,
  streams: z.int(),
  readings: z.int(),
  complete: z.boolean().describe('false: there is more history than is tried at once; the newest was'),
  stay: z.int(),
  come: z.array(Tried),
  go: z.array(Tried),
})
export type TriedOut = z.infer<typeof TriedOut>
