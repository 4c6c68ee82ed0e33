import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { IsoInstant } from '../model/instant.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { listDeadLetters } from '../store/dead-letter-list.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'

const ById = z.tuple([z.string().regex(/^\d{1,18}$/)])
const DeadLetter = z.object({
  id: z.string(),
  topic: z.string(),
  reason: z.string(),
  payload: z.string().describe('as text; the first 4096 bytes'),
  payloadBytes: z.int().describe('its whole length'),
  receivedAt: IsoInstant,
})

/** What could not be taken as a reading, and why. */
export const deadLetterRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/dead-letters',
      schema: {
        tags: ['readings'],
        summary: 'What was received and could not be stored as a reading, with the reason; newest first',
        querystring: PageQuery,
        response: { 200: pageOf(DeadLetter) },
      },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const before = fromCursor(cursor, ById)?.[0] ?? null
        const rows = await asOrganisation(pool, signedIn(request), (tx) =>
          listDeadLetters(tx, { before, limit: limit + 1 }),
        )
        const { items, next } = toPage(rows, limit, (row) => [row.id])
        return {
          items: items.map((row) => ({
            ...row,
            payload: row.payload.toString('utf8'),
            receivedAt: row.receivedAt.toISOString(),
          })),
          next,
        }
      },
    })
  }
