import { hash, verify } from '@node-rs/argon2'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Session, SignIn } from '../model/session.ts'
import { record } from '../store/audit.ts'
import {
  closeSession,
  findPersonByEmail,
  findSession,
  openSession,
  type Person,
  SESSION_MS,
  type SignedIn,
} from '../store/people.ts'
import { asOrganisation } from '../store/pool.ts'
import { countAttempts } from './attempts.ts'
import { cookieName, requireSession, sessionFromHeaders, signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { refusal } from './problem.ts'

const view = (session: SignedIn): Session => ({
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
})

const themselves = ({ id, name }: SignedIn) => ({ kind: 'person', id, name })

/** Sign in, out, and who am I. An unknown address takes as long as a wrong password. */
export const sessionRoutes =
  ({ pool, secureCookies: secure, signInLimits }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const attempts = countAttempts(signInLimits ?? { max: 10, windowMs: 10 * 60_000 })
    const nobody = await hash('no one has this password')
    const refused = new WeakMap<FastifyRequest, Person>()

    /** Once the answer is out: how long it takes must not tell whether there is such a person. */
    const recordRefused = async (request: FastifyRequest): Promise<void> => {
      const person = refused.get(request)
      if (person === undefined) return
      const somebody = { kind: 'unknown', id: null, name: null, orgId: person.orgId } as const
      const deed = { action: 'session.refused', subject: { kind: 'person', id: person.id } }
      await asOrganisation(pool, person, (tx) => record(tx, somebody, request.ip, deed))
    }

    app.route({
      method: 'POST',
      url: '/session',
      schema: { tags: ['session'], summary: 'Sign in', body: SignIn, response: { 200: Session } },
      onResponse: recordRefused,
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
        if (person !== null && !right) refused.set(request, person)
        if (person === null || !right) throw refusal(401, 'This e-mail address and password do not belong together.')
        attempts.forgive(key)
        const { token, session } = await asOrganisation(pool, person, async (tx) => {
          const opened = await openSession(tx, person.id)
          const found = await findSession(tx, opened)
          if (found === null) throw refusal(401, 'Please sign in again.')
          await record(tx, found, request.ip, { action: 'session.opened', subject: themselves(found) })
          return { token: opened, session: found }
        })
        reply.setCookie(cookieName(secure), token, {
          httpOnly: true,
          sameSite: 'lax',
          path: '/',
          secure,
          maxAge: SESSION_MS / 1000,
        })
        return view(session)
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
        handler: async (request) => view(signedIn(request)),
      })
      routes.route({
        method: 'DELETE',
        url: '/session',
        config: { openToViewers: true },
        schema: { tags: ['session'], summary: 'Sign out', response: { 204: z.null() } },
        handler: async (request, reply) => {
          const session = await sessionFromHeaders(pool, request.headers, { secure })
          await change(pool, request, async (tx) => {
            if (session !== null) await closeSession(tx, session.token)
            return { answer: null, deed: { action: 'session.closed', subject: themselves(signedIn(request)) } }
          })
          reply.clearCookie(cookieName(secure), { path: '/', secure, httpOnly: true, sameSite: 'lax' })
          return reply.code(204).send(null)
        },
      })
    })
  }
