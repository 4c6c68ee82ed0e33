import { LIMIT_FIGURES, type LimitName } from '../model/limit-name.ts'
import type { Slope } from '../physics/slope.ts'
import { hoursLinear, timeToLimit } from '../physics/time-to-limit.ts'
import { countOf, isDue, remembered, rounded } from './cadence.ts'
import type { Detector, Verdict } from './detector.ts'
import type { Facts } from './facts.ts'
import { graver, saidAgain } from './saying.ts'
import { bestOf, type Going, goingOf } from './temperature-course.ts'
import { type Consequence, helpFigures, helpFor, hoursToHelp, type Place, urgency } from './urgency.ts'

/** `place`: where it was seen last; not there in a state of before. */
type State = { evaluated: number | null; near: number; away: number; place?: Place }

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

type Limit = { name: LimitName; celsius: number; consequence: Consequence }

/** The limits above the temperature, nearest first: those of temperature control, and those a person set. */
const limitsAbove = ({ limits, cargo }: Facts, celsius: number): Limit[] => {
  const { high, highHigh } = limits.temperature ?? {}
  const all: [LimitName, number | null | undefined, Consequence][] = [
    ['emergency', cargo?.emergency, 'severe'],
    ['high-high', highHigh, 'severe'],
    ['control', cargo?.control, 'control'],
    ['high', high, 'first'],
  ]
  // of two at the same temperature the graver one, and of those the one that the substance asks for
  return all
    .flatMap(([name, limit, consequence]) =>
      typeof limit === 'number' && limit > celsius ? [{ name, celsius: limit, consequence }] : [],
    )
    .sort((a, b) => a.celsius - b.celsius)
}

const hasLimit = (facts: Facts): boolean => limitsAbove(facts, Number.NEGATIVE_INFINITY).length > 0

const capped = (hours: number): number => rounded(Math.min(hours, FAR_HOURS), 1)

/** How far the limit is, and the emergency temperature where that is another one beyond it; as figures, and as an urgency. */
const outlook = (facts: Facts, limit: Limit, going: Going, slope: Slope, time: number, place: Place) => {
  const hoursTo = (celsius: number) => {
    const drive = { slope, ambient: going.ambient, ambientSpread: AMBIENT_SPREAD }
    const { likely, least, most } = timeToLimit(going.celsius, celsius, drive)
    // where the air may turn out too cool ever to bring it there, the straight line at the slowest rate ends the range
    const last = Number.isFinite(most) ? most : Math.max(likely, hoursLinear(going.celsius, celsius, slope.low))
    return { likely, least, last }
  }
  const help = helpFor(facts, time, place)
  const urgent = (consequence: Consequence, { likely, least }: { likely: number; least: number }) =>
    urgency(consequence, { likely, least, ahead: facts.settings.hoursToLimit, soon: SOON_HOURS }, hoursToHelp(help))
  const reach = hoursTo(limit.celsius)
  const emergency = facts.cargo?.emergency ?? null
  const beyond = emergency !== null && emergency > limit.celsius ? hoursTo(emergency) : null
  return {
    likely: reach.likely,
    // what comes after the limit is as urgent as it is where it comes before help, and no reason to say less of the limit
    priority: graver(
      urgent(limit.consequence, reach),
      beyond !== null && urgent('severe', beyond) === 'critical' ? 'critical' : 'low',
    ),
    figures: {
      hoursLikely: capped(reach.likely),
      hoursLeast: capped(reach.least),
      hoursMost: capped(reach.last),
      [LIMIT_FIGURES[limit.name]]: limit.celsius,
      ...helpFigures(help),
      ...(beyond !== null &&
        emergency !== null && {
          [LIMIT_FIGURES.emergency]: emergency,
          hoursToEmergency: capped(beyond.likely),
          hoursToEmergencyLeast: capped(beyond.least),
          hoursToEmergencyMost: capped(beyond.last),
        }),
    },
  }
}

/**
 * A temperature limit will be reached within `settings.hoursToLimit`, likely: towards the ambient first, on a straight line
 * where the ambient cannot be what drives. Value and limit in °C; figures say in how many hours, as a range, which limit it
 * is (server/model/limit-name.ts), and when help can be there, against which the priority is measured.
 */
export const timeToLimitRule: Detector<State> = {
  id: 'time-to-limit',
  priority: 'medium',
  lacks: (facts) => (hasLimit(facts) ? null : 'No temperature limit is set, so there is no time until one is reached.'),
  needs: () => ['temperature'],
  initial: { evaluated: null, near: 0, away: 0, place: null },
  step({ state, open, minute, course, facts }) {
    if (!isDue(state.evaluated, minute.time, EVERY_MS)) return { state, open }
    const { lat, lon, time } = minute
    const place: Place = lat === null || lon === null ? (state.place ?? null) : [lat, lon]
    const seen = { ...state, evaluated: time, place }
    const going = goingOf(course, time, facts.intervalMs)
    const slope = going === null ? null : bestOf(going)
    if (going === null || slope === null) return { state: { ...seen, near: 0 }, open }
    // what has passed its limit is the limit's own alarm from now on, and the next limit is another alarm
    if (open !== null && going.celsius >= open.limit) return { state: seen, open: null }
    const limit = open === null ? limitsAbove(facts, going.celsius)[0] : limitOf(facts, open.limit)
    if (limit === undefined) return { state: { ...seen, near: 0, away: 0 }, open: null }
    const { likely, priority, figures } = outlook(facts, limit, going, slope, time, place)
    const ahead = facts.settings.hoursToLimit
    const isNear = likely <= ahead && slope.low > LEAST_SLOPE
    const next: State = {
      ...seen,
      near: remembered(state.near, isNear, 4),
      away: likely > RELEASE * ahead ? state.away + 1 : 0,
    }
    const value = rounded(going.celsius, 2)
    if (open === null) {
      if (!isNear || countOf(next.near) < 3) return { state: next, open: null }
      const raised: Verdict = { onset: time, value, limit: limit.celsius, peak: value, priority, figures }
      return { state: { ...next, away: 0 }, open: raised }
    }
    if (next.away >= AWAY) return { state: { ...next, near: 0 }, open: null }
    return { state: next, open: saidAgain(open, { priority, figures }, Math.max(open.peak, value)) }
  },
}

/** The limit that an open alarm names, as it is now; undefined where nobody sets it any more. */
const limitOf = (facts: Facts, celsius: number): Limit | undefined =>
  limitsAbove(facts, Number.NEGATIVE_INFINITY).find((limit) => limit.celsius === celsius)
