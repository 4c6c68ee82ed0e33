import type { Priority } from '../model/alarm.ts'
import { hoursLinear, timeToLimit } from '../physics/time-to-limit.ts'
import { countOf, isDue, remembered, rounded } from './cadence.ts'
import type { Detector, Verdict } from './detector.ts'
import type { Facts } from './facts.ts'
import { saidAgain } from './saying.ts'
import { bestOf, goingOf } from './temperature-course.ts'

type State = { evaluated: number | null; near: number; away: number }

const EVERY_MS = 5 * 60_000
/** How far the air may turn out other than it is now within the hours that are looked ahead, K. */
const AMBIENT_SPREAD = 4
/** Slower than that the lag of a wall and a day's turn decide, not the slope; K/h */
const LEAST_SLOPE = 0.15
/** It is over when it is later than this many times the hours at which it is said, for half an hour. */
const RELEASE = 1.5
const AWAY = 6
/** A critical limit this near leaves no time to wait for it, h. */
const SOON_HOURS = 2
/** Beyond that it is only said that it is far. */
const FAR_HOURS = 99

type Limit = { celsius: number; severe: boolean }

/** The limits above the temperature, nearest first: those a person set, and those of temperature control. */
const limitsAbove = ({ limits, cargo }: Facts, celsius: number): Limit[] => {
  const { high, highHigh } = limits.temperature ?? {}
  const all: [number | null | undefined, boolean][] = [
    [high, false],
    [cargo?.control, false],
    [highHigh, true],
    [cargo?.emergency, true],
  ]
  return all
    .flatMap(([limit, severe]) => (typeof limit === 'number' && limit > celsius ? [{ celsius: limit, severe }] : []))
    .sort((a, b) => a.celsius - b.celsius || Number(b.severe) - Number(a.severe))
}

const hasLimit = ({ limits, cargo }: Facts): boolean =>
  [limits.temperature?.high, limits.temperature?.highHigh, cargo?.control, cargo?.emergency].some(
    (limit) => typeof limit === 'number',
  )

const capped = (hours: number): number => rounded(Math.min(hours, FAR_HOURS), 1)

/**
 * A temperature limit will be reached within `settings.hoursToLimit`, likely: towards the ambient first, on a straight line
 * where the ambient cannot be what drives. Value and limit in °C; figures say in how many hours, as a range.
 */
export const timeToLimitRule: Detector<State> = {
  id: 'time-to-limit',
  priority: 'medium',
  lacks: (facts) => (hasLimit(facts) ? null : 'No temperature limit is set, so there is no time until one is reached.'),
  initial: { evaluated: null, near: 0, away: 0 },
  step({ state, open, minute, course, facts }) {
    if (!isDue(state.evaluated, minute.time, EVERY_MS)) return { state, open }
    const going = goingOf(course, minute.time, facts.intervalMs)
    const slope = going === null ? null : bestOf(going)
    if (going === null || slope === null) return { state: { evaluated: minute.time, near: 0, away: state.away }, open }
    // what has passed its limit is the limit's own alarm from now on, and the next limit is another alarm
    if (open !== null && going.celsius >= open.limit) return { state: { ...state, evaluated: minute.time }, open: null }
    const limit = open === null ? limitsAbove(facts, going.celsius)[0] : limitOf(facts, open.limit)
    if (limit === undefined) return { state: { evaluated: minute.time, near: 0, away: 0 }, open: null }
    const { likely, least, most } = timeToLimit(going.celsius, limit.celsius, {
      slope,
      ambient: going.ambient,
      ambientSpread: AMBIENT_SPREAD,
    })
    const ahead = facts.settings.hoursToLimit
    const isNear = likely <= ahead && slope.low > LEAST_SLOPE
    const next: State = {
      evaluated: minute.time,
      near: remembered(state.near, isNear, 4),
      away: likely > RELEASE * ahead ? state.away + 1 : 0,
    }
    // where the air may turn out too cool ever to bring it there, the straight line at the slowest rate ends the range
    const last = Number.isFinite(most) ? most : Math.max(likely, hoursLinear(going.celsius, limit.celsius, slope.low))
    const figures = { hoursLikely: capped(likely), hoursLeast: capped(least), hoursMost: capped(last) }
    const priority: Priority = !limit.severe ? 'medium' : likely <= SOON_HOURS ? 'critical' : 'high'
    const value = rounded(going.celsius, 2)
    if (open === null) {
      if (!isNear || countOf(next.near) < 3) return { state: next, open: null }
      const raised: Verdict = { onset: minute.time, value, limit: limit.celsius, peak: value, priority, figures }
      return { state: { ...next, away: 0 }, open: raised }
    }
    if (next.away >= AWAY) return { state: { ...next, near: 0 }, open: null }
    return { state: next, open: saidAgain(open, { priority, figures }, Math.max(open.peak, value)) }
  },
}

/** The limit that an open alarm names, as it is now; undefined where nobody sets it any more. */
const limitOf = (facts: Facts, celsius: number): Limit | undefined =>
  limitsAbove(facts, Number.NEGATIVE_INFINITY).find((limit) => limit.celsius === celsius)
