import { createHedge } from '../forecast/hedge.ts'
import { insertBy, LEVELS, pinball } from '../forecast/quantile.ts'
import type { Moment } from './moments.ts'

/** What all suppliers did weighs as much as so many deliveries of one's own. */
const POOLED = 10
/** How far promises are believed before anything is known of how they are kept: as they stand, then by slips of all, then by the supplier's own. */
const BELIEF = [0.8, 0.1, 0.1] as const

/** What was said of a promise, kept until it is known: days after it, at each of LEVELS, by each opinion. */
export type AskedSlip = {
  opinions: readonly (readonly number[])[]
  quantiles: readonly number[]
  /** the chance of being late */
  late: number
}

type Slip = { supplier: string | null; slip: number; weight: number }
const bySlip = (a: Slip, b: Slip): number => a.slip - b.slip

/**
 * How far promises have been honest: days after the promise, newest counting most, of all and of each supplier, what all did
 * standing in where its own history is thin. At each level that and the promise as it stands are believed as far as each has
 * been right, and at first the promise is. The chance of being late lies between the running share and the supplier's own,
 * since either is far off at times. Late means after the promised date.
 */
export const createSlips = (halfLifeMs: number) => {
  const known: Slip[] = []
  const believed = LEVELS.map(() => createHedge(BELIEF))
  let since: number | null = null
  let lateOnes = 0
  // only what one weighs against another counts
  const weightAt = (at: number): number => 2 ** ((at - (since ?? at)) / halfLifeMs)

  /** Days after the promise at each of LEVELS, and the share that is late, where each weighs as `share` says. */
  const tell = (share: (one: Slip) => number): { slips: number[]; late: number } => {
    let [all, late] = [0, 0]
    for (const one of known) {
      const weight = share(one)
      all += weight
      if (one.slip > 0) late += weight
    }
    const slips: number[] = []
    let below = 0
    for (const one of known) {
      below += share(one)
      while (slips.length < LEVELS.length && below >= (LEVELS[slips.length] ?? 1) * all * (1 - 1e-12))
        slips.push(one.slip)
      if (slips.length === LEVELS.length) break
    }
    return { slips, late: late / all }
  }

  return {
    learn: ({ supplier, promise, days, known: at }: Moment, asked: AskedSlip | null): void => {
      if (promise === null) return
      const slip = days - promise
      if (asked !== null)
        for (const [index, level] of LEVELS.entries())
          believed[index]?.learn(asked.opinions.map((slips) => pinball(slip, slips[index] ?? 0, level)))
      since ??= at
      insertBy(known, { supplier, slip, weight: weightAt(at) }, bySlip)
      if (slip > 0) lateOnes++
    },
    /** The running share of late ones; a half before the first. */
    base: (): number => (known.length === 0 ? 0.5 : lateOnes / known.length),
    /** Null where nothing was promised, or nothing has been learnt yet. */
    ask: ({ supplier, promise, at }: Moment): AskedSlip | null => {
      if (promise === null || known.length === 0) return null
      const pooled = (POOLED * weightAt(at)) / known.reduce((sum, { weight }) => sum + weight, 0)
      const ofAll = tell(({ weight }) => weight)
      const own = tell((one) => one.weight * (pooled + (one.supplier === supplier ? 1 : 0)))
      const opinions = [[0, 0, 0], ofAll.slips, own.slips]
      const slips = LEVELS.map((_, level) => {
        const weights = believed[level]?.weights() ?? []
        return opinions.reduce((sum, opinion, index) => sum + (opinion[level] ?? 0) * (weights[index] ?? 0), 0)
      })
      return {
        opinions,
        // mixed apart from one another, they may cross
        quantiles: slips.map((slip) => Math.max(0, promise + slip)).toSorted((a, b) => a - b),
        late: (lateOnes / known.length + own.late) / 2,
      }
    },
  }
}
