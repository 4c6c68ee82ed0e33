import { randomUUID } from 'node:crypto'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Running } from '../service/running.ts'

/** The whole service with a real broker; `overlap`: whether that lets an old secret live beside the new one. */
export type AccessRig = { running: Running; overlap: boolean; close(): Promise<void> }

const topic = (device: string, channel: string) => `zaitu/v1/devices/${device}/${channel}`
const reading = (temperature: number) => JSON.stringify({ time: Date.now(), temperature })

/** What each client of the broker may say and hear, asked with real clients; the same whatever broker it is. */
export const describeAccess = (name: string, start: () => Promise<AccessRig>) =>
  describe(`who may say and hear what: ${name}`, () => {
    let rig: AccessRig
    let database: pg.Client
    let clients: MqttClient[] = []
    beforeAll(async () => {
      rig = await start()
      database = new pg.Client({ connectionString: rig.running.databaseUrl })
      await database.connect()
    })
    afterAll(async () => {
      await database?.end()
      await rig?.close()
    })
    afterEach(async () => {
      for (const client of clients) await client.endAsync(true)
      clients = []
    })

    const register = async (id: string): Promise<string> => {
      const { status, body } = await rig.running.ask('POST', '/devices', { id, intervalSeconds: 1 })
      expect(status).toBe(201)
      return String(body.secret)
    }
    const connectLater = (id: string, password: string, options: IClientOptions = {}): MqttClient => {
      const client = mqtt.connect(rig.running.mqttUrl, {
        protocolVersion: 4,
        clientId: id,
        username: id,
        password,
        reconnectPeriod: 0,
        ...options,
      })
      clients.push(client)
      return client
    }
    const connect = async (id: string, password: string, options: IClientOptions = {}): Promise<MqttClient> => {
      const client = connectLater(id, password, options)
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve())
        client.once('error', reject)
      })
      client.on('error', () => undefined)
      return client
    }
    const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()))
    /** readings and dead letters that mention it */
    const stored = async (device: string): Promise<number[]> => {
      const { rows } = await database.query<{ temperature: number }>(
        'select temperature from readings r join devices d on d.id = r.device_id where d.code = $1 order by r.time',
        [device],
      )
      return rows.map((row) => row.temperature)
    }
    const letters = async (about: string): Promise<string[]> => {
      const { rows } = await database.query<{ reason: string }>('select reason from dead_letters where topic = $1', [
        about,
      ])
      return rows.map((row) => row.reason)
    }

    it('a device says what is its own, and nothing as another', async () => {
      const [victim, rogue] = [`victim-${randomUUID()}`, `rogue-${randomUUID()}`]
      await register(victim)
      const secret = await register(rogue)
      for (const foreign of [
        topic(victim, 'telemetry'),
        topic(victim, 'status'),
        topic(rogue, 'committed'),
        `zaitu/v1/suppliers/${randomUUID()}/milestones`,
        '$SYS/broker/uptime',
        '$CONTROL/dynamic-security/v1',
        'elsewhere',
      ]) {
        const client = await connect(rogue, secret)
        const gone = closed(client)
        client.publish(foreign, reading(99), { qos: 1 })
        // what follows on this connection, if there still is one, is taken after it
        const next = client.publishAsync(topic(rogue, 'status'), 'online', { qos: 1 })
        await Promise.race([gone, next.catch(() => undefined)])
      }
      const honest = await connect(rogue, secret)
      await honest.publishAsync(topic(rogue, 'telemetry'), reading(1), { qos: 1 })
      await expect.poll(() => stored(rogue), { timeout: 10_000 }).toEqual([1])
      expect(await stored(victim)).toEqual([])
      for (const foreign of ['telemetry', 'status']) expect(await letters(topic(victim, foreign))).toEqual([])
      expect(await letters('elsewhere')).toEqual([])
      const { rows } = await database.query('select status from devices where code = $1', [victim])
      expect(rows).toEqual([{ status: 'unknown' }])
    })

    it('a device hears what is its own, and nothing of another, whatever it subscribes to', async () => {
      const [victim, spy] = [`victim-${randomUUID()}`, `spy-${randomUUID()}`]
      const [victims, spys] = [await register(victim), await register(spy)]
      const listening = await connect(spy, spys)
      const heard: string[] = []
      listening.on('message', (from) => heard.push(from))
      const filters = ['#', '+/#', '$SYS/#', '$CONTROL/#', topic('+', 'telemetry'), topic('+', 'committed')]
      for (const filter of [...filters, topic(victim, 'telemetry'), topic(victim, 'committed'), topic(victim, '#')])
        await expect(
          listening.subscribeAsync(filter, { qos: 1 }).then((granted) => granted.some(({ qos }) => qos < 128)),
        ).rejects.toThrow(/./)
      await listening.subscribeAsync([topic(spy, 'committed'), topic(spy, 'resend')], { qos: 1 })

      const speaking = await connect(victim, victims)
      await speaking.publishAsync(
        topic(victim, 'telemetry'),
        JSON.stringify({ ...JSON.parse(reading(2)), boot: 1, seq: 0 }),
        { qos: 1 },
      )
      await expect.poll(() => stored(victim), { timeout: 10_000 }).toEqual([2])
      await listening.publishAsync(
        topic(spy, 'telemetry'),
        JSON.stringify({ ...JSON.parse(reading(3)), boot: 1, seq: 0 }),
        { qos: 1 },
      )
      // what the victim is told leaves before what the spy is told
      await expect.poll(() => heard, { timeout: 10_000 }).toContain(topic(spy, 'committed'))
      expect(new Set(heard)).toEqual(new Set([topic(spy, 'committed')]))
    })

    it('a will goes to the device’s own topics only', async () => {
      const [victim, rogue] = [`victim-${randomUUID()}`, `rogue-${randomUUID()}`]
      await register(victim)
      const secret = await register(rogue)
      const will = (to: string) => ({
        will: { topic: to, payload: Buffer.from('offline'), qos: 1 as const, retain: true },
      })
      const lose = async (to: string): Promise<void> => {
        const client = connectLater(rogue, secret, will(to))
        const gone = closed(client)
        client.on('error', () => undefined)
        client.once('connect', () => client.stream.destroy())
        await gone
      }
      await lose(topic(victim, 'status'))
      await lose(topic(rogue, 'status'))
      const statusOf = async (code: string) =>
        (await database.query<{ status: string }>('select status from devices where code = $1', [code])).rows[0]?.status
      await expect.poll(() => statusOf(rogue), { timeout: 10_000 }).toBe('offline')
      expect(await statusOf(victim)).toBe('unknown')
    })

    it('nobody comes in by another’s name, with another’s secret, or without one', async () => {
      const [one, other] = [`one-${randomUUID()}`, `other-${randomUUID()}`]
      const secret = await register(one)
      await register(other)
      await expect(connect(other, secret)).rejects.toThrow(/./)
      await expect(connect(other, secret, { username: one })).rejects.toThrow(/./)
      await expect(connect(one, '')).rejects.toThrow(/./)
      await expect(connect(`nobody-${randomUUID()}`, secret)).rejects.toThrow(/./)
      await connect(one, secret)
    })

    it('a device that is revoked is cut off at once, and does not come back', async () => {
      const id = `revoked-${randomUUID()}`
      const secret = await register(id)
      const client = await connect(id, secret)
      await client.publishAsync(topic(id, 'telemetry'), reading(1), { qos: 1 })
      await expect.poll(() => stored(id), { timeout: 10_000 }).toEqual([1])
      const gone = closed(client)
      expect((await rig.running.ask('DELETE', `/devices/${id}`)).status).toBe(204)
      await gone
      await expect(connect(id, secret)).rejects.toThrow(/./)
      const rotated = await rig.running.ask('POST', `/devices/${id}/secret`)
      expect(rotated.status).toBe(409)
      const basic = Buffer.from(`${id}:${secret}`).toString('base64')
      const overHttp = await fetch(`${rig.running.base}/telemetry`, {
        method: 'POST',
        headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
        body: JSON.stringify({ deviceId: id, readings: [JSON.parse(reading(2))] }),
      })
      expect(overHttp.status).toBe(401)
      const { body } = await rig.running.ask('GET', '/devices?limit=1000')
      expect(body.items?.find((item) => item.id === id)).toMatchObject({
        revokedAt: expect.any(String),
        status: 'offline',
      })
    })

    it('a rotated secret is taken at once, the old one as long as was said', async () => {
      const id = `rotated-${randomUUID()}`
      const old = await register(id)
      const before = await connect(id, old)
      const first = await rig.running.ask('POST', `/devices/${id}/secret`)
      expect(first.status).toBe(201)
      if (rig.overlap) {
        expect(Date.parse(String(first.body.oldValidUntil))).toBeGreaterThan(Date.now() + 23 * 3_600_000)
        await before.publishAsync(topic(id, 'telemetry'), reading(1), { qos: 1 })
        const again = await connect(id, old)
        await again.publishAsync(topic(id, 'telemetry'), reading(2), { qos: 1 })
      } else {
        expect(first.body).toMatchObject({ oldValidUntil: null, note: expect.stringMatching(/one password/) })
        await expect(connect(id, old)).rejects.toThrow(/./)
      }
      const fresh = await connect(id, String(first.body.secret))
      const gone = closed(fresh)
      const second = await rig.running.ask('POST', `/devices/${id}/secret`, { overlapHours: 0 })
      expect(second.body).toMatchObject({ oldValidUntil: null })
      await gone
      await expect(connect(id, String(first.body.secret))).rejects.toThrow(/./)
      await expect(connect(id, old)).rejects.toThrow(/./)
      await connect(id, String(second.body.secret))
    })

    it('a supplier says its own milestones by a token for them, until that is revoked', async () => {
      const { body } = await rig.running.ask('GET', '/session')
      const organisation = (body.user as { organisation: { id: string } }).organisation.id
      const make = async (scope: string) => {
        const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
        const made = await rig.running.ask('POST', '/tokens', { name: `${scope} ${randomUUID()}`, scope, expiresAt })
        expect(made.status).toBe(201)
        return { id: String(made.body.id), token: String(made.body.token) }
      }
      const account = `supplier:${organisation}`
      const milestones = (supplier: string) => `zaitu/v1/suppliers/${supplier}/milestones`
      const [telemetry, right] = [await make('telemetry'), await make('milestones')]
      await expect(connect(account, telemetry.token)).rejects.toThrow(/./)
      await expect(connect(`supplier:${randomUUID()}`, right.token)).rejects.toThrow(/./)
      const foreign = randomUUID()
      const rogue = await connect(account, right.token)
      rogue.publish(milestones(foreign), '{}', { qos: 1 })
      await expect(rogue.subscribeAsync(milestones(organisation), { qos: 1 })).rejects.toThrow(/./)
      rogue.end(true)
      const supplier = await connect(account, right.token)
      await supplier.publishAsync(milestones(organisation), '{"order":"P-1"}', { qos: 1 })
      expect(await letters(milestones(foreign))).toEqual([])
      const gone = closed(supplier)
      expect((await rig.running.ask('DELETE', `/tokens/${right.id}`)).status).toBe(204)
      await gone
      await expect(connect(account, right.token)).rejects.toThrow(/./)
    })
  })
