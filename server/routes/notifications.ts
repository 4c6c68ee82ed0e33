import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { IsoInstant } from '../model/instant.ts'
import { NotificationItem, NotificationState } from '../model/notification.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { readChannel } from '../store/channels.ts'
import { type Listed, listNotifications, readNotification, sendAgain } from '../store/notifications.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['notifications']
const config = { adminsOnly: true }
const ByCreation = z.tuple([IsoInstant, z.uuid()])
const shown = ({ place: _place, ...item }: Listed): NotificationItem => item

/** What was told, what waits, what failed, and what nobody was told of. */
export const notificationRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/notifications',
      config,
      schema: {
        tags,
        summary: 'Notifications and what became of them, newest first',
        querystring: PageQuery.extend({
          state: z
            .union([NotificationState, z.literal('failing')])
            .optional()
            .describe('failing: tried in vain, and tried again'),
          channelId: z.uuid().optional(),
          alarmId: z.uuid().optional(),
        }),
        response: { 200: pageOf(NotificationItem) },
      },
      handler: async (request) => {
        const { limit, cursor, ...filter } = request.query
        const after = fromCursor(cursor, ByCreation)
        const rows = await asOrganisation(pool, signedIn(request), async (tx) => {
          if (filter.channelId !== undefined && (await readChannel(tx, filter.channelId)) === null)
            throw notFound('channel')
          const { state, channelId, alarmId } = filter
          return listNotifications(tx, { state, channelId, alarmId, after, limit: limit + 1 })
        })
        const { items, next } = toPage(rows, limit, (row) => [row.place, row.id])
        return { items: items.map(shown), next }
      },
    })

    app.route({
      method: 'POST',
      url: '/notifications/:id/retry',
      config,
      schema: {
        tags,
        summary: 'Send again now what failed or was given up',
        params: z.object({ id: z.uuid() }),
        response: { 200: NotificationItem },
      },
      handler: (request) =>
        change(pool, request, async (tx) => {
          const { id } = request.params
          const before = await readNotification(tx, id)
          if (before === null) throw notFound('notification')
          if (before.channel === null)
            throw refusal(409, 'No rule led this to a channel. Add a rule; it holds from then on.')
          if (before.state !== 'dead' && (before.state !== 'waiting' || before.problem === null))
            throw refusal(409, `This notification is ${before.state}: there is nothing to send again.`)
          if ((await readChannel(tx, before.channel.id)) === null) throw refusal(409, 'Its channel has been removed.')
          await sendAgain(tx, id)
          const after = (await readNotification(tx, id)) ?? before
          const subject = { kind: 'notification', id, name: before.channel.name }
          return {
            answer: shown(after),
            deed: { action: 'notification.retried', subject, details: { kind: before.kind } },
          }
        }),
    })
  }
