import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Receipt, ReceiptSaid } from '../model/order.ts'
import { findLine } from '../store/milestones.ts'
import { asOrganisation } from '../store/pool.ts'
import { listReceipts, recordReceipt } from '../store/receipts.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { LineParams } from './milestones.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']

/** What arrived of a line, recorded by its buyer; nothing that was recorded is ever changed. */
export const receiptRoutes =
  ({ pool, orderChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/orders/:id/lines/:line/receipts',
      schema: {
        tags,
        summary: 'Everything recorded as arrived of a line, oldest first',
        params: LineParams,
        response: { 200: z.object({ items: z.array(Receipt), next: z.null() }) },
      },
      handler: (request) => {
        const { id, line } = request.params
        return asOrganisation(pool, signedIn(request), async (tx) => {
          if ((await findLine(tx, id, line)) === null) throw notFound('order line')
          return { items: await listReceipts(tx, id, line), next: null }
        })
      },
    })

    app.route({
      method: 'POST',
      url: '/orders/:id/lines/:line/receipts',
      schema: {
        tags,
        summary: 'Record what arrived of a line',
        description:
          'Closes the forecast of the line, unless `more` is to come. A correction names what it `corrects`; one with quantity 0 takes it back. The same `key` again is harmless.',
        params: LineParams,
        body: ReceiptSaid,
        response: { 200: Receipt, 201: Receipt },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { id, line } = request.params
        const recorded = await change(pool, request, async (tx) => {
          const known = await findLine(tx, id, line)
          if (known === null) throw notFound('order line')
          if (known.orgId !== who.orgId) throw refusal(403, 'Only the buyer of this line records what arrived.')
          const by = { kind: who.kind, id: who.id, name: who.name }
          const outcome = await recordReceipt(tx, known, request.body, by, Date.now())
          if (!outcome.ok) throw refusal(outcome.status, outcome.reason)
          const { at, quantity, condition, more, corrects, id: receipt } = outcome.receipt
          const details = { line, receipt, at, quantity, condition, more, corrects }
          const deed = { action: 'receipt.recorded', subject: { kind: 'order', id }, details }
          return { answer: outcome, deed: outcome.already ? null : deed }
        })
        if (!recorded.already) orderChanged(id)
        return reply.code(recorded.already ? 200 : 201).send(recorded.receipt)
      },
    })
  }
