import { stageStates } from '../orders/stages.ts'
import { listMilestones } from './milestones.ts'
import type { HeldLine, LineFields } from './order-lines.ts'
import type { Tx } from './pool.ts'
import { listReceipts } from './receipts.ts'
import { shippedOf } from './shipment-lines.ts'

/** Why a line can't become that, in a sentence; null when it can. */
export const lineObjection = async (
  tx: Tx,
  orderId: string,
  line: string,
  held: HeldLine,
  after: LineFields,
): Promise<string | null> => {
  const { fields: before, number } = held
  const named = `Line ${line} of ${number}`
  if (before.cancelledAt !== null && after.cancelledAt !== null)
    return `${named} was cancelled on ${before.cancelledAt.slice(0, 10)}. Take the cancellation back (cancelled: false) to change it.`
  const shipped = await shippedOf(tx, orderId, line)
  if (after.quantity < shipped.quantity)
    return `${shipped.quantity} ${before.unit} of ${named.toLowerCase()} are on shipments already (${shipped.references.join(', ')}): its quantity can't be less. Take it off one first.`
  if (after.unit !== before.unit && shipped.references.length > 0)
    return `${named} is on shipments already (${shipped.references.join(', ')}), by its unit ${before.unit}. Take it off them before its unit changes.`
  if (before.cancelledAt === null && after.cancelledAt !== null) {
    if (shipped.references.length > 0)
      return `${named} is on ${shipped.references.join(', ')}. Take it off before you cancel it.`
    if ((await listReceipts(tx, orderId, line)).some(({ quantity }) => quantity > 0))
      return `Something of ${named.toLowerCase()} has arrived already, so it can't be cancelled.`
  }
  const kept = new Set(after.stages.map(({ stage }) => stage))
  const done = stageStates(before.stages, await listMilestones(tx, orderId, line)).find(
    ({ stage, actualAt }) => actualAt !== null && !kept.has(stage),
  )
  return done === undefined
    ? null
    : `Stage ${done.stage} was said to be done at ${done.actualAt}: keep it in the plan, or correct that first.`
}
