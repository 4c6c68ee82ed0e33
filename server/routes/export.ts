import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { QueryInstant } from '../model/instant.ts'
import { exportReadings } from '../store/export.ts'
import { asOrganisation } from '../store/pool.ts'
import { readShipment } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { asCsv, asParquet } from './export-formats.ts'
import { notFound } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const FORMATS = {
  csv: { type: 'text/csv; charset=utf-8', encode: asCsv },
  parquet: { type: 'application/vnd.apache.parquet', encode: asParquet },
} as const

const ExportQuery = z
  .object({
    format: z.enum(['csv', 'parquet']).default('csv'),
    from: QueryInstant.optional().describe('from the first reading, unless said'),
    to: QueryInstant.optional().describe('until now, unless said'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['from'],
    message: 'from must be before to',
  })

/** A device's clock may be a little ahead. */
const AHEAD_MS = 3_600_000

/** A name that is safe in a header and on every disk. */
const fileName = (reference: string, format: string): string =>
  `${reference.replace(/[^\w.-]+/g, '_').slice(0, 80) || 'shipment'}.${format}`

/** Every reading of a shipment as a file, for whoever may see its chart. */
export const exportRoutes =
  ({ pool, log }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/shipments/:id/export',
      config: { openToShares: true },
      schema: {
        tags: ['readings'],
        summary: 'Every reading of a shipment, as CSV or Parquet',
        description:
          'A row a reading, by device and time; pressure in bar absolute. In CSV, a text that a spreadsheet would take for a formula begins with an apostrophe. A connection that ends before its last chunk was cut off.',
        params: ShipmentParams,
        querystring: ExportQuery,
        produces: ['text/csv', 'application/vnd.apache.parquet'],
        response: { 200: z.unknown() },
      },
      handler: async (request, reply) => {
        const viewer = signedIn(request)
        const {
          format,
          from = Math.min(0, request.query.to ?? 0),
          to = Math.max(Date.now() + AHEAD_MS, from),
        } = request.query
        const shipment = await asOrganisation(pool, viewer, (tx) => readShipment(tx, request.params.id))
        if (shipment === null) throw notFound('shipment')
        const { type, encode } = FORMATS[format]
        const body = Readable.from(encode(exportReadings(pool, viewer, { shipmentId: shipment.id, from, to })))
        body.on('error', (error) => log.warn({ error: error.message }, 'an export was cut off'))
        return reply
          .header('content-type', type)
          .header('content-disposition', `attachment; filename="${fileName(shipment.reference, format)}"`)
          .header('cache-control', 'no-store')
          .send(body)
      },
    })
  }
