import { once } from 'node:events'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { WebSocket } from 'ws'
import { NEEDED, readCompose, root, settingsOf } from '../../integration/commands/compose.ts'
import { freePort, type Running, startProcess } from '../../setup/process.ts'
import { freshTimescaleDatabase, startOwnValkey, type TestDatabase, type Valkey } from '../../setup/services.ts'
import { type ComposeMosquitto, startComposeMosquitto } from './compose-mosquitto.ts'
import { type ComposeProxy, startComposeProxy } from './compose-proxy.ts'

const SOON = { timeout: 20_000, interval: 50 }
const TYPESCRIPT = 'typescript' in process.features && process.features.typescript ? [] : ['--import', 'tsx']
const topic = (channel: string) => `zaitu/v1/devices/tank-1/${channel}`

describe.skipIf(inject('services').host?.kind !== 'folder')('the two servers of docker-compose.yml behind TLS', () => {
  let database: TestDatabase
  let mosquitto: ComposeMosquitto
  let valkey: Valkey
  let proxy: ComposeProxy
  const ports: [number, number] = [0, 0]
  const servers: (Running | undefined)[] = []
  const ends: (() => Promise<unknown>)[] = []

  /** As Compose starts it, but for the addresses of what it needs. */
  const startServer = async (index: 0 | 1): Promise<void> => {
    const { HOST: _, ...settings } = settingsOf(readCompose(NEEDED), `server-${index + 1}`, NEEDED)
    const here = {
      ...settings,
      PORT: String(ports[index]),
      DATABASE_URL: database.url,
      MQTT_URL: `mqtt://127.0.0.1:${mosquitto.innerPort}`,
      REDIS_URL: valkey.url,
      TRUST_PROXY: 'loopback',
      LOG_LEVEL: 'error',
    }
    const pairs = Object.entries(here).map(([name, value]) => `${name}=${value}`)
    servers[index] = await startProcess(
      ['env', ...pairs, process.execPath, ...TYPESCRIPT, `${root}server/main.ts`],
      ports[index],
      async () => (await fetch(`http://127.0.0.1:${ports[index]}/readyz`)).ok,
    )
  }
  const signIn = async () => {
    const answer = await proxy.ask('POST', '/api/v1/session', {}, { email: NEEDED.ADMIN_EMAIL, password: NEEDED.ADMIN_PASSWORD })
    expect(answer.status).toBe(200)
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
    return { cookie, 'x-csrf-token': String(JSON.parse(answer.body).csrfToken) }
  } // biome-ignore format: one line
  const listen = async (cookie: string) => {
    const origin = `https://localhost:${proxy.httpsPort}`
    const ws = new WebSocket(`${origin.replace('https', 'wss')}/api/v1/live`, {
      headers: { cookie, origin },
      ca: proxy.certificate(),
    })
    ends.push(async () => ws.terminate())
    const heard: string[] = []
    ws.on('message', (data) => heard.push(String(data)))
    ws.on('error', () => undefined)
    const closed = once(ws, 'close')
    await once(ws, 'open')
    ws.send('{"type":"subscribe","topic":"fleet"}')
    await expect.poll(() => heard.some((frame) => frame.includes('"snapshot"')), SOON).toBe(true)
    return { heard, closed, hears: (text: string) => heard.some((frame) => frame.includes(text)) }
  }

  beforeAll(async () => {
    ;[database, mosquitto, valkey] = await Promise.all([freshTimescaleDatabase(), startComposeMosquitto(), startOwnValkey()])
    for (const index of [0, 1] as const) ports[index] = await freePort()
    await startServer(0)
    await startServer(1)
    proxy = await startComposeProxy(ports, mosquitto.port)
  }) // biome-ignore format: one line
  afterAll(async () => {
    for (const end of ends) await end()
    await proxy?.stop()
    await Promise.all(servers.map((server) => server?.end('SIGTERM')))
    await Promise.all([mosquitto?.stop(), valkey?.stop()])
    await database?.drop()
  })

  it('serves people, WebSockets and devices, while one server is killed, started again, and the other restarted', async () => {
    await expect.poll(() => proxy.healthy(), SOON).toBe(true)
    const session = await signIn()
    expect(session.cookie).toMatch(/^__Host-zaitu=/)
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await proxy.ask(method, `/api/v1${path}`, session, body)
      return { status: answer.status, body: JSON.parse(answer.body || '{}') }
    }
    const device = await ask('POST', '/devices', { id: 'tank-1', intervalSeconds: 1, pressureReference: 'absolute' })
    expect(device.status).toBe(201)
    const departAt = new Date(Date.now() - 86_400_000).toISOString()
    const shipment = await ask('POST', '/shipments', {
      reference: 'S-1',
      substance: { cas: '67-56-1' },
      origin: { name: 'Shanghai', lat: 31.2, lon: 121.5 },
      destination: { name: 'Chengdu', lat: 30.6, lon: 104.1 },
      departAt,
      eta: new Date(Date.now() + 86_400_000).toISOString(),
    })
    const lent = { deviceId: 'tank-1', from: departAt }
    expect((await ask('POST', `/shipments/${shipment.body.id}/assignments`, lent)).status).toBe(201)

    // each goes to the server with fewer of them: one on each
    const sockets = [await listen(session.cookie), await listen(session.cookie)]
    const client = await mqtt.connectAsync(`mqtts://localhost:${proxy.mqttsPort}`, {
      ca: proxy.certificate(),
      protocolVersion: 5,
      clientId: 'tank-1',
      username: 'tank-1',
      password: String(device.body.secret),
      reconnectPeriod: 0,
    })
    ends.push(() => client.endAsync(true))
    let committed = -1
    client.on('message', (_topic, payload) => {
      committed = Math.max(committed, JSON.parse(String(payload)).seq)
    })
    await client.subscribeAsync(topic('committed'), { qos: 1 })
    const send = (seq: number) =>
      client.publishAsync(
        topic('telemetry'),
        JSON.stringify({ time: Date.now(), boot: 1, seq, temperature: 20 + seq / 100 }),
        { qos: 1 },
      )
    for (let seq = 0; seq < 4; seq++) await send(seq)
    await expect.poll(() => committed, SOON).toBe(3)
    for (const socket of sockets) await expect.poll(() => socket.hears('"temperature":20.0'), SOON).toBe(true)

    const answers: number[] = []
    let watching = true
    const watch = (async () => {
      while (watching) answers.push((await ask('GET', `/shipments/${shipment.body.id}`)).status)
    })()
    const answered = async (more: number) => {
      const before = answers.length
      await expect.poll(() => answers.length, SOON).toBeGreaterThan(before + more)
    }
    await answered(5)
    await servers[0]?.end('SIGKILL')
    await sockets[0]?.closed
    const again = await listen(session.cookie)
    await answered(5)
    // what the broker deals to the server that is away waits there for it
    for (let seq = 4; seq < 8; seq++) await send(seq)
    await startServer(0)
    await expect.poll(() => committed, SOON).toBe(7)
    await expect.poll(() => again.hears('"temperature":20.07'), SOON).toBe(true)

    await servers[1]?.end('SIGTERM')
    await answered(5)
    await listen(session.cookie)
    watching = false
    await watch
    expect(answers.filter((status) => status !== 200)).toEqual([])
    expect(await proxy.healthy()).toBe(true)
  })
})
