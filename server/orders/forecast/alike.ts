import { LEVELS } from './quantile.ts'

/** How much each past example counts, by its place; summed up to a quantile per level. `ascending` are places by value. */
export const quantilesBy = (
  ascending: readonly number[],
  value: (place: number) => number,
  weight: (place: number) => number,
): number[] => {
  let all = 0
  for (const place of ascending) all += weight(place)
  const found: number[] = []
  let below = 0
  for (const place of ascending) {
    below += weight(place)
    while (found.length < LEVELS.length && below >= (LEVELS[found.length] ?? 1) * all) found.push(value(place))
    if (found.length === LEVELS.length) break
  }
  const last = ascending.at(-1)
  while (found.length < LEVELS.length) found.push(last === undefined ? Number.NaN : value(last))
  return found
}

/** Fewer orders are never too old to count. */
const LEAST_ORDERS = 4

/**
 * How much an order counts that was the `rank`-th to be complete, when `done` are: half after a share of them (a twenty-fifth:
 * only lately; null: all alike). By orders and not by days, so that it means the same of one order a day and of ten a year.
 */
export const recencyOf = (share: number | null, done: number): ((rank: number) => number) => {
  if (share === null) return () => 1
  const halfLife = Math.max(LEAST_ORDERS, share * done)
  return (rank) => 2 ** (-(done - rank) / halfLife)
}
