import type { Priority } from '../model/alarm.ts'
import type { Slope } from '../physics/slope.ts'
import { countOf, isDue, remembered, rounded } from './cadence.ts'
import type { Course } from './course.ts'
import type { Detector, Verdict } from './detector.ts'
import type { Facts } from './facts.ts'
import { type Going, goingOf } from './temperature-course.ts'
import { drivenBy, learnt, NO_WEATHER, type Weather } from './weather.ts'
import { seriesOf, slopeOf, windowMs } from './window.ts'

type State = { evaluated: number | null; learnt: number | null; over: number; weather: Weather; quiet: number }

const EVERY_MS = 5 * 60_000
const LEARN_EVERY_MS = 10 * 60_000
/** Without an ambient sensor: what the weather may drive, K/h. */
const UNKNOWN_WEATHER = 1.5
/** It is over when for so many evaluations on end the weather can explain what is left of the rise. */
const QUIET = 6
/** A reaction's rate grows by about a seventh a kelvin: E/(R·T²) with 90…120 kJ/mol at 20…40 °C gives 0.11…0.16. */
const GROWTH = { most: 0.16, likely: 0.12 }
const CRITICAL_HOURS = 2

/** Hours to a limit at a rate (K/h) that grows by e^(growth·ΔT): (1 − e^(−growth·ΔT))/(growth·rate). */
const hoursTo = (kelvin: number, rate: number, growth: number): number =>
  kelvin <= 0 ? 0 : rate <= 0 ? 999 : growth === 0 ? kelvin / rate : (1 - Math.exp(-growth * kelvin)) / (growth * rate)

const capped = (hours: number): number => rounded(Math.min(hours, 999), 1)

/**
 * Hub and Jones: dT/dt grows and T − Ta grows, over two windows of half an hour, with no sun to explain it: then it warms
 * itself whatever it is. Beside constant heating from outside the second window has to be faster beyond both ranges.
 */
const accelerates = (course: Course, time: number, facts: Facts, { short, celsius, ambient }: Going): boolean => {
  if (short === null || ambient === null || celsius <= ambient) return false
  const { minutes } = course
  const windowLength = windowMs(30, facts.intervalMs)
  const earlier: Slope | null = slopeOf(
    seriesOf(minutes, time - 2 * windowLength, 16, (index) =>
      (minutes.time[index] ?? 0) < time - windowLength ? (minutes.temperature[index] ?? null) : null,
    ),
    facts.intervalMs,
    0.95,
  )
  const air = slopeOf(
    seriesOf(minutes, time - windowLength, 16, (index) => minutes.ambient[index] ?? null),
    facts.intervalMs,
    0.95,
  )
  return earlier !== null && earlier.low > 0.5 && short.low > earlier.high && short.slope > (air?.slope ?? 0)
}

/**
 * It warms by itself. A cargo that may (`facts.cargo.reactive`) is believed to, as soon as it certainly rises faster than
 * the weather can drive it: to wait for proof would cost the hours in which something can be done. Any other has to show
 * that it accelerates. Value and limit in K/h; figures say how long until the emergency temperature.
 */
export const selfHeating: Detector<State> = {
  id: 'self-heating',
  priority: 'high',
  lacks: () => null,
  initial: { evaluated: null, learnt: null, over: 0, weather: NO_WEATHER, quiet: 0 },
  step({ state, open, minute, course, facts }) {
    if (!isDue(state.evaluated, minute.time, EVERY_MS)) return { state, open }
    const going = goingOf(course, minute.time, facts.intervalMs)
    const slope = going === null ? null : steepest(going)
    if (going === null || slope === null) return { state: { ...state, evaluated: minute.time, over: 0 }, open }
    const driven = drivenBy(state.weather, going.celsius, going.ambient, UNKNOWN_WEATHER)
    const beyond = slope.low > driven
    const suspicious = beyond && (facts.cargo?.reactive === true || accelerates(course, minute.time, facts, going))
    const over = remembered(state.over, suspicious, 3)
    const learns = !beyond && going.long !== null && isDue(state.learnt, minute.time, LEARN_EVERY_MS)
    const next: State = {
      evaluated: minute.time,
      learnt: learns ? minute.time : state.learnt,
      over,
      weather: learns ? learnt(state.weather, going.long?.slope ?? 0, going.celsius, going.ambient) : state.weather,
      quiet: slope.slope < driven ? state.quiet + 1 : 0,
    }
    const said = saying(slope, going.celsius, facts)
    const value = rounded(slope.slope, 2)
    if (open === null) {
      if (!suspicious || countOf(over) < 2) return { state: next, open }
      const raised: Verdict = {
        onset: minute.time,
        value,
        limit: rounded(driven, 2),
        peak: value,
        cause: 'self-heating',
        ...said,
      }
      return { state: { ...next, quiet: 0 }, open: raised }
    }
    if (next.quiet >= QUIET) return { state: { ...next, over: 0 }, open: null }
    return { state: next, open: { ...open, ...said, peak: Math.max(open.peak, value) } }
  },
}

/** Of the two windows the one with the higher lower bound: a rise that has just begun, or one that is slow but sure. */
const steepest = ({ short, long }: Going): Slope | null => {
  if (short === null || long === null) return short ?? long
  return short.low > long.low ? short : long
}

const saying = (
  slope: Slope,
  celsius: number,
  facts: Facts,
): { priority: Priority; figures: Record<string, number> } => {
  const { emergency, control } = facts.cargo ?? {}
  const limit = emergency ?? facts.limits.temperature?.highHigh ?? control ?? facts.limits.temperature?.high
  const figures: Record<string, number> = { celsius: rounded(celsius, 1), slopeLeast: rounded(slope.low, 2) }
  if (limit === undefined || limit === null) return { priority: 'high', figures }
  const kelvin = limit - celsius
  const likely = hoursTo(kelvin, slope.slope, GROWTH.likely)
  figures.hoursLikely = capped(likely)
  figures.hoursLeast = capped(hoursTo(kelvin, slope.high, GROWTH.most))
  figures.hoursMost = capped(Math.max(likely, hoursTo(kelvin, slope.low, 0)))
  figures.limitCelsius = limit
  return { priority: likely <= CRITICAL_HOURS ? 'critical' : 'high', figures }
}
