import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Alarm, AlarmAction } from '../model/alarm.ts'
import { AlarmSource } from '../model/alarm-source.ts'
import { Instant, IsoInstant, toIso } from '../model/instant.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { alarmSource } from '../store/alarm-sources.ts'
import {
  type Acted,
  acknowledge,
  alarmActions,
  comment,
  partInAlarm,
  readAlarm,
  readAlarms,
  reset,
  shelve,
  unshelve,
} from '../store/alarms.ts'
import type { Deed } from '../store/audit.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { shipmentExists } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { requirePart } from './parts.ts'
import { notFound, refusal } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const tags = ['alarms']
const AlarmParams = z.object({ id: z.uuid() })
const ByRaised = z.tuple([z.string().regex(/^-?\d{1,18}$/), z.uuid()])
const AlarmQuery = PageQuery.extend({
  state: z.enum(['open', 'all']).optional().describe('open: active, not acknowledged or latched, and not withdrawn'),
})
const note = z.string().trim().min(1).max(4000)
const AlarmDetail = Alarm.extend({
  source: AlarmSource,
  actions: z.array(
    z.object({
      action: AlarmAction,
      by: z.string().nullable(),
      note: z.string().nullable(),
      at: IsoInstant,
      until: IsoInstant.nullable(),
    }),
  ),
})

/** How long an alarm may be out of sight at most; a critical one not beyond the shift that shelved it. */
const LONGEST_MS = { critical: 4 * 3_600_000, high: 24 * 3_600_000, medium: 72 * 3_600_000, low: 72 * 3_600_000 }

/** Those who can do something about it: the supplier only looks. */
const mayAct = async (tx: Tx, alarmId: string): Promise<void> => {
  const alarm = await readAlarm(tx, alarmId)
  if (alarm === null) throw notFound('alarm')
  if (alarm.shipmentId !== null) await requirePart(tx, alarm.shipmentId, ['buyer', 'carrier'])
  else if ((await partInAlarm(tx, alarmId)) !== 'buyer')
    throw refusal(403, 'Only the buyer of this order line may do this.')
}

const acted = (action: string, alarm: Alarm, note: string | null): Deed => ({
  action,
  subject: { kind: 'alarm', id: alarm.id, name: alarm.rule },
  details: {
    ...(alarm.shipmentId === null
      ? { orderId: alarm.orderId, line: alarm.line }
      : { shipmentId: alarm.shipmentId, deviceId: alarm.deviceId }),
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
        summary: 'One alarm with where its limit came from, and what people did',
        params: AlarmParams,
        response: { 200: AlarmDetail },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => {
          const alarm = await readAlarm(tx, request.params.id)
          if (alarm === null) throw notFound('alarm')
          const actions = await alarmActions(tx, alarm.id)
          return {
            ...alarm,
            source: await alarmSource(tx, alarm),
            actions: actions.map((action) => ({
              ...action,
              at: action.at.toISOString(),
              until: action.until?.toISOString() ?? null,
            })),
          }
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

    const act = async (
      request: FastifyRequest,
      alarmId: string,
      [action, words, until]: [action: string, words: string | null, until?: number],
      work: (tx: Tx) => Promise<Acted>,
    ): Promise<Alarm> => {
      const done = await change<Acted>(pool, request, async (tx) => {
        await mayAct(tx, alarmId)
        const answer = await work(tx)
        if (answer?.ok !== true) return { answer, deed: null }
        const { details, ...deed } = acted(action, answer.alarm, words)
        return {
          answer,
          deed: { ...deed, details: { ...details, ...(until !== undefined && { until: toIso(until) }) } },
        }
      })
      if (done === null) throw notFound('alarm')
      if (!done.ok) throw refusal(409, done.reason)
      alarmsChanged()
      return done.alarm
    }
    const deedOf = (request: FastifyRequest, alarmId: string, words: string | null) => {
      const { orgId, personId } = signedIn(request)
      return { orgId, personId, alarmId, note: words }
    }

    app.route({
      method: 'POST',
      url: '/alarms/:id/shelve',
      schema: {
        tags,
        summary: 'Take it out of sight for a while, with a reason',
        description: 'At most 4 h for a critical alarm, 24 h for a high one, 72 h for others. It comes back by itself.',
        params: AlarmParams,
        body: z.object({ until: Instant, reason: note }),
        response: { 200: Alarm },
      },
      handler: (request) => {
        const { id } = request.params
        const { until, reason } = request.body
        return act(request, id, ['alarm.shelved', reason, until], async (tx) => {
          const alarm = await readAlarm(tx, id)
          if (alarm === null) return null
          const longest = LONGEST_MS[alarm.priority]
          if (until <= Date.now()) throw refusal(400, 'until must be in the future.')
          if (until > Date.now() + longest + 60_000)
            throw refusal(
              422,
              `An alarm of priority ${alarm.priority} may be shelved for ${longest / 3_600_000} h at most.`,
            )
          return shelve(tx, deedOf(request, id, reason), until)
        })
      },
    })

    const simple = { unshelve, reset }
    const DONE = { unshelve: 'alarm.unshelved', reset: 'alarm.reset' }
    const SUMMARY = {
      unshelve: 'Bring a shelved one back before its time',
      reset: 'Let go of a latched one: its condition is over, and it is acknowledged',
    }
    for (const verb of ['unshelve', 'reset'] as const)
      app.route({
        method: 'POST',
        url: `/alarms/:id/${verb}`,
        schema: {
          tags,
          summary: SUMMARY[verb],
          params: AlarmParams,
          body: z.object({ note: note.optional() }).nullish(),
          response: { 200: Alarm },
        },
        handler: (request) => {
          const { id } = request.params
          const words = request.body?.note ?? null
          return act(request, id, [DONE[verb], words], (tx) => simple[verb](tx, deedOf(request, id, words)))
        },
      })
  }
