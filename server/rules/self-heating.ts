import type { Priority } from '../model/alarm.ts'
import type { Figures } from '../model/figures.ts'
import { LIMIT_FIGURES, type LimitName } from '../model/limit-name.ts'
import type { Slope } from '../physics/slope.ts'
import { countOf, isDue, remembered, rounded } from './cadence.ts'
import type { Course } from './course.ts'
import type { Detector, Verdict } from './detector.ts'
import type { Facts } from './facts.ts'
import { saidAgain } from './saying.ts'
import { type Going, goingOf } from './temperature-course.ts'
import { helpFigures, helpFor, hoursToHelp, type Place, urgency } from './urgency.ts'
import { drivenBy, learnt, NO_WEATHER, type Weather } from './weather.ts'
import { seriesOf, slopeOf, windowMs } from './window.ts'

type State = {
  evaluated: number | null
  learnt: number | null
  over: number
  weather: Weather
  quietSince: number | null
  /** where it was seen last; not there in a state of before */
  place?: Place
}

const EVERY_MS = 5 * 60_000
/** A cargo that may warm itself is looked at more often: it can leave as little as two hours. */
const REACTIVE_EVERY_MS = 2 * 60_000
const LEARN_EVERY_MS = 10 * 60_000
/** Without an ambient sensor: what the weather may drive, K/h. */
const UNKNOWN_WEATHER = 1.5
/** It is over when for so long on end the weather can explain what is left of the rise, ms. */
const QUIET_MS = 30 * 60_000
/** A reaction's rate grows by about a seventh a kelvin: E/(R·T²) with 90…120 kJ/mol at 20…40 °C gives 0.11…0.16. */
const GROWTH = { most: 0.16, likely: 0.12 }
/** An emergency temperature this near leaves no time to wait for it, h. */
const SOON_HOURS = 2
/** min */
const QUARTER = 16

/** Hours to a limit at a rate (K/h) that grows by e^(growth·ΔT): (1 − e^(−growth·ΔT))/(growth·rate). */
const hoursTo = (kelvin: number, rate: number, growth: number): number =>
  kelvin <= 0
    ? 0
    : rate <= 0
      ? Number.POSITIVE_INFINITY
      : growth === 0
        ? kelvin / rate
        : (1 - Math.exp(-growth * kelvin)) / (growth * rate)

const capped = (hours: number): number => rounded(Math.min(hours, 99), 1)

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
 * that it accelerates. Value and limit in K/h; figures say how long until the emergency temperature (or the furthest limit
 * that there is), and when help can be there.
 */
export const selfHeating: Detector<State> = {
  id: 'self-heating',
  priority: 'high',
  lacks: () => null,
  // of a cargo that is not known to react by itself it has to be warmer than the air
  needs: ({ cargo }) => (cargo?.reactive === true ? ['temperature'] : ['temperature', 'ambient']),
  initial: { evaluated: null, learnt: null, over: 0, weather: NO_WEATHER, quietSince: null, place: null },
  step({ state, open, minute, course, facts }) {
    const reactive = facts.cargo?.reactive === true
    if (!isDue(state.evaluated, minute.time, reactive ? REACTIVE_EVERY_MS : EVERY_MS)) return { state, open }
    const going = goingOf(course, minute.time, facts.intervalMs)
    const slope = going === null ? null : steepest(going)
    const place: Place = minute.lat === null || minute.lon === null ? (state.place ?? null) : [minute.lat, minute.lon]
    if (going === null || slope === null) return { state: { ...state, evaluated: minute.time, over: 0, place }, open }
    const driven = drivenBy(
      state.weather,
      going.celsius,
      going.ambient,
      facts.tank?.capacityLitres ?? null,
      UNKNOWN_WEATHER,
    )
    const beyond = slope.low > driven
    const suspicious = beyond && (reactive || accelerates(course, minute.time, facts, going))
    const over = remembered(state.over, suspicious, 3)
    const learns = !beyond && going.long !== null && isDue(state.learnt, minute.time, LEARN_EVERY_MS)
    const next: State = {
      evaluated: minute.time,
      learnt: learns ? minute.time : state.learnt,
      over,
      weather: learns ? learnt(state.weather, going.long?.slope ?? 0, going.celsius, going.ambient) : state.weather,
      quietSince: slope.slope < driven ? (state.quietSince ?? minute.time) : null,
      place,
    }
    const newest = suspicious || open !== null ? latest(course, minute.time, facts) : null
    const said = saying(slope, newest, going, facts, minute.time, place)
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
      return { state: { ...next, quietSince: null }, open: raised }
    }
    if (next.quietSince !== null && minute.time - next.quietSince >= QUIET_MS)
      return { state: { ...next, over: 0 }, open: null }
    return { state: next, open: saidAgain(open, said, Math.max(open.peak, value)) }
  },
}

/** Of the two windows the one with the higher lower bound: a rise that has just begun, or one that is slow but sure. */
const steepest = ({ short, long }: Going): Slope | null => {
  if (short === null || long === null) return short ?? long
  return short.low > long.low ? short : long
}

/** The last quarter of an hour: wide bounds, but not held back by the time before it began. */
const latest = (course: Course, time: number, facts: Facts): Slope | null => {
  const { minutes } = course
  const from = time - windowMs(QUARTER, facts.intervalMs)
  const series = seriesOf(minutes, from, QUARTER, (index) => minutes.temperature[index] ?? null)
  return slopeOf(series, facts.intervalMs, 0.9)
}

/** The limit that it heads for: what must not be reached, else what there is. */
const headsFor = ({ cargo, limits }: Facts): { name: LimitName; celsius: number } | null => {
  const all: [LimitName, number | null | undefined][] = [
    ['emergency', cargo?.emergency],
    ['high-high', limits.temperature?.highHigh],
    ['control', cargo?.control],
    ['high', limits.temperature?.high],
  ]
  for (const [name, celsius] of all) if (typeof celsius === 'number') return { name, celsius }
  return null
}

const saying = (
  sure: Slope,
  newest: Slope | null,
  { celsius, short }: Going,
  facts: Facts,
  time: number,
  place: Place,
): { priority: Priority; figures: Figures } => {
  const limit = headsFor(facts)
  const figures: Figures = { celsius: rounded(celsius, 1), slopeLeast: rounded(sure.low, 2) }
  if (limit === null) return { priority: 'high', figures }
  const kelvin = limit.celsius - celsius
  const rates = [sure, short, newest].flatMap((slope) => slope ?? [])
  const likely = hoursTo(kelvin, Math.max(...rates.map(({ slope }) => slope)), GROWTH.likely)
  const least = hoursTo(kelvin, Math.max(...rates.map(({ high }) => high)), GROWTH.most)
  const help = helpFor(facts, time, place)
  const reach = { likely, least, ahead: facts.settings.hoursToLimit, soon: SOON_HOURS }
  return {
    priority: urgency('severe', reach, hoursToHelp(help)),
    figures: {
      ...figures,
      hoursLikely: capped(likely),
      hoursLeast: capped(least),
      hoursMost: capped(Math.max(likely, hoursTo(kelvin, sure.low, 0))),
      limitCelsius: limit.celsius,
      [LIMIT_FIGURES[limit.name]]: limit.celsius,
      ...helpFigures(help),
    },
  }
}
