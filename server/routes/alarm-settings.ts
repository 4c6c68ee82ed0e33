import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RuleId } from '../model/alarm.ts'
import { Instant, toIso } from '../model/instant.ts'
import { isCriticalDelay, OutOfService, RuleSettingsChange, SettingsAnswer } from '../model/rule-settings.ts'
import { SETTINGS, settingsWith } from '../rules/facts.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import {
  listOutOfService,
  putBack,
  type SettingsVersion,
  setSettings,
  settingsHistory,
  takeOut,
} from '../store/rule-settings.ts'
import { readShipment } from '../store/shipments.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { requirePart } from './parts.ts'
import { notFound, refusal } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const tags = ['alarm settings']
const RuleParams = ShipmentParams.extend({ rule: RuleId })

const answerOf = (history: SettingsVersion[], below = SETTINGS): z.infer<typeof SettingsAnswer> => {
  const own = history.at(-1)?.settings ?? {}
  return {
    inForce: settingsWith(below, own),
    defaults: below,
    own,
    history: history.map((version) => ({ ...version, from: version.from.toISOString() })),
  }
}

const organisations = async (tx: Tx) => answerOf(await settingsHistory(tx, null))
const shipments = async (tx: Tx, id: string) =>
  answerOf(await settingsHistory(tx, id), (await organisations(tx)).inForce)

const refuseCriticalDelay = (settings: RuleSettingsChange): void => {
  const reason = isCriticalDelay(settings)
  if (reason !== null) throw refusal(422, reason, { errors: [{ path: 'onDelayMs', message: reason }] })
}

const nameOf = async (tx: Tx, id: string): Promise<string> => {
  const shipment = await readShipment(tx, id)
  if (shipment === null) throw notFound('shipment')
  return shipment.reference
}

/** What the rules go by: deadbands, delays, thresholds; and rules that are out of service on a shipment. */
export const alarmSettingsRoutes =
  ({ pool, refoldsRequested }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/alarm-settings',
      schema: { tags, summary: 'What your organisation has set the rules to', response: { 200: SettingsAnswer } },
      handler: (request) => asOrganisation(pool, signedIn(request), organisations),
    })

    app.route({
      method: 'PUT',
      url: '/alarm-settings',
      config: { adminsOnly: true },
      schema: {
        tags,
        summary: 'Set the rules otherwise, for all your shipments, from now on',
        description: 'What is missing is as the product has it. Try it out over stored history first: /alarm-try-out.',
        body: RuleSettingsChange,
        response: { 200: SettingsAnswer },
      },
      handler: async (request) => {
        refuseCriticalDelay(request.body)
        const answer = await change(pool, request, async (tx) => {
          await setSettings(tx, signedIn(request), null, request.body)
          const subject = { kind: 'organisation', id: signedIn(request).orgId }
          return {
            answer: await organisations(tx),
            deed: { action: 'alarm-settings.changed', subject, details: { settings: request.body } },
          }
        })
        refoldsRequested()
        return answer
      },
    })

    app.route({
      method: 'GET',
      url: '/shipments/:id/alarm-settings',
      schema: {
        tags,
        summary: 'What the rules of one shipment are set to',
        params: ShipmentParams,
        response: { 200: SettingsAnswer },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => {
          await requirePart(tx, request.params.id, ['buyer'])
          return shipments(tx, request.params.id)
        }),
    })

    app.route({
      method: 'PUT',
      url: '/shipments/:id/alarm-settings',
      schema: {
        tags,
        summary: 'Set the rules of one shipment otherwise, from now on',
        params: ShipmentParams,
        body: RuleSettingsChange,
        response: { 200: SettingsAnswer },
      },
      handler: async (request) => {
        refuseCriticalDelay(request.body)
        const { id } = request.params
        const answer = await change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          await setSettings(tx, signedIn(request), id, request.body)
          const subject = { kind: 'shipment', id, name: await nameOf(tx, id) }
          return {
            answer: await shipments(tx, id),
            deed: { action: 'alarm-settings.changed', subject, details: { settings: request.body } },
          }
        })
        refoldsRequested()
        return answer
      },
    })

    app.route({
      method: 'GET',
      url: '/shipments/:id/out-of-service',
      schema: {
        tags,
        summary: 'Rules that are, or were, out of service on a shipment',
        params: ShipmentParams,
        response: { 200: z.object({ items: z.array(OutOfService) }) },
      },
      handler: (request) =>
        asOrganisation(pool, signedIn(request), async (tx) => {
          await nameOf(tx, request.params.id)
          return { items: await listOutOfService(tx, request.params.id) }
        }),
    })

    app.route({
      method: 'POST',
      url: '/shipments/:id/out-of-service',
      schema: {
        tags,
        summary: 'Take a rule out of service on a shipment, until a moment or until it is put back',
        description:
          'It goes on being judged, its alarms are marked and nobody is told. For a sensor that is broken, say.',
        params: ShipmentParams,
        body: z.object({
          rule: RuleId,
          reason: z.string().trim().min(3).max(1000),
          until: Instant.nullish().describe(
            'it is back by itself then; until somebody puts it back where none is given',
          ),
        }),
        response: { 200: z.object({ items: z.array(OutOfService) }) },
      },
      handler: async (request) => {
        const { id } = request.params
        const { rule, reason, until = null } = request.body
        if (until !== null && until <= Date.now()) {
          const reason = 'until must be in the future.'
          throw refusal(400, reason, { errors: [{ path: 'until', message: reason }] })
        }
        const answer = await change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          if (!(await takeOut(tx, signedIn(request), id, rule, { reason, until })))
            throw refusal(409, `${rule} is out of service on this shipment already.`)
          const subject = { kind: 'shipment', id, name: await nameOf(tx, id) }
          return {
            answer: { items: await listOutOfService(tx, id) },
            deed: {
              action: 'rule.out-of-service',
              subject,
              details: { rule, reason, ...(until !== null && { until: toIso(until) }) },
            },
          }
        })
        refoldsRequested()
        return answer
      },
    })

    app.route({
      method: 'DELETE',
      url: '/shipments/:id/out-of-service/:rule',
      schema: {
        tags,
        summary: 'Put a rule back into service',
        params: RuleParams,
        response: { 200: z.object({ items: z.array(OutOfService) }) },
      },
      handler: async (request) => {
        const { id, rule } = request.params
        const answer = await change(pool, request, async (tx) => {
          await requirePart(tx, id, ['buyer'])
          if (!(await putBack(tx, signedIn(request), id, rule)))
            throw refusal(409, `${rule} is not out of service on this shipment.`)
          const subject = { kind: 'shipment', id, name: await nameOf(tx, id) }
          return {
            answer: { items: await listOutOfService(tx, id) },
            deed: { action: 'rule.put-back', subject, details: { rule } },
          }
        })
        refoldsRequested()
        return answer
      },
    })
  }
