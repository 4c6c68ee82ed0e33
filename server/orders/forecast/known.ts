import type { PlannedStage } from '../../model/order.ts'
import type { ShipmentFacts } from './transit.ts'

export const DAY_MS = 86_400_000

/** What was said of a stage; epoch ms. `recordedAt`: when we learnt it. */
export type Said = {
  id: string
  stage: string
  classifier: 'actual' | 'estimated' | 'planned'
  at: number
  progress: number | null
  corrects: string | null
  recordedAt: number
}
export type Arrived = {
  id: string
  at: number
  quantity: number
  more: boolean
  corrects: string | null
  recordedAt: number
}

/** What may be changed of a line after it was entered. */
export type LineTerms = {
  orderedAt: number | null
  needBy: number
  quantity: number
  cancelledAt: number | null
  stages: readonly PlannedStage[]
  /** what is made, as far as it matters for how long */
  product: string
}

/** All that is stored of a line, whenever it was learnt; epoch ms. */
export type LineFacts = LineTerms & {
  orderId: string
  line: string
  orgId: string
  supplierId: string
  createdAt: number
  /** what the terms were before each change, oldest first */
  changes: readonly { at: number; before: Partial<LineTerms> }[]
  said: readonly Said[]
  receipts: readonly Arrived[]
  shipments: readonly ShipmentFacts[]
}

/** Where a stage stands. `planDays`: by the plan, after the one before; null where the plan has no such figure. */
export type Standing = {
  stage: string
  weight: number
  planDays: number | null
  plannedAt: number | null
  doneAt: number | null
  /** when we learnt that it is done */
  learntAt: number | null
  estimate: { at: number; saidAt: number } | null
  /** 0 to 1; null where nobody said */
  progress: number | null
}

/** A line as it was known at a moment. */
export type KnownLine = LineTerms & {
  startedAt: number
  standings: Standing[]
  receipts: Arrived[]
}

/** What stands of what was known by then: without what was corrected by then. */
const standingAt = <T extends { id: string; corrects: string | null; recordedAt: number }>(
  all: readonly T[],
  asOf: number,
): T[] => {
  const known = all.filter(({ recordedAt }) => recordedAt <= asOf)
  const corrected = new Set(known.map(({ corrects }) => corrects))
  return known.filter(({ id }) => !corrected.has(id))
}

/** By `key`, and where that is the same by id, so that the order in which things are handed over plays no part. */
const newest = <T extends { id: string }>(all: readonly T[], key: (one: T) => number): T | undefined => {
  let best: T | undefined
  for (const one of all) {
    const ahead =
      best === undefined ? 1 : key(one) - key(best) || one.id.length - best.id.length || (one.id > best.id ? 1 : -1)
    if (ahead > 0) best = one
  }
  return best
}

const at = ({ at }: Said): number => at
const recordedAt = ({ recordedAt }: Said): number => recordedAt

/**
 * A line as it was known at `asOf`. Of several actuals of a stage the latest to happen holds (rework), whichever was learnt
 * first; of estimates and plans, which can be told apart by nothing else, the last one said.
 */
export const asKnown = (facts: LineFacts, asOf: number): KnownLine => {
  const terms: LineTerms = {
    orderedAt: facts.orderedAt,
    product: facts.product,
    needBy: facts.needBy,
    quantity: facts.quantity,
    cancelledAt: facts.cancelledAt,
    stages: facts.stages,
  }
  for (const change of facts.changes.toReversed()) if (change.at > asOf) Object.assign(terms, change.before)
  const said = standingAt(facts.said, asOf)
  const startedAt = terms.orderedAt ?? facts.createdAt
  let before: number | null = startedAt
  const standings = terms.stages.map((planned): Standing => {
    const of = said.filter(({ stage }) => stage === planned.stage)
    const actual = newest(
      of.filter(({ classifier }) => classifier === 'actual'),
      at,
    )
    const plan = newest(
      of.filter(({ classifier }) => classifier === 'planned'),
      recordedAt,
    )
    const estimate = newest(
      of.filter(({ classifier }) => classifier === 'estimated'),
      recordedAt,
    )
    const isDone = actual !== undefined && (actual.progress === null || actual.progress >= 1)
    const plannedAt: number | null = plan?.at ?? (planned.plannedAt === null ? null : Date.parse(planned.plannedAt))
    const byDates: number | null = plannedAt === null || before === null ? null : (plannedAt - before) / DAY_MS
    before = plannedAt
    return {
      stage: planned.stage,
      weight: planned.weight,
      planDays: byDates !== null && byDates > 0 ? byDates : (planned.usualDays ?? null),
      plannedAt,
      doneAt: isDone ? actual.at : null,
      learntAt: isDone ? actual.recordedAt : null,
      estimate: isDone || estimate === undefined ? null : { at: estimate.at, saidAt: estimate.recordedAt },
      progress: isDone
        ? 1
        : (newest(
            of.filter(({ progress }) => progress !== null),
            recordedAt,
          )?.progress ?? null),
    }
  })
  return { ...terms, startedAt, standings, receipts: standingAt(facts.receipts, asOf) }
}
