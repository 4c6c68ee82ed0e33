import { hash, verify } from '@node-rs/argon2'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PasswordChange, SessionEntry } from '../model/account.ts'
import { pageOf } from '../model/page.ts'
import { asOrganisation } from '../store/pool.ts'
import { endSession, listSessions, passwordOf, setPassword } from '../store/sessions.ts'
import { countAttempts } from './attempts.ts'
import { sessionFromHeaders, signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { browserOf, themselves } from './opened.ts'
import { requireGoodPassword } from './password.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['session']
const config = { openToViewers: true }

/** What a person does with their own account: where it is signed in, and its password. */
export const accountRoutes =
  ({ pool, secureCookies: secure, accessEnded }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    // whoever finds an open page must not guess on for ever; right ones aren't counted
    const guesses = countAttempts({ max: 10, windowMs: 10 * 60_000 })

    const person = async (request: FastifyRequest) => {
      const { personId, email, name } = signedIn(request)
      const session = await sessionFromHeaders(pool, request.headers, { secure })
      if (personId === null || email === null || session === null)
        throw refusal(403, 'This is for people only: an API token has no account.')
      return { personId, email, name, token: session.token }
    }

    app.route({
      method: 'GET',
      url: '/session/list',
      schema: { tags, summary: 'Where you are signed in', response: { 200: pageOf(SessionEntry) } },
      handler: async (request) => {
        const { personId, token } = await person(request)
        const items = await asOrganisation(pool, signedIn(request), (tx) => listSessions(tx, personId, token))
        return { items, next: null }
      },
    })

    app.route({
      method: 'DELETE',
      url: '/session/list/:id',
      config,
      schema: {
        tags,
        summary: 'Sign out one of your sessions',
        params: z.object({ id: z.uuid() }),
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { personId } = await person(request)
        const ended = await change(pool, request, async (tx) => {
          const answer = await endSession(tx, personId, request.params.id)
          const subject = themselves(signedIn(request))
          const deed = { action: 'session.closed', subject, details: { session: request.params.id } }
          return { answer, deed: answer ? deed : null }
        })
        if (!ended) throw notFound('session')
        accessEnded(personId)
        return reply.code(204).send(null)
      },
    })

    app.route({
      method: 'PUT',
      url: '/session/password',
      config,
      schema: {
        tags,
        summary: 'Change your password; your other sessions end',
        body: PasswordChange,
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { personId, email, name, token } = await person(request)
        const { current, password } = request.body
        const taken = guesses.take(personId)
        if (!taken.ok)
          throw refusal(429, `Too many attempts. Try again in ${Math.ceil(taken.waitSeconds / 60)} min.`, {
            retryAfterSeconds: taken.waitSeconds,
          })
        const known = await asOrganisation(pool, signedIn(request), (tx) => passwordOf(tx, personId))
        if (known === null)
          throw refusal(409, 'Your account has no password. Ask an administrator for a link to set one.')
        if (!(await verify(known, current)))
          throw refusal(403, 'The current password is another one.', {
            errors: [{ path: 'current', message: 'another one' }],
          })
        guesses.forgive(personId)
        if (current === password) throw refusal(400, 'The new password is the old one. Choose another.')
        requireGoodPassword(password, { email, name })
        const passwordHash = await hash(password)
        await change(pool, request, async (tx) => {
          await setPassword(tx, personId, passwordHash, { token, browser: browserOf(request, secure) })
          return { answer: null, deed: { action: 'password.changed', subject: themselves(signedIn(request)) } }
        })
        accessEnded(personId)
        return reply.code(204).send(null)
      },
    })
  }
