import { hash } from '@node-rs/argon2'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Invitation, InvitationLook, InvitationSeen, InvitationUse } from '../model/account.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { Session } from '../model/session.ts'
import {
  acceptInvitation,
  listInvitations,
  lookAtInvitation,
  type InvitationSeen as Seen,
  withdrawInvitation,
} from '../store/invitations.ts'
import type { Pool } from '../store/pool.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { openFor } from './opened.ts'
import { requireGoodPassword } from './password.ts'
import { notFound, refusal } from './problem.ts'

const over = () =>
  refusal(404, 'This link does not hold: it was used, withdrawn, or is older than seven days. Ask for a new one.')

const seenBy = async (pool: Pool, token: string): Promise<Seen> => {
  const seen = await lookAtInvitation(pool, token)
  if (seen === null) throw over()
  return seen
}

/** Whoever holds a link that an administrator made: looks at it, and comes in by it with a password of their own. */
export const welcomeRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool } = deps
    const tags = ['session']
    app.route({
      method: 'POST',
      url: '/session/invitation/look',
      schema: {
        tags,
        summary: 'What a link is for',
        security: [],
        body: InvitationLook,
        response: { 200: InvitationSeen },
      },
      handler: async (request) => {
        const { email, name, organisation, purpose } = await seenBy(pool, request.body.token)
        return { email, name, organisation, purpose }
      },
    })

    app.route({
      method: 'POST',
      url: '/session/invitation',
      schema: {
        tags,
        summary: 'Accept an invitation, or set a new password by a reset link; signs in',
        security: [],
        body: InvitationUse,
        response: { 200: Session },
      },
      handler: async (request, reply) => {
        const { token, password, name } = request.body
        const seen = await seenBy(pool, token)
        requireGoodPassword(password, { email: seen.email, name: name ?? seen.name })
        const passwordHash = await hash(password)
        const action = seen.purpose === 'reset' ? 'password.reset' : 'invitation.accepted'
        const session = await openFor(deps, request, reply, { action, by: 'link' }, async (tx) => {
          const used = await acceptInvitation(tx, token, { name: name ?? null, passwordHash })
          if (used === 'taken')
            throw refusal(
              409,
              `${seen.email} has an account already. Sign in with it, or ask for an invitation to another address.`,
            )
          if (used === null) throw over()
          return used.personId
        })
        if (seen.personId !== null) deps.accessEnded(seen.personId)
        if (session === null) throw refusal(401, 'This account is disabled. Ask an administrator of your organisation.')
        return session
      },
    })
  }

/** The links that one's own organisation has made and that still hold. */
export const invitationRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['people']
    const config = { adminsOnly: true }
    app.route({
      method: 'GET',
      url: '/invitations',
      config,
      schema: {
        tags,
        summary: 'Invitations and reset links that still hold',
        querystring: PageQuery,
        response: { 200: pageOf(Invitation) },
      },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, z.tuple([z.string(), z.uuid()]))
        const rows = await asOrganisation(pool, signedIn(request), (tx) =>
          listInvitations(tx, { after, limit: limit + 1 }),
        )
        return toPage(rows, limit, (row) => [row.expiresAt, row.id])
      },
    })

    app.route({
      method: 'DELETE',
      url: '/invitations/:id',
      config,
      schema: {
        tags,
        summary: 'Withdraw an invitation or a reset link',
        params: z.object({ id: z.uuid() }),
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const done = await change(pool, request, async (tx) => {
          const answer = await withdrawInvitation(tx, id)
          const deed = { action: 'invitation.withdrawn', subject: { kind: 'invitation', id } }
          return { answer, deed: answer ? deed : null }
        })
        if (!done) throw notFound('invitation')
        return reply.code(204).send(null)
      },
    })
  }
