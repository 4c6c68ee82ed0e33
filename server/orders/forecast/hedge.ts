/**
 * How far each of several opinions is believed, by what it has lost so far, and before that as `prior` says (Hedge, Freund and
 * Schapire 1997, with the rate that fits the losses' own spread): the mixture loses little more than the best of them, and
 * one that others only seem to beat for a while keeps its weight.
 */
export const createHedge = (prior: readonly number[]) => {
  const lost = new Float64Array(prior.length)
  const doubt = Math.log(1 / Math.min(...prior))
  let squares = 0
  return {
    learn: (losses: readonly number[]): void => {
      squares += (Math.max(...losses) - Math.min(...losses)) ** 2
      for (const [index, loss] of losses.entries()) lost[index] = (lost[index] ?? 0) + loss
    },
    /** They add up to one. */
    weights: (): number[] => {
      const rate = squares === 0 ? 0 : Math.sqrt(doubt / squares)
      const least = Math.min(...lost)
      const weights = prior.map((weight, index) => weight * Math.exp(-rate * ((lost[index] ?? 0) - least)))
      const all = weights.reduce((sum, weight) => sum + weight, 0)
      return weights.map((weight) => weight / all)
    },
  }
}
