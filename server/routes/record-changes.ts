import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Substance, SubstancePatch, Tank, TankPatch } from '../model/masterdata.ts'
import { differences } from '../store/audit.ts'
import { keepLimits } from '../store/limit-settings.ts'
import type { Tx } from '../store/pool.ts'
import { travellingWith } from '../store/record.ts'
import { readSubstance, updateSubstance } from '../store/substances.ts'
import { readTank, updateTank } from '../store/tanks.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound } from './problem.ts'
import { refoldFrom } from './refold-shipment.ts'

const Params = z.object({ id: z.uuid() })

/**
 * Brings every shipment that still travels with it up to its changed record: limits from now on, while what the detectors
 * know of cargo and tank holds for the whole trip.
 */
const settle = async (tx: Tx, of: { substanceId?: string; tankId?: string }, personId: string | null) => {
  for (const shipmentId of await travellingWith(tx, of)) {
    await keepLimits(tx, { shipmentId, personId, from: null })
    await refoldFrom(tx, shipmentId, 0)
  }
}

/** A substance or a tank is completed or corrected later on; what identifies it stays. */
export const recordChangeRoutes =
  ({ pool, refoldsRequested }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'PATCH',
      url: '/substances/:id',
      schema: {
        tags: ['master data'],
        summary: 'Complete or correct a substance of your own; the limits of its shipments follow',
        description: 'null takes a value out. The catalogue stays as it is: enter a substance of your own beside it.',
        params: Params,
        body: SubstancePatch,
        response: { 200: Substance },
      },
      handler: async (request) => {
        const { personId } = signedIn(request)
        const { id } = request.params
        const changed = await change(pool, request, async (tx) => {
          const before = await readSubstance(tx, id)
          if (before === null) throw notFound('substance')
          await updateSubstance(tx, { ...before, ...request.body })
          const answer = await readSubstance(tx, id)
          if (answer === null) throw notFound('substance')
          await settle(tx, { substanceId: id }, personId)
          const subject = { kind: 'substance', id, name: answer.name }
          return { answer, deed: { action: 'substance.changed', subject, details: differences(before, answer) } }
        })
        refoldsRequested()
        return changed
      },
    })

    app.route({
      method: 'PATCH',
      url: '/tanks/:id',
      schema: {
        tags: ['master data'],
        summary: 'Complete or correct a tank; the limits of its shipments follow',
        description: 'null takes a value out.',
        params: Params,
        body: TankPatch,
        response: { 200: Tank },
      },
      handler: async (request) => {
        const { personId } = signedIn(request)
        const { id } = request.params
        const changed = await change(pool, request, async (tx) => {
          const before = await readTank(tx, id)
          if (before === null) throw notFound('tank')
          await updateTank(tx, { ...before, ...request.body })
          const answer = await readTank(tx, id)
          if (answer === null) throw notFound('tank')
          await settle(tx, { tankId: id }, personId)
          const subject = { kind: 'tank', id, name: answer.name }
          return { answer, deed: { action: 'tank.changed', subject, details: differences(before, answer) } }
        })
        refoldsRequested()
        return changed
      },
    })
  }
