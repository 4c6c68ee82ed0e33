import type { Priority } from '../model/alarm.ts'
import type { Hours, MessageLanguage } from '../model/notification.ts'
import { nextOpen } from './hours.ts'

/** What is to be told, as far as rules ask about it. */
export type Event = {
  kind: string
  priority: Priority
  phase: string | null
  shipmentId: string | null
  substanceId: string | null
}
export type Ruled = {
  channelId: string
  /** of the channel */
  channelLanguage: MessageLanguage
  kinds: string[]
  priorities: string[]
  phases: string[] | null
  shipmentIds: string[] | null
  substanceIds: string[] | null
  hours: Hours | null
  language: MessageLanguage | null
  digestMinutes: number
}
/** `dueAt` in epoch ms. */
export type Routed = { channelId: string; language: MessageLanguage; digest: boolean; dueAt: number }

const among = (list: string[] | null, value: string | null): boolean =>
  list === null || (value !== null && list.includes(value))

const leads = (rule: Ruled, event: Event, now: number): Routed | null => {
  if (!rule.kinds.includes(event.kind) || !rule.priorities.includes(event.priority)) return null
  if (!among(rule.phases, event.phase) || !among(rule.shipmentIds, event.shipmentId)) return null
  if (!among(rule.substanceIds, event.substanceId)) return null
  const open = rule.hours === null ? now : nextOpen(rule.hours, now)
  if (open > now && rule.hours?.outside === 'skip') return null
  const digestMs = rule.digestMinutes * 60_000
  const dueAt = digestMs === 0 ? open : Math.max(open, Math.ceil(now / digestMs) * digestMs)
  // what waits for the morning is told together in the morning
  const digest = digestMs > 0 || open > now
  return { channelId: rule.channelId, language: rule.language ?? rule.channelLanguage, digest, dueAt }
}

/** To which channels an event goes, once each; where several rules lead to one, the one that is soonest. */
export const route = (event: Event, rules: readonly Ruled[], now: number): Routed[] => {
  const found = new Map<string, Routed>()
  for (const rule of rules) {
    const to = leads(rule, event, now)
    const known = found.get(rule.channelId)
    if (to !== null && (known === undefined || to.dueAt < known.dueAt || (to.dueAt === known.dueAt && !to.digest)))
      found.set(rule.channelId, to)
  }
  return [...found.values()]
}
