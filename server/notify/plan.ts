import type { Priority } from '../model/alarm.ts'
import type { MessageLanguage } from '../model/notification.ts'

/** A notification that is due and still to be told. */
export type Due = {
  id: string
  priority: Priority
  language: MessageLanguage
  digest: boolean
  attempts: number
  createdAt: string
  /** the message that it has been part of before */
  leadId: string | null
}
/** One message: the lead's id is its key. */
export type Planned = { leadId: string; ids: string[] }

const ORDER: readonly Priority[] = ['critical', 'high', 'medium', 'low']
const first = (a: Due, b: Due): number =>
  ORDER.indexOf(a.priority) - ORDER.indexOf(b.priority) || a.createdAt.localeCompare(b.createdAt)

const together = (dues: readonly Due[]): Planned[] => {
  const [lead, ...others] = dues
  return lead === undefined ? [] : [{ leadId: lead.id, ids: [lead.id, ...others.map(({ id }) => id)] }]
}
const alone = (due: Due): Planned => ({ leadId: due.id, ids: [due.id] })

/**
 * What is sent now, when `budget` more messages may go this minute. What was tried before goes again under its own key;
 * the gravest of the new go alone as far as the budget reaches, and its last message tells all the others. Nothing that
 * has been tried takes in another: its receiver may know the key, and would take no second look.
 */
export const plan = (dues: readonly Due[], budget: number): Planned[] => {
  if (budget <= 0) return []
  const messages: Planned[] = []
  const tried = new Map<string, string[]>()
  for (const { id, leadId, attempts } of dues)
    if (leadId !== null || attempts > 0) {
      const key = leadId ?? id
      tried.set(key, [...(tried.get(key) ?? []), id])
    }
  const fresh = dues.filter(({ leadId, attempts }) => leadId === null && attempts === 0).toSorted(first)
  for (const language of ['en', 'zh'] as const) {
    const own = fresh.filter((due) => due.language === language)
    messages.push(...together(own.filter(({ digest }) => digest)))
  }
  const again = [...tried].map(([leadId, ids]) => ({ leadId, ids }))
  const single = fresh.filter(({ digest }) => !digest)
  const room = budget - messages.length
  if (single.length > 0 && single.length > room) {
    const kept = Math.max(0, room - 1)
    messages.unshift(...single.slice(0, kept).map(alone), ...together(single.slice(kept)))
  } else messages.unshift(...single.map(alone))
  return [...messages, ...again].slice(0, budget)
}
