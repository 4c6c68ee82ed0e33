import { hash, verify } from '@node-rs/argon2'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Session, SignIn } from '../model/session.ts'
import {
  closeSession,
  findPersonByEmail,
  findSession,
  openSession,
  SESSION_MS,
  type SignedIn,
} from '../store/people.ts'
import { countAttempts } from './attempts.ts'
import { cookieName, requireSession, sessionFromHeaders, signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { refusal } from './problem.ts'

/** A session as its holder sees it. */
export const sessionView = (session: SignedIn): Session => ({
  user: {
    id: session.id,
    kind: session.kind,
    email: session.email,
    name: session.name,
    role: session.role,
    organisation: session.organisation,
    shipmentId: session.shipmentId,
  },
  csrfToken: session.csrfToken,
  expiresAt: session.expiresAt.toISOString(),
})

/** Sign in, out, and who am I. An unknown address takes as long as a wrong password. */
export const sessionRoutes =
  ({ pool, secureCookies: secure, signInLimits }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const attempts = countAttempts(signInLimits ?? { max: 10, windowMs: 10 * 60_000 })
    const nobody = await hash('no one has this password')

    app.route({
      method: 'POST',
      url: '/session',
      schema: { tags: ['session'], summary: 'Sign in', body: SignIn, response: { 200: Session } },
      handler: async (request, reply) => {
        const email = request.body.email.toLowerCase()
        const key = `${request.ip} ${email}`
        const taken = attempts.take(key)
        if (!taken.ok)
          throw refusal(429, `Too many attempts. Try again in ${Math.ceil(taken.waitSeconds / 60)} min.`, {
            retryAfterSeconds: taken.waitSeconds,
          })
        const person = await findPersonByEmail(pool, email)
        const right = await verify(person?.passwordHash ?? nobody, request.body.password)
        if (person === null || !right) throw refusal(401, 'This e-mail address and password do not belong together.')
        attempts.forgive(key)
        const token = await openSession(pool, person.id)
        const session = await findSession(pool, token)
        if (session === null) throw refusal(401, 'Please sign in again.')
        reply.setCookie(cookieName(secure), token, {
          httpOnly: true,
          sameSite: 'lax',
          path: '/',
          secure,
          maxAge: SESSION_MS / 1000,
        })
        return sessionView(session)
      },
    })

    app.register(async (inside) => {
      inside.addHook('onRequest', requireSession(pool, { secure }))
      const routes = inside.withTypeProvider<ZodTypeProvider>()
      routes.route({
        method: 'GET',
        url: '/session',
        config: { openToShares: true },
        schema: { tags: ['session'], summary: 'Who am I', response: { 200: Session } },
        handler: async (request) => sessionView(signedIn(request)),
      })
      routes.route({
        method: 'DELETE',
        url: '/session',
        config: { openToViewers: true },
        schema: { tags: ['session'], summary: 'Sign out', response: { 204: z.null() } },
        handler: async (request, reply) => {
          const session = await sessionFromHeaders(pool, request.headers, { secure })
          if (session !== null) await closeSession(pool, session.token)
          reply.clearCookie(cookieName(secure), { path: '/', secure, httpOnly: true, sameSite: 'lax' })
          return reply.code(204).send(null)
        },
      })
    })
  }
