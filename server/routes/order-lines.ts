import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Order, OrderChange, OrderLinePatch } from '../model/order.ts'
import { stageStates } from '../orders/stages.ts'
import { listMilestones } from '../store/milestones.ts'
import { changesBetween, keepChanges, orderHistory } from '../store/order-changes.ts'
import { type HeldLine, holdLine, type LineFields, patched, writeLines } from '../store/order-lines.ts'
import { readOrder } from '../store/orders.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { listReceipts } from '../store/receipts.ts'
import { shippedOf } from '../store/shipment-lines.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { LineParams } from './milestones.ts'
import { OrderParams } from './orders.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']

/** Why a line can't become that, in a sentence; null when it can. */
const objection = async (
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

/** What is changed of an order's lines after it was entered, by its buyer; what was is kept. */
export const orderLineRoutes =
  ({ pool, orderChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'PATCH',
      url: '/orders/:id/lines/:line',
      schema: {
        tags,
        summary: 'Change quantity, need-by, stage plan or family of a line, or cancel it',
        description: 'Only the buyer may. What it was before, who changed it and when stay in the history.',
        params: LineParams,
        body: OrderLinePatch,
        response: { 200: Order },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const { id, line } = request.params
        const changed = await change(pool, request, async (tx) => {
          const order = await readOrder(tx, id)
          if (order?.lines.some((one) => one.line === line) !== true) throw notFound('order line')
          const held = await holdLine(tx, id, line)
          if (held === null) throw refusal(403, 'Only the buyer of this line may change it.')
          const after = patched(held.fields, request.body, Date.now())
          const changes = changesBetween(held.fields, after)
          if (Object.keys(changes).length === 0) return { answer: order, deed: null }
          const reason = await objection(tx, id, line, held, after)
          if (reason !== null) throw refusal(422, reason)
          await writeLines(tx, [{ orderId: id, line, fields: after }])
          const by = { kind: who.kind, id: who.id, name: who.name }
          await keepChanges(tx, who.orgId, by, 'person', [
            {
              orderId: id,
              line,
              supplierId: held.supplierId,
              what: 'changed',
              changes,
              reason: request.body.reason ?? null,
            },
          ])
          const answer = await readOrder(tx, id)
          if (answer === null) throw notFound('order')
          const subject = { kind: 'order', id, name: held.number }
          return { answer, deed: { action: 'order.line-changed', subject, details: { line, ...changes } } }
        })
        orderChanged(id)
        return changed
      },
    })

    app.route({
      method: 'GET',
      url: '/orders/:id/history',
      schema: {
        tags,
        summary: 'What was changed of an order since it was entered, oldest first; a supplier sees its own lines',
        params: OrderParams,
        response: { 200: z.object({ items: z.array(OrderChange), next: z.null() }) },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => {
          const items = await orderHistory(tx, request.params.id)
          if (items.length === 0) throw notFound('order')
          return { items, next: null }
        }),
    })
  }
