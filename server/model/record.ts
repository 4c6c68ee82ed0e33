import { z } from 'zod'
import { RuleId } from './alarm.ts'
import { IsoInstant } from './instant.ts'
import { Limits } from './limits.ts'

/** In what a shipment travels: drums and the like, an intermediate bulk container, or any tank. */
export const Containment = z.enum(['packaging', 'ibc', 'tank'])
export type Containment = z.infer<typeof Containment>

export const TankKind = z.enum(['portable-tank', 'road-tank', 'ibc', 'packaging'])
export type TankKind = z.infer<typeof TankKind>

/** Filled fraction (0…1) and °C of the liquid when it was filled. */
export const Filling = z.object({
  fraction: z.number().gt(0).max(1),
  celsius: z.number().min(-200).max(400).describe('°C at loading'),
})
export type Filling = z.infer<typeof Filling>

/** log10(mmHg) = a − b/(c + °C), good from `from` to `to` °C where that is known. */
export const Antoine = z.object({
  a: z.number(),
  b: z.number().positive(),
  c: z.number(),
  from: z.number().nullable().default(null),
  to: z.number().nullable().default(null),
})

const CardText = z.object({
  first: z.string().max(2000).describe('first measures'),
  fire: z.string().max(2000).describe('extinguishing'),
  spill: z.string().max(2000),
  distance: z.string().max(2000),
})
/** What to do first, by language. */
export const ResponseCard = z.object({ en: CardText.optional(), zh: CardText.optional() })
export type ResponseCard = z.infer<typeof ResponseCard>

const celsius = z.number().min(-273.15).max(1000)

/** What limits and detectors need of a substance; all that is not known is left out. */
export const SubstanceFacts = z.object({
  flashPoint: celsius.describe('°C, closed cup'),
  freezingPoint: celsius.describe('°C below which it freezes, crystallises or separates'),
  controlTemperature: celsius.describe('°C, as listed (ADR 2.2.41.4, 2.2.52.4)'),
  emergencyTemperature: celsius.describe('°C, as listed'),
  reactivity: z.enum(['organic-peroxide', 'self-reactive', 'polymerising', 'decomposing']),
  reactiveType: z.enum(['A', 'B', 'C', 'D', 'E', 'F', 'G']),
  heatingEffect: z.enum(['violent', 'medium', 'low', 'none']).describe('of heating under confinement'),
  antoine: Antoine,
  expansion: z.number().gt(0).max(0.1).describe('cubic, 1/K; else from the two densities'),
  density15: z.number().positive().max(25).describe('kg/l at 15 °C'),
  density50: z.number().positive().max(25).describe('kg/l at 50 °C'),
  tunnelCode: z
    .string()
    .trim()
    .regex(/^(-|[B-E](\d+)?C?(\/[C-E])?)$/, 'a tunnel restriction code as C/D, or - for none')
    .describe('without brackets'),
  responseCard: ResponseCard,
})

export const Measure = z.enum(['temperature', 'pressure', 'level'])
export const Side = z.enum(['high', 'highHigh', 'low', 'lowLow'])
export type Side = z.infer<typeof Side>
export type LimitKey = { measure: keyof Limits; side: Side }

/** One limit and where it comes from. */
export const SourcedLimit = z.object({
  measure: Measure,
  side: Side,
  value: z.number().describe('°C, bar absolute, fraction'),
  rule: z.string().describe('what it follows from'),
  origin: z.enum(['record', 'person']),
  setBy: z.string().nullable().describe('who set it; null: it follows from the record'),
  reason: z.string().nullable(),
  consentBy: z.string().nullable().describe('who agreed that it is looser than what the record asks for'),
})
export type SourcedLimit = z.infer<typeof SourcedLimit>

export const OverruledLimit = SourcedLimit.extend({ because: z.string() })
export type OverruledLimit = z.infer<typeof OverruledLimit>

export const ProposalCreate = z.object({
  measure: Measure,
  side: Side,
  value: z.number().min(-273.15).max(1000).describe('°C, bar absolute, fraction'),
  reason: z.string().trim().min(1).max(500),
})

export const Proposal = z.object({
  id: z.uuid(),
  measure: Measure,
  side: Side,
  value: z.number(),
  reason: z.string(),
  state: z.enum(['pending', 'in-force', 'declined', 'superseded']),
  against: z.number().nullable().describe('the limit out of the record that it is looser than; null: it is tighter'),
  proposedBy: z.string(),
  proposedAt: IsoInstant,
  decidedBy: z.string().nullable(),
  decidedAt: IsoInstant.nullable(),
  mine: z.boolean().describe('you proposed it, so somebody else has to consent'),
})
export type Proposal = z.infer<typeof Proposal>

/** All that GET /shipments/{id}/limits says beside the limits in force and their history. */
export const LimitSources = z.object({
  limits: z.array(SourcedLimit).describe('those that count, one a side'),
  overruled: z.array(OverruledLimit).describe('those that do not, and why'),
  advisory: z.array(z.object({ measure: Measure, value: z.number(), rule: z.string() })).describe('shown, no alarm'),
  disabled: z.array(z.object({ rule: z.string(), because: z.string() })),
  temperatureControl: z.object({
    applies: z.boolean(),
    because: z.string(),
    control: z.number().nullable(),
    emergency: z.number().nullable(),
  }),
  filling: z
    .object({
      fraction: z.number(),
      celsius: z.number(),
      highest: z.number(),
      rule: z.string(),
      overfilled: z.boolean(),
    })
    .nullable()
    .describe('degree of filling against the highest that is permitted; null where the record does not tell'),
  effective: Limits,
  rulesNotWatching: z
    .array(
      z.object({
        rule: RuleId,
        because: z.string(),
        partly: z.boolean().describe('it watches, but not for all that it could'),
      }),
    )
    .describe('rules that lack what they need; those that rest by design in this phase are none of them'),
})
export type LimitSources = z.infer<typeof LimitSources>
