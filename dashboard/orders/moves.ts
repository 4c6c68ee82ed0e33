import type { Cause, Forecast } from '../../server/model/forecast.ts'
import type { Milestone } from '../../server/model/milestone.ts'
import type { OrderChange, Receipt } from '../../server/model/order.ts'
import { isTold } from './forecast-text.ts'

const DAY_MS = 86_400_000
/** A smaller step of the most likely arrival is none worth a figure. */
const LEAST_DAYS = 0.25
/** Where the range changed by less, it did not. */
const LEAST_RANGE_DAYS = 1
/** Need-by may move under a forecast that stays: then the chance of being late is what moved. */
const LEAST_CHANCE = 0.1

/** What bears a time just before a forecast may have been committed just after it was made. */
const COMMIT_MS = 5_000

/** What was learnt of a line, in any order. */
export type Learnt = {
  milestones: readonly Milestone[]
  receipts: readonly Receipt[]
  changes: readonly OrderChange[]
}

export type MoveKind = 'first' | 'later' | 'earlier' | 'narrower' | 'wider' | 'same' | 'likelier' | 'closed' | 'ended'
/** `days`: of the most likely arrival, to a tenth, without its sign. */
export type Move = {
  forecast: Forecast
  kind: MoveKind
  days: number
  /** what was learnt since the move before */
  news: Learnt
  /** what weighs most in the difference: it came or grew; else what is gone */
  grown: Cause | null
  gone: Cause | null
}

const keyOf = ({ kind, stage }: Cause): string => `${kind} ${stage ?? ''}`

/** The cause that grew most and, where none did, the one that shrank or went most. */
const difference = (before: readonly Cause[], after: readonly Cause[]): Pick<Move, 'grown' | 'gone'> => {
  const [was, is] = [new Map(before.map((one) => [keyOf(one), one])), new Map(after.map((one) => [keyOf(one), one]))]
  const most = (all: readonly Cause[], other: ReadonlyMap<string, Cause>): Cause | null =>
    all
      .map((cause) => ({ cause, by: cause.days - (other.get(keyOf(cause))?.days ?? 0) }))
      .filter(({ by }) => by >= 0.1)
      .toSorted((a, b) => b.by - a.by)[0]?.cause ?? null
  return {
    grown: most(after, was),
    gone: most(
      before.filter((one) => !is.has(keyOf(one))),
      is,
    ),
  }
}

const kindOf = (before: Forecast | null, after: Forecast): { kind: MoveKind; days: number } => {
  if (!isTold(after)) return { kind: 'ended', days: 0 }
  if (after.arrivedAt !== null) return { kind: 'closed', days: 0 }
  if (before === null || !isTold(before)) return { kind: 'first', days: 0 }
  const moved = (Date.parse(after.p50) - Date.parse(before.p50)) / DAY_MS
  const days = Math.round(Math.abs(moved) * 10) / 10
  if (days >= LEAST_DAYS) return { kind: moved > 0 ? 'later' : 'earlier', days }
  const width = ({ p10, p90 }: { p10: string; p90: string }): number => (Date.parse(p90) - Date.parse(p10)) / DAY_MS
  const wider = width(after) - width(before)
  if (Math.abs(wider) < LEAST_RANGE_DAYS) {
    const chance = Math.abs((after.probabilityLate ?? 0) - (before.probabilityLate ?? 0))
    return { kind: chance >= LEAST_CHANCE ? 'likelier' : 'same', days }
  }
  return { kind: wider > 0 ? 'wider' : 'narrower', days }
}

const newsBetween = (learnt: Learnt, from: number | null, to: number): Learnt => {
  const isNews = (time: string): boolean => from !== null && Date.parse(time) > from && Date.parse(time) <= to
  return {
    milestones: learnt.milestones.filter(({ recordedAt }) => isNews(recordedAt)),
    receipts: learnt.receipts.filter(({ recordedAt }) => isNews(recordedAt)),
    changes: learnt.changes.filter(({ at, what }) => what !== 'entered' && isNews(at)),
  }
}
const isEmpty = (news: Learnt): boolean => news.milestones.length + news.receipts.length + news.changes.length === 0

/**
 * How a forecast moved and why, newest first, from its history (newest first) and all that was learnt. A forecast is made
 * within seconds of what it follows from, so that what was learnt since the move before is what moved it. Pure.
 */
export const movesOf = (history: readonly Forecast[], learnt: Learnt): Move[] =>
  history.map((forecast, i) => {
    const before = history[i + 1] ?? null
    const [from, to] = [before === null ? null : Date.parse(before.asOf), Date.parse(forecast.asOf)]
    const since = (start: number | null, end: number): Learnt => newsBetween(learnt, start, end)
    const news = since(from, to)
    return {
      forecast,
      ...kindOf(before, forecast),
      news: isEmpty(news) && from !== null ? since(from - COMMIT_MS, from) : news,
      ...(before === null
        ? { grown: forecast.causes[0] ?? null, gone: null }
        : difference(before.causes, forecast.causes)),
    }
  })
