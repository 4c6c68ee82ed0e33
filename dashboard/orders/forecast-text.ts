import type { Cause, Forecast } from '../../server/model/forecast.ts'
import { now } from '../state/clock.ts'
import { language, locale } from '../text/language.ts'
import { type OwnStages, stageName, t } from '../text/orders.ts'
import type { Line } from './risk.ts'

const DAY_MS = 86_400_000
type Span = { p10: string; p50: string; p90: string; arrivedAt: string | null }

const dayFormat = (...shown: Date[]): Intl.DateTimeFormat => {
  const thisYear = new Date(now.peek()).getFullYear()
  const year = shown.every((date) => date.getFullYear() === thisYear) ? {} : { year: 'numeric' as const }
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', ...year })
}

/** 24 Dec 2026; the year only where it is another one. */
export const calendarDay = (when: string | number): string => {
  const date = new Date(when)
  return dayFormat(date).format(date)
}

/** 12–19 May: what both days share is said once. */
export const dayRange = (from: string | number, to: string | number): string => {
  const [first, last] = [new Date(from), new Date(to)]
  const format = dayFormat(first, last)
  if (first.toDateString() === last.toDateString()) return format.format(first)
  const sameMonth = first.getFullYear() === last.getFullYear() && first.getMonth() === last.getMonth()
  // Intl writes a Chinese range with slashes
  if (language.value === 'zh')
    return `${format.format(first)}至${sameMonth ? `${last.getDate()}日` : format.format(last)}`
  return sameMonth ? `${first.getDate()}–${format.format(last)}` : `${format.format(first)} – ${format.format(last)}`
}

/** Between which days it arrives, 8 times of 10, and most likely when; where that is one day, that. */
export const arrivalText = ({ p10, p50, p90, arrivedAt }: Span): string => {
  if (arrivedAt !== null) return t('forecast.arrived', { day: calendarDay(arrivedAt) })
  const [range, likely] = [dayRange(p10, p90), calendarDay(p50)]
  return range === likely ? t('forecast.arrivesOn', { likely }) : t('forecast.arrives', { range, likely })
}

const CHANCES = [
  [0.05, 'chance.no'],
  [0.2, 'chance.unlikely'],
  [0.5, 'chance.maybe'],
  [0.8, 'chance.probable'],
  [0.95, 'chance.very'],
] as const

/** 37; nothing is quite sure before it has happened. */
export const percentText = (probability: number): string =>
  probability > 0 && probability < 0.01
    ? '< 1'
    : probability > 0.99 && probability < 1
      ? '> 99'
      : String(Math.round(probability * 100))

/** The chance of missing need-by, in words and as a figure. */
export const chanceText = (probabilityLate: number): string => {
  const words = t(CHANCES.find(([below]) => probabilityLate < below)?.[1] ?? 'chance.certain')
  return t('chance.figure', { words, percent: percentText(probabilityLate) })
}

/** Why it is late, in the reader's language; of a kind that is newer than this page, the server's own sentence. */
export const causeText = (cause: Cause, names: OwnStages): string => {
  const { kind, days: n, usualDays: usual, elapsedDays: elapsed } = cause
  const stage = cause.stage === undefined ? null : stageName(cause.stage, names)
  switch (kind) {
    case 'stage-overdue':
      return stage === null || usual === undefined ? cause.what : t(`cause.line.${kind}`, { stage, n, usual })
    case 'stage-slow':
      return stage === null || usual === undefined || elapsed === undefined
        ? cause.what
        : t(`cause.line.${kind}`, { stage, n, usual, elapsed })
    case 'estimate':
      return stage === null ? cause.what : t(`cause.line.${kind}`, { stage, n })
    case 'supplier-habit':
    case 'transit':
    case 'condition':
    case 'plan':
    case 'usual':
      return t(`cause.line.${kind}`, { n })
    default:
      return cause.what
  }
}

/** How the most likely arrival lies to need-by, in whole days. */
export const slackText = (slackMs: number): string => {
  const n = Math.round(Math.abs(slackMs) / DAY_MS)
  if (n === 0) return t('forecast.onNeed')
  return t(slackMs < 0 ? 'forecast.after' : 'forecast.before', { n })
}

/** Whether anything is known from which a forecast could follow. */
const isPlanned = ({ stages, shipments }: Pick<Line, 'stages' | 'shipments'>): boolean =>
  shipments.length > 0 ||
  stages.some(({ plannedAt, estimatedAt, actualAt, usualDays }) =>
    [plannedAt, estimatedAt, actualAt, usualDays].some((known) => known !== null),
  )

/** Why there is no forecast: there is nothing it could follow from, or it is only being made. */
export const missingForecast = (
  line: Pick<Line, 'stages' | 'shipments' | 'cancelledAt'>,
): 'cancelled' | 'plan' | 'soon' => (line.cancelledAt !== null ? 'cancelled' : isPlanned(line) ? 'soon' : 'plan')

/** A forecast of which something can be said. */
export type Told = Forecast & { p10: string; p50: string; p90: string }
export const isTold = (forecast: Forecast): forecast is Told =>
  forecast.p10 !== null && forecast.p50 !== null && forecast.p90 !== null
