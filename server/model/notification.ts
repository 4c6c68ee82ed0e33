import { z } from 'zod'
import { Priority } from './alarm.ts'
import { IsoInstant } from './instant.ts'
import { Phase } from './shipment.ts'

export const ChannelKind = z.enum(['webhook', 'email', 'dingtalk', 'wecom', 'feishu'])
export type ChannelKind = z.infer<typeof ChannelKind>
export const MessageLanguage = z.enum(['en', 'zh'])
export type MessageLanguage = z.infer<typeof MessageLanguage>

/** What happened. Steps of an escalation name their channel themselves; the others are led there by rules. */
export const NOTIFICATION_KINDS = [
  'alarm-raised',
  'alarm-found-late',
  'alarm-cleared',
  'alarm-escalated',
  'alarm-again',
  'stage-overdue',
  'forecast-late',
  'stage-due',
  'intake-outage',
] as const
export const NotificationKind = z.enum(NOTIFICATION_KINDS)
export type NotificationKind = z.infer<typeof NotificationKind>
/** Those that a rule can lead to a channel. */
export const RuledKind = NotificationKind.exclude(['alarm-escalated', 'alarm-again'])
export type RuledKind = z.infer<typeof RuledKind>

/** Why something did not arrive, for the page to say in words; `detail` beside it has the receiver's own. */
export const PROBLEMS = [
  'unreachable',
  'timeout',
  'private-address',
  'redirected',
  'certificate',
  'rejected',
  'gone',
  'signature',
  'keyword',
  'rate',
  'mail-refused',
  'mail-login',
  'no-mail-server',
  'broken',
] as const
export const Problem = z.enum(PROBLEMS)
export type Problem = z.infer<typeof Problem>

const address = z.url({ protocol: /^https?$/, error: 'not an address that begins with https://' }).max(2000)
const emails = z.array(z.email().max(254)).min(1).max(20)
const secret = z.string().trim().min(1).max(200)

/** Most messages a minute that a robot's maker takes, and our default below it. */
export const PER_MINUTE: Record<ChannelKind, { most: number; usual: number }> = {
  webhook: { most: 600, usual: 60 },
  email: { most: 60, usual: 10 },
  dingtalk: { most: 20, usual: 15 },
  wecom: { most: 20, usual: 15 },
  feishu: { most: 100, usual: 30 },
}

const shared = {
  name: z.string().trim().min(1).max(100),
  language: MessageLanguage,
  perMinute: z.int().min(1).max(600).optional().describe('most messages a minute; more are summed up in one'),
}
/** Webhook: the secret is made here where none is given, and shown once. A robot's secret is optional, as its maker has it. */
export const ChannelCreate = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('webhook'),
    ...shared,
    url: address,
    secret: z
      .string()
      .regex(
        /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/,
        'not a Standard Webhooks secret: whsec_ and 24 to 64 bytes in base64',
      )
      .optional(),
  }),
  z.object({ kind: z.literal('email'), ...shared, to: emails }),
  z.object({ kind: z.enum(['dingtalk', 'wecom', 'feishu']), ...shared, url: address, secret: secret.optional() }),
])
export type ChannelCreate = z.infer<typeof ChannelCreate>

export const ChannelPatch = z
  .object({
    name: shared.name,
    language: MessageLanguage,
    perMinute: z.int().min(1).max(600),
    enabled: z.boolean(),
    url: address,
    to: emails,
    secret: secret.describe('of a robot; a webhook gets a new one with POST …/secret'),
  })
  .partial()
export type ChannelPatch = z.infer<typeof ChannelPatch>

export const Channel = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: ChannelKind,
  address: z.string().describe('as far as it may be shown'),
  language: MessageLanguage,
  perMinute: z.int(),
  enabled: z.boolean(),
  createdAt: IsoInstant,
  testedAt: IsoInstant.nullable(),
  testProblem: Problem.nullable().describe('null: the last test arrived, or there was none'),
  testDetail: z.string().nullable(),
  lastSentAt: IsoInstant.nullable(),
  failingSince: IsoInstant.nullable(),
  lastProblem: Problem.nullable(),
  lastDetail: z.string().nullable(),
})
export type Channel = z.infer<typeof Channel>
export const ChannelMade = Channel.extend({ secret: z.string().nullable().describe('of a webhook; shown once') })
export const ChannelSecret = z.object({ id: z.uuid(), secret: z.string(), oldValidUntil: IsoInstant.nullable() })
export const ChannelTested = z.object({ ok: z.boolean(), problem: Problem.nullable(), detail: z.string().nullable() })
export type ChannelTested = z.infer<typeof ChannelTested>

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 08:00')
const timeZone = z
  .string()
  .max(64)
  .refine((zone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
    } catch {
      return false
    }
  }, 'not a time zone such as Asia/Shanghai')
