import { byValue, type Weighted, weightedQuantile } from '../forecast/quantile.ts'
import type { Moment } from './moments.ts'

/** What all suppliers did weighs as much as so many deliveries of one's own. */
const POOLED = 4

/**
 * How far each supplier's promises have been honest: days after the promise, newest counting most, with what all suppliers
 * did standing in where a supplier's own history is thin. Late means after the promised date.
 */
export const createSlips = (halfLifeMs: number) => {
  const known: { supplier: string | null; slip: number; known: number }[] = []
  let lateOnes = 0

  return {
    learn: ({ supplier, promise, days, known: at }: Moment): void => {
      if (promise === null) return
      known.push({ supplier, slip: days - promise, known: at })
      if (days > promise) lateOnes++
    },
    /** The running share of late ones; a half before the first. */
    base: (): number => (known.length === 0 ? 0.5 : lateOnes / known.length),
    /** Null where nothing was promised, or nothing has been learnt yet. */
    forecast: (
      { supplier, promise, at }: Moment,
      levels: readonly number[],
    ): { quantiles: number[]; late: number } | null => {
      if (promise === null || known.length === 0) return null
      const own: Weighted[] = []
      const all: Weighted[] = []
      for (const one of known) {
        const weighted = { value: one.slip, weight: 2 ** ((one.known - at) / halfLifeMs) }
        all.push(weighted)
        if (one.supplier === supplier) own.push(weighted)
      }
      const sum = all.reduce((total, { weight }) => total + weight, 0)
      const pool = all.map(({ value, weight }) => ({ value, weight: (weight / sum) * POOLED }))
      const slips = [...own, ...pool].toSorted(byValue)
      const weight = slips.reduce((total, one) => total + one.weight, 0)
      const late = slips.reduce((total, one) => total + (one.value > 0 ? one.weight : 0), 0)
      return {
        quantiles: levels.map((level) => Math.max(0, promise + weightedQuantile(slips, level))),
        late: late / weight,
      }
    },
  }
}
