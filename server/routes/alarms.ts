import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Alarm } from '../model/alarm.ts'
import { IsoInstant } from '../model/instant.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { acknowledge, alarmActions, comment, readAlarm, readAlarms } from '../store/alarms.ts'
import type { Deed } from '../store/audit.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { shipmentExists } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { requirePart } from './parts.ts'
import { notFound } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const tags = ['alarms']
const AlarmParams = z.object({ id: z.uuid() })
const ByRaised = z.tuple([z.string().regex(/^-?\d{1,18}$/), z.uuid()])
const AlarmQuery = PageQuery.extend({
  state: z.enum(['open', 'all']).optional().describe('open: active, or not acknowledged, and not withdrawn'),
})
const note = z.string().trim().min(1).max(4000)
const AlarmDetail = Alarm.extend({
  actions: z.array(
    z.object({ action: z.string(), by: z.string().nullable(), note: z.string().nullable(), at: IsoInstant }),
  ),
})

/** Those who can do something about it: the supplier only looks. */
const mayAct = async (tx: Tx, alarmId: string): Promise<void> => {
  const alarm = await readAlarm(tx, alarmId)
  if (alarm === null) throw notFound('alarm')
  await requirePart(tx, alarm.shipmentId, ['buyer', 'carrier'])
}

const acted = (action: string, alarm: Alarm, note: string | null): Deed => ({
  action,
  subject: { kind: 'alarm', id: alarm.id, name: alarm.rule },
  details: {
    shipmentId: alarm.shipmentId,
    deviceId: alarm.deviceId,
    onset: alarm.onset,
    ...(note !== null && { note }),
  },
})

/** Alarms, and what people do about them. */
export const alarmRoutes =
  ({ pool, alarmsChanged }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/alarms',
      schema: { tags, summary: 'Alarms, newest first', querystring: AlarmQuery, response: { 200: pageOf(Alarm) } },
      handler: async (request) => {
        const { limit, cursor, state = 'open' } = request.query
        const after = fromCursor(cursor, ByRaised)
        const found = await asOrganisation(pool, signedIn(request), (tx) =>
          readAlarms(tx, { state, after, limit: limit + 1 }),
        )
        const { items, next } = toPage(found, limit, (item) => item.position)
        return { items: items.map((item) => item.alarm), next }
      },
    })

    app.route({
      method: 'GET',
      url: '/shipments/:id/alarms',
      config: { openToShares: true },
      schema: {
        tags,
        summary: 'Every alarm of one shipment, newest first',
        params: ShipmentParams,
        querystring: AlarmQuery,
        response: { 200: pageOf(Alarm) },
      },
      handler: async (request) => {
        const { limit, cursor, state = 'all' } = request.query
        const shipmentId = request.params.id
        const after = fromCursor(cursor, ByRaised)
        const found = await asOrganisation(pool, signedIn(request), async (tx) => {
          if (!(await shipmentExists(tx, shipmentId))) throw notFound('shipment')
          return readAlarms(tx, { state, shipmentId, after, limit: limit + 1 })
        })
        const { items, next } = toPage(found, limit, (item) => item.position)
        return { items: items.map((item) => item.alarm), next }
      },
    })

    app.route({
      method: 'GET',
      url: '/alarms/:id',
      schema: {
        tags,
        summary: 'One alarm with what people did',
        params: AlarmParams,
        response: { 200: AlarmDetail },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => {
          const alarm = await readAlarm(tx, request.params.id)
          if (alarm === null) throw notFound('alarm')
          const actions = await alarmActions(tx, alarm.id)
          return { ...alarm, actions: actions.map((action) => ({ ...action, at: action.at.toISOString() })) }
        }),
    })

    app.route({
      method: 'POST',
      url: '/alarms/:id/acknowledge',
      schema: {
        tags,
        summary: 'Say that you have seen it; again is harmless',
        params: AlarmParams,
        body: z.object({ note: note.optional() }).nullish(),
        response: { 200: Alarm },
      },
      handler: async (request) => {
        const { orgId, personId } = signedIn(request)
        const deed = { orgId, personId, alarmId: request.params.id, note: request.body?.note ?? null }
        const done = await change(pool, request, async (tx) => {
          await mayAct(tx, deed.alarmId)
          const answer = await acknowledge(tx, deed)
          return { answer, deed: answer?.changed ? acted('alarm.acknowledged', answer.alarm, deed.note) : null }
        })
        if (done === null) throw notFound('alarm')
        if (done.changed) alarmsChanged()
        return done.alarm
      },
    })

    app.route({
      method: 'POST',
      url: '/alarms/:id/comment',
      schema: {
        tags,
        summary: 'Add a note',
        params: AlarmParams,
        body: z.object({ text: note }),
        response: { 200: Alarm },
      },
      handler: async (request) => {
        const { orgId, personId } = signedIn(request)
        const deed = { orgId, personId, alarmId: request.params.id, note: request.body.text }
        const alarm = await change(pool, request, async (tx) => {
          await mayAct(tx, deed.alarmId)
          const answer = await comment(tx, deed)
          return { answer, deed: answer && acted('alarm.commented', answer, deed.note) }
        })
        if (alarm === null) throw notFound('alarm')
        alarmsChanged()
        return alarm
      },
    })
  }
