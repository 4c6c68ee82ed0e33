import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Order, OrderCreate } from '../model/order.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { plannedStages } from '../store/order-lines.ts'
import { createOrder, listOrders, readOrder } from '../store/orders.ts'
import { asOrganisation } from '../store/pool.ts'
import { organisationExists } from '../store/shipments.ts'
import { defaultStages, familiesOf, listPlans } from '../store/stage-plans.ts'
import { resolveSubstance } from '../store/substances.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { checkedIdentifiers } from './masterdata.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']
const ByCreation = z.tuple([z.string().regex(/^-?\d{1,18}$/), z.uuid()])
export const OrderParams = z.object({ id: z.uuid() })

const unresolved = (path: string, message: string) => refusal(422, message, { errors: [{ path, message }] })

/** Purchase orders: entered by the buyer, seen line by line by whoever delivers them. */
export const orderRoutes =
  ({ pool, orderChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/orders',
      schema: {
        tags,
        summary: 'Orders that you buy or deliver, newest first; a supplier sees its own lines',
        querystring: PageQuery.extend({
          open: z.stringbool().default(false).describe('only orders of which something is still to come'),
        }),
        response: { 200: pageOf(Order) },
      },
      handler: async (request) => {
        const { limit, cursor, open } = request.query
        const after = fromCursor(cursor, ByCreation)
        const found = await asOrganisation(pool, signedIn(request), (tx) =>
          listOrders(tx, { after, limit: limit + 1, open }),
        )
        const { items, next } = toPage(found, limit, ({ position }) => position)
        return { items: items.map(({ order }) => order), next }
      },
    })

    app.route({
      method: 'POST',
      url: '/orders',
      schema: {
        tags,
        summary: 'Enter an order',
        description:
          'Without stages a line gets your plan for its family and supplier (`/stage-plans`), else the usual one. `number` is your own; `id` in the answer is ours.',
        body: OrderCreate,
        response: { 201: Order },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { number, supplierId, orderedAt = null, lines } = request.body
        if (who.organisation.kind === 'carrier') throw refusal(403, 'A carrier has no order book.')
        const identifiers = lines.map(({ substance }, i) => checkedIdentifiers(substance, `lines.${i}.substance.`))
        const made = await change(pool, request, async (tx) => {
          const resolved = []
          const plans = await listPlans(tx)
          for (const [i, line] of lines.entries()) {
            const supplier = line.supplierId ?? supplierId
            if (supplier === undefined || !(await organisationExists(tx, supplier)))
              throw unresolved(
                line.supplierId === undefined ? 'supplierId' : `lines.${i}.supplierId`,
                'You know no organisation with this id. Add the supplier under /api/v1/organisations first.',
              )
            const substance = await resolveSubstance(tx, identifiers[i] ?? {})
            if (!substance.ok) throw unresolved(`lines.${i}.substance`, substance.reason)
            const { price = null, currency = null } = line
            const family = line.family ?? (await familiesOf(tx, [substance.id])).get(substance.id) ?? null
            const stages =
              line.stages === undefined
                ? defaultStages(plans, { family, supplierId: supplier, orderedAt })
                : plannedStages(line.stages)
            resolved.push({ ...line, supplierId: supplier, substanceId: substance.id, price, currency, family, stages })
          }
          const id = await createOrder(tx, who.orgId, { number, orderedAt, lines: resolved })
          if (id === null) throw refusal(409, `You have an order with the number ${number} already.`)
          const order = await readOrder(tx, id)
          if (order === null) throw notFound('order')
          const details = {
            lines: order.lines.map(({ line, supplier, quantity, unit, needBy }) => ({
              line,
              supplier: supplier.id,
              quantity,
              unit,
              needBy,
            })),
          }
          return {
            answer: order,
            deed: { action: 'order.created', subject: { kind: 'order', id, name: number }, details },
          }
        })
        orderChanged(made.id)
        return reply.code(201).header('location', `/api/v1/orders/${made.id}`).send(made)
      },
    })

    app.route({
      method: 'GET',
      url: '/orders/:id',
      schema: { tags, summary: 'One order, as far as it is yours', params: OrderParams, response: { 200: Order } },
      handler: async (request) => {
        const order = await asOrganisation(pool, signedIn(request), (tx) => readOrder(tx, request.params.id))
        if (order === null) throw notFound('order')
        return order
      },
    })
  }
