import { z } from 'zod'
import { IsoInstant } from './instant.ts'

export const RULES = [
  'temperature-high',
  'temperature-high-high',
  'temperature-low',
  'temperature-low-low',
  'pressure-high',
  'pressure-high-high',
  'pressure-low',
  'pressure-low-low',
  'level-high',
  'level-high-high',
  'level-low',
  'level-low-low',
  'rate-of-rise',
  'time-to-limit',
  'pressure-residual',
  'self-heating',
  'liquid-full',
  'silence',
  'sensor-frozen',
  'sensor-impossible',
  'clock-skew',
  'shock',
  'tilt',
  'battery-low',
  'departure',
  'arrival',
  'corridor-left',
  'unplanned-stop',
  'stage-overdue',
  'forecast-late',
] as const
export const RuleId = z.enum(RULES)
export type RuleId = z.infer<typeof RuleId>

export const Priority = z.enum(['critical', 'high', 'medium', 'low'])
export type Priority = z.infer<typeof Priority>

export const Cause = z.enum(['heating', 'leak', 'gas-evolution', 'relief-lifted', 'self-heating', 'sensor-fault'])
export type Cause = z.infer<typeof Cause>

export const AlarmState = z.enum([
  'active-unacknowledged',
  'active-acknowledged',
  'cleared-unacknowledged',
  'cleared',
  'latched-unacknowledged',
  'latched-acknowledged',
])
export type AlarmState = z.infer<typeof AlarmState>

/** An alarm as clients see it: its condition (from the data) and its state (the condition and what people did). */
export const Alarm = z.object({
  id: z.uuid(),
  /** null, with the reference and the device: it is of an order line */
  shipmentId: z.uuid().nullable(),
  shipmentReference: z.string().nullable(),
  deviceId: z.string().nullable(),
  /** the order line that it is of; null, with all up to `group`: it is of a shipment */
  orderId: z.uuid().nullable(),
  orderNumber: z.string().nullable(),
  line: z.string().nullable(),
  supplierId: z.uuid().nullable(),
  supplierName: z.string().nullable(),
  stage: z.string().nullable().describe('the stage of production that the line has come to'),
  lot: z.string().nullable().describe('the lot that makes it one matter with others, where one does'),
  group: z
    .string()
    .nullable()
    .describe('one matter with all others of this group: one shipment, one lot, or one supplier and stage'),
  rule: RuleId,
  priority: Priority,
  state: AlarmState,
  onset: IsoInstant,
  clearedAt: IsoInstant.nullable(),
  value: z
    .number()
    .describe(
      'at the onset, in the unit of the measure; of stage-overdue days past its date; of forecast-late the probability of missing need-by, or days slipped',
    ),
  peak: z.number().describe('furthest beyond the limit so far'),
  limit: z.number(),
  cause: Cause.nullable(),
  figures: z.record(z.string(), z.number()).nullable().describe('what explains it; the names carry the units'),
  retrospective: z.boolean().describe('found late, and already over when found'),
  void: z.boolean().describe('withdrawn: late data showed that it never was'),
  recovered: z.boolean().describe('a silence that was none: what was measured meanwhile has come since'),
  suppressed: z.boolean().describe('quiet by design: in this phase its condition is what the work brings about'),
  outOfService: z.boolean().describe('its rule is out of service on this shipment'),
  causedBy: z.uuid().nullable().describe('the alarm that this one is a consequence of'),
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: IsoInstant.nullable(),
  /** taken out of sight by a person until then, with a reason; null where it is not, or no longer */
  shelvedUntil: IsoInstant.nullable(),
  shelvedBy: z.string().nullable(),
  shelvedFor: z.string().nullable(),
  resetAt: IsoInstant.nullable(),
  raisedAt: IsoInstant.describe('when we learnt of it'),
  explanation: z.string(),
})
export type Alarm = z.infer<typeof Alarm>

/** What people do about an alarm; shelving also ends by itself. */
export const AlarmAction = z.enum(['acknowledged', 'shelved', 'unshelved', 'reset', 'commented'])
export type AlarmAction = z.infer<typeof AlarmAction>

export const AlarmChangeKind = z.enum([
  'raised',
  'cleared',
  'amended',
  'acknowledged',
  'shelved',
  'unshelved',
  'reset',
  'commented',
])
export type AlarmChangeKind = z.infer<typeof AlarmChangeKind>
