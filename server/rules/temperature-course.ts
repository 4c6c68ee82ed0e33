import type { Slope } from '../physics/slope.ts'
import type { Course } from './course.ts'
import { meanSince, seriesOf, slopeOf, windowMs } from './window.ts'

/** Where the temperature stands and how it goes; K/h with bounds at 95 %, over about half an hour and an hour. */
export type Going = { celsius: number; ambient: number | null; short: Slope | null; long: Slope | null }

const HALF = 30
const HOUR = 60
const SMOOTH_MS = 10 * 60_000

/** Several detectors ask the same of the same minute: found once. */
const known = new WeakMap<Course, { time: number; intervalMs: number; going: Going | null }>()

/** Null where no temperature was measured lately. */
export const goingOf = (course: Course, time: number, intervalMs: number): Going | null => {
  const before = known.get(course)
  if (before !== undefined && before.time === time && before.intervalMs === intervalMs) return before.going
  const going = found(course, time, intervalMs)
  known.set(course, { time, intervalMs, going })
  return going
}

const found = (course: Course, time: number, intervalMs: number): Going | null => {
  const { minutes } = course
  const celsius = meanSince(minutes, minutes.temperature, time - Math.max(SMOOTH_MS / 2, 2 * intervalMs))
  if (celsius === null) return null
  const slope = (length: number, most: number): Slope | null =>
    slopeOf(
      seriesOf(minutes, time - windowMs(length, intervalMs), most, (index) => minutes.temperature[index] ?? null),
      intervalMs,
      0.95,
    )
  return {
    celsius,
    ambient: meanSince(minutes, minutes.ambient, time - Math.max(3 * SMOOTH_MS, 3 * intervalMs)),
    short: slope(HALF, 16),
    long: slope(HOUR, 20),
  }
}

/** The slope that tells more: the short one where it has left the range of the long one, else the long one. */
export const bestOf = ({ short, long }: Going): Slope | null => {
  if (long === null || short === null) return long ?? short
  return short.low > long.slope || short.high < long.slope ? short : long
}
