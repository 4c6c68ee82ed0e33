import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { STAGES } from '../model/order.ts'
import { OwnStage, StageKnown, StagePlan, StagePlanSet } from '../model/stage-plan.ts'
import { asOrganisation } from '../store/pool.ts'
import { organisationExists } from '../store/shipments.ts'
import { endPlan, listOwnStages, listPlans, nameStage, setPlan } from '../store/stage-plans.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']

/** The stages that lines go through, and the plans by which a new line gets them. */
export const stagePlanRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/stages',
      schema: {
        tags,
        summary: 'The stages that everybody knows, in their usual order, and your own',
        response: { 200: z.object({ items: z.array(StageKnown), next: z.null() }) },
      },
      handler: async (request) => {
        const own = await asOrganisation(pool, signedIn(request), listOwnStages)
        const renamed = new Set(own.map(({ stage }) => stage))
        const usual = STAGES.filter((stage) => !renamed.has(stage))
        return {
          items: [
            ...usual.map((stage) => ({ stage, name: null, nameZh: null, own: false })),
            ...own.map((stage) => ({ ...stage, own: true })),
          ],
          next: null,
        }
      },
    })

    app.route({
      method: 'POST',
      url: '/stages',
      schema: {
        tags,
        summary: 'Name a stage of your own, or name it anew',
        body: OwnStage,
        response: { 200: OwnStage },
      },
      handler: (request) => {
        const who = signedIn(request)
        const { body } = request
        return change(pool, request, async (tx) => {
          const changed = await nameStage(tx, who.orgId, body)
          const subject = { kind: 'stage', id: body.stage, name: body.name }
          return { answer: body, deed: changed ? { action: 'stage.named', subject, details: body } : null }
        })
      },
    })

    app.route({
      method: 'GET',
      url: '/stage-plans',
      schema: {
        tags,
        summary: 'Your plans of stages: what a new line gets that names none',
        response: { 200: z.object({ items: z.array(StagePlan), next: z.null() }) },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => ({ items: await listPlans(tx), next: null })),
    })

    app.route({
      method: 'POST',
      url: '/stage-plans',
      schema: {
        tags,
        summary: 'Set the plan for a product family and a supplier, for one of them, or for all others',
        description:
          'Takes the place of the one that held for the same. A new line takes the plan for its family and supplier, else for its family, else for its supplier, else the one for all. Lines that are there keep their stages.',
        body: StagePlanSet,
        response: { 201: StagePlan },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { body } = request
        if (who.organisation.kind === 'carrier') throw refusal(403, 'A carrier has no order book.')
        const made = await change(pool, request, async (tx) => {
          if (typeof body.supplierId === 'string' && !(await organisationExists(tx, body.supplierId)))
            throw refusal(422, 'You know no organisation with this id. Add it under /api/v1/organisations first.', {
              errors: [{ path: 'supplierId', message: 'not an organisation that you know' }],
            })
          const id = await setPlan(tx, who.orgId, body)
          const answer = (await listPlans(tx)).find((plan) => plan.id === id)
          if (answer === undefined) throw notFound('stage plan')
          const { family, supplierName, stages } = answer
          const subject = { kind: 'stage-plan', id }
          return {
            answer,
            deed: { action: 'stage-plan.set', subject, details: { family, supplier: supplierName, stages } },
          }
        })
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'DELETE',
      url: '/stage-plans/:id',
      schema: {
        tags,
        summary: 'End a plan; lines that were made by it keep their stages',
        params: z.object({ id: z.uuid() }),
        response: { 204: z.null() },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        await change(pool, request, async (tx) => {
          const ended = await endPlan(tx, id)
          if (ended === null) throw notFound('stage plan')
          return {
            answer: null,
            deed: { action: 'stage-plan.ended', subject: { kind: 'stage-plan', id }, details: ended },
          }
        })
        return reply.code(204).send(null)
      },
    })
  }
