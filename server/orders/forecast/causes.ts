import type { Cause } from '../../model/forecast.ts'
import { stageName } from '../stage-name.ts'
import type { Coming } from './transit.ts'

/** What a stage has taken, or is to take, against what is usual; days. */
export type Told = {
  stage: string
  usualDays: number
  planDays: number | null
  /** since the stage before; null where that is not known, or the stage has not begun */
  elapsedDays: number | null
  isDone: boolean
  /** `laterDays`: by how much the estimate makes it later than the usual pace */
  estimate: { at: number; laterDays: number } | null
}

const DAY_MS = 86_400_000
/** Less is not worth a word. */
const LEAST_DAYS = 0.5
const MOST_CAUSES = 6

const tenths = (days: number): number => Math.round(days * 10) / 10
const inDays = (days: number): string => `${tenths(days)} ${tenths(days) === 1 ? 'day' : 'days'}`
const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`

/** Why it is late, largest first; what makes it early is none. */
export const causesOf = ({
  told,
  coming,
  planEnd,
  expected,
  needBy,
}: {
  told: readonly Told[]
  coming: readonly Coming[]
  planEnd: number | null
  /** the forecast's middle, epoch ms */
  expected: number
  needBy: number
}): Cause[] => {
  const causes: Cause[] = []
  for (const { stage, usualDays, elapsedDays, isDone, estimate } of told) {
    const over = (elapsedDays ?? 0) - usualDays
    if (elapsedDays !== null && over >= LEAST_DAYS) {
      const usual = tenths(usualDays)
      const days = tenths(tenths(elapsedDays) - usual)
      const name = stageName(stage)
      causes.push({
        kind: isDone ? 'stage-slow' : 'stage-overdue',
        what: sentence(
          isDone
            ? `${name} took ${inDays(elapsedDays)}, ${days} over its usual ${usual}`
            : `${name} is ${inDays(days)} over its usual ${usual}`,
        ),
        days,
        stage,
        usualDays: usual,
        elapsedDays: tenths(elapsedDays),
      })
    }
    if (estimate !== null && estimate.laterDays >= LEAST_DAYS)
      causes.push({
        kind: 'estimate',
        what: `The supplier expects ${stageName(stage)} on ${new Date(estimate.at).toISOString().slice(0, 10)}, which makes it ${inDays(estimate.laterDays)} later than its usual pace`,
        days: tenths(estimate.laterDays),
        stage,
      })
  }
  const habit = told.reduce(
    (sum, { isDone, planDays, usualDays }) => sum + (isDone || planDays === null ? 0 : usualDays - planDays),
    0,
  )
  if (habit >= LEAST_DAYS)
    causes.push({
      kind: 'supplier-habit',
      what: `This supplier usually takes ${inDays(habit)} longer than planned for what is left`,
      days: tenths(habit),
    })
  const behind = coming.reduce((most, one) => Math.max(most, one.behindDays), 0)
  if (behind >= LEAST_DAYS / 2)
    causes.push({ kind: 'transit', what: `The shipment is ${inDays(behind)} behind its plan`, days: tenths(behind) })
  const condition = coming.reduce((most, one) => Math.max(most, one.conditionDays), 0)
  if (condition > 0)
    causes.push({
      kind: 'condition',
      what: `An active alarm may stop the shipment: ${inDays(Math.max(0.1, condition))} on average`,
      days: Math.max(0.1, tenths(condition)),
    })
  const over = planEnd === null ? 0 : (planEnd - needBy) / DAY_MS
  if (over >= LEAST_DAYS)
    causes.push({ kind: 'plan', what: `The plan itself ends ${inDays(over)} after need-by`, days: tenths(over) })
  // where nothing takes longer than it usually does, and no plan says when it ends, what is usual is too long
  const past = (expected - needBy) / DAY_MS
  if (causes.length === 0 && past > 0)
    causes.push({
      kind: 'usual',
      what: `By what the rest usually takes, it ends ${inDays(Math.max(0.1, past))} after need-by`,
      days: Math.max(0.1, tenths(past)),
    })
  return causes.toSorted((a, b) => b.days - a.days).slice(0, MOST_CAUSES)
}
