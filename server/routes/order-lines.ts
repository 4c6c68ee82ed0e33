import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Order, OrderChange, OrderLinePatch } from '../model/order.ts'
import { lineObjection } from '../store/line-objection.ts'
import { changesBetween, keepChanges, orderHistory } from '../store/order-changes.ts'
import { holdLine, patched, writeLines } from '../store/order-lines.ts'
import { readOrder } from '../store/orders.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { LineParams } from './milestones.ts'
import { OrderParams } from './orders.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']

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
          const reason = await lineObjection(tx, id, line, held, after)
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
