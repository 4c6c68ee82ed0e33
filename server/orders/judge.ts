import type { MilestoneSaid } from '../model/milestone.ts'
import type { PlannedStage } from '../model/order.ts'

/** Clocks differ: this far ahead is now, ms. */
const AHEAD_MS = 5 * 60_000
/** Where nobody says when it was ordered, production may have begun so long before the order was entered, ms. */
const BEFORE_ENTRY_MS = 365 * 86_400_000

/** A date without a time of day, or of another time zone, may seem to be so much before the order, ms. */
const SAME_DAY_MS = 86_400_000
/** An estimate may be of a day that is just over; of a time long past, or as far ahead as that, it is a slip of the pen, ms. */
const ESTIMATE_BEHIND_MS = 31 * 86_400_000
const FARTHEST_MS = 10 * 365 * 86_400_000

/** Nothing of an order happens before it, epoch ms. */
export const earliestOf = ({ orderedAt, createdAt }: Pick<LineFacts, 'orderedAt' | 'createdAt'>): number =>
  orderedAt === null ? createdAt - BEFORE_ENTRY_MS : orderedAt - SAME_DAY_MS

/** What a milestone is judged against; epoch ms. */
export type LineFacts = {
  stages: readonly PlannedStage[]
  orderedAt: number | null
  createdAt: number
  cancelledAt: number | null
}

/** Why a milestone cannot be, in a sentence for who said it; null when it can. Pure. */
export const judgeMilestone = (said: MilestoneSaid, line: LineFacts, now: number): string | null => {
  if (line.cancelledAt !== null)
    return `this line was cancelled on ${new Date(line.cancelledAt).toISOString().slice(0, 10)}: the buyer can take that back`
  if (!line.stages.some(({ stage }) => stage === said.stage))
    return `stage ${said.stage} is not in the plan of this line, which has ${line.stages.map(({ stage }) => stage).join(', ')}`
  if (said.classifier === 'actual' && said.at > now + AHEAD_MS)
    return `at ${new Date(said.at).toISOString()} lies ahead: what has not happened yet is estimated, not actual`
  if (said.at < earliestOf(line)) return `at ${new Date(said.at).toISOString()} is before the order: check the date`
  if (said.at > now + FARTHEST_MS)
    return `at ${new Date(said.at).toISOString()} is more than ten years ahead: check the date`
  if (said.saidAt !== undefined && said.saidAt > now + AHEAD_MS)
    return `saidAt ${new Date(said.saidAt).toISOString()} lies ahead: it is when this was said`
  if (said.classifier === 'estimated' && said.at < (said.saidAt ?? now) - ESTIMATE_BEHIND_MS)
    return `at ${new Date(said.at).toISOString()} is more than a month before it was said: an estimate is of what is still to come; what has happened is actual`
  return null
}
