import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Exposure, ExposureBudgets, ExposureQuery } from '../model/exposure.ts'
import { budgetsOf, exposureOf, setBudgets } from '../store/exposure.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { shipmentExists } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const tags = ['exposure']
const SubstanceParams = z.object({ id: z.uuid() })

const nameOf = async (tx: Tx, id: string): Promise<string> => {
  const { rows } = await tx.query<{ name: string }>('select name from substances where id = $1::uuid', [id])
  const name = rows[0]?.name
  if (name === undefined) throw notFound('substance')
  return name
}

/** How warm a cargo has been for how long, against what its product may have. A quality number: it clears no alarm. */
export const exposureRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/shipments/:id/exposure',
      config: { openToShares: true },
      schema: {
        tags,
        summary:
          'Time and degree-hours beyond each limit, mean kinetic temperature, coverage, what is used of the budget',
        description: 'A reading holds until the next, for at most three reporting intervals; what is beyond is a gap.',
        params: ShipmentParams,
        querystring: ExposureQuery,
        response: { 200: Exposure },
      },
      handler: async (request) => {
        const { id } = request.params
        const { from, to } = request.query
        if (from !== undefined && to !== undefined && from >= to)
          throw refusal(400, 'from must be before to.', { errors: [{ path: 'from', message: 'not before to' }] })
        const found = await asOrganisation(pool, signedIn(request), async (tx) => {
          if (!(await shipmentExists(tx, id))) throw notFound('shipment')
          return exposureOf(tx, id, { from, to })
        })
        const now = new Date().toISOString()
        return (
          found ?? {
            from: now, to: now, meanKineticCelsius: null, coverage: 0, knownMinutes: 0, beyond: [], budgets: [], resolutionSeconds: 60,
          } // biome-ignore format: nothing
        )
      },
    })

    app.route({
      method: 'GET',
      url: '/substances/:id/exposure-budgets',
      schema: {
        tags,
        summary: 'Your budgets for a substance',
        params: SubstanceParams,
        response: { 200: ExposureBudgets },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => {
          await nameOf(tx, request.params.id)
          return { items: await budgetsOf(tx, request.params.id) }
        }),
    })

    app.route({
      method: 'PUT',
      url: '/substances/:id/exposure-budgets',
      schema: {
        tags,
        summary: 'Set your budgets for a substance; those that were end',
        params: SubstanceParams,
        body: ExposureBudgets,
        response: { 200: ExposureBudgets },
      },
      handler: (request) => {
        const { id } = request.params
        const { items } = request.body
        if (new Set(items.map(({ above }) => above)).size < items.length)
          throw refusal(422, 'Two budgets for the same temperature: give one.', {
            errors: [{ path: 'items', message: 'above must differ' }],
          })
        return change(pool, request, async (tx) => {
          const subject = { kind: 'substance', id, name: await nameOf(tx, id) }
          await setBudgets(tx, signedIn(request).orgId, id, items)
          return { answer: { items }, deed: { action: 'exposure-budget.set', subject, details: { items } } }
        })
      },
    })
  }
