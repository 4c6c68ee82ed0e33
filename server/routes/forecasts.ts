import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Forecast, type ForecastMove } from '../model/forecast.ts'
import { Instant } from '../model/instant.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { listForecasts } from '../store/forecasts.ts'
import { findLine, type KnownLine } from '../store/milestones.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { LineParams } from './milestones.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']
const ById = z.tuple([z.string().regex(/^\d{1,18}$/)])
/** Clocks differ: this far ahead is now, ms. */
const AHEAD_MS = 5 * 60_000

/** What keeps a shipment is told to its buyer; a line's supplier may have no part in that. */
const forSupplier = (forecast: Forecast): Forecast => ({
  ...forecast,
  causes: forecast.causes.filter(({ kind }) => kind !== 'transit' && kind !== 'condition'),
})
const seenBy = (orgId: string, { orgId: buyerId }: KnownLine, forecast: Forecast): Forecast =>
  orgId === buyerId ? forecast : forSupplier(forecast)

/** What something that was learnt of a line at `learntAt` (epoch ms) did to its forecast, for its supplier. */
export const moveBy = async (
  forecasts: AppDeps['forecasts'],
  of: { orderId: string; line: string },
  learntAt: number,
): Promise<ForecastMove> => {
  const { before, after, movedDays } = await forecasts.moved(of, learntAt)
  return { before: before && forSupplier(before), after: after && forSupplier(after), movedDays }
}

/** When a line arrives, now, as it was thought at any moment before, and how that moved. */
export const forecastRoutes =
  ({ pool, forecasts }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/orders/:id/lines/:line/forecast',
      schema: {
        tags,
        summary: 'When a line arrives, with what it is late by; with `asOf`, from what was known then',
        description:
          'Times are null where nothing can be said: before the order was entered, or when it was cancelled. A receipt closes the forecast: `arrivedAt`.',
        params: LineParams,
        querystring: z.object({ asOf: Instant.optional() }),
        response: { 200: Forecast },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const { id, line } = request.params
        const { asOf } = request.query
        const known = await asOrganisation(pool, who, (tx) => findLine(tx, id, line))
        if (known === null) throw notFound('order line')
        if (asOf !== undefined && asOf > Date.now() + AHEAD_MS)
          throw refusal(
            400,
            `asOf: ${new Date(asOf).toISOString()} lies ahead, and what will be known then is not known.`,
          )
        const forecast = await forecasts.at({ orderId: id, line }, asOf ?? null)
        if (forecast === null) throw notFound('order line')
        return seenBy(who.orgId, known, forecast)
      },
    })

    app.route({
      method: 'GET',
      url: '/orders/:id/lines/:line/forecasts',
      schema: {
        tags,
        summary:
          'How the forecast of a line moved, newest first: one entry whenever it did, or was late for another reason',
        params: LineParams,
        querystring: PageQuery,
        response: { 200: pageOf(Forecast) },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const { id, line } = request.params
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, ById)?.[0] ?? null
        return asOrganisation(pool, who, async (tx) => {
          const known = await findLine(tx, id, line)
          if (known === null) throw notFound('order line')
          const found = await listForecasts(tx, { orderId: id, line, after, limit: limit + 1 })
          const { items, next } = toPage(found, limit, (item) => [item.id])
          return { items: items.map(({ forecast }) => seenBy(who.orgId, known, forecast)), next }
        })
      },
    })
  }
