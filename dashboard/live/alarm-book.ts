import type { Alarm, Priority } from '../../server/model/alarm.ts'
import type { Shipment } from '../../server/model/shipment.ts'

export const PRIORITY_ORDER: Record<Priority, number> = { critical: 0, high: 1, medium: 2, low: 3 }

/** The condition itself holds now. */
export const isHolding = (alarm: Alarm): boolean => !alarm.void && alarm.clearedAt === null
/** Out of sight for a while, by a person; the server says when that ends. */
export const isShelved = (alarm: Alarm): boolean => alarm.shelvedUntil !== null
/** Quiet by design in this phase, or out of service: judged underneath, asking nobody. */
export const isQuiet = (alarm: Alarm): boolean => alarm.suppressed || alarm.outOfService
/** The condition still holds, or is held by a latch: it is not over. */
export const isActive = (alarm: Alarm): boolean =>
  !alarm.void && (alarm.state.startsWith('active') || alarm.state.startsWith('latched'))
export const isUnacknowledged = (alarm: Alarm): boolean => !alarm.void && alarm.state.endsWith('unacknowledged')
/** Still wants something from somebody. */
export const isOpen = (alarm: Alarm): boolean =>
  !isShelved(alarm) && !isQuiet(alarm) && (isActive(alarm) || isUnacknowledged(alarm))

/** What an alarm is of, as people call it: a shipment by its reference, an order line by its number. */
export const subjectOf = ({ shipmentReference, orderNumber, line }: Alarm): string =>
  shipmentReference ?? `${orderNumber ?? ''} / ${line ?? ''}`
/** Where that is shown. */
export const hrefOf = ({ shipmentId, orderId, line }: Alarm): string =>
  shipmentId === null ? `/orders/${orderId}/${encodeURIComponent(line ?? '')}` : `/shipments/${shipmentId}`

/** Worst first: active before cleared, priority, unacknowledged before acknowledged, then the oldest onset. */
export const byUrgency = (a: Alarm, b: Alarm): number =>
  Number(isOpen(b)) - Number(isOpen(a)) ||
  Number(isActive(b)) - Number(isActive(a)) ||
  PRIORITY_ORDER[a.priority] - PRIORITY_ORDER[b.priority] ||
  Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
  (isOpen(a) ? a.onset.localeCompare(b.onset) : b.onset.localeCompare(a.onset)) ||
  (a.id < b.id ? -1 : 1)

/** What a shipment says about its alarms, from the alarms themselves. */
export const summarise = (alarms: readonly Alarm[]): Pick<Shipment, 'worstAlarm' | 'activeAlarms'> => {
  const active = alarms.filter((alarm) => isActive(alarm) && !isShelved(alarm) && !isQuiet(alarm)).sort(byUrgency)
  const worst = active[0]
  return {
    activeAlarms: active.length,
    worstAlarm:
      worst === undefined
        ? null
        : {
            id: worst.id,
            rule: worst.rule,
            priority: worst.priority,
            onset: worst.onset,
            acknowledged: !isUnacknowledged(worst),
          },
  }
}

export type Incident = { alarm: Alarm; consequences: Alarm[] }

/**
 * One incident, one entry: alarms that another one here has brought with it stand under that one, and order lines that are
 * one matter under the first of them. In the order given.
 */
export const incidents = (alarms: readonly Alarm[]): Incident[] => {
  const byId = new Map(alarms.map((alarm) => [alarm.id, alarm]))
  const firstOf = new Map<string, Alarm>()
  for (const alarm of alarms) {
    const key = `${alarm.rule} ${alarm.group}`
    if (alarm.group !== null && !firstOf.has(key)) firstOf.set(key, alarm)
  }
  /** what stands at the beginning of it all, among these */
  const rootOf = (alarm: Alarm): Alarm => {
    if (alarm.group !== null) return firstOf.get(`${alarm.rule} ${alarm.group}`) ?? alarm
    let root = alarm
    for (let steps = 0; steps < 5 && root.causedBy !== null; steps++) {
      const cause = byId.get(root.causedBy)
      if (cause === undefined || cause.id === alarm.id) break
      root = cause
    }
    return root
  }
  const groups = new Map<string, Incident>()
  for (const alarm of alarms) {
    const root = rootOf(alarm)
    const group = groups.get(root.id) ?? { alarm: root, consequences: [] }
    if (root !== alarm) group.consequences.push(alarm)
    groups.set(root.id, group)
  }
  return [...groups.values()]
}
