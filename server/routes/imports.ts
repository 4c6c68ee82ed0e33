import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Encoding, type ImportKind, ImportMapping, ImportPreview, Zone } from '../model/import.ts'
import {
  type FileTable,
  findFile,
  firstMapping,
  holdImports,
  type KeptImport,
  keepFile,
  markTaken,
  openFile,
  remember,
  setMapping,
} from '../store/imports.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { errorList, plan, previewOf } from './import-preview.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']
const MOST_BYTES = 10 * 1024 * 1024
const Params = z.object({ id: z.uuid() })
const UploadQuery = z.object({
  name: z.string().trim().min(1).max(200).default('file').describe('of the file'),
  zone: Zone.optional().describe('of times without one, where no file with these headings was read in another'),
  encoding: Encoding.optional().describe('where it is not seen rightly'),
})
const Taken = z.object({ new: z.int(), changed: z.int(), same: z.int(), orders: z.int().describe('orders touched') })
const DESCRIPTION =
  'The body is the file itself: CSV (UTF-8 with or without a byte order mark, UTF-16, GB18030; comma, semicolon, tab or bar) or Excel (.xlsx), up to 10 MiB. Answers what would become of it and how its columns are understood; nothing is taken before `POST /imports/{id}/commit`. The file waits for a day.'

