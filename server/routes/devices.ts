import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Device, DeviceCreate, DeviceSecret } from '../model/masterdata.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { DeviceId } from '../model/reading.ts'
import { listDevices, registerDevice, rotateSecret } from '../store/devices.ts'
import { asOrganisation } from '../store/pool.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['devices']

/** Register a device and give it a new secret; a secret is shown once and kept only as a hash. */
export const deviceRoutes =
  ({ pool, devices }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.route({
      method: 'GET',
      url: '/devices',
      schema: { tags, summary: 'Your devices', querystring: PageQuery, response: { 200: pageOf(Device) } },
      handler: async (request) => {
        const { limit, cursor } = request.query
        const after = fromCursor(cursor, z.tuple([z.string()]))?.[0] ?? ''
        const rows = await asOrganisation(pool, signedIn(request), (tx) => listDevices(tx, { after, limit: limit + 1 }))
        return toPage(rows, limit, (row) => [row.id])
      },
    })

    app.route({
      method: 'POST',
      url: '/devices',
      schema: { tags, summary: 'Register a device', body: DeviceCreate, response: { 201: DeviceSecret } },
      handler: async (request, reply) => {
        const { orgId } = signedIn(request)
        const { body } = request
        const { id, ...settings } = { ...body, reportSeconds: body.reportSeconds ?? body.intervalSeconds }
        const made = await change(pool, request, async (tx) => {
          const answer = await registerDevice(tx, orgId, { id, ...settings })
          const deed = { action: 'device.registered', subject: { kind: 'device', id }, details: settings }
          return { answer, deed: answer && deed }
        })
        if (made === null)
          throw refusal(409, `The device id ${body.id} is taken. If the device is yours, rotate its secret instead.`)
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'POST',
      url: '/devices/:id/secret',
      schema: {
        tags,
        summary: 'Give a device a new secret; the old one ends',
        params: z.object({ id: DeviceId }),
        response: { 201: DeviceSecret },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const secret = await change(pool, request, async (tx) => {
          const answer = await rotateSecret(tx, id)
          const deed = { action: 'device.secret-rotated', subject: { kind: 'device', id } }
          return { answer, deed: answer === null ? null : deed }
        })
        devices.forget(id)
        if (secret === null) throw notFound('device')
        return reply.code(201).send({ id, secret })
      },
    })
  }
