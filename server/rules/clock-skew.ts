import { rounded } from './cadence.ts'
import type { Detector } from './detector.ts'

/** Least time between measuring and receiving in each of the last minutes, min. */
type State = readonly number[]
const WATCHED = 20
/** A network that is slow is no wrong clock; one that is quick cannot bring what has not been measured yet. min */
const BEHIND = 5
const AHEAD = 1

/**
 * Readings that keep a distance from when they are received. Of what was kept during a dead spot the distance shrinks
 * from one reading to the next; of a clock that is wrong it stays. Value and limit in min; negative where it is ahead.
 */
export const clockSkew: Detector<State> = {
  id: 'clock-skew',
  priority: 'low',
  lacks: () => null,
  initial: [],
  step({ state: before, open, minute, facts }) {
    const state = [...before.slice(1 - WATCHED), rounded(minute.lagMs / 60_000, 1)]
    if (state.length < WATCHED) return { state, open }
    const [least, most] = [Math.min(...state), Math.max(...state)]
    const report = facts.reportMs / 60_000
    const isAhead = most < -AHEAD
    const isBehind = least > BEHIND + report && most - least <= Math.max(1, 1.5 * report)
    if (!isAhead && !isBehind) return { state, open: null }
    if (open !== null) return { state, open }
    return { state, open: { onset: minute.time, value: least, limit: isAhead ? -AHEAD : BEHIND, peak: least } }
  },
}
