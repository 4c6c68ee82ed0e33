import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Device, DeviceCreate, DeviceSecret, RotatedSecret, SecretRotation } from '../model/masterdata.ts'
import { PageQuery, pageOf } from '../model/page.ts'
import { DeviceId } from '../model/reading.ts'
import {
  hasDevice,
  listDevices,
  noteBrokerAccount,
  type Rotated,
  registerDevice,
  revokeDevice,
  rotateSecret,
} from '../store/devices.ts'
import { asOrganisation, type Tx } from '../store/pool.ts'
import { countAttempts } from './attempts.ts'
import { signedIn } from './authentication.ts'
import { change } from './change.ts'
import { fromCursor, toPage } from './cursor.ts'
import type { AppDeps } from './dependencies.ts'
import { notFound, refusal } from './problem.ts'

const tags = ['devices']
const params = z.object({ id: DeviceId })
const HOUR_MS = 3_600_000
/** Ids taken by others that an organisation may run into within an hour, those that are being tried included. */
const MOST_TAKEN = 100

const ONE_PASSWORD =
  'The MQTT broker keeps one password for a device, so the old secret ended at once. Put the new one into the device now.'

/** Register a device, give it a new secret, revoke it; a secret is shown once and kept only as a hash. */
export const deviceRoutes =
  ({ pool, devices, devicesChanged, brokerAccounts }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const changed = async (id: string): Promise<void> => {
      devices.forget(id)
      await devicesChanged?.(id)
    }

    /** The broker is told before the commit: only now is the secret known, and without it the device could not sign in. */
    const tellBroker = async (tx: Tx, id: string, secret: string): Promise<void> => {
      if (brokerAccounts === undefined) return
      const told = await brokerAccounts.setDevice(id, secret)
      if (!told.ok) throw refusal(told.taken ? 409 : 503, told.reason, told.taken ? {} : { retryAfterSeconds: 5 })
      await noteBrokerAccount(tx, id)
    }

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

    // ids are the same for all, so that one is taken tells of others' devices: not to be asked for ever
    const strangers = countAttempts({ max: MOST_TAKEN, windowMs: HOUR_MS })

    app.route({
      method: 'POST',
      url: '/devices',
      schema: { tags, summary: 'Register a device', body: DeviceCreate, response: { 201: DeviceSecret } },
      handler: async (request, reply) => {
        const { orgId } = signedIn(request)
        const { body } = request
        // taken before it is tried, so that what comes after them says nothing
        const attempt = strangers.take(orgId)
        if (!attempt.ok)
          throw refusal(
            429,
            `Your organisation has tried ${MOST_TAKEN} ids within an hour that are taken by others. Try again in ${Math.ceil(attempt.waitSeconds / 60)} min.`,
            { retryAfterSeconds: attempt.waitSeconds },
          )
        let othersHave = false
        const made = await change(pool, request, async (tx) => {
          const { id, ...settings } = { ...body, reportSeconds: body.reportSeconds ?? body.intervalSeconds }
          const answer = await registerDevice(tx, orgId, { id, ...settings })
          othersHave = answer === null && !(await hasDevice(tx, id))
          if (answer === null) return { answer, deed: null }
          await tellBroker(tx, id, answer.secret)
          return { answer, deed: { action: 'device.registered', subject: { kind: 'device', id }, details: settings } }
        }).finally(() => {
          if (!othersHave) strangers.giveBack(orgId)
        })
        if (made === null)
          throw refusal(
            409,
            `The device id ${body.id} is taken. If the device is yours, rotate its secret instead; if it was revoked, register it under another id.`,
          )
        return reply.code(201).send(made)
      },
    })

    app.route({
      method: 'POST',
      url: '/devices/:id/secret',
      schema: {
        tags,
        summary: 'Give a device a new secret; the old one is taken too for a while',
        params,
        body: SecretRotation.nullish(),
        response: { 201: RotatedSecret },
      },
      handler: async (request, reply) => {
        const { id } = request.params
        const overlapHours = brokerAccounts === undefined ? (request.body?.overlapHours ?? 24) : 0
        const rotated = await change<Rotated>(pool, request, async (tx) => {
          const answer = await rotateSecret(tx, id, overlapHours * HOUR_MS)
          if (!answer.ok) return { answer, deed: null }
          await tellBroker(tx, id, answer.secret)
          const subject = { kind: 'device', id }
          return { answer, deed: { action: 'device.secret-rotated', subject, details: { overlapHours } } }
        })
        if (!rotated.ok) {
          if (rotated.why === 'unknown') throw notFound('device')
          throw refusal(409, `The device ${id} has been revoked, for good. Register it under another id.`)
        }
        await changed(id)
        const { secret, oldValidUntil } = rotated
        return reply
          .code(201)
          .send({ id, secret, oldValidUntil, ...(brokerAccounts !== undefined && { note: ONE_PASSWORD }) })
      },
    })

    app.route({
      method: 'DELETE',
      url: '/devices/:id',
      schema: { tags, summary: 'Revoke a device, at once and for good', params, response: { 204: z.null() } },
      handler: async (request, reply) => {
        const { id } = request.params
        const revoked = await change(pool, request, async (tx) => {
          const answer = await revokeDevice(tx, id)
          return { answer, deed: answer ? { action: 'device.revoked', subject: { kind: 'device', id } } : null }
        })
        if (!revoked) throw notFound('device')
        await changed(id)
        // what it sends is refused from here on, whether or not the broker can be told at once
        await brokerAccounts?.removeDevice(id)
        return reply.code(204).send(null)
      },
    })
  }
