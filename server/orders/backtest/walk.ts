import { createHedge } from '../forecast/hedge.ts'
import { type Asked, createPanel } from '../forecast/panel.ts'
import { insertBy, LEVELS, quantileOf } from '../forecast/quantile.ts'
import type { Mapping } from './mapping.ts'
import type { Moment } from './moments.ts'
import { type AskedSlip, createSlips } from './slips.ts'

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
/** How far the running share of late ones, and the chance by what such orders take, are believed before any is known. */
const BELIEF = [0.8, 0.2] as const

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
  // where everything is promised, what such orders take otherwise is not asked
  const isAsked = !settings.withPromise || moments.some(({ promise }) => promise === null)
  const panel = createPanel(moments[0]?.levels.length ?? 0, settings.shrink)
  const slips = createSlips(settings.halfLifeDays * DAY_MS)
  const history: number[] = []
  const believed = createHedge(BELIEF)
  const asked: { question: Asked | null; promised: AskedSlip | null; chances: readonly number[] | null }[] = []
  const ranks = new Map<string, number>()
  const scored: Scored[] = []
  let next = 0

  for (const moment of moments) {
    for (let one = completions[next]; one !== undefined && one.moment.known < moment.at; one = completions[++next]) {
      const { order, days } = one.moment
      const rank = ranks.get(order) ?? ranks.size
      ranks.set(order, rank)
      const { question = null, promised = null, chances = null } = asked[one.index] ?? {}
      if (question !== null)
        panel.learn(question, days, { rank, share: 1 / (perOrder.get(order) ?? 1), orders: ranks.size })
      insertBy(history, days, (a, b) => a - b)
      slips.learn(one.moment, promised)
      const isLate = Number(days > (one.moment.promise ?? days))
      if (chances !== null) believed.learn(chances.map((chance) => (chance - isLate) ** 2))
    }
    const question = isAsked ? panel.ask(moment.levels) : null
    const promised = settings.withPromise ? slips.ask(moment) : null
    const chances =
      question === null || promised !== null || moment.promise === null
        ? null
        : [slips.base(), panel.longerThan(question, moment.promise)]
    asked.push({ question, promised, chances })
    const forecast = promised?.quantiles ?? question?.quantiles ?? null
    if (ranks.size < settings.teach || forecast === null) continue
    const weights = believed.weights()
    scored.push({
      moment,
      forecast,
      history: LEVELS.map((level) => quantileOf(history, level)),
      late: promised?.late ?? chances?.reduce((sum, one, index) => sum + one * (weights[index] ?? 0), 0) ?? null,
      lateBase: moment.promise === null ? null : slips.base(),
    })
  }
  return scored
}
