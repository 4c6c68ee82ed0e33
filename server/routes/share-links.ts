import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { IsoInstant } from '../model/instant.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { LONGEST_SHARE_MS, ShareLink, ShareLinkCreate, ShareLinkMade, ShareUse } from '../model/share-link.ts'
import { asOrganisation } from '../store/pool.ts'
import { createShareLink, listShareLinks, readShareLink, shareUses, withdrawShareLink } from '../store/share-links.ts'
import { shipmentExists } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { originOf } from './origin.ts'
import { requirePart } from './parts.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['share links']
const LinkParams = z.object({ id: z.uuid() })
const ByCreation = z.tuple([IsoInstant, z.uuid()])
const ByUse = z.tuple([z.string().regex(/^\d{1,18}$/)])
const wrongEnd = (message: string) =>
  refusal(400, `expiresAt: ${message}.`, { errors: [{ path: 'expiresAt', message }] })

/** A link that shows one shipment, read-only, to somebody without an account: make it, see its use, withdraw it. */
export const shareLinkRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, accessEnded } = deps
    app.route({
      method: 'GET',
      url: '/share-links',
      schema: {
        tags,
        summary: 'The links that your organisation has made, newest first; those that are over too',
        querystring: PageQuery.extend({ shipmentId: z.uuid().optional() }),
        response: { 200: pageOf(ShareLink) },
      },
      handler: async (request) => {
        const { limit, cursor, shipmentId } = request.query
        const after = fromCursor(cursor, ByCreation)
        const found = await asOrganisation(pool, signedIn(request), async (tx) => {
          if (shipmentId !== undefined && !(await shipmentExists(tx, shipmentId))) throw notFound('shipment')
          return listShareLinks(tx, { shipmentId, after, limit: limit + 1 })
        })
        return toPage(found, limit, (item) => [item.createdAt, item.id])
      },
    })

    app.route({
      method: 'POST',
      url: '/share-links',
      schema: {
        tags,
        summary: 'Make a link to one shipment; the link is shown once',
        description: 'Whoever has the link sees the shipment without an account, until `expiresAt`, at most 30 days.',
        body: ShareLinkCreate,
        response: { 201: ShareLinkMade },
      },
      handler: async (request, reply) => {
        const { orgId, personId } = signedIn(request)
        const { shipmentId, expiresAt, note = null } = request.body
        const made = await change(pool, request, async (tx) => {
          await requirePart(tx, shipmentId, ['buyer', 'carrier'])
          if (expiresAt <= Date.now()) throw wrongEnd('must lie ahead')
          if (expiresAt > Date.now() + LONGEST_SHARE_MS) throw wrongEnd('must be at most 30 days from now')
          const { id, token } = await createShareLink(tx, { orgId, shipmentId, personId, expiresAt, note })
          const link = await readShareLink(tx, id)
          if (link === null) throw notFound('share link')
          const subject = { kind: 'share', id, ...(note !== null && { name: note }) }
          const details = { shipmentId, expiresAt: link.expiresAt }
          // behind the #, so that no server and no log ever sees it
          const answer = { ...link, link: `${originOf(request, deps)}/shared#${token}` }
          return { answer, deed: { action: 'share.created', subject, details } }
        })
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'DELETE',
      url: '/share-links/:id',
      schema: {
        tags,
        summary: 'Withdraw a link: whoever looks by it is sent away at once; again is harmless',
        params: LinkParams,
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const found = await change(pool, request, async (tx) => {
          const before = await readShareLink(tx, id)
          const answer = await withdrawShareLink(tx, id)
          if (!answer || before === null || before.withdrawnAt !== null) return { answer, deed: null }
          const subject = { kind: 'share', id, ...(before.note !== null && { name: before.note }) }
          return { answer, deed: { action: 'share.withdrawn', subject, details: { shipmentId: before.shipmentId } } }
        })
        if (!found) throw notFound('share link')
        accessEnded(id)
        return reply.code(204).send(null)
      },
    })

    app.route({
      method: 'GET',
      url: '/share-links/:id/uses',
      schema: {
        tags,
        summary: 'When, from where and with what a link was used, newest first',
        params: LinkParams,
        querystring: PageQuery,
        response: { 200: pageOf(ShareUse) },
      },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const linkId = request.params.id
        const after = fromCursor(cursor, ByUse)?.[0] ?? null
        const found = await asOrganisation(pool, signedIn(request), async (tx) => {
          if ((await readShareLink(tx, linkId)) === null) throw notFound('share link')
          return shareUses(tx, { linkId, after, limit: limit + 1 })
        })
        const { items, next } = toPage(found, limit, (item) => [item.use])
        return { items: items.map(({ at, from, agent }) => ({ at, from, agent })), next }
      },
    })
  }
