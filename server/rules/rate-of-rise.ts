import { countOf, isDue, remembered, rounded } from './cadence.ts'
import type { Detector, Verdict } from './detector.ts'
import { bestOf, goingOf } from './temperature-course.ts'
import { drivenBy, learnt, NO_WEATHER, type Weather } from './weather.ts'

type State = { evaluated: number | null; learnt: number | null; over: number; weather: Weather }

const EVERY_MS = 5 * 60_000
const LEARN_EVERY_MS = 10 * 60_000
/** Never said below this, K/h: slower leaves hours, and is for time-to-limit and self-heating. */
const LEAST = 1
/** It is over when the slope has come down to this share of the limit. */
const RELEASE = 0.6

/**
 * The temperature rises faster than it may (`settings.rateOfRise`, K/h), or faster than the weather can drive it, as far as
 * that has been learnt. Slope: Theil–Sen, and it is the lower bound (95 %) that has to pass, two times out of three.
 * Value and limit in K/h.
 */
export const rateOfRise: Detector<State> = {
  id: 'rate-of-rise',
  priority: 'high',
  lacks: () => null,
  needs: () => ['temperature'],
  initial: { evaluated: null, learnt: null, over: 0, weather: NO_WEATHER },
  step({ state, open, minute, course, facts }) {
    if (!isDue(state.evaluated, minute.time, EVERY_MS)) return { state, open }
    const going = goingOf(course, minute.time, facts.intervalMs)
    const slope = going === null ? null : bestOf(going)
    if (going === null || slope === null) return { state: { ...state, evaluated: minute.time, over: 0 }, open }
    const most = facts.settings.rateOfRise
    const driven = drivenBy(state.weather, going.celsius, going.ambient, facts.tank?.capacityLitres ?? null, most)
    const limit = Math.min(most, Math.max(LEAST, driven))
    const over = remembered(state.over, slope.low > limit, 3)
    const quiet = going.long !== null && going.long.low <= driven
    const learns = quiet && isDue(state.learnt, minute.time, LEARN_EVERY_MS)
    const next: State = {
      evaluated: minute.time,
      learnt: learns ? minute.time : state.learnt,
      over,
      weather: learns ? learnt(state.weather, going.long?.slope ?? 0, going.celsius, going.ambient) : state.weather,
    }
    const value = rounded(slope.slope, 2)
    if (open === null) {
      if (countOf(over) < 2 || slope.low <= limit) return { state: next, open }
      const raised: Verdict = {
        onset: minute.time,
        value,
        limit: rounded(limit, 2),
        peak: value,
        // where the cargo may warm itself, it is for self-heating to say from where the heat comes
        ...(facts.cargo?.reactive === true ? {} : { cause: 'heating' }),
        figures: {
          celsius: rounded(going.celsius, 1),
          slopeLeast: rounded(slope.low, 2),
          weatherCan: rounded(driven, 2),
        },
      }
      return { state: next, open: raised }
    }
    if (slope.slope < RELEASE * open.limit) return { state: { ...next, over: 0 }, open: null }
    return { state: next, open: value > open.peak ? { ...open, peak: value } : open }
  },
}