/** A window that ends before it begins passes midnight, and belongs to the day on which it begins. */
export const Hours = z.object({
  timeZone,
  days: z.array(z.int().min(1).max(7)).min(1).max(7).describe('1 Monday … 7 Sunday'),
  from: clock,
  to: clock,
  outside: z.enum(['wait', 'skip']).describe('wait: sent when the hours begin; skip: this rule says nothing then'),
})
export type Hours = z.infer<typeof Hours>

export const RuleBody = z.object({
  channelId: z.uuid(),
  enabled: z.boolean().default(true),
  kinds: z
    .array(RuledKind)
    .min(1)
    .max(10)
    .default(['alarm-raised', 'alarm-found-late', 'stage-overdue', 'forecast-late', 'intake-outage']),
  priorities: z.array(Priority).min(1).max(4),
  phases: z.array(Phase).min(1).max(10).nullable().default(null).describe('null: all'),
  shipmentIds: z.array(z.uuid()).min(1).max(200).nullable().default(null).describe('null: all'),
  substanceIds: z.array(z.uuid()).min(1).max(200).nullable().default(null).describe('null: all'),
  hours: Hours.nullable().default(null).describe('null: always'),
  language: MessageLanguage.nullable().default(null).describe("null: the channel's"),
  digestMinutes: z.int().min(0).max(1440).default(0).describe('0: at once; else gathered for so long'),
})
export const NotificationRule = z.object({ id: z.uuid(), ...RuleBody.shape, createdAt: IsoInstant })
export type NotificationRule = z.infer<typeof NotificationRule>

export const StepBody = z.object({
  channelId: z.uuid(),
  after: z.enum(['raised', 'acknowledged']).describe('raised: nobody acknowledged it; acknowledged: it still holds'),
  minutes: z.int().min(1).max(10_080),
  priorities: z.array(Priority).min(1).max(4),
})
export const EscalationStep = z.object({ id: z.uuid(), ...StepBody.shape, createdAt: IsoInstant })
export type EscalationStep = z.infer<typeof EscalationStep>

export const NotificationState = z.enum(['waiting', 'sent', 'dead', 'dropped', 'untold'])
export type NotificationState = z.infer<typeof NotificationState>
export const NotificationItem = z.object({
  id: z.uuid().describe('also the `webhook-id`'),
  kind: z.string(),
  priority: Priority,
  state: NotificationState.describe('dead: given up; dropped: no longer true when it was to be sent; untold: no rule'),
  channel: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  alarmId: z.uuid().nullable(),
  shipmentId: z.uuid().nullable(),
  shipmentReference: z.string().nullable(),
  /** of an order line's alarm */
  orderId: z.uuid().nullable(),
  orderNumber: z.string().nullable(),
  line: z.string().nullable(),
  rule: z.string().nullable().describe('of the alarm'),
  title: z.string().nullable().describe('of what is no alarm, in English'),
  problem: z.string().nullable(),
  detail: z.string().nullable(),
  attempts: z.int(),
  nextAttemptAt: IsoInstant.nullable(),
  createdAt: IsoInstant,
  settledAt: IsoInstant.nullable(),
  together: z.boolean().describe('said in one message with others'),
})
export type NotificationItem = z.infer<typeof NotificationItem>

/** What an outbox row that is no alarm holds: its own texts, and where it is shown on the page. */
export const EventPayload = z.object({
  priority: Priority.default('medium'),
  shipmentId: z.uuid().optional(),
  path: z.string().startsWith('/').optional(),
  text: z.record(MessageLanguage, z.object({ title: z.string(), lines: z.array(z.string()).default([]) })).optional(),
})
export type EventPayload = z.infer<typeof EventPayload>