/** Files of orders and of milestones: sent, looked at, mapped, and then taken whole or not at all. */
export const importRoutes =
  ({ pool, orderChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    /** The file and what it holds; read outside of any transaction. */
    const open = async (
      request: FastifyRequest,
      id: string,
    ): Promise<{ file: KeptImport; table: FileTable | null }> => {
      const who = signedIn(request)
      const file = await asOrganisation(pool, who, (tx) => findFile(tx, id))
      // a token that speaks of milestones reads no files of orders
      if (file === null || (who.scope === 'milestones' && file.kind !== 'milestones')) throw notFound('import')
      if (file.content === null) return { file, table: null }
      const read = await openFile(file.content, file.mapping.encoding)
      if (!read.ok) throw refusal(422, read.reason)
      return { file, table: read.table }
    }
    const opened = async (request: FastifyRequest, id: string) => {
      const { file, table } = await open(request, id)
      if (table === null) throw refusal(410, 'This file has been taken. Send it again to look at it again.')
      return { file, table }
    }

    const upload = (routes: FastifyInstance, kind: ImportKind, summary: string) =>
      routes.withTypeProvider<ZodTypeProvider>().route({
        method: 'POST',
        url: `/${kind}/import`,
        bodyLimit: MOST_BYTES,
        ...(kind === 'milestones' && { config: { scope: 'milestones' as const } }),
        schema: { tags, summary, description: DESCRIPTION, querystring: UploadQuery, response: { 201: ImportPreview } },
        handler: async (request, reply) => {
          const who = signedIn(request)
          const { name, zone, encoding } = request.query
          if (kind === 'orders' && who.organisation.kind === 'carrier')
            throw refusal(403, 'A carrier has no order book.')
          const { body } = request
          if (request.headers['content-type']?.startsWith('multipart/'))
            throw refusal(
              415,
              'Send the file itself as the body, as text/csv or as an Excel file (.xlsx), and not as a form.',
            )
          if (!Buffer.isBuffer(body) || body.length === 0)
            throw refusal(400, 'Send the file itself as the body, as text/csv or as an Excel file (.xlsx).')
          const read = await openFile(body, encoding)
          if (!read.ok) throw refusal(422, read.reason)
          const { table } = read
          const preview = await change(pool, request, async (tx) => {
            const mapping = await firstMapping(tx, kind, table, { zone, encoding })
            const planned = await plan(tx, who, kind, table, mapping)
            const id = await keepFile(tx, who.orgId, { kind, name, content: body, mapping })
            return { answer: await previewOf(tx, { id, kind, name, committedAt: null }, table, planned), deed: null }
          })
          return reply.code(201).header('location', `/api/v1/imports/${preview.id}`).send(preview)
        },
      })
    await app.register(async (files) => {
      files.removeAllContentTypeParsers()
      files.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) =>
        done(null, body),
      )
      upload(files, 'orders', 'Look at a file of orders before it is taken')
      upload(files, 'milestones', 'Look at a file of milestones before it is taken')
    })

    app.route({
      method: 'GET',
      url: '/imports/:id',
      config: { scope: 'milestones' },
      schema: { tags, summary: 'What would become of a file', params: Params, response: { 200: ImportPreview } },
      handler: async (request) => {
        const who = signedIn(request)
        const { file, table } = await opened(request, request.params.id)
        return asOrganisation(pool, who, async (tx) =>
          previewOf(tx, file, table, await plan(tx, who, file.kind, table, file.mapping)),
        )
      },
    })

    app.route({
      method: 'PATCH',
      url: '/imports/:id',
      config: { scope: 'milestones' },
      schema: {
        tags,
        summary: 'Say how a file is to be read, and look at it again',
        description:
          'Takes the place of the mapping that was guessed or remembered. Names of products and suppliers are remembered when the file is taken.',
        params: Params,
        body: z.object({ mapping: ImportMapping }),
        response: { 200: ImportPreview },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const { mapping } = request.body
        const { file } = await opened(request, request.params.id)
        const read = await openFile(file.content ?? Buffer.alloc(0), mapping.encoding)
        if (!read.ok) throw refusal(422, read.reason)
        return change(pool, request, async (tx) => {
          const planned = await plan(tx, who, file.kind, read.table, mapping)
          await setMapping(tx, file.id, mapping)
          return { answer: await previewOf(tx, file, read.table, planned), deed: null }
        })
      },
    })

    app.route({
      method: 'POST',
      url: '/imports/:id/commit',
      config: { scope: 'milestones' },
      schema: {
        tags,
        summary: 'Take a file, all of it or nothing',
        description: 'Refused while any row has an error. The same file again changes nothing.',
        params: Params,
        response: { 200: Taken },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const { file, table } = await open(request, request.params.id)
        if (table === null) return { new: 0, changed: 0, same: 0, orders: 0 }
        const taken = await change(pool, request, async (tx) => {
          await holdImports(tx, who.orgId)
          const planned = await plan(tx, who, file.kind, table, file.mapping)
          if (planned.failed > 0) {
            const errors = planned.issues.filter(({ severity }) => severity === 'error')
            throw refusal(
              422,
              `${planned.failed} of ${table.rows.length} rows have an error, so nothing was taken. The first, in row ${errors[0]?.row}: ${errors[0]?.message}`,
              {
                errors: errors.slice(0, 20).map(({ row, column, message }) => ({
                  path: `row ${row}${column === null ? '' : `, ${column}`}`,
                  message,
                })),
              },
            )
          }
          const outcome = await planned.commit(tx, who)
          if (!outcome.ok) throw refusal(409, outcome.reason)
          await remember(tx, who.orgId, file.kind, table, planned.mapping)
          await markTaken(tx, file.id)
          const { failed: _none, ...counts } = planned.counts
          const action = file.kind === 'orders' ? 'order.imported' : 'milestone.imported'
          const subject = { kind: 'import', id: file.id, name: file.name }
          const deed = { action, subject, details: { ...counts, orders: outcome.orders.length, sha256: file.sha256 } }
          return { answer: { counts, orders: outcome.orders }, deed: outcome.orders.length === 0 ? null : deed }
        })
        for (const id of taken.orders) orderChanged(id)
        return { ...taken.counts, orders: taken.orders.length }
      },
    })

    app.route({
      method: 'GET',
      url: '/imports/:id/errors',
      config: { scope: 'milestones' },
      schema: {
        tags,
        summary: 'What is wrong with a file, row by row, as CSV for a spreadsheet',
        params: Params,
        querystring: z.object({ language: z.enum(['en', 'zh']).default('en') }),
        response: { 200: z.string() },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { file, table } = await opened(request, request.params.id)
        const { issues } = await asOrganisation(pool, who, (tx) => plan(tx, who, file.kind, table, file.mapping))
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="errors.csv"')
          .serializer((text: string) => text)
          .send(errorList(table, issues, request.query.language))
      },
    })
  }
