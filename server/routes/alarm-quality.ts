import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { AlarmQuality, QualityQuery, TriedOut, TryOut } from '../model/alarm-quality.ts'
import { SETTINGS, settingsWith } from '../rules/facts.ts'
import { alarmQuality } from '../store/alarm-quality.ts'
import { asOrganisation } from '../store/pool.ts'
import { settingsHistory } from '../store/rule-settings.ts'
import { tryOut } from '../store/try-out.ts'
import { signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { requirePart } from './parts.ts'
import { refusal } from './problem.ts'

const tags = ['alarm settings']
const WEEK_MS = 7 * 86_400_000
const LONGEST_MS = 31 * 86_400_000

/** How well the alarm system itself does, and what other settings would have made of what is stored. */
export const alarmQualityRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/alarm-quality',
      schema: {
        tags,
        summary: 'Rates, floods, chattering, stale and shelved alarms, worst rules, time to acknowledge',
        querystring: QualityQuery,
        response: { 200: AlarmQuality },
      },
      handler: (request) => {
        const to = request.query.to ?? Date.now()
        const from = request.query.from ?? to - WEEK_MS
        if (from >= to)
          throw refusal(400, 'from must be before to.', { errors: [{ path: 'from', message: 'not before to' }] })
        return asOrganisation(pool, signedIn(request), (tx) => alarmQuality(tx, from, to))
      },
    })

    app.route({
      method: 'POST',
      url: '/alarm-try-out',
      config: { openToViewers: true },
      schema: {
        tags,
        summary: 'What other settings would have made of stored history: which alarms would come and go',
        description:
          'Changes nothing. The settings take the place of what your organisation has set; see /alarm-settings.',
        body: TryOut,
        response: { 200: TriedOut },
      },
      handler: async (request) => {
        const { settings, shipmentId } = request.body
        const from = request.body.from ?? Date.now() - WEEK_MS
        if (from < Date.now() - LONGEST_MS)
          throw refusal(400, 'from: at most 31 days are tried out.', {
            errors: [{ path: 'from', message: 'too long ago' }],
          })
        const inForce = settingsWith(SETTINGS, settings)
        const tries = await asOrganisation(pool, signedIn(request), async (tx) => {
          if (shipmentId !== undefined) await requirePart(tx, shipmentId, ['buyer'])
          const own = shipmentId === undefined ? {} : ((await settingsHistory(tx, shipmentId)).at(-1)?.settings ?? {})
          return tryOut(tx, from, shipmentId ?? null, settingsWith(inForce, own))
        })
        return { from: new Date(from).toISOString(), settings: inForce, ...tries }
      },
    })
  }
