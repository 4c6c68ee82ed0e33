import { byValue } from './quantile.ts'

/** A completed duration, and how long it could have taken at most to be complete by now (same unit). */
export type Completed = { value: number; age: number }

/** A chance of being complete below this is not told apart from it: one example never counts as more than four. */
const LEAST_CHANCE = 0.25

/**
 * How many each completed example stands for. What is known of what began lately are the quick ones only, which would teach
 * that everything is quick (right truncation). Each counts as the inverse of the chance that something begun when it was is
 * complete by now; that chance comes from the same examples, weighted likewise, so it is found by repetition.
 */
export const standsFor = (completed: readonly Completed[], weights: readonly number[], rounds = 3): number[] => {
  const order = completed.map(({ value }, index) => ({ value, weight: index })).toSorted(byValue)
  const ages = completed.map(({ age }, index) => ({ value: age, weight: index })).toSorted(byValue)
  let factors = completed.map(() => 1)
  for (let round = 0; round < rounds; round++) {
    const all = factors.reduce((sum, factor, index) => sum + factor * (weights[index] ?? 0), 0)
    const next = factors.slice()
    let below = 0
    let at = 0
    for (const { value: age, weight: index } of ages) {
      for (; at < order.length && (order[at]?.value ?? 0) <= age; at++) {
        const one = order[at]?.weight ?? 0
        below += (factors[one] ?? 0) * (weights[one] ?? 0)
      }
      next[index] = 1 / Math.max(LEAST_CHANCE, below / all)
    }
    factors = next
  }
  return factors
}
