import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Forecast } from '../model/forecast.ts'
import { Scorecard, WhatIf, WhatIfLine } from '../model/order-risk.ts'
import { openLinesWith, supplierScorecard } from '../store/order-risk.ts'
import { asOrganisation } from '../store/pool.ts'
import { organisationExists } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound } from './problem.ts'

const tags = ['orders']
/** More lines than any one supplier has open, and two forecasts of each in about a second. */
const MOST_LINES = 2_000

/** From which probability of missing need-by on a line is red, or amber. */
const RED = 0.5
const AMBER = 0.2
const levelOf = (probability: number | null): 0 | 1 | 2 => {
  if (probability === null || probability < AMBER) return 0
  return probability < RED ? 1 : 2
}
/** What a line becomes that it was not; null where it does not get worse. */
const turn = (before: number | null, after: number | null): 'red' | 'amber' | null => {
  if (levelOf(after) <= levelOf(before)) return null
  return levelOf(after) === 2 ? 'red' : 'amber'
}

const shown = ({ p10, p50, p90, probabilityLate }: Forecast) => ({ p10, p50, p90, probabilityLate })

/** How suppliers have done, and what becomes of one's lines if one of them slips. */
export const orderRiskRoutes =
  ({ pool, forecasts }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/suppliers/:id/scorecard',
      schema: {
        tags,
        summary: 'How a supplier has done with you: in time, true to its dates, and how long silent',
        description:
          'A supplier asks of itself and sees what its buyer sees: with `buyerId` the figures with that one, else with all.',
        params: z.object({ id: z.uuid() }),
        querystring: z.object({ buyerId: z.uuid().optional() }),
        response: { 200: Scorecard },
      },
      handler: (request) => {
        const who = signedIn(request)
        const { id } = request.params
        const { buyerId } = request.query
        return asOrganisation(pool, who, async (tx) => {
          if (!(await organisationExists(tx, id))) throw notFound('supplier')
          if (buyerId !== undefined && !(await organisationExists(tx, buyerId))) throw notFound('buyer')
          // whoever is not the supplier sees its own figures with it, and no one else's
          return supplierScorecard(tx, id === who.orgId ? (buyerId ?? null) : who.orgId, id)
        })
      },
    })

    app.route({
      method: 'POST',
      url: '/orders/what-if',
      config: { openToViewers: true },
      schema: {
        tags,
        summary:
          'If a supplier, or one lot of it, slipped by so many days: your open lines, before and after, and which turn',
        description: `Changes nothing. What has left the supplier stays as it is. At most ${MOST_LINES} lines, what is needed first first.`,
        body: WhatIf,
        response: { 200: z.object({ items: z.array(WhatIfLine) }) },
      },
      handler: async (request) => {
        const { supplierId, lot, days } = request.body
        const lines = await asOrganisation(pool, signedIn(request), async (tx) => {
          if (!(await organisationExists(tx, supplierId))) throw notFound('supplier')
          return openLinesWith(tx, { supplierId, lot, most: MOST_LINES })
        })
        const slipped = new Map(
          (await forecasts.ifSlipped(lines, days)).map((one) => [`${one.orderId} ${one.line}`, one]),
        )
        return {
          items: lines.flatMap((line) => {
            const found = slipped.get(`${line.orderId} ${line.line}`)
            // what has arrived slips no more
            if (found === undefined || found.before.arrivedAt !== null) return []
            const [before, after] = [shown(found.before), shown(found.after)]
            return [{ ...line, before, after, turns: turn(before.probabilityLate, after.probabilityLate) }]
          }),
        }
      },
    })
  }
