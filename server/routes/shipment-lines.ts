import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LineName, ShipmentLineSet } from '../model/order.ts'
import { keepChanges, type NewChange } from '../store/order-changes.ts'
import { asOrganisation } from '../store/pool.ts'
import { type Linked, linkLine, shipmentLines, unlinkLine } from '../store/shipment-lines.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { requirePart } from './parts.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['shipments']
const Params = z.object({ id: z.uuid() })
const Lines = z.object({
  items: z.array(
    z.object({ orderId: z.uuid(), number: z.string(), line: z.string(), quantity: z.number(), unit: z.string() }),
  ),
  next: z.null(),
})

/** What the line's history says of a share that was put on a shipment. */
export const attachment = (
  { orderId, line, supplierId, before, after }: Linked,
  shipmentId: string,
  reference: string,
): NewChange => ({
  orderId,
  line,
  supplierId,
  shipmentId,
  what: 'attached',
  changes: { [reference]: { before, after } },
})

/** Which order lines a shipment carries: a line may be split over shipments, and a shipment may carry several. */
export const shipmentLineRoutes =
  ({ pool, orderChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const reference = async (tx: Parameters<typeof shipmentLines>[0], id: string): Promise<string> => {
      const { rows } = await tx.query<{ reference: string }>('select reference from shipments where id = $1::uuid', [
        id,
      ])
      return rows[0]?.reference ?? id
    }

    app.route({
      method: 'GET',
      url: '/shipments/:id/lines',
      schema: {
        tags,
        summary: 'The order lines on a shipment, as far as you are a side of them',
        params: Params,
        response: { 200: Lines },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => {
          await requirePart(tx, request.params.id, ['buyer', 'carrier', 'supplier'])
          return { items: await shipmentLines(tx, request.params.id), next: null }
        }),
    })

    app.route({
      method: 'POST',
      url: '/shipments/:id/lines',
      schema: {
        tags,
        summary: 'Put a share of an order line on a shipment, or change the share that is on it',
        description: 'In the unit of the line. All shares of a line together are at most its quantity.',
        params: Params,
        body: ShipmentLineSet,
        response: { 200: Lines, 201: Lines },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { id } = request.params
        const { orderId } = request.body
        const { answer, made } = await change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          const outcome = await linkLine(tx, id, request.body)
          if (!outcome.ok)
            throw refusal(
              outcome.unknown ? 404 : 422,
              outcome.unknown ? 'There is no such order line.' : outcome.reason,
            )
          const { linked } = outcome
          const answer = { items: await shipmentLines(tx, id), next: null }
          if (linked.before === linked.after) return { answer: { answer, made: false }, deed: null }
          const name = await reference(tx, id)
          await keepChanges(tx, who.orgId, { kind: who.kind, id: who.id, name: who.name }, 'person', [
            attachment(linked, id, name),
          ])
          const { line, before, after } = linked
          const details = { order: orderId, line, quantity: { before, after } }
          const deed = { action: 'shipment.line-attached', subject: { kind: 'shipment', id, name }, details }
          return { answer: { answer, made: before === null }, deed }
        })
        orderChanged(orderId)
        return reply.code(made ? 201 : 200).send(answer)
      },
    })

    app.route({
      method: 'DELETE',
      url: '/shipments/:id/lines/:orderId/:line',
      schema: {
        tags,
        summary: 'Take an order line off a shipment',
        params: Params.extend({ orderId: z.uuid(), line: LineName }),
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { id, orderId, line } = request.params
        await change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          const gone = await unlinkLine(tx, id, orderId, line)
          if (gone === null) throw notFound('order line on this shipment')
          const name = await reference(tx, id)
          const changes = { [name]: { before: gone.quantity, after: null } }
          await keepChanges(tx, who.orgId, { kind: who.kind, id: who.id, name: who.name }, 'person', [
            { orderId, line, supplierId: gone.supplierId, shipmentId: id, what: 'detached', changes },
          ])
          const details = { order: orderId, line, quantity: { before: gone.quantity, after: null } }
          return {
            answer: null,
            deed: { action: 'shipment.line-detached', subject: { kind: 'shipment', id, name }, details },
          }
        })
        orderChanged(orderId)
        return reply.code(204).send(null)
      },
    })
  }
