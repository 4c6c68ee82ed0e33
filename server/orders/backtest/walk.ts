import { type Effects, expectedLog, fitEffects, NO_EFFECTS } from '../forecast/effects.ts'
import { standsFor } from '../forecast/mature.ts'
import { byValue, quantileOf, type Weighted, weightedQuantile } from '../forecast/quantile.ts'
import type { Mapping } from './mapping.ts'
import type { Moment } from './moments.ts'
import { createSlips } from './slips.ts'

export const LEVELS = [0.1, 0.5, 0.9] as const

/** One forecast and how it turned out; days from `moment.at`. `late` is a probability; null where nothing was promised. */
export type Scored = {
  moment: Moment
  forecast: readonly number[]
  history: readonly number[]
  late: number | null
  lateBase: number | null
}

export type WalkSettings = Pick<Mapping, 'teach' | 'halfLifeDays' | 'shrink' | 'offsetDays'> & { withPromise: boolean }

const DAY_MS = 86_400_000
/** Fewer residuals tell no quantiles. */
const LEAST = 20
/** Learning again after each delivery costs much and changes little: after this share of new ones. */
const AGAIN = 0.01

/**
 * Walks through a history in time order; each moment is forecast from what was complete before it. What is scored begins
 * when `teach` orders are complete. Pure; the same history gives the same answer.
 */
export const walk = (moments: readonly Moment[], settings: WalkSettings): Scored[] => {
  const perOrder = new Map<string, number>()
  for (const { order } of moments) perOrder.set(order, (perOrder.get(order) ?? 0) + 1)
  const logOf = (days: number): number => Math.log(days + settings.offsetDays)
  const completions = moments
    .map((moment, index) => ({ moment, index }))
    .toSorted((a, b) => a.moment.known - b.moment.known)
  const history: number[] = []
  const taught: { moment: Moment; share: number; residual: number | null }[] = []
  const centres: (number | undefined)[] = []
  const complete = new Set<string>()
  const slips = createSlips(settings.halfLifeDays * DAY_MS)
  const scored: Scored[] = []
  let effects: Effects = NO_EFFECTS
  let residuals: Weighted[] = []
  let learnt = 0
  let next = 0

  const learn = (now: number): void => {
    const recency = taught.map(
      ({ moment, share }) => share * 2 ** ((moment.known - now) / settings.halfLifeDays / DAY_MS),
    )
    const factors = standsFor(
      taught.map(({ moment }) => ({ value: moment.days, age: (now - moment.at) / DAY_MS })),
      recency,
    )
    const examples = taught.map(({ moment, share }, index) => ({
      log: logOf(moment.days), levels: moment.levels, known: moment.known, weight: share * (factors[index] ?? 1),
    })) // biome-ignore format: an example, in one look
    effects = fitEffects(
      examples,
      now,
      { halfLifeMs: settings.halfLifeDays * DAY_MS, shrink: [settings.shrink] },
      effects,
    )
    residuals = taught
      .flatMap(({ residual }, index) =>
        residual === null ? [] : [{ value: residual, weight: (recency[index] ?? 0) * (factors[index] ?? 1) }],
      )
      .toSorted(byValue)
    learnt = taught.length
  }

  for (const [index, moment] of moments.entries()) {
    for (let one = completions[next]; one !== undefined && one.moment.known < moment.at; one = completions[++next]) {
      const centre = centres[one.index]
      const residual = centre === undefined ? null : logOf(one.moment.days) - centre
      taught.push({ moment: one.moment, share: 1 / (perOrder.get(one.moment.order) ?? 1), residual })
      insertAscending(history, one.moment.days)
      complete.add(one.moment.order)
      slips.learn(one.moment)
    }
    if (taught.length - learnt > learnt * AGAIN) learn(moment.at)
    if (taught.length < 2) continue
    const centre = expectedLog(effects, moment.levels)
    centres[index] = centre
    if (complete.size < settings.teach || residuals.length < LEAST) continue
    const promised = settings.withPromise ? slips.forecast(moment, LEVELS) : null
    const forecast =
      promised?.quantiles ??
      LEVELS.map((level) => Math.max(0, Math.exp(centre + weightedQuantile(residuals, level)) - settings.offsetDays))
    const late =
      promised?.late ??
      (moment.promise === null ? null : shareAbove(residuals, logOf(Math.max(0, moment.promise)) - centre))
    const base = moment.promise === null ? null : slips.base()
    scored.push({ moment, forecast, history: LEVELS.map((level) => quantileOf(history, level)), late, lateBase: base })
  }
  return scored
}

const shareAbove = (residuals: readonly Weighted[], limit: number): number => {
  let above = 0
  let all = 0
  for (const { value, weight } of residuals) {
    all += weight
    if (value > limit) above += weight
  }
  return all === 0 ? 0.5 : above / all
}

const insertAscending = (values: number[], value: number): void => {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  values.splice(low, 0, value)
}
