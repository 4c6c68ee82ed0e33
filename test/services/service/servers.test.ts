import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import { wholes } from '../../../server/rules/reconcile.ts'
import { INITIAL } from '../../../server/rules/state.ts'
import { freePort, startProcess } from '../../setup/process.ts'
import { sampled } from '../../setup/sampled.ts'
import { freshTimescaleDatabase, has, startOwnMosquitto, startOwnValkey } from '../../setup/services.ts'

const MAIN = fileURLToPath(new URL('../../../server/main.ts', import.meta.url))
const TSX = join(fileURLToPath(new URL('../../../node_modules', import.meta.url)), 'tsx/dist/loader.mjs')
const EMAIL = 'desk@buyer.example'
const PASSWORD = 'a long enough one'
const DEVICES = Array.from({ length: 12 }, (_, i) => `tank-${i + 1}`)
const T0 = Math.floor(Date.now() / 1000) * 1000 - 3 * 3_600_000
const SEED = Number(process.env.SEED ?? 20_261_123)

const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

/** mulberry32: the same course of events for the same seed. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

type Sent = { seq: number; boot: number; time: number; temperature: number }
type Frame = { type: string; cursor?: string; change?: string; alarm?: { id: string } }

describe.skipIf(!has.own || !has.timescale)('three servers on one broker, one database and one Redis', () => {
  it('one is killed and one is stopped in the middle: nothing acknowledged is lost, each alarm once, for every client', async () => {
    const random = seeded(SEED)
    const [mosquitto, valkey, database] = [
      await startOwnMosquitto(),
      await startOwnValkey(),
      await freshTimescaleDatabase(),
    ]
    opened.push(database.drop, valkey.stop, mosquitto.stop)
    const db = new pg.Client(database.url)
    await db.connect()
    opened.push(() => db.end())

    const up = async (name: string) => {
      const port = await freePort()
      const settings = {
        PORT: port, DATABASE_URL: database.url, MQTT_URL: mosquitto.url, REDIS_URL: valkey.url, MQTT_CLIENT_ID: name,
        ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'warn', DEMO: 'false',
      } // biome-ignore format: one group
      const server = await startProcess(
        ['env', ...Object.entries(settings).map(([key, value]) => `${key}=${value}`), process.execPath, '--import', TSX, MAIN],
        port,
      ) // biome-ignore format: one command
      opened.push(() => server.end('SIGKILL'))
      return { ...server, base: `http://127.0.0.1:${port}/api/v1` }
    }
    const first = await up('one')
    const [second, third] = await Promise.all([up('two'), up('three')])
    const names = async () =>
      (await db.query<{ name: string }>('select name from servers order by name')).rows.map(({ name }) => name)
    await expect.poll(names, { timeout: 30_000 }).toEqual(['one', 'three', 'two'])

    const signedIn = await fetch(`${first.base}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
    })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const { csrfToken } = (await signedIn.json()) as { csrfToken: string }
    const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${first.base}${path}`, {
        method: 'POST',
        headers: { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(answer.status, path).toBe(201)
      return (await answer.json()) as Record<string, unknown>
    }
    for (const id of DEVICES) {
      await post('/devices', { id, intervalSeconds: 1, pressureReference: 'absolute' })
      const shipment = await post('/shipments', {
        reference: `S-${id}`,
        substance: { cas: '67-56-1' },
        origin: { name: 'Shanghai', lat: 31.2, lon: 121.5 },
        destination: { name: 'Chengdu', lat: 30.6, lon: 104.1 },
        departAt: new Date(T0 - 3_600_000).toISOString(),
        eta: new Date(Date.now() + 86_400_000).toISOString(),
        limits: { temperature: { high: 30 } },
      })
      await post(`/shipments/${shipment.id}/assignments`, { deviceId: id, from: new Date(T0 - 1_000).toISOString() })
    }

    const follow = async (base: string) => {
      const frames: Frame[] = []
      const ws = new WebSocket(`${base.replace('http', 'ws')}/live`, { headers: { cookie } })
      ws.on('message', (data) => frames.push(JSON.parse(data.toString())))
      ws.on('error', () => undefined)
      await once(ws, 'open')
      opened.push(async () => ws.terminate())
      ws.send(JSON.stringify({ type: 'subscribe', topic: 'alarms' }))
      await expect.poll(() => frames.length, { timeout: 5_000 }).toBeGreaterThan(0)
      return frames
    }
    const [atFirst, atThird] = [await follow(first.base), await follow(third.base)]

    // one connection stands in for all devices: they keep what is not committed, and send again what they are asked for
    const client = await mqtt.connectAsync(mosquitto.url, { clientId: 'devices' })
    opened.push(() => client.endAsync(true))
    const sent = new Map<string, Sent[]>(DEVICES.map((id) => [id, []]))
    const told = new Map<string, number>()
    const asked = new Set<string>()
    const say = (id: string, some: Sent[]) =>
      client.publish(`zaitu/v1/devices/${id}/telemetry`, JSON.stringify({ readings: some }), { qos: 1 })
    client.on('message', (topic, payload) => {
      const [, , , id = '', channel] = topic.split('/')
      const body = JSON.parse(payload.toString()) as { seq: number; ranges: [number, number][] }
      if (channel === 'committed') told.set(id, Math.max(told.get(id) ?? -1, body.seq))
      else {
        asked.add(id)
        for (const [from, to] of body.ranges)
          for (let at = from; at <= to; at += 500) say(id, sent.get(id)?.slice(at, Math.min(to + 1, at + 500)) ?? [])
      }
    })
    await client.subscribeAsync(['zaitu/v1/devices/+/committed', 'zaitu/v1/devices/+/resend'], { qos: 1 })

    let sending = true
    const publishing = (async () => {
      while (sending) {
        for (const id of DEVICES) {
          const readings = sent.get(id) ?? []
          const seq = readings.length
          const one = { seq, boot: 1, time: T0 + seq * 1_000, temperature: Math.round(26 + random() * 8) }
          readings.push(one)
          // what a broker loses: it is asked for
          if (random() > 0.02) say(id, [one])
        }
        await pause(40)
      }
    })()

    await pause(1_500)
    await second.end('SIGKILL')
    const killedAt = performance.now()
    await expect.poll(names, { timeout: 30_000, interval: 50 }).toEqual(['one', 'three'])
    const takenAfterMs = performance.now() - killedAt
    third.child.kill('SIGSTOP')
    const stoppedAt = performance.now()
    await expect.poll(names, { timeout: 30_000, interval: 50 }).toEqual(['one'])
    const stalledAfterMs = performance.now() - stoppedAt
    // whatever it held in the database is free
    await expect
      .poll(
        async () =>
          (await db.query(`select from stream_leases l join servers s using (epoch) where s.name = 'one'`)).rowCount,
        { timeout: 5_000 },
      )
      .toBe(64)
    await pause(1_000)
    third.child.kill('SIGCONT')
    await expect.poll(names, { timeout: 30_000 }).toEqual(['one', 'three'])
    await pause(1_000)
    sending = false
    await publishing
    expect(Math.max(takenAfterMs, stalledAfterMs)).toBeLessThan(10_000)

    // a device that is not told for a while sends again what it has left
    const last = (id: string) => (sent.get(id)?.length ?? 0) - 1
    for (const until = Date.now() + 45_000; Date.now() < until; ) {
      const left = DEVICES.filter((id) => told.get(id) !== last(id))
      if (left.length === 0) break
      for (const id of left) say(id, sent.get(id)?.slice(-1) ?? [])
      await pause(1_000)
    }
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(DEVICES.map((id) => [id, last(id)])))
    expect(asked.size).toBeGreaterThan(0)
    await expect.poll(async () => (await db.query('select from refold_requests')).rowCount, { timeout: 15_000 }).toBe(0)

    for (const id of DEVICES) {
      const { rows: stored } = await db.query<{ seq: number; time: number; temperature: number }>(
        `select seq, extract(epoch from time)::float8 * 1000 as time, temperature
         from readings r join devices d on d.id = r.device_id where d.code = $1 order by time, seq`,
        [id],
      )
      expect(stored, `readings of ${id}, seed ${SEED}`).toEqual(
        sent.get(id)?.map(({ seq, time, temperature }) => ({ seq, time, temperature })),
      )
      const { state, changes } = fold(
        INITIAL,
        stored.map((reading) => sampled(reading)),
        { versions: [{ from: 0, facts: plainFacts({ temperature: { high: 30 } }) }], from: 0, to: null },
      )
      const { rows: alarms } = await db.query(
        `select extract(epoch from onset)::float8 * 1000 as onset, extract(epoch from cleared_at)::float8 * 1000 as "clearedAt", value
         from alarms a join devices d on d.id = a.device_id where d.code = $1 and not void and rule <> 'silence' order by onset`,
        [id],
      )
      expect(alarms, `alarms of ${id}, seed ${SEED}`).toEqual(
        wholes({}, changes, state.open)
          .filter(({ rule }) => rule !== 'silence')
          .map(({ excursion: { onset, value }, clearedAt }) => ({ onset, clearedAt, value })),
      )
      expect(alarms.length).toBeGreaterThan(10)
    }
    expect((await db.query('select reason from dead_letters')).rows).toEqual([])
    expect(
      (await db.query(`select alarm_id from alarm_changes where change = 'raised' group by 1 having count(*) > 1`))
        .rows,
    ).toEqual([])

    // each client has seen every change once and in order, also at the server that was stopped for a while
    const { rows: feed } = await db.query<{ cursor: string; change: string }>(
      `select xid || '-' || id as cursor, change from alarm_changes order by xid, id`,
    )
    for (const frames of [atFirst, atThird])
      await expect
        .poll(() => frames.filter(({ type }) => type === 'alarm').map(({ cursor, change }) => ({ cursor, change })), {
          timeout: 15_000,
        })
        .toEqual(feed)
    console.info(
      `taken over: killed ${Math.round(takenAfterMs)} ms, stopped ${Math.round(stalledAfterMs)} ms; ${feed.length} changes; asked ${asked.size} devices to send again`,
    )
  }, 150_000)
})
