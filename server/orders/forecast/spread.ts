/**
 * When something will be over, as so many equally likely values in ascending order. Sums, later ones of two and blends of
 * them are computed value by value, so that the same facts always give the same forecast: nothing is drawn.
 */
export type Spread = readonly number[]

/** Enough for P10 and P90; a sum of two looks at the square of it. */
export const POINTS = 24
const LEVELS = Array.from({ length: POINTS }, (_, index) => (index + 0.5) / POINTS)

export const certain = (value: number): Spread => LEVELS.map(() => value)

/** √3/π: of the logistic distribution, its scale by its standard deviation. */
const SCALE = Math.sqrt(3) / Math.PI

/**
 * How much longer something takes that usually takes `median` and has gone on for `elapsed` (same unit), by level:
 * log-logistic, with `sigma` the standard deviation of the logarithm. Its tail is heavy: what is long overdue is expected
 * to take longer still, in proportion, and no time elapsed is impossible.
 */
const remaining = (median: number, sigma: number, elapsed: number) => {
  const shape = SCALE * sigma
  const odds = elapsed <= 0 ? 0 : (elapsed / median) ** (1 / shape)
  // S(t) = 1 / (1 + (t / median)^(1 / shape)), and what is left of it is divided evenly
  return {
    survival: 1 / (1 + odds),
    at: (level: number): number => Math.max(0, median * ((odds + level) / (1 - level)) ** shape - elapsed),
  }
}

export const stillToGo = (median: number, sigma: number, elapsed: number): Spread => {
  const { at } = remaining(median, sigma, Math.max(0, elapsed))
  return LEVELS.map(at)
}

/** So near to the day it is a promise kept; days, for something of `promised` days. */
export const graceOf = (promised: number): number => Math.min(0.75, 0.1 + 0.1 * promised)

/**
 * The same of what was promised to take `promised` days, and does just so with the chance `kept`. Promises that are kept are
 * kept to the day; once that has passed there is none any more.
 */
export const keptOrNot = (
  { promised, kept }: { promised: number; kept: number },
  { median, sigma, elapsed }: { median: number; sigma: number; elapsed: number },
): Spread => {
  const gone = Math.max(0, elapsed)
  if (gone > promised + graceOf(promised)) return stillToGo(median, sigma, gone)
  const other = remaining(median, sigma, gone)
  const chance = kept / (kept + (1 - kept) * other.survival)
  const left = Math.max(0, promised - gone)
  const before = (1 - chance) * Math.max(0, 1 - remaining(median, sigma, gone + left).survival / other.survival)
  return LEVELS.map((level) => {
    if (level < before) return Math.min(left, other.at(level / (1 - chance)))
    return level < before + chance ? left : Math.max(left, other.at((level - chance) / (1 - chance)))
  })
}

/** Of all pairs, in ascending order, the means of as many equal parts as a spread has values. */
const ofPairs = (a: Spread, b: Spread, join: (one: number, other: number) => number): number[] => {
  const all = new Float64Array(POINTS * POINTS)
  for (let i = 0; i < POINTS; i++) for (let j = 0; j < POINTS; j++) all[i * POINTS + j] = join(a[i] ?? 0, b[j] ?? 0)
  all.sort()
  return LEVELS.map((_, part) => {
    let sum = 0
    for (let i = part * POINTS; i < (part + 1) * POINTS; i++) sum += all[i] ?? 0
    return sum / POINTS
  })
}

/**
 * Who is late with one stage is late with the next, and what is not known of a supplier is not known of all its stages: this
 * much of a sum is as if both went alike, the rest as if neither knew of the other. Fixed rather than fitted to each sum, so
 * that what ends sooner never makes the sum later. About what a correlation of a third makes of sums of two to six.
 */
const ALIKE = 0.4

/** One after the other. */
export const plus = (a: Spread, b: Spread): Spread => {
  if (isCertain(a)) return b.map((value) => value + (a[0] ?? 0))
  if (isCertain(b)) return a.map((value) => value + (b[0] ?? 0))
  const apart = ofPairs(a, b, (one, other) => one + other)
  return apart.map((value, index) => (1 - ALIKE) * value + ALIKE * ((a[index] ?? 0) + (b[index] ?? 0)))
}

/** When both are over. */
export const laterOf = (a: Spread, b: Spread): Spread => {
  if (isCertain(a)) return b.map((value) => Math.max(value, a[0] ?? 0))
  if (isCertain(b)) return a.map((value) => Math.max(value, b[0] ?? 0))
  return ofPairs(a, b, Math.max)
}

/** Between two opinions of the same thing; `share` is how far the second is believed, 0 to 1. */
export const between = (a: Spread, b: Spread, share: number): Spread =>
  a.map((value, index) => (1 - share) * value + share * (b[index] ?? 0))

/** What happens with a chance only, and else takes no time. */
export const perhaps = (chance: number, spread: Spread): Spread =>
  LEVELS.map((level) => (level <= 1 - chance ? 0 : valueAt(spread, (level - (1 - chance)) / chance)))

const isCertain = (spread: Spread): boolean => spread[0] === spread[POINTS - 1]

export const meanOf = (spread: Spread): number => spread.reduce((sum, value) => sum + value, 0) / POINTS

/** The value at or below which it lies with this probability, 0 to 1. */
export const valueAt = (spread: Spread, level: number): number => {
  const position = Math.min(POINTS - 1, Math.max(0, level * POINTS - 0.5))
  const low = spread[Math.floor(position)] ?? 0
  const high = spread[Math.ceil(position)] ?? 0
  return low + (high - low) * (position - Math.floor(position))
}

/** The probability that it lies above `limit`; it never lies below 0. Falls as `limit` rises. */
export const chanceAbove = (spread: Spread, limit: number): number => {
  const first = spread[0] ?? 0
  const last = spread[POINTS - 1] ?? 0
  const edge = 0.5 / POINTS
  if (limit < 0) return 1
  if (first === last) return limit < first ? 1 : 0
  if (limit < first) return 1 - edge * (first === 0 ? 1 : limit / first)
  // beyond what was looked at, the tail goes on and thins out
  if (limit >= last) return edge * ((last - first) / (limit - first)) ** 3
  let index = 0
  while ((spread[index + 1] ?? Number.POSITIVE_INFINITY) <= limit) index++
  const low = spread[index] ?? 0
  const high = spread[index + 1] ?? low
  const level = (index + 0.5 + (high > low ? (limit - low) / (high - low) : 1)) / POINTS
  return 1 - level
}
