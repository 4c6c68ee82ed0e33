import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { IsoInstant } from '../model/instant.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { ShareUse } from '../model/share-link.ts'
import { LONGEST_SUPPLIER_LINK_MS, SupplierLink, SupplierLinkCreate, SupplierLinkMade } from '../model/supplier-link.ts'
import { findLine } from '../store/milestones.ts'
import { asOrganisation } from '../store/pool.ts'
import { organisationExists } from '../store/shipments.ts'
import {
  createSupplierLink,
  listSupplierLinks,
  readSupplierLink,
  supplierUses,
  withdrawSupplierLink,
} from '../store/supplier-links.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { originOf } from './origin.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['supplier links']
const LinkParams = z.object({ id: z.uuid() })
const ByCreation = z.tuple([IsoInstant, z.uuid()])
const ByUse = z.tuple([z.string().regex(/^\d{1,18}$/)])
const wrongEnd = (message: string) =>
  refusal(400, `expiresAt: ${message}.`, { errors: [{ path: 'expiresAt', message }] })

/** A link by which a supplier without an account says how far its lines are: make it, see its use, withdraw it. */
export const supplierLinkRoutes =
  (deps: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, accessEnded } = deps
    app.route({
      method: 'GET',
      url: '/supplier-links',
      schema: {
        tags,
        summary: 'The links that your organisation has made for its suppliers, newest first; those that are over too',
        querystring: PageQuery.extend({ supplierId: z.uuid().optional() }),
        response: { 200: pageOf(SupplierLink) },
      },
      handler: async (request) => {
        const { limit, cursor, supplierId } = request.query
        const after = fromCursor(cursor, ByCreation)
        const found = await asOrganisation(pool, signedIn(request), async (tx) => {
          if (supplierId !== undefined && !(await organisationExists(tx, supplierId))) throw notFound('supplier')
          return listSupplierLinks(tx, { supplierId, after, limit: limit + 1 })
        })
        return toPage(found, limit, (item) => [item.createdAt, item.id])
      },
    })

    app.route({
      method: 'POST',
      url: '/supplier-links',
      schema: {
        tags,
        summary: 'Make a link for a supplier; the link is shown once',
        description:
          'Whoever has the link sees, without an account, the supplier’s open lines with you (or the one line named), without prices, and says how far they are, until `expiresAt`, at most 180 days.',
        body: SupplierLinkCreate,
        response: { 201: SupplierLinkMade },
      },
      handler: async (request, reply) => {
        const { orgId, personId } = signedIn(request)
        const { supplierId, orderId = null, line = null, expiresAt, note = null, email = null } = request.body
        const made = await change(pool, request, async (tx) => {
          if (supplierId === orgId || !(await organisationExists(tx, supplierId))) throw notFound('supplier')
          if (orderId !== null && line !== null) {
            const known = await findLine(tx, orderId, line)
            if (known === null || known.orgId !== orgId || known.supplierId !== supplierId) throw notFound('order line')
          }
          if (expiresAt <= Date.now()) throw wrongEnd('must lie ahead')
          if (expiresAt > Date.now() + LONGEST_SUPPLIER_LINK_MS) throw wrongEnd('must be at most 180 days from now')
          const wanted = { orgId, supplierId, orderId, line, personId, expiresAt, note, email }
          const { id, token } = await createSupplierLink(tx, wanted)
          const link = await readSupplierLink(tx, id)
          if (link === null) throw notFound('link')
          const subject = { kind: 'supplier-link', id, ...(note !== null && { name: note }) }
          const details = { supplierId, orderId, line, email, expiresAt: link.expiresAt }
          // behind the #, so that no server and no log ever sees it
          const answer = { ...link, link: `${originOf(request, deps)}/supplier#${token}` }
          return { answer, deed: { action: 'supplier-link.created', subject, details } }
        })
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'DELETE',
      url: '/supplier-links/:id',
      schema: {
        tags,
        summary: 'Withdraw a link: it opens nothing any more, and what it opened is over; again is harmless',
        params: LinkParams,
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const found = await change(pool, request, async (tx) => {
          const before = await readSupplierLink(tx, id)
          const answer = await withdrawSupplierLink(tx, id)
          if (!answer || before === null || before.withdrawnAt !== null) return { answer, deed: null }
          const subject = { kind: 'supplier-link', id, ...(before.note !== null && { name: before.note }) }
          const details = { supplierId: before.supplier.id }
          return { answer, deed: { action: 'supplier-link.withdrawn', subject, details } }
        })
        if (!found) throw notFound('link')
        accessEnded(id)
        return reply.code(204).send(null)
      },
    })

    app.route({
      method: 'GET',
      url: '/supplier-links/:id/uses',
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
          if ((await readSupplierLink(tx, linkId)) === null) throw notFound('link')
          return supplierUses(tx, { linkId, after, limit: limit + 1 })
        })
        const { items, next } = toPage(found, limit, (item) => [item.use])
        return { items: items.map(({ at, from, agent }) => ({ at, from, agent })), next }
      },
    })
  }
