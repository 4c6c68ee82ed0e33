import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Instant } from '../model/instant.ts'
import { Assignment, AssignmentCreate } from '../model/shipment.ts'
import { createAssignment, endAssignment, type Lent, lentTo } from '../store/assignments.ts'
import type { Deed } from '../store/audit.ts'
import { deviceNumber } from '../store/devices.ts'
import { asOrganisation } from '../store/pool.ts'
import { requestRefold } from '../store/refolds.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import type { AppDeps } from './dependencies.ts'
import { requirePart } from './parts.ts'
import { notFound, refusal } from './problem.ts'
import { ShipmentParams } from './shipments.ts'

const tags = ['shipments']
const AssignmentParams = ShipmentParams.extend({ assignmentId: z.string().regex(/^\d{1,18}$/) })
const AssignmentEnd = z.object({ to: Instant.nullable().describe('null opens it again') }).strict()

const isOverlap = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '23P01'

const overlaps = (device: string, lent: Lent | null) => {
  if (lent === null) return refusal(409, `Device ${device} is lent to another shipment in this time.`)
  const until = lent.to === null ? 'with no end set' : `until ${lent.to.toISOString()}`
  return refusal(
    409,
    `Device ${device} is on shipment ${lent.reference} from ${lent.from.toISOString()} ${until}. End that assignment first, or choose another time.`,
  )
}

const loan = (action: string, shipmentId: string, { id, ...details }: z.infer<typeof Assignment>): Deed => ({
  action,
  subject: { kind: 'shipment', id: shipmentId },
  details: { assignmentId: id, ...details },
})

/** A shipment borrows a device for a range of time; a device serves one shipment at a time. */
export const assignmentRoutes =
  ({ pool, refoldsRequested }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'POST',
      url: '/shipments/:id/assignments',
      schema: {
        tags,
        summary: 'Lend the shipment a device',
        params: ShipmentParams,
        body: AssignmentCreate,
        response: { 201: Assignment },
      },
      handler: async (request, reply) => {
        const shipmentId = request.params.id
        const { deviceId, from, to = null } = request.body
        const device = await asOrganisation(pool, signedIn(request), async (tx) => {
          await requirePart(tx, shipmentId, ['buyer', 'carrier'])
          return deviceNumber(tx, deviceId)
        })
        if (device === null) throw refusal(404, `You have no device with the id ${deviceId}. Register it first.`)
        try {
          const made = await change(pool, request, async (tx) => {
            const assignment = await createAssignment(tx, { shipmentId, deviceNumber: device, from, to })
            await requestRefold(tx, { shipmentId, deviceId: device, from })
            return { answer: assignment, deed: loan('assignment.created', shipmentId, assignment) }
          })
          refoldsRequested()
          return reply.code(201).send(made)
        } catch (error) {
          if (!isOverlap(error)) throw error
          const range = { deviceNumber: device, from, to }
          throw overlaps(deviceId, await asOrganisation(pool, signedIn(request), (tx) => lentTo(tx, range)))
        }
      },
    })

    app.route({
      method: 'PATCH',
      url: '/shipments/:id/assignments/:assignmentId',
      schema: {
        tags,
        summary: 'End an assignment, or move its end',
        params: AssignmentParams,
        body: AssignmentEnd,
        response: { 200: Assignment },
      },
      handler: async (request) => {
        const { id: shipmentId, assignmentId } = request.params
        const { to } = request.body
        try {
          const ended = await change(pool, request, async (tx) => {
            await requirePart(tx, shipmentId, ['buyer', 'carrier'])
            const ending = await endAssignment(tx, { shipmentId, assignmentId, to })
            if (ending === null) throw notFound('assignment')
            if (ending === 'not-yours')
              throw refusal(403, 'Only who owns the device may lend it for longer. You may end the assignment sooner.')
            if (ending === 'before-start')
              throw refusal(400, 'to: an assignment must end after it began.', {
                errors: [{ path: 'to', message: 'not after from' }],
              })
            if (ending.changedFrom !== null)
              await requestRefold(tx, { shipmentId, deviceId: ending.deviceNumber, from: ending.changedFrom })
            return {
              answer: ending.assignment,
              deed: loan('assignment.end-moved', shipmentId, ending.assignment),
            }
          })
          refoldsRequested()
          return ended
        } catch (error) {
          if (!isOverlap(error)) throw error
          throw refusal(409, 'The device is lent to another shipment before this end. Choose an earlier one.')
        }
      },
    })
  }
