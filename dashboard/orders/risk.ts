import type { Order, OrderLine, StageState } from '../../server/model/order.ts'

const DAY_MS = 86_400_000
/** From this probability on a line is in danger, although it may still arrive in time. */
const LIKELY = 0.5

/** A line with its forecast, where there is one. */
export type Line = OrderLine
export type Level = 'late' | 'danger' | 'overdue' | 'course' | 'received' | 'cancelled'

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
export type RiskyLine = { order: Order; line: Line; risk: Risk }

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
  const expectedAt = line.received?.complete === true ? Date.parse(line.received.at) : expectedOf(line, open, now)
  const late = open.flatMap((stage) => {
    const due = dueOf(stage)
    return due !== null && due < now ? [{ stage: stage.stage, since: due }] : []
  })
  const overdue = late[0] ?? null
  const slackMs = expectedAt === null ? null : needBy - expectedAt
  const probabilityLate = line.forecast?.probabilityLate ?? null
  const isInDanger = probabilityLate === null ? slackMs !== null && slackMs < 0 : probabilityLate >= LIKELY
  const level: Level =
    line.cancelledAt !== null
      ? 'cancelled'
      : line.received?.complete === true
        ? 'received'
        : needBy < now
          ? 'late'
          : isInDanger
            ? 'danger'
            : overdue !== null
              ? 'overdue'
              : 'course'
  return { level, expectedAt, slackMs, probabilityLate, overdue, next: open[0] ?? null }
}

const RANK: Record<Level, number> = { late: 0, danger: 1, overdue: 2, course: 3, received: 4, cancelled: 5 }
const EARLIEST_FIRST: ReadonlySet<Level> = new Set<Level>(['late', 'overdue', 'course'])

/** The line that needs somebody sooner first. */
export const byRisk = (one: RiskyLine, other: RiskyLine): number => {
  const rank = RANK[one.risk.level] - RANK[other.risk.level]
  if (rank !== 0) return rank
  const [a, b] = [one.risk.probabilityLate, other.risk.probabilityLate]
  if (a !== null && b !== null && a !== b) return b - a
  if (one.risk.level === 'danger') return (one.risk.slackMs ?? 0) - (other.risk.slackMs ?? 0)
  const needBy = Date.parse(one.line.needBy) - Date.parse(other.line.needBy)
  return EARLIEST_FIRST.has(one.risk.level) ? needBy : -needBy
}

export const isOpen = ({ risk }: RiskyLine): boolean => risk.level !== 'received' && risk.level !== 'cancelled'
export const isAtRisk = ({ risk }: RiskyLine): boolean => RANK[risk.level] <= RANK.overdue

/** All lines of these orders with how they stand, what needs somebody first. */
export const linesByRisk = (orders: Iterable<Order>, now: number): RiskyLine[] =>
  [...orders].flatMap((order) => order.lines.map((line) => ({ order, line, risk: riskOf(line, now) }))).sort(byRisk)

/** By how many days what was done is off its plan; positive is late. Null where one of them is not known. */
export const daysOff = ({ plannedAt, actualAt, estimatedAt }: StageState): number | null => {
  const [plan, real] = [at(plannedAt), at(actualAt ?? estimatedAt)]
  return plan === null || real === null ? null : (real - plan) / DAY_MS
}
