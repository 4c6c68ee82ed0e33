import type { Invitation, Organisation, Person, SessionEntry } from '../../server/model/account.ts'
import type { DeadLetter, ReplayOutcome } from '../../server/model/dead-letter.ts'
import type { Device } from '../../server/model/masterdata.ts'
import type {
  Channel,
  ChannelTested,
  EscalationStep,
  NotificationItem,
  NotificationRule,
} from '../../server/model/notification.ts'
import type { TokenScope, User } from '../../server/model/session.ts'
import type { SupplierLink, SupplierLinkMade } from '../../server/model/supplier-link.ts'
import type { ApiToken } from '../../server/model/token.ts'
import type { Ask, Page } from '../api/client.ts'

export type Role = User['role']
export type OrganisationKind = Organisation['kind']

/** A link to hand on; `expiresAt` as all times ISO 8601. */
export type MadeLink = { link: string; expiresAt: string }
export type DeviceItem = Device & {
  revokedAt: string | null
  oldSecretValidUntil: string | null
  /** missing: the MQTT broker has lost it, and a new secret makes one */
  brokerAccount?: 'ok' | 'missing' | null
}
export type NewDevice = {
  id: string
  intervalSeconds: number
  reportSeconds?: number
  pressureReference: 'absolute' | 'gauge'
}
export type NewSecret = { id: string; secret: string; oldValidUntil?: string | null; note?: string }
/** Where devices reach us; null where that way is closed. */
export type Connection = { mqtt: string | null; mqtts: string | null; http: string | null }
export type Entry = {
  seq: number
  at: string
  actor: { kind: string; id: string | null; name: string | null }
  from: string | null
  action: string
  subject: { kind: string; id: string | null; name?: string | null } | null
  details: unknown
  hash: string
}
export type ChainHead = { seq: number; hash: string; at: string | null }

export type RuleFields = Omit<NotificationRule, 'id' | 'createdAt'>

const query = (values: Record<string, string | number | null>): string => {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
const one = encodeURIComponent

/** What these pages ask of the server; every answer is a value. */
export const createRequests = (ask: Ask) => ({
  changePassword: (current: string, password: string) => ask<null>('PUT', '/session/password', { current, password }),
  sessions: () => ask<Page<SessionEntry>>('GET', '/session/list'),
  endSession: (id: string) => ask<null>('DELETE', `/session/list/${one(id)}`),

  people: (cursor: string | null) => ask<Page<Person>>('GET', `/people${query({ cursor, limit: 200 })}`),
  invite: (body: { email: string; name: string; role: Role; organisationId?: string }) =>
    ask<MadeLink & { id: string }>('POST', '/people', body),
  changePerson: (id: string, change: { name?: string; role?: Role; disabled?: boolean }) =>
    ask<Person>('PATCH', `/people/${one(id)}`, change),
  resetPassword: (id: string) => ask<MadeLink>('POST', `/people/${one(id)}/reset`, {}),
  invitations: (cursor: string | null) => ask<Page<Invitation>>('GET', `/invitations${query({ cursor })}`),
  withdraw: (id: string) => ask<null>('DELETE', `/invitations/${one(id)}`),
  organisations: (cursor: string | null) =>
    ask<Page<Organisation>>('GET', `/organisations${query({ cursor, limit: 200 })}`),
  addOrganisation: (body: { name: string; kind: OrganisationKind }) =>
    ask<{ id: string; name: string }>('POST', '/organisations', body),
  supplierLinks: (cursor: string | null) => ask<Page<SupplierLink>>('GET', `/supplier-links${query({ cursor })}`),
  makeSupplierLink: (body: { supplierId: string; expiresAt: string; email?: string; note?: string }) =>
    ask<SupplierLinkMade>('POST', '/supplier-links', body),
  withdrawSupplierLink: (id: string) => ask<null>('DELETE', `/supplier-links/${one(id)}`),

  devices: (cursor: string | null) => ask<Page<DeviceItem>>('GET', `/devices${query({ cursor, limit: 200 })}`),
  registerDevice: (device: NewDevice) => ask<NewSecret>('POST', '/devices', device),
  rotateSecret: (id: string, overlapHours: number) =>
    ask<NewSecret>('POST', `/devices/${one(id)}/secret`, { overlapHours }),
  revokeDevice: (id: string) => ask<null>('DELETE', `/devices/${one(id)}`),
  connection: () => ask<Connection>('GET', '/connection'),

  tokens: (cursor: string | null) => ask<Page<ApiToken>>('GET', `/tokens${query({ cursor })}`),
  makeToken: (body: { name: string; scope: TokenScope; expiresAt: string }) =>
    ask<ApiToken & { token: string }>('POST', '/tokens', body),
  revokeToken: (id: string) => ask<null>('DELETE', `/tokens/${one(id)}`),

  channels: (cursor: string | null) => ask<Page<Channel>>('GET', `/channels${query({ cursor, limit: 200 })}`),
  addChannel: (body: Record<string, unknown>) => ask<Channel & { secret: string | null }>('POST', '/channels', body),
  changeChannel: (id: string, change: Record<string, unknown>) => ask<Channel>('PATCH', `/channels/${one(id)}`, change),
  removeChannel: (id: string) => ask<null>('DELETE', `/channels/${one(id)}`),
  testChannel: (id: string) => ask<ChannelTested>('POST', `/channels/${one(id)}/test`, {}),
  rotateChannel: (id: string) => ask<{ id: string; secret: string }>('POST', `/channels/${one(id)}/secret`, {}),
  notificationRules: () => ask<{ rules: NotificationRule[]; steps: EscalationStep[] }>('GET', '/notification-rules'),
  saveRule: (id: string | null, body: RuleFields) =>
    id === null
      ? ask<NotificationRule>('POST', '/notification-rules', body)
      : ask<NotificationRule>('PUT', `/notification-rules/${one(id)}`, body),
  removeRule: (id: string) => ask<null>('DELETE', `/notification-rules/${one(id)}`),
  addStep: (body: Omit<EscalationStep, 'id' | 'createdAt'>) => ask<EscalationStep>('POST', '/escalation-steps', body),
  removeStep: (id: string) => ask<null>('DELETE', `/escalation-steps/${one(id)}`),
  notifications: (state: string | null, cursor: string | null) =>
    ask<Page<NotificationItem>>('GET', `/notifications${query({ state, cursor, limit: 30 })}`),
  retryNotification: (id: string) => ask<NotificationItem>('POST', `/notifications/${one(id)}/retry`, {}),
  deadLetters: (replayed: boolean, cursor: string | null) =>
    ask<Page<DeadLetter>>('GET', `/dead-letters${query({ replayed: String(replayed), cursor })}`),
  deadLetter: (id: string) => ask<DeadLetter>('GET', `/dead-letters/${one(id)}`),
  replay: (id: string, payload: string | undefined) =>
    ask<ReplayOutcome>('POST', `/dead-letters/${one(id)}/replay`, payload === undefined ? {} : { payload }),

  audit: (filter: Record<string, string | null>, cursor: string | null) =>
    ask<Page<Entry>>('GET', `/audit${query({ ...filter, cursor, limit: 50 })}`),
  auditHead: () => ask<ChainHead>('GET', '/audit/head'),
})
export type Requests = ReturnType<typeof createRequests>
