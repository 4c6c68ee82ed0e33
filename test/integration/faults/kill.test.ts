import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { expect, it } from 'vitest'
import { createPipeline } from '../../../server/pipeline.ts'
import { plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import { wholes } from '../../../server/rules/reconcile.ts'
import { INITIAL } from '../../../server/rules/state.ts'
import { openPool } from '../../../server/store/pool.ts'
import { freePort, startProcess } from '../../setup/process.ts'
import { sampled } from '../../setup/sampled.ts'
import { afterwards, dataFolder, quiet, start } from '../start/ground.ts'

const MAIN = fileURLToPath(new URL('../../../server/main.ts', import.meta.url))
const TSX = join(fileURLToPath(new URL('../../../node_modules', import.meta.url)), 'tsx/dist/loader.mjs')
const EMAIL = 'desk@buyer.example'
const PASSWORD = 'a long enough one'
const SEED = Number(process.env.SEED ?? 20_261_123)
const KILLS = 2
const DEVICES = ['tank-1', 'tank-2', 'tank-3']
const T0 = Math.floor(Date.now() / 1000) * 1000 - 3 * 3_600_000

/** mulberry32: the same course of events for the same seed. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

type Sent = { seq: number; time: number; temperature: number; boot: number }

it('killed at any moment: what was acknowledged is stored once, and the alarms are those of what is stored', async () => {
  const random = seeded(SEED)
  const dataDir = await dataFolder()
  const [port, mqttPort] = [await freePort(), await freePort()]
  const base = `http://127.0.0.1:${port}/api/v1`
  const settings = {
    DATA_DIR: dataDir, PORT: String(port), MQTT_PORT: String(mqttPort), DEMO: 'false',
    ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'warn',
  } // biome-ignore format: one group
  const up = () =>
    startProcess(
      ['env', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`), process.execPath, '--import', TSX, MAIN],
      port,
    ) // biome-ignore format: one command
  let server = await up()
  afterwards(() => server.end('SIGKILL'))

  const signedIn = await fetch(`${base}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const { csrfToken } = (await signedIn.json()) as { csrfToken: string }
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status, path).toBe(201)
    return (await answer.json()) as Record<string, unknown>
  }

  const acknowledged = new Map<string, Set<number>>()
  const told = new Map<string, number>()
  const sent = new Map<string, Sent[]>()
  const publishing: (() => Promise<void>)[] = []
  const clients: mqtt.MqttClient[] = []
  let sending = true
  for (const id of DEVICES) {
    const { secret } = await post('/devices', { id, intervalSeconds: 1, pressureReference: 'absolute' })
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
    const client = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, {
      clientId: id, username: id, password: String(secret), reconnectPeriod: 100, keepalive: 5,
    }) // biome-ignore format: one group
    clients.push(client)
    client.on('error', () => undefined)
    afterwards(() => client.endAsync(true))
    const acks = new Set<number>()
    const readings: Sent[] = []
    acknowledged.set(id, acks)
    sent.set(id, readings)
    const topic = `zaitu/v1/devices/${id}`
    const say = (some: Sent[]) =>
      client.publish(`${topic}/telemetry`, JSON.stringify({ readings: some }), { qos: 1 }, (error) => {
        if (!error) for (const { seq } of some) acks.add(seq)
      })
    client.subscribe([`${topic}/committed`, `${topic}/resend`])
    client.on('message', (from, payload) => {
      const body = JSON.parse(payload.toString()) as { seq: number; ranges: [number, number][] }
      if (from.endsWith('committed')) told.set(id, body.seq)
      else for (const [a, b] of body.ranges) say(readings.slice(a, Math.min(b + 1, a + 1_000)))
    })
    publishing.push(async () => {
      // a few readings a message, each third message before the one that it should follow
      let held: Sent[] | null = null
      for (; sending; await pause(random() * 12)) {
        // mqtt.js sends what it has kept one by one, each after the acknowledgement of the one before
        if (!client.connected) continue
        const some = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
          const seq = readings.length
          const one = { seq, boot: 1, time: T0 + seq * 1_000, temperature: Math.round(26 + random() * 8) }
          readings.push(one)
          return one
        })
        if (held === null && random() < 0.33) {
          held = some
          continue
        }
        say(some)
        if (held !== null) say(held)
        held = null
      }
      if (held !== null) say(held)
    })
  }
  const all = publishing.map((publish) => publish())
  for (let kill = 0; kill < KILLS; kill++) {
    await expect.poll(() => clients.every(({ connected }) => connected), { timeout: 20_000 }).toBe(true)
    await pause(100 + random() * 1_500)
    await server.end('SIGKILL')
    server = await up()
  }
  await pause(500)
  sending = false
  await Promise.all(all)
  // the device keeps what is not committed, and sends again what the server says it misses
  for (const id of DEVICES)
    await expect.poll(() => told.get(id), { timeout: 120_000 }).toBe((sent.get(id)?.length ?? 0) - 1)
  await server.end('SIGTERM')

  const { url } = await start(dataDir)
  const pool = openPool(url, { role: 'owner', max: 4, log: quiet })
  try {
    const live = { readings: () => undefined, alarmsChanged: () => undefined }
    const pipeline = createPipeline({ pool, log: quiet, publish: async () => undefined, intakeUp: () => true, live })
    await pipeline.settled()
    await pipeline.stop()
    for (const id of DEVICES) {
      const { rows: stored } = await pool.query<{ seq: number; time: number; temperature: number }>(
        `select seq, extract(epoch from time)::float8 * 1000 as time, temperature from readings r join devices d on d.id = r.device_id
         where d.code = $1 order by time, seq`,
        [id],
      )
      expect(stored, `readings of ${id}, seed ${SEED}`).toEqual(
        sent.get(id)?.map(({ seq, time, temperature }) => ({ seq, time, temperature })),
      )
      expect(stored.length).toBeGreaterThanOrEqual(acknowledged.get(id)?.size ?? 0)
      const { state, changes } = fold(
        INITIAL,
        stored.map((reading) => sampled(reading)),
        { versions: [{ from: 0, facts: plainFacts({ temperature: { high: 30 } }) }], from: 0, to: null },
      )
      const { rows: alarms } = await pool.query(
        `select extract(epoch from onset)::float8 * 1000 as onset, extract(epoch from cleared_at)::float8 * 1000 as "clearedAt", value
         from alarms a join devices d on d.id = a.device_id where d.code = $1 and not void and rule <> 'silence' order by onset`,
        [id],
      )
      expect(alarms, `alarms of ${id}, seed ${SEED}`).toEqual(
        wholes({}, changes, state.open)
          .filter(({ rule }) => rule !== 'silence')
          .map(({ excursion: { onset, value }, clearedAt }) => ({
            onset,
            clearedAt,
            value,
          })),
      )
      expect(alarms.length).toBeGreaterThan(5)
    }
    expect((await pool.query('select reason from dead_letters')).rows).toEqual([])
    const { rows: twice } = await pool.query(
      `select alarm_id from alarm_changes where change = 'raised' group by 1 having count(*) > 1`,
    )
    expect(twice).toEqual([])
  } finally {
    await pool.end()
  }
}, 300_000)
