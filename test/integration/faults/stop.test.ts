import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import pg from 'pg'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { freePort, startProcess } from '../../setup/process.ts'
import { afterwards, dataFolder, start } from '../start/ground.ts'

const MAIN = fileURLToPath(new URL('../../../server/main.ts', import.meta.url))
const TSX = join(fileURLToPath(new URL('../../../node_modules', import.meta.url)), 'tsx/dist/loader.mjs')
const EMAIL = 'desk@buyer.example'
const PASSWORD = 'a long enough one'

it('stops within 10 s in the middle of it all: what was acknowledged is stored, who listens is told', async () => {
  const dataDir = await dataFolder()
  const [port, mqttPort] = [await freePort(), await freePort()]
  const base = `http://127.0.0.1:${port}`
  const settings = {
    DATA_DIR: dataDir, PORT: String(port), MQTT_PORT: String(mqttPort), DEMO: 'false',
    ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'warn',
  } // biome-ignore format: one group
  const environment = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  const server = await startProcess(['env', ...environment, process.execPath, '--import', TSX, MAIN], port)
  afterwards(() => server.end('SIGKILL'))
  const signedIn = await fetch(`${base}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const { csrfToken } = (await signedIn.json()) as { csrfToken: string }
  const registered = await fetch(`${base}/api/v1/devices`, {
    method: 'POST',
    headers: { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'tank-1', intervalSeconds: 1 }),
  })
  const { secret } = (await registered.json()) as { secret: string }
  expect(await (await fetch(`${base}/readyz`)).json()).toMatchObject({ ok: true })

  const listener = new WebSocket(`${base.replace('http', 'ws')}/api/v1/live`, { headers: { cookie } })
  await once(listener, 'open')
  const told = new Promise<number>((resolve) => listener.on('close', resolve))
  // one that will never answer the close frame: a laptop that was shut
  const mute = connect(port, '127.0.0.1')
  mute.on('error', () => undefined)
  mute.write(
    `GET /api/v1/live HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${cookie}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
      `sec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
  const [greeting] = (await once(mute, 'data')) as [Buffer]
  expect(greeting.toString()).toContain('101 Switching Protocols')
  const dropped = new Promise<void>((resolve) => mute.on('close', () => resolve()))
  const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    clientId: 'tank-1',
    username: 'tank-1',
    password: secret,
    reconnectPeriod: 0,
  })
  device.on('error', () => undefined)
  afterwards(() => device.endAsync(true))
  let acknowledged = 0
  let isOn = true
  const T0 = Date.now() - 3_600_000
  let seq = 0
  /** Several at a time, so that some are always under way. */
  const publish = async (): Promise<void> => {
    while (isOn && device.connected) {
      const reading = { time: T0 + seq, seq: seq++, boot: 1, temperature: 20 }
      const done = await new Promise<boolean>((resolve) => {
        device.publish('zaitu/v1/devices/tank-1/telemetry', JSON.stringify(reading), { qos: 1 }, (error) =>
          resolve(!error),
        )
        device.once('close', () => resolve(false))
      })
      if (done) acknowledged++
    }
  }
  device.setMaxListeners(100)
  const publishing = Array.from({ length: 20 }, publish)
  await expect.poll(() => acknowledged, { timeout: 20_000 }).toBeGreaterThan(500)

  const began = performance.now()
  await server.end('SIGTERM')
  const took = performance.now() - began
  isOn = false
  device.end(true)
  await Promise.all(publishing)
  expect(took).toBeLessThan(10_000)
  expect(await told).toBe(1001)
  await dropped

  const { url } = await start(dataDir)
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ stored: number; clean: boolean }>(
    'select count(*)::integer as stored, not pg_is_in_recovery() as clean from readings',
  )
  await client.end()
  expect(rows[0]?.stored).toBeGreaterThanOrEqual(acknowledged)
  process.stdout.write(
    `stopped in ${Math.round(took)} ms: ${acknowledged} acknowledged, ${rows[0]?.stored} stored, ${seq} sent\n`,
  )
}, 90_000)
