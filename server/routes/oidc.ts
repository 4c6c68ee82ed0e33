import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Provider as ProviderEntry } from '../model/account.ts'
import { pageOf } from '../model/page.ts'
import { beginOidc, endOidc, personByIdentity } from '../store/identities.ts'
import { newSecret } from '../store/people.ts'
import type { AppDeps } from './dependencies.ts'
import { createProvider, type Provider } from './oidc-provider.ts'
import { openFor } from './opened.ts'
import { originOf } from './origin.ts'
import { notFound } from './problem.ts'

const tags = ['session']
const BASE = '/api/v1/session/oidc'
const startCookie = (secure: boolean): string => (secure ? '__Host-zaitu-oidc' : 'zaitu_oidc')
const SECONDS = 600

/** Why somebody came back without being signed in; the sign-in page has a sentence for each (`/?refused=…`). */
type Refused = 'no-account' | 'cancelled' | 'expired' | 'failed' | 'unreachable'

const params = z.object({ id: z.string().max(40) })
/** A page of ours: one slash, since two would be another server's. */
const GoesTo = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])/)
  .default('/')

const wasCancelled = (error: unknown): boolean =>
  error instanceof Error && 'error' in error && error.error === 'access_denied'

/** Sign-in by the provider of a company (OpenID Connect Core 1.0, authorization code flow). */
export const oidcRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, secureCookies: secure } = deps
    const providers = new Map<string, Provider>()
    for (const settings of deps.oidcProviders ?? []) providers.set(settings.id, createProvider(settings))

    const provider = (id: string): Provider => {
      const found = providers.get(id)
      if (found === undefined) throw notFound('provider')
      return found
    }
    const callbackOf = (request: FastifyRequest, id: string): string =>
      `${originOf(request, deps)}${BASE}/${id}/callback`
    // Lax: the provider's page sends the browser back to us, and the cookie has to come along
    const cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const
    const refuse = (reply: FastifyReply, why: Refused) => reply.redirect(`/?refused=${why}`, 303)
    const redirects = { 303: z.null().describe('to the provider, or back to the sign-in page with ?refused=…') }

    app.route({
      method: 'GET',
      url: '/session/providers',
      schema: {
        tags,
        summary: 'Companies that one can sign in with',
        security: [],
        response: { 200: pageOf(ProviderEntry) },
      },
      handler: async () => ({
        items: [...providers.values()].map(({ settings: { id, name } }) => ({ id, name })),
        next: null,
      }),
    })

    app.route({
      method: 'GET',
      url: '/session/oidc/:id',
      schema: {
        tags,
        summary: 'Go to a company’s sign-in; a browser follows',
        security: [],
        params,
        querystring: z.object({ to: GoesTo }),
        response: redirects,
      },
      handler: async (request, reply) => {
        const { begin, settings } = provider(request.params.id)
        const begun = await begin(callbackOf(request, settings.id), request.query.to).catch((error: unknown) => {
          request.log.warn({ provider: settings.id, error: String(error) }, 'a sign-in provider is out of reach')
          return null
        })
        if (begun === null) return refuse(reply, 'unreachable')
        const secret = newSecret()
        await beginOidc(pool, secret, settings.id, begun.start)
        reply.setCookie(startCookie(secure), secret, { ...cookie, maxAge: SECONDS })
        return reply.redirect(begun.url, 303)
      },
    })

    app.route({
      method: 'GET',
      url: '/session/oidc/:id/callback',
      schema: {
        tags,
        summary: 'Come back from a company’s sign-in',
        security: [],
        params,
        querystring: z.looseObject({}),
        response: redirects,
      },
      handler: async (request, reply) => {
        const { end, settings } = provider(request.params.id)
        const secret = request.cookies[startCookie(secure)]
        reply.clearCookie(startCookie(secure), cookie)
        const start = secret === undefined ? null : await endOidc(pool, secret, settings.id)
        if (start === null) return refuse(reply, 'expired')
        const returned = new URL(callbackOf(request, settings.id))
        returned.search = new URL(request.url, returned).search
        const vouched = await end(returned, start).catch((error: unknown) => {
          if (wasCancelled(error)) return 'cancelled' as const
          request.log.warn({ provider: settings.id, error: String(error) }, 'a sign-in by a provider failed')
          return 'failed' as const
        })
        if (typeof vouched === 'string') return refuse(reply, vouched)
        const personId = await personByIdentity(pool, settings, vouched)
        const way = { action: 'session.opened', by: 'provider' } as const
        const session = await openFor(deps, request, reply, way, async () => personId)
        return session === null ? refuse(reply, 'no-account') : reply.redirect(start.goesTo, 303)
      },
    })
  }
