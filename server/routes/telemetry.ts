import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { deviceTopic } from '../broker/topic.ts'
import { parseLooseJson } from '../model/loose-json.ts'
import { DeviceId, MAX_READINGS, ReadingBody } from '../model/reading.ts'
import { deviceNumber } from '../store/devices.ts'
import { asOrganisation } from '../store/pool.ts'
import { requireSession, signedIn } from './authentication.ts'
import type { AppDeps } from './dependencies.ts'
import { refusal } from './problem.ts'

/** What the description of the API says of a reading; the pipeline is what judges it. */
const { $schema: _dialect, ...readingSchema } = z.toJSONSchema(ReadingBody, { io: 'input' })

/** Each reading is judged alone further in, as over MQTT: one bad one must not take the others with it. */
const TelemetryBody = z.object({
  deviceId: DeviceId,
  readings: z.array(z.unknown().meta(readingSchema)).min(1, 'at least one reading'),
})
const TelemetryAnswer = z.object({
  stored: z.int().describe('readings that are on disk now, or were already'),
  deadLetters: z.int().describe('readings or measures that could not be taken; see /dead-letters'),
})

type Credentials = { code: string; secret: string }

const basicCredentials = (header: string | undefined): Credentials | null => {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  // a device id may hold colons, a secret (base64url) never does
  const colon = text.lastIndexOf(':')
  return colon < 0 ? null : { code: text.slice(0, colon), secret: text.slice(colon + 1) }
}

/** Readings over HTTP, for the device itself (Basic, id and secret) or for a person of its organisation. */
export const telemetryRoutes =
  ({ pool, devices, submit, secureCookies: secure }: AppDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const needsSession = requireSession(pool, { secure })
    const speaking = new WeakMap<FastifyRequest, Credentials['code']>()
    /** as it came, for the pipeline: written anew, 1e309 would be null, and gone without a word */
    const bodies = new WeakMap<FastifyRequest, Buffer>()
    app.removeContentTypeParser('application/json')
    app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      if (body.length === 0) return done(null, undefined)
      const parsed = parseLooseJson(body)
      if (!parsed.ok) return done(refusal(400, `The body is ${parsed.reason}.`))
      bodies.set(request, body)
      done(null, parsed.value)
    })

    app.route({
      method: 'POST',
      url: '/telemetry',
      config: { scope: 'telemetry' },
      schema: {
        tags: ['readings'],
        summary: 'Store readings of one device',
        description: `Up to ${MAX_READINGS} readings with at least one measured value each; answered once they are on disk.`,
        security: [{ device: [] }, { cookie: [], csrf: [] }],
        body: TelemetryBody,
        response: { 200: TelemetryAnswer },
      },
      onRequest: async (request, reply) => {
        const given = basicCredentials(request.headers.authorization)
        if (given === null) return needsSession(request, reply)
        const answer = await devices.authenticate(given.code, given.secret)
        if (!answer.ok) throw refusal(401, `Not let in: ${answer.reason}.`)
        speaking.set(request, given.code)
      },
      handler: async (request) => {
        const receivedAt = Date.now()
        const { deviceId, readings } = request.body
        const device = speaking.get(request)
        if (device !== undefined && device !== deviceId)
          throw refusal(403, `The device ${device} may only send its own readings, not those of ${deviceId}.`)
        if (device === undefined) {
          const known = await asOrganisation(pool, signedIn(request), (tx) => deviceNumber(tx, deviceId))
          if (known === null) throw refusal(404, `You have no device with the id ${deviceId}. Register it first.`)
        }
        if (readings.length > MAX_READINGS)
          throw refusal(413, `${readings.length} readings are too many for one body: send at most ${MAX_READINGS}.`)
        const answer = await submit({
          topic: deviceTopic(deviceId, 'telemetry'),
          payload: bodies.get(request) ?? Buffer.from(JSON.stringify({ readings })),
          receivedAt,
        })
        if (!answer.ok)
          throw refusal(answer.status, answer.reason, answer.status === 503 ? { retryAfterSeconds: 5 } : {})
        return { stored: answer.stored, deadLetters: answer.deadLetters }
      },
    })
  }
