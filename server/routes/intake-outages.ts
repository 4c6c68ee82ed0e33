import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { IntakeOutages, OutagesSeen } from '../model/intake.ts'
import { acknowledgeNotices, intakeNotices } from '../store/intake-notices.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'

const tags = ['alarms']

/** Times in which we ourselves could hear nothing: one entry each, instead of a silence of every device. */
export const intakeOutageRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/intake-outages',
      schema: {
        tags,
        summary: 'Outages of our own intake that concerned you, newest first, and what has come in since',
        description: 'At most 50. No device is said to be silent for such a time.',
        response: { 200: IntakeOutages },
      },
      handler: (request) => asOrganisation(pool, signedIn(request), async (tx) => ({ items: await intakeNotices(tx) })),
    })

    app.route({
      method: 'POST',
      url: '/intake-outages/acknowledge',
      schema: {
        tags,
        summary: 'Acknowledge outages of our intake',
        body: OutagesSeen,
        response: { 200: IntakeOutages },
      },
      handler: (request) => {
        const { orgId, personId } = signedIn(request)
        const { until } = request.body
        return change(pool, request, async (tx) => {
          const outages = await acknowledgeNotices(tx, personId, until)
          const subject = { kind: 'organisation', id: orgId }
          const details = { until: new Date(until).toISOString(), outages }
          return {
            answer: { items: await intakeNotices(tx) },
            deed: outages === 0 ? null : { action: 'intake-outages.acknowledged', subject, details },
          }
        })
      },
    })
  }
