import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Session } from '../model/session.ts'
import { ShareOpen } from '../model/share-link.ts'
import { record } from '../store/audit.ts'
import { inTransaction, speakAs } from '../store/pool.ts'
import { findSupplierSession, openSupplierSession } from '../store/supplier-links.ts'
import { LINK_ENDED, supplierCookieName } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { viewOf } from './opened.ts'
import { refusal } from './problem.ts'

/** A supplier's link becomes a session, in a cookie of its own. Wrong, over and withdrawn get the same answer. */
export const supplierSessionRoutes =
  ({ pool, secureCookies: secure }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'POST',
      url: '/session/supplier',
      schema: {
        tags: ['session'],
        summary: 'Open a supplier’s link',
        security: [],
        body: ShareOpen,
        response: { 200: Session },
      },
      handler: async (request, reply) => {
        const trace = { from: request.ip, agent: request.headers['user-agent'] ?? null }
        const { token, session } = await inTransaction(pool, async (tx) => {
          const opened = await openSupplierSession(tx, request.body.token, trace)
          const found = opened === null ? null : await findSupplierSession(tx, opened, trace)
          if (opened === null || found === null) throw refusal(404, LINK_ENDED)
          await speakAs(tx, found)
          const { id: supplierId, orderId, line } = found.supplier
          await record(tx, found, request.ip, {
            action: 'supplier-link.opened',
            subject: { kind: 'supplier-link', id: found.id },
            details: { supplierId, orderId, line, agent: trace.agent?.slice(0, 300) ?? null },
          })
          return { token: opened, session: found }
        })
        reply.setCookie(supplierCookieName(secure), token, {
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
