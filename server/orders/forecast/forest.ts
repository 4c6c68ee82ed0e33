import { recencyOf } from './alike.ts'
import type { Past } from './past.ts'

export type Forest = readonly Tree[]
type Leaf = { places: readonly number[] }
type Split = { factor: number; left: ReadonlySet<number>; ifLeft: Tree; ifRight: Tree }
type Tree = Leaf | Split

export type ForestSettings = {
  trees: number
  /** fewer orders than this are not told apart any further */
  leastOrders: number
  /** of all orders, those that a tree looks at */
  sampled: number
  recency: number | null
  /** from 0 to 1, the same series for the same seed */
  random: () => number
}

/**
 * Regression trees over the log of days, each from a part of the orders and at each split from a few of the factors, whose
 * leaves keep what fell into them (quantile regression forest, Meinshausen 2006). A factor's levels are split in the order
 * of their means, which finds the best of all splits into two (Breiman et al. 1984, 4.2).
 */
export const growForest = (past: Past, done: number, settings: ForestSettings): Forest => {
  const { trees, sampled, random } = settings
  const recency = recencyOf(settings.recency, done)
  const logs = Float64Array.from(past.days, (days) => Math.log(days + past.offset()))
  const weights = Float64Array.from(past.rank, (rank, place) => (past.share[place] ?? 0) * recency(rank))
  const tried = Math.max(2, Math.round(Math.sqrt(past.factors) / 1.5))
  return Array.from({ length: trees }, () => {
    const isIn = new Map<number, boolean>()
    const places: number[] = []
    for (const [place, rank] of past.rank.entries()) {
      const chosen = isIn.get(rank) ?? random() < sampled
      isIn.set(rank, chosen)
      if (chosen) places.push(place)
    }
    return grow({ past, logs, weights, tried, ...settings }, places, 0)
  })
}

const DEEPEST = 14

type Growing = ForestSettings & { past: Past; logs: Float64Array; weights: Float64Array; tried: number }
type Cut = { gain: number; factor: number; left: Set<number> }

const grow = (growing: Growing, places: readonly number[], depth: number): Tree => {
  const { past, leastOrders } = growing
  if (depth >= DEEPEST || orders(past, places) < 2 * leastOrders) return { places }
  let best: Cut | null = null
  for (const factor of someOf(past.factors, growing.tried, growing.random)) {
    const cut = cutOf(growing, places, factor)
    if (cut !== null && (best === null || cut.gain > best.gain)) best = cut
  }
  if (best === null) return { places }
  const { factor, left } = best
  const codes = past.codes[factor] ?? []
  const [lefts, rights] = [
    places.filter((place) => left.has(codes[place] ?? 0)),
    places.filter((place) => !left.has(codes[place] ?? 0)),
  ]
  return { factor, left, ifLeft: grow(growing, lefts, depth + 1), ifRight: grow(growing, rights, depth + 1) }
}

const orders = (past: Past, places: readonly number[]): number =>
  places.reduce((sum, place) => sum + (past.share[place] ?? 0), 0)

/** The cut that explains most; null where none leaves enough orders on both sides. */
const cutOf = (
  { past, logs, weights, leastOrders }: Growing,
  places: readonly number[],
  factor: number,
): Cut | null => {
  const codes = past.codes[factor] ?? []
  const levels = new Map<number, { code: number; weight: number; sum: number; orders: number }>()
  let [weight, sum, all] = [0, 0, 0]
  for (const place of places) {
    const code = codes[place] ?? 0
    const level = levels.get(code) ?? { code, weight: 0, sum: 0, orders: 0 }
    levels.set(code, level)
    const [w, log, share] = [weights[place] ?? 0, logs[place] ?? 0, past.share[place] ?? 0]
    level.weight += w
    level.sum += w * log
    level.orders += share
    weight += w
    sum += w * log
    all += share
  }
  const ascending = [...levels.values()].sort((a, b) => a.sum / a.weight - b.sum / b.weight)
  let best: { gain: number; count: number } | null = null
  let [leftWeight, leftSum, leftOrders] = [0, 0, 0]
  for (const [index, level] of ascending.entries()) {
    leftWeight += level.weight
    leftSum += level.sum
    leftOrders += level.orders
    if (leftOrders < leastOrders || all - leftOrders < leastOrders) continue
    const rightSum = sum - leftSum
    const gain = leftSum ** 2 / leftWeight + rightSum ** 2 / (weight - leftWeight) - sum ** 2 / weight
    if (gain > 1e-12 && (best === null || gain > best.gain)) best = { gain, count: index + 1 }
  }
  return best === null
    ? null
    : { gain: best.gain, factor, left: new Set(ascending.slice(0, best.count).map(({ code }) => code)) }
}

const someOf = (count: number, wanted: number, random: () => number): number[] => {
  const all = Array.from({ length: count }, (_, index) => index)
  return Array.from({ length: Math.min(wanted, count) }, () => all.splice(Math.floor(random() * all.length), 1)[0] ?? 0)
}

/**
 * How much each past example counts for one with these codes: in each tree, those of its leaf share a whole between them,
 * in proportion to their weight.
 */
export const weightsIn = (
  forest: Forest,
  codes: readonly number[],
  past: Past,
  recency: (rank: number) => number,
): Float64Array => {
  const counted = new Float64Array(past.days.length)
  const weight = (place: number): number => (past.share[place] ?? 0) * recency(past.rank[place] ?? 0)
  for (const tree of forest) {
    let at = tree
    while (!('places' in at)) at = at.left.has(codes[at.factor] ?? -1) ? at.ifLeft : at.ifRight
    const all = at.places.reduce((sum, place) => sum + weight(place), 0)
    if (all > 0) for (const place of at.places) counted[place] = (counted[place] ?? 0) + weight(place) / all
  }
  return counted
}
