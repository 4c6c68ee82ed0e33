import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AuditEntry, AuditHead } from '../model/audit.ts'
import { QueryInstant } from '../model/instant.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { chainAfter, listAudit, readHead } from '../store/audit.ts'
import { asOrganisation, type Pool, type Viewer } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'

const tags = ['audit']
const config = { adminsOnly: true }
const BySeq = z.tuple([z.string().regex(/^\d{1,15}$/)])
const AuditQuery = PageQuery.extend({
  subject: z.string().max(200).optional().describe('id of what something was done to'),
  actor: z.string().max(200).optional().describe('id of who did it'),
  action: z.string().max(100).optional().describe('such as shipment.changed'),
  from: QueryInstant.optional(),
  to: QueryInstant.optional().describe('excluded'),
})

/** Entries read at a time: an export of any length takes the memory of one such part. */
const PART = 1_000

/**
 * The chain as JSON lines, oldest entry first and its end last. What is exported ends where the chain did at the
 * beginning, so that each part may be a transaction of its own.
 */
async function* exportLines(pool: Pool, viewer: Viewer): AsyncGenerator<string> {
  const head = await asOrganisation(pool, viewer, readHead)
  for (let after = 0; after < head.seq; ) {
    const limit = Math.min(PART, head.seq - after)
    const lines = await asOrganisation(pool, viewer, (tx) => chainAfter(tx, { orgId: viewer.orgId, after, limit }))
    const last = lines.at(-1)
    if (last === undefined) break
    yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    after = last.seq
  }
  yield `${JSON.stringify({ head: { org: viewer.orgId, ...head } })}\n`
}

/** Who did what, when and from where: for administrators. */
export const auditRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/audit',
      config,
      schema: {
        tags,
        summary: 'Who did what, when and from where; newest first',
        querystring: AuditQuery,
        response: { 200: pageOf(AuditEntry) },
      },
      handler: async (request) => {
        const { limit, cursor, ...filter } = request.query
        const before = fromCursor(cursor, BySeq)?.[0]
        const found = await asOrganisation(pool, signedIn(request), (tx) =>
          listAudit(tx, { ...filter, before: before === undefined ? null : Number(before), limit: limit + 1 }),
        )
        return toPage(found, limit, (entry) => [String(entry.seq)])
      },
    })

    app.route({
      method: 'GET',
      url: '/audit/head',
      config,
      schema: {
        tags,
        summary: 'Where the chain of hashes ends; kept elsewhere, it proves what was there',
        response: { 200: AuditHead },
      },
      handler: (request) => asOrganisation(pool, signedIn(request), readHead),
    })

    app.route({
      method: 'GET',
      url: '/audit/export',
      config,
      schema: {
        tags,
        summary: 'Everything, as JSON lines that can be verified elsewhere',
        description:
          'A line an entry, oldest first; the last line is the head. hash = SHA-256 of the 32 bytes of prevHash and the canonical JSON (RFC 8785) of the line without hash and prevHash. `npm run verify-audit -- --file export.jsonl` checks it.',
        produces: ['application/jsonl'],
        response: { 200: z.unknown() },
      },
      handler: async (request, reply) => {
        const { orgId } = signedIn(request)
        return reply
          .header('content-type', 'application/jsonl; charset=utf-8')
          .header('content-disposition', 'attachment; filename="audit.jsonl"')
          .header('cache-control', 'no-store')
          .send(Readable.from(exportLines(pool, { orgId })))
      },
    })
  }
