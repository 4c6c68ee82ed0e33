import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Organisation, OrganisationCreate } from '../model/account.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { listOrganisations, makeOrganisation } from '../store/organisations.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { refusal } from './problem.ts'

const tags = ['organisations']

/** One's own organisation and those that it works with. */
export const organisationRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/organisations',
      schema: {
        tags,
        summary: 'Your organisation and those that it knows',
        querystring: PageQuery,
        response: { 200: pageOf(Organisation) },
      },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, z.tuple([z.string(), z.uuid()]))
        const rows = await asOrganisation(pool, signedIn(request), (tx) =>
          listOrganisations(tx, { after, limit: limit + 1 }),
        )
        return toPage(rows, limit, (row) => [row.name, row.id])
      },
    })

    app.route({
      method: 'POST',
      url: '/organisations',
      config: { adminsOnly: true },
      schema: {
        tags,
        summary: 'Add a supplier or carrier that you work with; operators add any kind',
        body: OrganisationCreate,
        response: { 201: Organisation },
      },
      handler: async (request, reply) => {
        const made = await change<Organisation | 'taken' | null>(pool, request, async (tx) => {
          const answer = await makeOrganisation(tx, request.body)
          if (answer === null || answer === 'taken') return { answer, deed: null }
          const { id, name, kind } = answer
          const subject = { kind: 'organisation', id, name }
          return { answer, deed: { action: 'organisation.added', subject, details: { kind } } }
        })
        if (made === 'taken') throw refusal(409, `You know a ${request.body.kind} called ${request.body.name} already.`)
        if (made === null) throw refusal(403, 'Buyers add suppliers and carriers; only operators add any other kind.')
        return reply.code(201).send(made)
      },
    })
  }
