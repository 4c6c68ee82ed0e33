import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RuleId } from '../model/alarm.ts'
import { IsoInstant } from '../model/instant.ts'
import { Limits } from '../model/limits.ts'
import { LimitSources, Proposal } from '../model/record.ts'
import type { RuleSettings } from '../model/rule-settings.ts'
import { listProposals } from '../store/limit-proposals.ts'
import { limitSources, type Sources } from '../store/limit-settings.ts'
import { asOrganisation } from '../store/pool.ts'
import { readShipment } from '../store/shipments.ts'
import { limitsHistory } from '../store/versions.ts'
import { notWatching, settingsInForce } from '../store/watching.ts'
import { signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const LimitRule = z.object({
  rule: RuleId,
  limit: z.number(),
  clearsAt: z.number().describe('the alarm is over once the value is back here'),
  unit: z.enum(['°C', 'bar', 'fraction']).describe('bar is absolute'),
})
const LimitsAnswer = z.object({
  current: Limits,
  rules: z.array(LimitRule),
  history: z.array(
    z.object({ from: IsoInstant, limits: Limits, setBy: z.string().nullable(), recordedAt: IsoInstant }),
  ),
  ...LimitSources.shape,
  proposals: z.array(Proposal).describe('newest first; your own organisation’s only'),
})

/** The sources as they are answered. */
export const sourcesAnswer = (
  { derived, limits, overruled, effective }: Sources,
  rulesNotWatching: LimitSources['rulesNotWatching'],
): LimitSources => {
  const { temperatureControl: control } = derived
  return {
    limits,
    overruled,
    effective,
    rulesNotWatching,
    advisory: derived.advisory,
    disabled: derived.disabled,
    filling: derived.filling,
    temperatureControl: {
      applies: control.applies,
      because: control.because,
      control: control.applies ? (control.control?.celsius ?? null) : null,
      emergency: control.applies ? (control.emergency?.celsius ?? null) : null,
    },
  }
}

const UNITS = { temperature: '°C', pressure: 'bar', level: 'fraction' } as const
const SIDES = [
  ['high', 'high', -1],
  ['highHigh', 'high-high', -1],
  ['low', 'low', 1],
  ['lowLow', 'low-low', 1],
] as const

/** Which rule watches which limit, and where its alarm clears, by the deadbands in force. */
const limitRules = (limits: Limits, deadband: RuleSettings['deadband']): z.infer<typeof LimitRule>[] =>
  (['temperature', 'pressure', 'level'] as const).flatMap((measure) =>
    SIDES.flatMap(([side, suffix, inward]) => {
      const limit = limits[measure]?.[side]
      if (limit === undefined) return []
      const clearsAt = Number((limit + inward * deadband[measure]).toFixed(6))
      return [{ rule: `${measure}-${suffix}` as const, limit, clearsAt, unit: UNITS[measure] }]
    }),
  )

export const limitsRoutes =
  ({ pool }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/shipments/:id/limits',
      config: { openToShares: true },
      schema: {
        tags: ['shipments'],
        summary: 'The limits in force, what they follow from, the rules that watch them, and every earlier version',
        description:
          '`limits` are those that count, each with its source; `overruled` those that do not; `disabled` what could not be derived, and why; `rulesNotWatching` which rules lack what they need.',
        params: ShipmentParams,
        response: { 200: LimitsAnswer },
      },
      handler: async (request) => {
        const { id } = request.params
        const who = signedIn(request)
        const [shipment, history, sources, proposals, settings, watching] = await asOrganisation(
          pool,
          who,
          async (tx) => [
            await readShipment(tx, id),
            await limitsHistory(tx, id),
            await limitSources(tx, id),
            await listProposals(tx, id, who.personId),
            await settingsInForce(tx, id),
            await notWatching(tx, id),
          ],
        )
        if (shipment === null || sources === null || settings === null) throw notFound('shipment')
        return {
          current: shipment.limits,
          rules: limitRules(shipment.limits, settings.deadband),
          ...sourcesAnswer(sources, watching),
          proposals,
          history: history.map((version) => ({
            ...version,
            from: version.from.toISOString(),
            recordedAt: version.recordedAt.toISOString(),
          })),
        }
      },
    })
  }
