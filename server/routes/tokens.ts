import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PageQuery, pageOf } from '../model/page.ts'
import { ApiToken, ApiTokenCreate, ApiTokenMade, TOKEN_DAYS } from '../model/token.ts'
import { asOrganisation } from '../store/pool.ts'
import { createToken, listTokens, revokeToken } from '../store/tokens.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['tokens']
const config = { adminsOnly: true }

/** API tokens, for machines that speak as `Authorization: Bearer`. */
export const tokenRoutes =
  ({ pool, accessEnded, brokerAccounts }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/tokens',
      config,
      schema: { tags, summary: 'API tokens', querystring: PageQuery, response: { 200: pageOf(ApiToken) } },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, z.tuple([z.string(), z.uuid()]))
        const rows = await asOrganisation(pool, signedIn(request), (tx) => listTokens(tx, { after, limit: limit + 1 }))
        return toPage(rows, limit, (row) => [row.name, row.id])
      },
    })

    app.route({
      method: 'POST',
      url: '/tokens',
      config,
      schema: { tags, summary: 'Make an API token', body: ApiTokenCreate, response: { 201: ApiTokenMade } },
      handler: async (request, reply) => {
        const { expiresAt } = request.body
        const now = Date.now()
        if (expiresAt <= now) throw refusal(400, 'expiresAt: has passed already.')
        // a minute's grace for a clock that is ahead; the database takes no more than the days themselves
        const latest = now + TOKEN_DAYS * 86_400_000
        if (expiresAt > latest + 60_000) throw refusal(400, `expiresAt: at most ${TOKEN_DAYS} days from now.`)
        const { orgId } = signedIn(request)
        const made = await change(pool, request, async (tx) => {
          const token = await createToken(tx, signedIn(request), {
            ...request.body,
            expiresAt: Math.min(expiresAt, latest),
          })
          const { id, name, scope } = token
          const details = { scope, expiresAt: token.expiresAt }
          const deed = { action: 'token.created', subject: { kind: 'token', id, name }, details }
          if (scope !== 'milestones') return { answer: token, deed }
          // only now is its text known, with which the supplier signs in at the MQTT broker
          const told = await brokerAccounts?.setSupplier(orgId, token.id, token.token)
          if (told?.ok === false) throw refusal(told.taken ? 409 : 503, told.reason)
          return { answer: token, deed }
        })
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'DELETE',
      url: '/tokens/:id',
      config,
      schema: {
        tags,
        summary: 'Revoke an API token at once',
        params: z.object({ id: z.uuid() }),
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const revoked = await change(pool, request, async (tx) => {
          const answer = await revokeToken(tx, id)
          return { answer, deed: answer ? { action: 'token.revoked', subject: { kind: 'token', id } } : null }
        })
        if (!revoked) throw notFound('token')
        accessEnded(id)
        brokerAccounts?.supplierChanged()
        return reply.code(204).send(null)
      },
    })
  }
