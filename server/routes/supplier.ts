import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LineName } from '../model/order.ts'
import { Reliability, SupplierLines, SupplierMilestoneKept, SupplierMilestoneSaid } from '../model/supplier-link.ts'
import { sayMilestone } from '../store/milestones.ts'
import { supplierScorecard } from '../store/order-risk.ts'
import { asOrganisation } from '../store/pool.ts'
import { organisationExists } from '../store/shipments.ts'
import {
  findLinkedLine,
  keepPhoto,
  listLinkedLines,
  readMilestonePhoto,
  readPhoto,
  supplierReliability,
} from '../store/supplier-lines.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { moveBy } from './forecasts.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['supplier']
const LineParams = z.object({ id: z.uuid(), line: LineName })

const onlyLinks = () => refusal(403, 'This is for who has opened a supplier’s link.')

/** What the holder of a supplier's link sees and says; and the pictures, for both sides. */
export const supplierRoutes =
  ({ pool, orderChanged, forecasts }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/supplier/lines',
      config: { openToSuppliers: true },
      schema: {
        tags,
        summary: 'The open lines that a supplier’s link shows, the soonest needed first',
        response: { 200: SupplierLines },
      },
      handler: async (request) => {
        const who = signedIn(request)
        const { supplier, organisation } = who
        if (supplier === undefined) throw onlyLinks()
        // a link may not ask the database for figures of suppliers: its buyer asks, for the one whose link it is
        const scorecard = await asOrganisation(pool, { orgId: who.orgId }, (tx) =>
          supplierScorecard(tx, who.orgId, supplier.id),
        )
        return asOrganisation(pool, who, async (tx) => ({
          buyer: { id: organisation.id, name: organisation.name },
          supplier: { id: supplier.id, name: who.name },
          reliability: await supplierReliability(tx, who.orgId, supplier.id),
          scorecard,
          items: (await listLinkedLines(tx)).map(({ seen }) => seen),
          next: null,
        }))
      },
    })

    app.route({
      method: 'POST',
      url: '/supplier/lines/:id/:line/milestones',
      config: { openToSuppliers: true },
      schema: {
        tags,
        summary: 'Say, by a supplier’s link, that a stage is done or will be',
        description:
          'The same `key` again is harmless and answers what is kept. A correction names what it corrects. `photo` is a data: URL of at most 400 kB.',
        params: LineParams,
        body: SupplierMilestoneSaid,
        response: { 200: SupplierMilestoneKept, 201: SupplierMilestoneKept },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { supplier } = who
        if (supplier === undefined) throw onlyLinks()
        const { id, line } = request.params
        const { photo, ...said } = request.body
        const picture = photo === undefined ? null : readPhoto(photo)
        if (photo !== undefined && picture === null)
          throw refusal(422, 'The photo is neither JPEG, nor PNG, nor WebP. Take another one.')
        const kept = await change(pool, request, async (tx) => {
          const found = await findLinkedLine(tx, id, line)
          if (found === null) throw notFound('open order line')
          const saidBy = { kind: 'supplier-link', id: who.id, name: who.name, orgId: supplier.id } as const
          // a telephone's clock may be ahead, which is no reason to lose what it says
          const now = Date.now()
          const told = said.saidAt === undefined ? said : { ...said, saidAt: Math.min(said.saidAt, now) }
          const outcome = await sayMilestone(tx, found.known, told, saidBy, now)
          if (!outcome.ok)
            throw refusal(
              outcome.conflict ? 409 : 422,
              `${outcome.reason[0]?.toUpperCase()}${outcome.reason.slice(1)}.`,
            )
          const { milestone, already } = outcome
          if (picture !== null && !already) await keepPhoto(tx, found.known, milestone.id, picture)
          const { stage, classifier, at, corrects } = milestone
          const hasPhoto = picture !== null && !already
          const details = { line, milestone: milestone.id, stage, classifier, at, corrects, photo: hasPhoto }
          const answer = {
            already,
            body: {
              milestone: { ...milestone, photo: milestone.photo || hasPhoto },
              line: (await findLinkedLine(tx, id, line))?.seen ?? found.seen,
              reliability: await supplierReliability(tx, who.orgId, supplier.id),
            },
          }
          const deed = { action: 'milestone.said', subject: { kind: 'order', id }, details }
          return { answer, deed: already ? null : deed }
        })
        if (!kept.already) orderChanged(id)
        const forecast = await moveBy(forecasts, { orderId: id, line }, Date.parse(kept.body.milestone.recordedAt))
        return reply.code(kept.already ? 200 : 201).send({ ...kept.body, forecast })
      },
    })

    app.route({
      method: 'GET',
      url: '/suppliers/:id/reliability',
      schema: {
        tags: ['orders'],
        summary: 'How far a supplier keeps its word with you; it sees the same figure',
        params: z.object({ id: z.uuid() }),
        response: { 200: Reliability },
      },
      handler: (request) => {
        const who = signedIn(request)
        return asOrganisation(pool, who, async (tx) => {
          if (!(await organisationExists(tx, request.params.id))) throw notFound('supplier')
          return supplierReliability(tx, who.orgId, request.params.id)
        })
      },
    })

    app.route({
      method: 'GET',
      url: '/orders/:id/lines/:line/milestones/:milestone/photo',
      schema: {
        tags: ['orders'],
        summary: 'The picture that came with a milestone',
        params: LineParams.extend({ milestone: z.string().regex(/^\d{1,18}$/) }),
      },
      handler: async (request, reply) => {
        const { id, line, milestone } = request.params
        const photo = await asOrganisation(pool, signedIn(request), (tx) =>
          readMilestonePhoto(tx, { orderId: id, line, milestone }),
        )
        if (photo === null) throw notFound('photo')
        // somebody else's bytes: shown as the picture they are, and never run
        return reply
          .header('content-type', photo.type)
          .header('content-security-policy', "default-src 'none'; sandbox")
          .header('x-content-type-options', 'nosniff')
          .send(photo.content)
      },
    })
  }
