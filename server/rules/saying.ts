import type { Priority } from '../model/alarm.ts'
import type { Verdict } from './excursion.ts'

/** A change of figures is news (it is recorded and sent), so it has to be worth it: by this share, and at least that much. */
const SHARE = 0.2
const LEAST = 0.05
const RANK: Record<Priority, number> = { low: 0, medium: 1, high: 2, critical: 3 }

/** Of two priorities the one that asks for more. */
export const graver = (a: Priority, b: Priority): Priority => (RANK[a] >= RANK[b] ? a : b)

const isWorthIt = (before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): boolean =>
  Object.keys(now).length !== Object.keys(before).length ||
  Object.entries(now).some(([name, value]) => {
    const was = before[name]
    return was === undefined || Math.abs(value - was) > Math.max(LEAST, SHARE * Math.abs(was))
  })

/** What stands, with new figures where they differ by enough to be said again, and a priority that only rises. */
export const saidAgain = (
  open: Verdict,
  now: Pick<Verdict, 'priority' | 'figures' | 'cause'>,
  peak: number,
): Verdict => {
  const { priority = open.priority, cause = open.cause } = now
  const higher = priority !== undefined && (open.priority === undefined || RANK[priority] > RANK[open.priority])
  const figures =
    now.figures !== undefined && (higher || cause !== open.cause || isWorthIt(open.figures ?? {}, now.figures))
  if (!higher && !figures && cause === open.cause && peak === open.peak) return open
  return {
    ...open,
    peak,
    ...(cause !== undefined && { cause }),
    ...(higher && { priority }),
    ...(figures && now.figures !== undefined && { figures: now.figures }),
  }
}
