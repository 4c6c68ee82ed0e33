import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Milestone, MilestoneSaid } from '../model/milestone.ts'
import { findLine, listMilestones, sayMilestone } from '../store/milestones.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { OrderParams } from './orders.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['orders']
export const LineParams = OrderParams.extend({ line: z.string().min(1).max(40) })

/** How far production has come, said by the supplier or the buyer; nothing that was said is ever changed. */
export const milestoneRoutes =
  ({ pool, orderChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/orders/:id/lines/:line/milestones',
      schema: {
        tags,
        summary: 'Everything said of a line, oldest first',
        params: LineParams,
        response: { 200: z.object({ items: z.array(Milestone), next: z.null() }) },
      },
      handler: (request) => {
        const { id, line } = request.params
        return asOrganisation(pool, signedIn(request), async (tx) => {
          if ((await findLine(tx, id, line)) === null) throw notFound('order line')
          return { items: await listMilestones(tx, id, line), next: null }
        })
      },
    })

    app.route({
      method: 'POST',
      url: '/orders/:id/lines/:line/milestones',
      config: { scope: 'milestones' },
      schema: {
        tags,
        summary: 'Say that a stage is done, will be done, or is planned',
        description: 'The same `key` again is harmless and answers what is kept. A correction names what it corrects.',
        params: LineParams,
        body: MilestoneSaid,
        response: { 200: Milestone, 201: Milestone },
      },
      handler: async (request, reply) => {
        const who = signedIn(request)
        const { id, line } = request.params
        const said = await change(pool, request, async (tx) => {
          const known = await findLine(tx, id, line)
          if (known === null) throw notFound('order line')
          const saidBy = {
            kind: who.kind === 'token' ? 'token' : 'person',
            id: who.id,
            name: who.name,
            orgId: who.orgId,
          } as const
          const outcome = await sayMilestone(tx, known, request.body, saidBy, Date.now())
          if (!outcome.ok)
            throw refusal(
              outcome.conflict ? 409 : 422,
              `${outcome.reason[0]?.toUpperCase()}${outcome.reason.slice(1)}.`,
            )
          const { milestone, already } = outcome
          const { stage, classifier, at, corrects } = milestone
          const details = { line, milestone: milestone.id, stage, classifier, at, corrects }
          const deed = { action: 'milestone.said', subject: { kind: 'order', id }, details }
          return { answer: outcome, deed: already ? null : deed }
        })
        if (!said.already) orderChanged(id)
        return reply.code(said.already ? 200 : 201).send(said.milestone)
      },
    })
  }
