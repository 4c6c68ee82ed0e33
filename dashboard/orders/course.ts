import type { Order } from '../../server/model/order.ts'
import type { Line, Risk } from './risk.ts'

/** Where something stands on the time line, 0 to 1. */
export type Mark = { at: number; x: number }
export type StageMarks = {
  stage: string
  plan: Mark | null
  estimate: Mark | null
  actual: Mark | null
  progress: number | null
}
export type Course = {
  from: number
  to: number
  now: Mark
  needBy: Mark
  ordered: Mark | null
  received: Mark | null
  expected: Mark | null
  stages: StageMarks[]
  shipments: { id: string; reference: string; phase: string; arrives: Mark }[]
  forecast: { p10: Mark; p50: Mark; p90: Mark } | null
  /** whole days, weeks or months to draw lines at */
  ticks: Mark[]
}

const DAY_MS = 86_400_000
const STEPS_DAYS = [1, 2, 7, 14, 30, 61, 91, 182, 365]
const parse = (text: string | null): number | null => (text === null ? null : Date.parse(text))

/** Ticks at local midnights, at most `most` of them. */
export const ticksBetween = (from: number, to: number, most: number): number[] => {
  const step = STEPS_DAYS.find((days) => (to - from) / (days * DAY_MS) <= most) ?? 730
  const first = new Date(from)
  first.setHours(24, 0, 0, 0)
  const ticks: number[] = []
  for (const day = first; day.getTime() < to; day.setDate(day.getDate() + step)) ticks.push(day.getTime())
  return ticks
}

/** A line's plan, what was done, need-by, shipments and forecast on one axis of time (epoch ms). Pure but for the zone. */
export const courseOf = (order: Order, line: Line, risk: Risk, now: number, mostTicks = 8): Course => {
  const { forecast = null } = line
  const needBy = Date.parse(line.needBy)
  const [ordered, received] = [parse(order.orderedAt), parse(line.received?.at ?? null)]
  const all = [
    needBy, ordered, received, risk.expectedAt, parse(forecast?.p90 ?? null),
    ...line.stages.flatMap(({ plannedAt, estimatedAt, actualAt }) => [parse(plannedAt), parse(estimatedAt), parse(actualAt)]),
    ...line.shipments.map(({ eta }) => Date.parse(eta)),
    // what is over needs no now
    ...(received === null && line.cancelledAt === null ? [now] : []),
  ].filter((one) => one !== null) // biome-ignore format: what stands on it
  const [first, last] = [Math.min(...all), Math.max(...all)]
  const room = Math.max(DAY_MS / 2, (last - first) * 0.05)
  const [from, to] = [first - room, last + room]
  const mark = (at: number): Mark => ({ at, x: (at - from) / (to - from) })
  const maybe = (at: number | null): Mark | null => (at === null ? null : mark(at))
  return {
    from,
    to,
    now: mark(now),
    needBy: mark(needBy),
    ordered: maybe(ordered),
    received: maybe(received),
    expected: maybe(risk.expectedAt),
    stages: line.stages.map((stage) => ({
      stage: stage.stage,
      plan: maybe(parse(stage.plannedAt)),
      estimate: maybe(parse(stage.estimatedAt)),
      actual: maybe(parse(stage.actualAt)),
      progress: stage.progress,
    })),
    shipments: line.shipments.map(({ id, reference, phase, eta }) => ({
      id,
      reference,
      phase,
      arrives: mark(Date.parse(eta)),
    })),
    forecast:
      forecast === null
        ? null
        : {
            p10: mark(Date.parse(forecast.p10)),
            p50: mark(Date.parse(forecast.p50)),
            p90: mark(Date.parse(forecast.p90)),
          },
    ticks: ticksBetween(from, to, mostTicks).map(mark),
  }
}
