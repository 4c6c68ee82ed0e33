import { hash, verify } from '@node-rs/argon2'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Session, SignIn } from '../model/session.ts'
import { record } from '../store/audit.ts'
import { closeSession, findPersonByEmail, type Person } from '../store/people.ts'
import { asOrganisation } from '../store/pool.ts'
import { endSessions } from '../store/sessions.ts'
import { cookieName, requireSession, sessionFromHeaders, signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { isForwarded } from './forwarded.ts'
import { browserOf, openFor, themselves, viewOf } from './opened.ts'
import { refusal } from './problem.ts'
import { countSignIns } from './sign-ins.ts'

const inWords = (seconds: number): string => (seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`)
const wrong = () => refusal(401, 'This e-mail address and password do not belong together.')

/** Sign in, out, and who am I. An unknown address takes as long as a wrong password. */
export const sessionRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, secureCookies: secure, signInLimits } = deps
    const attempts = countSignIns(signInLimits)
    app.addHook('onClose', async () => attempts.stop())
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
      schema: { tags: ['session'], summary: 'Sign in', security: [], body: SignIn, response: { 200: Session } },
      onResponse: recordRefused,
      handler: async (request, reply) => {
        const email = request.body.email.toLowerCase()
        const browser = browserOf(request, secure)
        const found = await findPersonByEmail(pool, email, browser)
        const attempt = await attempts.take({
          address: request.ip,
          email,
          browser: found?.known === true ? browser : null,
        })
        if (!attempt.ok)
          throw refusal(429, `Too many attempts. Try again in ${inWords(attempt.waitSeconds)}.`, {
            retryAfterSeconds: attempt.waitSeconds,
          })
        const person = attempt.waited ? await findPersonByEmail(pool, email, browser) : found
        // a proxy that the settings do not tell of: what everybody knows is for this machine alone
        if (isForwarded(request.headers) && request.body.password === deps.demoSignIn?.password) throw wrong()
        const right = await verify(person?.passwordHash ?? nobody, request.body.password)
        if (person !== null && (person.passwordHash === null || !right)) refused.set(request, person)
        if (person === null || person.passwordHash === null || !right) throw wrong()
        const way = { action: 'session.opened', by: 'password' } as const
        const session = await openFor(deps, request, reply, way, async () => person.id)
        if (session === null) throw wrong()
        attempt.forgive()
        return session
      },
    })

    app.register(async (inside) => {
      inside.addHook('onRequest', requireSession(pool, { secure }))
      const routes = inside.withTypeProvider<ZodTypeProvider>()
      routes.route({
        method: 'GET',
        url: '/session',
        config: { openToShares: true, openToSuppliers: true },
        schema: { tags: ['session'], summary: 'Who am I', response: { 200: Session } },
        handler: async (request) => viewOf(signedIn(request)),
      })
      routes.route({
        method: 'DELETE',
        url: '/session',
        config: { openToViewers: true },
        schema: {
          tags: ['session'],
          summary: 'Sign out, here or everywhere',
          querystring: z.object({ everywhere: z.stringbool().default(false) }),
          response: { 204: z.null() },
        },
        handler: async (request, reply) => {
          const { personId } = signedIn(request)
          const session = await sessionFromHeaders(pool, request.headers, { secure })
          const { everywhere } = request.query
          await change(pool, request, async (tx) => {
            if (session !== null) await closeSession(tx, session.token)
            if (everywhere && personId !== null) await endSessions(tx, personId)
            const subject = themselves(signedIn(request))
            return { answer: null, deed: { action: 'session.closed', subject, details: { everywhere } } }
          })
          if (personId !== null) deps.accessEnded(personId)
          reply.clearCookie(cookieName(secure), { path: '/', secure, httpOnly: true, sameSite: 'lax' })
          return reply.code(204).send(null)
        },
      })
    })
  }
