import type { Forecast } from '../../server/model/forecast.ts'
import type { OrderChange } from '../../server/model/order.ts'
import { ticksBetween } from './course.ts'
import { isTold } from './forecast-text.ts'

/** A position on the chart, 0 to 1 from the left or the top. */
export type Place = { at: number; share: number }
/** What was told from `from` until `to`: a forecast holds until the next one. */
export type Step = { from: Place; to: Place; p10: Place; p50: Place; p90: Place; needBy: Place; isArrived: boolean }
export type HistoryCourse = {
  steps: Step[]
  needs: { from: Place; to: Place; needBy: Place }[]
  times: Place[]
  days: Place[]
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const MINUTES = [1, 2, 5, 15, 30, 60, 120, 360, 720]

/** Times to name along the lower edge: days where there are enough of them, else hours or minutes. */
const timesBetween = (from: number, to: number, most: number): number[] => {
  if (to - from > 2 * DAY_MS) return ticksBetween(from, to, most)
  const step = (MINUTES.find((minutes) => (to - from) / (minutes * MINUTE_MS) <= most) ?? 1440) * MINUTE_MS
  const midnight = new Date(from).setHours(0, 0, 0, 0)
  const times: number[] = []
  for (let at = midnight + Math.ceil((from - midnight) / step) * step; at <= to; at += step) times.push(at)
  return times
}

/** Need-by as it stood over time: what it was, until somebody changed it. Epoch ms. */
const needBys = (needBy: string, changes: readonly OrderChange[]): { until: number; needBy: number }[] => {
  const moved = changes
    .flatMap(({ at, changes: fields }) => {
      const before = fields.needBy?.before
      return typeof before === 'string' ? [{ until: Date.parse(at), needBy: Date.parse(before) }] : []
    })
    .toSorted((a, b) => a.until - b.until)
  return [...moved, { until: Number.POSITIVE_INFINITY, needBy: Date.parse(needBy) }]
}

type Known = { needBy: string; changes: readonly OrderChange[]; now: number; mostTimes?: number }

/**
 * The history of a forecast (newest first) on two axes of time: when it was made, and which arrival it told; later is
 * higher. Null where nothing was ever told. Pure but for the zone.
 */
export const historyCourse = (
  history: readonly Forecast[],
  { needBy, changes, now, mostTimes = 6 }: Known,
): HistoryCourse | null => {
  const told = history.toReversed()
  const first = told.find(isTold)
  if (first === undefined) return null
  const needs = needBys(needBy, changes)
  const needAt = (at: number): number =>
    (needs.find(({ until }) => at < until) ?? { needBy: Date.parse(needBy) }).needBy
  const from = Date.parse(first.asOf)
  const to = Math.max(now, Date.parse(told.at(-1)?.asOf ?? first.asOf), from + MINUTE_MS)
  const arrivals = told.flatMap((one) => (isTold(one) ? [Date.parse(one.p10), Date.parse(one.p90)] : []))
  const inView = needs.filter(({ until }) => until > from).map((one) => one.needBy)
  const [low, high] = [Math.min(...arrivals, ...inView), Math.max(...arrivals, ...inView)]
  const room = Math.max(DAY_MS / 2, (high - low) * 0.08)
  const across = (at: number): Place => ({ at, share: Math.min(1, Math.max(0, (at - from) / (to - from))) })
  const up = (at: number): Place => ({ at, share: 1 - (at - low + room) / (high - low + 2 * room) })
  const steps = told.flatMap((one, i): Step[] => {
    if (!isTold(one)) return []
    const begin = Date.parse(one.asOf)
    return [
      {
        from: across(begin),
        to: across(Date.parse(told[i + 1]?.asOf ?? new Date(to).toISOString())),
        p10: up(Date.parse(one.p10)),
        p50: up(Date.parse(one.p50)),
        p90: up(Date.parse(one.p90)),
        needBy: up(needAt(begin)),
        isArrived: one.arrivedAt !== null,
      },
    ]
  })
  let since = from
  const lines = needs.flatMap(({ until, needBy: day }) => {
    if (until <= from) return []
    const one = { from: across(since), to: across(Math.min(until, to)), needBy: up(day) }
    since = until
    return [one]
  })
  return {
    steps,
    needs: lines,
    times: timesBetween(from, to, mostTimes).map(across),
    days: ticksBetween(low - room, high + room, 5).map(up),
  }
}
