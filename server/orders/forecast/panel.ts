import { createAdditive } from './additive.ts'
import { quantilesBy, recencyOf } from './alike.ts'
import { type Forest, growForest, weightsIn } from './forest.ts'
import { createPast } from './past.ts'
import { LEVELS, pinball } from './quantile.ts'

/** Lately, and over some time: shares of the orders that are complete after which one counts half. */
const LATELY = [0.04, 0.2] as const
/** What differs in a factor counts so much; in the one factor that tells most, less. */
const UNLIKE = [0.7, 0.5] as const
const UNLIKE_IN_ONE = 0.2
/** Fewer examples tell nothing. */
const LEAST = 20
const FOREST = { trees: 60, leastOrders: 20, sampled: 0.7 }
/** A forest is grown anew after this share of new examples, effects are fitted anew after that one. */
const GROW_AGAIN = 0.08
const FIT_AGAIN = 0.02
/** How fast the width follows what came true, and how far it may. */
const FOLLOWS = 0.0005
const WIDEST = 2
/** The one that tells by a single factor is the quickest to follow a change, and counts half more than the others. */
/** A voice that has erred half as much as another before counts so many doublings more. */
const TRUST = 8
const VOICES = [3, 2, 2, 2] as const

/** What was asked, kept until the answer is known. */
export type Asked = {
  codes: readonly number[]
  /** days at each of LEVELS; null while there is too little to tell from */
  quantiles: readonly number[] | null
  /** of each factor alone */
  single: readonly (readonly number[])[]
  /** of each voice */
  voices: readonly (readonly number[])[]
  /** by the additive model, days; null while there is too little */
  expected: number | null
}

/**
 * Forecasts how long something takes, from what it has in common with what is complete. Four voices, of which each is right
 * where another is wrong, averaged quantile by quantile, which in trials with real histories was as good as the best of them
 * or better: what was alike in one factor lately; what was alike in many lately; shrunken additive effects; a forest. Who
 * has erred less before counts more, gently: choosing one did worse than asking all. The width is calibrated by what came
 * true (adaptive conformal inference, Gibbs and Candès 2021, on both sides apart). Same questions and answers, same forecasts.
 */
export const createPanel = (factors: number, shrink: number) => {
  const past = createPast(factors)
  const additive = createAdditive(past, shrink)
  const lossOfFactor = new Float64Array(factors)
  const lossOfVoice = new Float64Array(VOICES.length)
  const width = { below: 1, above: 1 }
  const random = seeded(20_261_123)
  let forests: { forest: Forest; recency: number | null }[] = []
  let done = 0
  let grown = 0
  let fitted = 0

  const prepare = (): void => {
    const size = past.days.length
    if (size - fitted > fitted * FIT_AGAIN) {
      additive.fit()
      fitted = size
    }
    if (size - grown > grown * GROW_AGAIN) {
      forests = [LATELY[1], null].map((recency) => ({
        forest: growForest(past, done, { ...FOREST, recency, random }),
        recency,
      }))
      grown = size
    }
  }

  const ask = (levels: readonly (string | null)[]): Asked => {
    const codes = past.codesOf(levels)
    if (past.days.length < LEAST) return { codes, quantiles: null, single: [], voices: [], expected: null }
    prepare()
    const size = past.days.length
    const differing = new Uint8Array(size)
    for (const [factor, code] of codes.entries()) {
      const column = past.codes[factor] ?? []
      for (let place = 0; place < size; place++)
        if (column[place] !== code) differing[place] = (differing[place] ?? 0) + 1
    }
    const lately = LATELY.map((share) => {
      const recency = recencyOf(share, done)
      return Float64Array.from(past.rank, (rank, place) => recency(rank) * (past.share[place] ?? 0))
    })
    const days = (place: number): number => past.days[place] ?? 0
    const raw = (weight: (place: number) => number): number[] => quantilesBy(past.ascending, days, weight)

    const single = codes.map((code, factor) => {
      const column = past.codes[factor] ?? []
      return mean(
        lately.map((recent) => raw((place) => (recent[place] ?? 0) * (column[place] === code ? 1 : UNLIKE_IN_ONE))),
      )
    })
    const powers = UNLIKE.map((unlike) => Array.from({ length: factors + 1 }, (_, power) => unlike ** power))
    const many = lately.flatMap((recent) =>
      powers.map((power) => raw((place) => (recent[place] ?? 0) * (power[differing[place] ?? 0] ?? 0))),
    )
    const expected = additive.expect(codes)
    const effects = [lately[0], past.share].map((counts) =>
      additive.quantiles(expected, (place) => counts?.[place] ?? 0),
    )
    const trees = forests.map(({ forest, recency }) => {
      const counted = weightsIn(forest, codes, past, recencyOf(recency, done))
      return raw((place) => counted[place] ?? 0)
    })
    const telling = single[lossOfFactor.indexOf(Math.min(...lossOfFactor))]
    const voices = [telling === undefined ? [] : [telling], many, effects, trees]
      .map((voice, index) => ({
        says: mean(voice),
        counts: voice.length === 0 ? 0 : (VOICES[index] ?? 1) * (lossOfVoice[index] || 1) ** -TRUST,
      }))
      .filter(({ counts }) => counts > 0)
    const all = voices.reduce((sum, { counts }) => sum + counts, 0)
    const [low = 0, middle = 0, high = 0] = LEVELS.map((_, level) =>
      voices.reduce((sum, { says, counts }) => sum + ((says[level] ?? 0) * counts) / all, 0),
    )
    const quantiles = [
      Math.max(0, middle - width.below * (middle - low)),
      middle,
      middle + width.above * (high - middle),
    ]
    return { codes, quantiles, single, voices: voices.map(({ says }) => says), expected }
  }

  /** What was asked came true: the `rank`-th order to be complete, of `orders` that are by now. */
  const learn = (
    asked: Asked,
    days: number,
    { rank, share, orders }: { rank: number; share: number; orders: number },
  ): void => {
    for (const [factor, quantiles] of asked.single.entries())
      lossOfFactor[factor] = (lossOfFactor[factor] ?? 0) + share * lossOf(days, quantiles)
    for (const [voice, quantiles] of asked.voices.entries())
      lossOfVoice[voice] = (lossOfVoice[voice] ?? 0) + share * lossOf(days, quantiles)
    if (asked.quantiles !== null) {
      const [low = 0, , high = 0] = asked.quantiles
      const follow = (now: number, outside: boolean): number =>
        Math.min(WIDEST, Math.max(1 / WIDEST, now * Math.exp(share * FOLLOWS * (Number(outside) - LEVELS[0]))))
      width.below = follow(width.below, days < low)
      width.above = follow(width.above, days > high)
    }
    past.add({ days, codes: asked.codes, rank, share })
    additive.learn(asked.expected)
    done = orders
  }

  return {
    ask,
    learn,
    /** The share of those before who took longer than this, against what was expected of each. */
    longerThan: ({ expected }: Asked, days: number): number =>
      expected === null ? 0.5 : additive.longerThan(expected, days),
  }
}

const lossOf = (days: number, quantiles: readonly number[]): number =>
  LEVELS.reduce((sum, level, index) => sum + pinball(days, quantiles[index] ?? 0, level), 0) / LEVELS.length

const mean = (of: readonly (readonly number[])[]): number[] =>
  LEVELS.map((_, level) => of.reduce((sum, one) => sum + (one[level] ?? 0), 0) / Math.max(1, of.length))

/** mulberry32: enough for choosing parts of a sample, and the same everywhere. */
const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}
