import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Chart, RangeQuery, Track } from '../model/chart.ts'
import { chart, sparklines, track } from '../store/chart.ts'
import { asOrganisation, type Tx, type Viewer } from '../store/pool.ts'
import { shipmentExists } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const tags = ['readings']
const Range = RangeQuery.refine((range) => range.from < range.to, {
  path: ['from'],
  message: 'from must be before to',
})
const column = z.array(z.number().nullable())
const Sparklines = z.object({
  items: z.array(z.object({ shipmentId: z.uuid(), time: z.array(z.number()), temperature: column, pressure: column })),
})

/** A chart is ten thousand numbers of our own making: checking each against the schema again would double its time. */
const asItIs = () => (data: unknown) => JSON.stringify(data)

/** What a shipment's devices measured while it had them. */
export const measurementRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const ofShipment = <T>(viewer: Viewer, id: string, read: (tx: Tx) => Promise<T>): Promise<T> =>
      asOrganisation(pool, viewer, async (tx) => {
        if (!(await shipmentExists(tx, id))) throw notFound('shipment')
        return read(tx)
      })

    app.route({
      method: 'GET',
      url: '/shipments/:id/readings',
      config: { openToShares: true },
      serializerCompiler: asItIs,
      schema: {
        tags,
        summary: 'A chart in columns: minimum, maximum and mean of each bucket, gaps as null',
        params: ShipmentParams,
        querystring: Range,
        response: { 200: Chart },
      },
      handler: (request) => {
        const { id } = request.params
        return ofShipment(signedIn(request), id, (tx) => chart(tx, id, request.query))
      },
    })

    app.route({
      method: 'GET',
      url: '/shipments/:id/track',
      config: { openToShares: true },
      serializerCompiler: asItIs,
      schema: {
        tags,
        summary: 'Where it was',
        params: ShipmentParams,
        querystring: Range,
        response: { 200: Track },
      },
      handler: (request) => {
        const { id } = request.params
        return ofShipment(signedIn(request), id, (tx) => track(tx, id, request.query))
      },
    })

    app.route({
      method: 'GET',
      url: '/sparklines',
      serializerCompiler: asItIs,
      schema: {
        tags,
        summary: 'Temperature and pressure of every shipment in the last hours, in few points',
        querystring: z.object({ hours: z.coerce.number().min(0.1).max(168).default(6) }),
        response: { 200: Sparklines },
      },
      handler: async (request) => ({
        items: await asOrganisation(pool, signedIn(request), (tx) => sparklines(tx, request.query.hours)),
      }),
    })
  }
