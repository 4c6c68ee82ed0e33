import type { PlannedStage } from '../../model/order.ts'
import { type Statement, standing, toldOf } from '../said.ts'
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
  saidAt?: number | null
  key?: string | null
  lot?: string | null
  /** which organisation spoke; null or left out: the supplier */
  by?: string | null
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
  estimate: { at: number; saidAt: number; by: string | null } | null
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
export const standingAt = <T extends Statement>(all: readonly T[], asOf: number): (T & { since: number })[] =>
  standing(all.filter(({ recordedAt }) => recordedAt <= asOf))

/** A line as it was known at `asOf`; which of several statements of a stage holds is decided in said.ts. */
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
    const {
      done,
      planned: plan,
      estimated: estimate,
      progress,
    } = toldOf(said.filter(({ stage }) => stage === planned.stage))
    const plannedAt: number | null = plan?.at ?? (planned.plannedAt === null ? null : Date.parse(planned.plannedAt))
    const byDates: number | null = plannedAt === null || before === null ? null : (plannedAt - before) / DAY_MS
    before = plannedAt
    return {
      stage: planned.stage,
      weight: planned.weight,
      planDays: byDates !== null && byDates > 0 ? byDates : (planned.usualDays ?? null),
      plannedAt,
      doneAt: done?.at ?? null,
      learntAt: done?.recordedAt ?? null,
      estimate: estimate && { at: estimate.at, saidAt: estimate.since, by: estimate.by ?? null },
      progress,
    }
  })
  return { ...terms, startedAt, standings, receipts: standingAt(facts.receipts, asOf) }
}
