import { ATMOSPHERE_BAR } from '../model/reading.ts'
import { median } from '../physics/slope.ts'
import type { Course } from './course.ts'
import type { Facts } from './facts.ts'

/** A step within a minute or two. `from` and `to` in bar; `limit` is what it had to pass, or the relief device's start. */
export type Jump = { cause: 'relief-lifted' | 'leak' | 'sensor-fault'; from: number; to: number; limit: number }

/** The device closes at 90 % of where it opened: a drop of half of that is one. Of the gauge pressure. */
const RELIEF_DROP = 0.05
/** So near to its start, since the setting is against the air of the place, and sensors are off. Of the gauge pressure. */
const RELIEF_NEAR = 0.12
const LEAST_BAR = 0.05
const SUDDEN_BAR = 0.15
const NOISES = 8
const SUDDEN_MS = 8 * 60_000
const HEAT_KELVIN = 1
/** Where its start is not known: it had climbed to so many times the gauge pressure it had as loaded, and lost no more than that share. */
const CLIMBED = 2
const RELIEF_MOST = 0.25
/** Entries of the course that a step is looked for between: three before it, then two (relief) or three. */
const BEFORE = 3
const AFTER = 3
const AFTER_RELIEF = 2

type Range = { low: number; high: number }

/** Lowest and highest of the entries from `from` to before `to`, counted back from the newest; null where one is missing. */
const rangeOf = (values: readonly (number | null)[], from: number, to: number): Range | null => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let index = values.length - from; index < values.length - to; index++) {
    const value = values[index] ?? null
    if (value === null) return null
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return { low, high }
}

/**
 * Whether the newest minutes stand a step away from those before them. One minute alone is no step: it has to last.
 * `noise`: standard deviation of a minute's mean, bar; `loaded`: the pressure that the tank began with, bar absolute.
 */
export const jumpOf = (course: Course, facts: Facts, noise: number, loaded: number | null): Jump | null => {
  const { time, pressure, temperature } = course.minutes
  const end = time.at(-1) ?? 0
  const spanOf = (entries: number): number => end - (time.at(-entries) ?? Number.NEGATIVE_INFINITY)
  const longest = (entries: number): number => (entries + 1) * Math.max(60_000, facts.intervalMs)
  const relief = facts.tank?.relief ?? null
  if (spanOf(BEFORE + AFTER_RELIEF) <= longest(BEFORE + AFTER_RELIEF)) {
    const before = rangeOf(pressure, BEFORE + AFTER_RELIEF, AFTER_RELIEF)
    const after = rangeOf(pressure, AFTER_RELIEF, 0)
    if (before !== null && after !== null) {
      const start = relief ?? before.high
      const gauge = start - ATMOSPHERE_BAR
      const drop = before.high - after.high
      const isNear =
        relief !== null
          ? before.high >= relief - RELIEF_NEAR * gauge
          : loaded !== null && gauge > CLIMBED * Math.max(0.1, loaded - ATMOSPHERE_BAR) && drop < RELIEF_MOST * gauge
      if (isNear && drop > Math.max(LEAST_BAR, RELIEF_DROP * gauge, NOISES * noise))
        return { cause: 'relief-lifted', from: before.high, to: after.high, limit: start }
    }
  }
  // beyond a few minutes a change is a slope, not a step
  if (spanOf(BEFORE + AFTER) > SUDDEN_MS) return null
  const sudden = Math.max(SUDDEN_BAR, 2 * NOISES * noise)
  const before = rangeOf(pressure, BEFORE + AFTER, AFTER)
  const after = rangeOf(pressure, AFTER, 0)
  if (before === null || after === null) return null
  // on the way up or down before it as well: a slope that the evaluation of the hour judges
  if (before.high - before.low > sudden / 3) return null
  const celsius = temperature.at(-1) ?? null
  const earlier = temperature.at(-BEFORE - AFTER) ?? null
  if (celsius !== null && earlier !== null && Math.abs(celsius - earlier) > HEAT_KELVIN) return null
  // gas that leaves through an opened valve stops at the air's pressure; what goes lower is no gas
  if (before.low - after.high > sudden)
    return {
      cause: after.high < 0.8 * ATMOSPHERE_BAR ? 'sensor-fault' : 'leak',
      from: before.low,
      to: after.high,
      limit: sudden,
    }
  if (after.low - before.high > sudden)
    return { cause: 'sensor-fault', from: before.high, to: after.low, limit: sudden }
  return null
}

/** Scatter of a minute's mean, bar: from second differences, so that no trend is taken for noise. Null below ten minutes. */
export const noiseOf = (values: readonly (number | null)[]): number | null => {
  const bends: number[] = []
  for (let index = 2; index < values.length; index++) {
    const [a, b, c] = [values[index - 2] ?? null, values[index - 1] ?? null, values[index] ?? null]
    if (a !== null && b !== null && c !== null) bends.push(Math.abs(a - 2 * b + c))
  }
  if (bends.length < 8) return null
  // 1.4826: from the median of absolute values to a standard deviation; a second difference has six times the variance
  return (1.4826 * median(bends)) / Math.sqrt(6)
}
