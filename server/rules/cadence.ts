/** Whether the heavy part of a detector is due: in the first minute of each stretch of `everyMs`, by event time alone. */
export const isDue = (last: number | null, time: number, everyMs: number): boolean =>
  last === null || Math.floor(time / everyMs) > Math.floor(last / everyMs)

/** n of m: the newest answers as bits, newest lowest. Small and plain, so that it can lie in a state. */
export const remembered = (bits: number, answer: boolean, m: number): number =>
  ((bits << 1) | (answer ? 1 : 0)) & ((1 << m) - 1)

export const countOf = (bits: number): number => {
  let count = 0
  for (let rest = bits; rest > 0; rest &= rest - 1) count++
  return count
}

/** Rounded where it is computed, so that what is stored compares equal after it was read back. */
export const rounded = (value: number, digits = 4): number => {
  const unit = 10 ** digits
  // a negative zero would not come back from JSON
  return Math.round(value * unit) / unit + 0
}
