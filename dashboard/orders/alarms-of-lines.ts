import type { Alarm } from '../../server/model/alarm.ts'
import { PRIORITY_ORDER } from '../live/alarm-book.ts'

/** Of which line an alarm is, or a line is. */
export const lineKey = (orderId: string, line: string): string => `${orderId} ${line}`

/** Alarms of order lines by their line, worst first as given. */
export const alarmsByLine = (alarms: readonly Alarm[]): ReadonlyMap<string, Alarm[]> => {
  const by = new Map<string, Alarm[]>()
  for (const alarm of alarms) {
    if (alarm.orderId === null || alarm.line === null) continue
    const key = lineKey(alarm.orderId, alarm.line)
    by.set(key, [...(by.get(key) ?? []), alarm])
  }
  return by
}

/** What asks for somebody: more and worse alarms weigh more; 0 is none. */
export const weightOf = (alarms: readonly Alarm[]): number =>
  alarms.reduce((sum, { priority }) => sum + 10 ** (3 - PRIORITY_ORDER[priority]), 0)
