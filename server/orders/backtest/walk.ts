import { type Asked, createPanel } from '../forecast/panel.ts'
import { insertBy, LEVELS, quantileOf } from '../forecast/quantile.ts'
import type { Mapping } from './mapping.ts'
import type { Moment } from './moments.ts'
import { createSlips } from './slips.ts'

/** One forecast and how it turned out; days from `moment.at`. `late` is a probability; null where nothing was promised. */
export type Scored = {
  moment: Moment
  forecast: readonly number[]
  history: readonly number[]
  late: number | null
  lateBase: number | null
}

export type WalkSettings = Pick<Mapping, 'teach' | 'halfLifeDays' | 'shrink'> & { withPromise: boolean }

const DAY_MS = 86_400_000

/**
 * Walks through a history in time order; each moment is forecast from what was complete before it. What is scored begins
 * when `teach` orders are complete. Pure; the same history gives the same answer.
 */
export const walk = (moments: readonly Moment[], settings: WalkSettings): Scored[] => {
  const perOrder = new Map<string, number>()
  for (const { order } of moments) perOrder.set(order, (perOrder.get(order) ?? 0) + 1)
  const completions = moments
    .map((moment, index) => ({ moment, index }))
    .toSorted((a, b) => a.moment.known - b.moment.known)
  const panel = createPanel(moments[0]?.levels.length ?? 0, settings.shrink)
  const slips = createSlips(settings.halfLifeDays * DAY_MS)
  const history: number[] = []
  const asked: Asked[] = []
  const ranks = new Map<string, number>()
  const scored: Scored[] = []
  let next = 0

  for (const moment of moments) {
    for (let one = completions[next]; one !== undefined && one.moment.known < moment.at; one = completions[++next]) {
      const { order, days } = one.moment
      const rank = ranks.get(order) ?? ranks.size
      ranks.set(order, rank)
      const question = asked[one.index]
      if (question !== undefined)
        panel.learn(question, days, { rank, share: 1 / (perOrder.get(order) ?? 1), orders: ranks.size })
      insertBy(history, days, (a, b) => a - b)
      slips.learn(one.moment)
    }
    const question = panel.ask(moment.levels)
    asked.push(question)
    if (ranks.size < settings.teach || question.quantiles === null) continue
    const promised = settings.withPromise ? slips.forecast(moment, LEVELS) : null
    scored.push({
      moment,
      forecast: promised?.quantiles ?? question.quantiles,
      history: LEVELS.map((level) => quantileOf(history, level)),
      late: promised?.late ?? (moment.promise === null ? null : panel.longerThan(question, moment.promise)),
      lateBase: moment.promise === null ? null : slips.base(),
    })
  }
  return scored
}
