/** What a forecast says: P10, P50, P90. */
export const LEVELS = [0.1, 0.5, 0.9] as const

/** Type-7 quantile (linear between ranks) of ascending values; NaN of none. */
export const quantileOf = (ascending: ArrayLike<number>, level: number): number => {
  const position = Math.min(Math.max(level, 0), 1) * (ascending.length - 1)
  const low = ascending[Math.floor(position)] ?? Number.NaN
  const high = ascending[Math.ceil(position)] ?? Number.NaN
  return low + (high - low) * (position - Math.floor(position))
}

/** What is worth `weight` each; sorted by value where a function asks for it. */
export type Weighted = { value: number; weight: number }

export const byValue = (a: Weighted, b: Weighted): number => a.value - b.value

/** The smallest value at or below which `level` of the weight lies; `ascending` by value; NaN of none. */
export const weightedQuantile = (ascending: readonly Weighted[], level: number): number => {
  const all = ascending.reduce((sum, { weight }) => sum + weight, 0)
  let below = 0
  for (const { value, weight } of ascending) {
    below += weight
    if (below >= level * all) return value
  }
  return ascending.at(-1)?.value ?? Number.NaN
}

/** The loss of saying `forecast` for the quantile at `level` when it turns out as `actual`; same unit. */
export const pinball = (actual: number, forecast: number, level: number): number =>
  Math.max(level * (actual - forecast), (level - 1) * (actual - forecast))

/** Orders places by what stands there. */
export const byPlace =
  (values: ArrayLike<number>) =>
  (a: number, b: number): number =>
    (values[a] ?? 0) - (values[b] ?? 0)

/** Puts a value into its place in an array that is in order, after its equals. */
export const insertBy = <T>(ordered: T[], value: T, compare: (a: T, b: T) => number): void => {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = ordered[middle]
    if (other !== undefined && compare(other, value) <= 0) low = middle + 1
    else high = middle
  }
  ordered.splice(low, 0, value)
}
