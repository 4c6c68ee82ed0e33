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
