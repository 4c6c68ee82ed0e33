import type { Priority } from '../../server/model/alarm.ts'
import type { Channel, EscalationStep, NotificationRule } from '../../server/model/notification.ts'

export type Told = {
  priority: Priority
  /** at once or gathered; `sometimes`: only of some shipments, phases or hours */
  by: { name: string; digestMinutes: number; sometimes: boolean }[]
  /** when nobody acknowledges, in the order in which they come */
  then: { name: string; minutes: number }[]
}

/** Who is told of a new alarm of each priority. A channel that is turned off tells nobody. */
export const whoIsTold = (
  priorities: readonly Priority[],
  channels: readonly Channel[],
  rules: readonly NotificationRule[],
  steps: readonly EscalationStep[],
): Told[] => {
  const names = new Map(channels.filter(({ enabled }) => enabled).map(({ id, name }) => [id, name]))
  return priorities.map((priority) => {
    const by = new Map<string, Told['by'][number]>()
    for (const rule of rules) {
      const name = names.get(rule.channelId)
      const leads = rule.enabled && rule.priorities.includes(priority) && rule.kinds.includes('alarm-raised')
      if (name === undefined || !leads) continue
      const sometimes =
        rule.phases !== null ||
        rule.shipmentIds !== null ||
        rule.substanceIds !== null ||
        rule.hours?.outside === 'skip'
      const known = by.get(rule.channelId)
      if (known === undefined || (known.sometimes && !sometimes) || known.digestMinutes > rule.digestMinutes)
        by.set(rule.channelId, { name, digestMinutes: rule.digestMinutes, sometimes })
    }
    const then = steps
      .filter((step) => step.after === 'raised' && step.priorities.includes(priority) && names.has(step.channelId))
      .toSorted((a, b) => a.minutes - b.minutes)
      .map(({ channelId, minutes }) => ({ name: names.get(channelId) ?? '', minutes }))
    return { priority, by: [...by.values()], then }
  })
}

/** Whether somebody hears of each alarm of this priority. */
export const isCovered = ({ by }: Told): boolean => by.some(({ sometimes }) => !sometimes)
