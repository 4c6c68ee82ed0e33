import { type Confidence, type Slope, theilSen } from '../physics/slope.ts'
import type { Columns } from './course.ts'

const HOUR_MS = 3_600_000
const LEAST_SPAN_MS = 15 * 60_000
const LEAST_POINTS = 5
const LEAST_INTERVALS = 3

/** A stretch of a course as points: hours before its end (negative), ascending, and what was measured then. */
export type Series = { hours: number[]; values: number[] }

/**
 * The values since `from` (epoch ms), at most `most` points: means of as many neighbours as it takes. `valueAt` answers null
 * where there is nothing to take.
 */
export const seriesOf = (
  columns: Columns,
  from: number,
  most: number,
  valueAt: (index: number) => number | null,
): Series => {
  const { time } = columns
  const end = time.at(-1) ?? 0
  const start = firstSince(time, from)
  const width = Math.max(1, Math.ceil((time.length - start) / most))
  const hours: number[] = []
  const values: number[] = []
  let [count, sumTime, sumValue] = [0, 0, 0]
  for (let index = start; index < time.length; index++) {
    const value = valueAt(index)
    if (value === null) continue
    count++
    sumTime += ((time[index] ?? 0) - end) / HOUR_MS
    sumValue += value
    if (count < width) continue
    hours.push(sumTime / count)
    values.push(sumValue / count)
    ;[count, sumTime, sumValue] = [0, 0, 0]
  }
  if (count * 2 >= width && count > 0) {
    hours.push(sumTime / count)
    values.push(sumValue / count)
  }
  return { hours, values }
}

const firstSince = (time: readonly number[], from: number): number => {
  let index = time.length
  while (index > 0 && (time[index - 1] ?? 0) >= from) index--
  return index
}

/** Mean of the values since `from` (epoch ms), or null where there is none. */
export const meanSince = (columns: Columns, column: readonly (number | null)[], from: number): number | null => {
  let [sum, count] = [0, 0]
  for (let index = columns.time.length - 1; index >= 0 && (columns.time[index] ?? 0) >= from; index--) {
    const value = column[index] ?? null
    if (value === null) continue
    sum += value
    count++
  }
  return count === 0 ? null : sum / count
}

/**
 * Slope an hour of a series, or null where it is too little to tell: less than 15 min, 5 points, or 3 reporting intervals
 * (domain facts, section 4).
 */
export const slopeOf = ({ hours, values }: Series, intervalMs: number, confidence: Confidence): Slope | null => {
  const span = ((hours.at(-1) ?? 0) - (hours[0] ?? 0)) * HOUR_MS
  // points are means, so the span between the first and the last lies a little below that of what they are made of
  if (span < 0.9 * Math.max(LEAST_SPAN_MS, LEAST_INTERVALS * intervalMs)) return null
  return theilSen(hours, values, confidence, LEAST_POINTS)
}

/** How far back a window reaches that is to be `minutes` long, but never shorter than six reporting intervals; ms. */
export const windowMs = (minutes: number, intervalMs: number): number => Math.max(minutes * 60_000, 6 * intervalMs)
