import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Session } from '../model/session.ts'
import { ShareOpen } from '../model/share-link.ts'
import { findShareSession, openShareSession } from '../store/share-links.ts'
import { LINK_ENDED, shareCookieName } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { viewOf } from './opened.ts'
import { refusal } from './problem.ts'

/**
 * A share link becomes a session, in a cookie beside the one of whoever is signed in in the same browser. Wrong, over and
 * withdrawn get the same answer.
 */
export const shareSessionRoutes =
  ({ pool, secureCookies: secure }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'POST',
      url: '/session/share',
      schema: {
        tags: ['session'],
        summary: 'Open a share link',
        security: [],
        body: ShareOpen,
        response: { 200: Session },
      },
      handler: async (request, reply) => {
        const trace = { from: request.ip, agent: request.headers['user-agent'] ?? null }
        const token = await openShareSession(pool, request.body.token, trace)
        const session = token === null ? null : await findShareSession(pool, token, trace)
        if (token === null || session === null) throw refusal(404, LINK_ENDED)
        reply.setCookie(shareCookieName(secure), token, {
          httpOnly: true,
          sameSite: 'strict',
          path: '/',
          secure,
          expires: session.expiresAt,
        })
        return viewOf(session)
      },
    })
  }
