import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Alarm } from '../model/alarm.ts'
import { acknowledge, partInAlarm, readAlarm } from '../store/alarms.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'

const MOST = 500

/** What one person does about many alarms at once: in a flood nobody clicks five hundred times. */
export const alarmsTogetherRoutes =
  ({ pool, alarmsChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'POST',
      url: '/alarms/acknowledge',
      schema: {
        tags: ['alarms'],
        summary: 'Acknowledge several alarms, all of them or none',
        description: `At most ${MOST}. Those that you do not see, or may only look at, are named in \`skipped\`.`,
        body: z.object({
          ids: z.array(z.uuid()).min(1).max(MOST),
          note: z.string().trim().min(1).max(4000).optional(),
        }),
        response: { 200: z.object({ items: z.array(Alarm), skipped: z.array(z.uuid()) }) },
      },
      handler: async (request) => {
        const { orgId, personId } = signedIn(request)
        const { ids, note = null } = request.body
        const answer = await change(pool, request, async (tx) => {
          const items: Alarm[] = []
          const skipped: string[] = []
          const deeds: { id: string; rule: string; shipmentId?: string; orderId?: string }[] = []
          // in one order, so that two who do the same do not wait for each other's locks
          for (const alarmId of [...new Set(ids)].sort()) {
            const before = await readAlarm(tx, alarmId)
            const part = before === null ? null : await partInAlarm(tx, alarmId)
            const done =
              part === 'buyer' || part === 'carrier' ? await acknowledge(tx, { orgId, personId, alarmId, note }) : null
            if (done === null) {
              skipped.push(alarmId)
              continue
            }
            items.push(done.alarm)
            const { id, rule, shipmentId, orderId } = done.alarm
            const of = { ...(shipmentId !== null && { shipmentId }), ...(orderId !== null && { orderId }) }
            if (done.changed) deeds.push({ id, rule, ...of })
          }
          const subject = { kind: 'organisation', id: orgId }
          const details = { alarms: deeds, ...(note !== null && { note }) }
          return {
            answer: { items, skipped },
            deed: deeds.length === 0 ? null : { action: 'alarms.acknowledged', subject, details },
          }
        })
        alarmsChanged()
        return answer
      },
    })
  }
