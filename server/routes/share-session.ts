import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Session } from '../model/session.ts'
import { ShareOpen } from '../model/share-link.ts'
import { record } from '../store/audit.ts'
import { inTransaction, speakAs } from '../store/pool.ts'
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
        const { token, session } = await inTransaction(pool, async (tx) => {
          const opened = await openShareSession(tx, request.body.token, trace)
          const found = opened === null ? null : await findShareSession(tx, opened, trace)
          if (opened === null || found === null) throw refusal(404, LINK_ENDED)
          await speakAs(tx, found)
          const { shipmentId } = found
          await record(tx, found, request.ip, {
            action: 'share.opened',
            subject: { kind: 'share', id: found.id },
            details: { shipmentId, agent: trace.agent?.slice(0, 300) ?? null },
          })
          return { token: opened, session: found }
        })
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
