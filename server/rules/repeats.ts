/** How often a measure has repeated its value exactly, and what is usual for it. Plain JSON. */
export type Repeats = {
  value: number | null
  /** epoch ms of the first minute with this value */
  since: number
  /** the newest minute with a value */
  until: number
  /** ms that the longest run took which ended by itself */
  longest: number
  /** how often the value has changed; up to CHANGES */
  changes: number
}
export const NO_REPEATS: Repeats = { value: null, since: 0, until: 0, longest: 0, changes: 0 }

const CHANGES = 20
const SOONEST_MS = 20 * 60_000
const LEAST_INTERVALS = 8
/** A coarse sensor on a calm tank repeats itself for an hour or two: this many times its longest run is not usual. */
const BEYOND = 4
/** Before it is known how the sensor behaves. */
const UNKNOWN_MS = 6 * 3_600_000
/** What lies further apart is no repetition that anybody saw: so many intervals, and minutes. */
const GAP_INTERVALS = 3
const GAP_MS = 3 * 60_000

/** With the mean of one more minute. A run that ends and was longer than usual was a fault, and teaches nothing. */
export const repeated = (before: Repeats, time: number, value: number | null, intervalMs: number): Repeats => {
  if (value === null) return before
  const gap = time - before.until > Math.max(GAP_MS, GAP_INTERVALS * intervalMs)
  if (before.value === null || gap) return { ...before, value, since: time, until: time }
  if (value === before.value) return { ...before, until: time }
  const run = before.until - before.since
  const usual = run > mostUsual(before, intervalMs) ? before.longest : Math.max(before.longest, run)
  return { value, since: time, until: time, longest: usual, changes: Math.min(CHANGES, before.changes + 1) }
}

/** The longest that a value may stand still before the sensor is thought to be stuck, ms. */
export const mostUsual = ({ longest, changes }: Repeats, intervalMs: number): number =>
  changes < CHANGES
    ? Math.max(UNKNOWN_MS, 2 * LEAST_INTERVALS * intervalMs)
    : Math.max(SOONEST_MS, LEAST_INTERVALS * intervalMs, BEYOND * longest)

/** How long it has stood still so far, ms. */
export const stillFor = ({ since, until }: Repeats): number => until - since
