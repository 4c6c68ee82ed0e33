import type { Alarm } from '../../server/model/alarm.ts'
import type { Order, OrderLine, StageState } from '../../server/model/order.ts'
import { lineKey, weightOf } from './alarms-of-lines.ts'

const DAY_MS = 86_400_000
/** From this probability on a line is in danger, although it may still arrive in time. */
const LIKELY = 0.5

/** A line with its forecast, where there is one. */
export type Line = OrderLine
export type Level = 'late' | 'danger' | 'overdue' | 'course' | 'unknown' | 'arrived' | 'received' | 'cancelled'

/** `slackMs`: from what is expected to need-by; null where nothing is known of it. */
export type Risk = {
  level: Level
  /** epoch ms; null: nobody has said anything from which it follows */
  expectedAt: number | null
  slackMs: number | null
  probabilityLate: number | null
  overdue: { stage: string; since: number } | null
  /** the stage that comes next; null when all are done */
  next: StageState | null
}
/** With the open alarms of the line, worst first. */
export type RiskyLine = { order: Order; line: Line; risk: Risk; alarms: readonly Alarm[] }

const at = (text: string | null): number | null => (text === null ? null : Date.parse(text))
const dueOf = (stage: StageState): number | null => at(stage.estimatedAt ?? stage.plannedAt)

/** The stages after the last one that is done: what is still to come. One that was passed over is no more waited for. */
export const stagesToCome = (stages: readonly StageState[]): StageState[] =>
  stages.slice(stages.findLastIndex(({ actualAt }) => actualAt !== null) + 1)

const expectedOf = (line: Line, open: readonly StageState[], now: number): number | null => {
  if (line.forecast) return Date.parse(line.forecast.p50)
  const eta = Math.max(...line.shipments.filter(({ phase }) => phase !== 'closed').map((one) => Date.parse(one.eta)))
  if (Number.isFinite(eta)) return Math.max(eta, now)
  const last = open.findLast((stage) => dueOf(stage) !== null)
  const due = last === undefined ? null : dueOf(last)
  // what is overdue was not done: it is now at the earliest
  return due === null ? null : Math.max(due, now)
}

/** How a line stands at `now` (epoch ms): by its forecast where there is one, else by what was said and planned. Pure. */
export const riskOf = (line: Line, now: number): Risk => {
  const open = stagesToCome(line.stages)
  const needBy = Date.parse(line.needBy)
  const arrivedAt = at(line.forecast?.arrivedAt ?? null)
  const expectedAt =
    line.received?.complete === true ? Date.parse(line.received.at) : (arrivedAt ?? expectedOf(line, open, now))
  const late = open.flatMap((stage) => {
    const due = dueOf(stage)
    return due !== null && due < now ? [{ stage: stage.stage, since: due }] : []
  })
  const overdue = late[0] ?? null
  const slackMs = expectedAt === null ? null : needBy - expectedAt
  const probabilityLate = line.forecast?.probabilityLate ?? null
  const isInDanger = probabilityLate === null ? slackMs !== null && slackMs < 0 : probabilityLate >= LIKELY
  const isMade = line.stages.length > 0 && open.length === 0
  const level: Level =
    line.cancelledAt !== null
      ? 'cancelled'
      : line.received?.complete === true
        ? 'received'
        : arrivedAt !== null
          ? 'arrived'
          : needBy < now
            ? 'late'
            : isInDanger
              ? 'danger'
              : overdue !== null
                ? 'overdue'
                : expectedAt === null && !isMade
                  ? 'unknown'
                  : 'course'
  return { level, expectedAt, slackMs, probabilityLate, overdue, next: open[0] ?? null }
}

/** What is over stands last: first what is still to be booked in. */
const OVER: Partial<Record<Level, number>> = { arrived: 1, received: 2, cancelled: 3 }
/** How likely it is late where no forecast says so: by what was said and planned. */
const WITHOUT_FORECAST: Partial<Record<Level, number>> = { late: 1, danger: 0.5, overdue: 0.2, unknown: 0.1 }

/** In whole percent: what is nearly the same is decided by what comes after. */
const chanceOf = ({ level, probabilityLate }: Risk): number =>
  Math.round((level === 'late' ? 1 : (probabilityLate ?? WITHOUT_FORECAST[level] ?? 0)) * 100)

/**
 * The line that needs somebody sooner first: by the chance of missing need-by, then by how far the most likely arrival lies
 * past it, then by its open alarms.
 */
export const byRisk = (one: RiskyLine, other: RiskyLine): number => {
  const over = OVER[one.risk.level] ?? 0
  const rank = over - (OVER[other.risk.level] ?? 0)
  if (rank !== 0) return rank
  const needBy = (): number => Date.parse(one.line.needBy) - Date.parse(other.line.needBy)
  if (over > 0) return -needBy()
  const slack = (risk: Risk): number => risk.slackMs ?? Number.MAX_SAFE_INTEGER
  return (
    chanceOf(other.risk) - chanceOf(one.risk) ||
    slack(one.risk) - slack(other.risk) ||
    weightOf(other.alarms) - weightOf(one.alarms) ||
    needBy()
  )
}

export const hasArrived = ({ risk }: RiskyLine): boolean => risk.level === 'received' || risk.level === 'arrived'
/** Something of it is still to come. */
export const isOpen = (one: RiskyLine): boolean => !hasArrived(one) && one.risk.level !== 'cancelled'
const AT_RISK: ReadonlySet<Level> = new Set<Level>(['late', 'danger', 'overdue'])
export const isAtRisk = (one: RiskyLine): boolean =>
  AT_RISK.has(one.risk.level) || (isOpen(one) && one.alarms.length > 0)

/** All lines of these orders with how they stand at `now` (epoch ms), what needs somebody first. */
export const linesByRisk = (
  orders: Iterable<Order>,
  now: number,
  alarms: ReadonlyMap<string, readonly Alarm[]> = new Map(),
): RiskyLine[] =>
  [...orders]
    .flatMap((order) =>
      order.lines.map((line) => ({
        order,
        line,
        risk: riskOf(line, now),
        alarms: alarms.get(lineKey(order.id, line.line)) ?? [],
      })),
    )
    .sort(byRisk)

/** By how many days what was done is off its plan; positive is late. Null where one of them is not known. */
export const daysOff = ({ plannedAt, actualAt, estimatedAt }: StageState): number | null => {
  const [plan, real] = [at(plannedAt), at(actualAt ?? estimatedAt)]
  return plan === null || real === null ? null : (real - plan) / DAY_MS
}
