import { fractionAt, liquidFullCelsius, permittedFilling } from '../physics/filling.ts'
import { countOf, isDue, remembered, rounded } from './cadence.ts'
import type { Detector, Verdict } from './detector.ts'
import type { Facts } from './facts.ts'
import { saidAgain } from './saying.ts'
import { meanSince } from './window.ts'

type State = { evaluated: number | null; over: number }

const EVERY_MS = 5 * 60_000
const SMOOTH_MS = 15 * 60_000
/** What a level sensor may be off before an overfilling is believed, as a fraction. What is written down is not off. */
const LEVEL_ERROR = 0.01
/** A gas space below this is all but none: 2 % has to be said, 1 % is critical. */
const NEARLY_FULL = 0.98
const FULL = 0.99
/** Where it is cooler than this many kelvin below the temperature at which no gas space is left, that is critical. */
const NEAR_KELVIN = 5
const EMPTY = 0.01

/**
 * The liquid leaves too little gas space: filled beyond the degree of filling that the rules permit for its kind of tank
 * (`facts.tank.filling`; the same that the limits show), or about to fill the tank by its expansion. Value and limit are
 * filled fractions.
 */
export const liquidFull: Detector<State> = {
  id: 'liquid-full',
  priority: 'high',
  lacks: () => null,
  needs: (facts) => (onPaper(facts) === null ? ['level'] : []),
  misses: (facts) => {
    const { cargo, tank } = facts
    if (cargo?.liquefied === true) return 'A liquefied gas is filled by mass (ADR 4.2.2.7).'
    if (filledIn(facts) === null)
      return 'No degree of filling is entered for the shipment: only a measured level is judged.'
    if (expansionIn(facts) === null)
      return 'The substance has no expansion recorded: how full it becomes when it warms is not judged.'
    if (tank === null) return 'The shipment has no tank.'
    return tank.filling === null
      ? 'Of this kind of tank no highest degree of filling follows: only a tank that is all but full is said.'
      : null
  },
  initial: { evaluated: null, over: 0 },
  step({ state, open, minute, course, facts }) {
    if (!isDue(state.evaluated, minute.time, EVERY_MS)) return { state, open }
    const from = minute.time - Math.max(SMOOTH_MS, 2 * facts.intervalMs)
    const celsius = meanSince(course.minutes, course.minutes.temperature, from)
    const level = meanSince(course.minutes, course.minutes.level, from)
    const found = judge(facts, celsius, level)
    const next: State = { evaluated: minute.time, over: remembered(state.over, found !== null, 4) }
    if (found === null) return { state: next, open: countOf(next.over) === 0 ? null : open }
    if (open !== null) return { state: next, open: saidAgain(open, found, Math.max(open.peak, found.value)) }
    if (countOf(next.over) < 3) return { state: next, open }
    return { state: next, open: { onset: minute.time, peak: found.value, ...found } }
  },
}

type Found = Pick<Verdict, 'value' | 'limit' | 'priority' | 'figures'>

const expansionIn = ({ cargo }: Facts): number | null =>
  (cargo?.expansion ?? 0) > 0 ? (cargo?.expansion ?? null) : null
/** An empty tank has no temperature at which it would be full. */
const filledIn = ({ cargo }: Facts) => ((cargo?.filling?.fraction ?? 0) > EMPTY ? (cargo?.filling ?? null) : null)
/** What is known of the liquid without a level that is measured; null where that does not say how full it is. */
const onPaper = (facts: Facts) => (expansionIn(facts) === null ? null : filledIn(facts))

const judge = (facts: Facts, celsius: number | null, level: number | null): (Found & { value: number }) | null => {
  const { cargo, tank } = facts
  const expansion = expansionIn(facts)
  const filling = filledIn(facts)
  const byPaper =
    filling !== null && expansion !== null && celsius !== null ? fractionAt(filling, expansion, celsius) : null
  const now = Math.max(byPaper ?? 0, level ?? 0)
  const fullAt = filling !== null && expansion !== null ? liquidFullCelsius(filling, expansion) : null
  const figures = {
    ...(fullAt !== null && { fullAtCelsius: rounded(fullAt, 1) }),
    ...(celsius !== null && { celsius: rounded(celsius, 1) }),
  }
  const isNear = fullAt !== null && celsius !== null && celsius > fullAt - NEAR_KELVIN
  if (now >= NEARLY_FULL || isNear)
    return { value: rounded(now), limit: NEARLY_FULL, priority: now >= FULL ? 'critical' : 'high', figures }
  // the degree of filling is a rule for liquids; liquefied gases are filled by weight
  const rule = tank?.filling ?? null
  if (expansion === null || rule === null || cargo?.liquefied === true) return null
  if (filling !== null) {
    const limit = permittedFilling(rule, expansion, filling.celsius)
    if (filling.fraction > limit) return { value: rounded(filling.fraction), limit, priority: 'high', figures }
  }
  if (level !== null && celsius !== null) {
    const limit = permittedFilling(rule, expansion, celsius)
    if (level > limit + LEVEL_ERROR) return { value: rounded(level), limit, priority: 'high', figures }
  }
  return null
}
