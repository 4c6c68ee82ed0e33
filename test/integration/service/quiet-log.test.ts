import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { freePort } from '../../../server/store/embedded-cluster.ts'
import { freshDatabase, type TestDatabase } from '../../setup/database.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const EMAIL = 'desk@buyer.example'
const PASSWORD = 'the-password-of-the-desk'
const METRICS_TOKEN = 'the-token-of-the-metrics'

let database: TestDatabase
let server: ReturnType<typeof spawn>
let said = ''
let [port, mqttPort] = [0, 0]
beforeAll(async () => {
  database = await freshDatabase()
  port = await freePort()
  mqttPort = await freePort()
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATABASE_URL: database.url,
    PORT: String(port),
    MQTT_PORT: String(mqttPort),
    LOG_LEVEL: 'trace',
    DEMO: 'false',
    ADMIN_EMAIL: EMAIL,
    ADMIN_PASSWORD: PASSWORD,
    METRICS_TOKEN,
  }
  server = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], { cwd: ROOT, env })
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text) => (said += text))
  await vi.waitFor(() => expect(said).toContain('Sign in:'), { timeout: 60_000, interval: 50 })
})
afterAll(async () => {
  if (server.exitCode === null) {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
  await database.drop()
})

const Secrets = z.object({ csrfToken: z.string().optional(), secret: z.string().optional() })

it('holds no secret at the level trace, whatever goes right or wrong', async () => {
  const secrets = [PASSWORD, METRICS_TOKEN]
  const ask = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const { csrfToken, secret } = /json/.test(answer.headers.get('content-type') ?? '')
      ? Secrets.parse(JSON.parse(text))
      : {}
    const cookie = answer.headers.get('set-cookie')?.split(';')[0]
    for (const found of [csrfToken, secret, cookie?.split('=')[1]]) if (found) secrets.push(found)
    return { status: answer.status, csrfToken, secret, cookie }
  }
  const api = '/api/v1'
  const guess = 'a-wrong-password-that-is-nearly-right'
  secrets.push(guess)
  expect((await ask('POST', `${api}/session`, {}, { email: EMAIL, password: guess })).status).toBe(401)
  expect((await ask('POST', `${api}/session`, {}, `{"email":"${EMAIL}","password":"${guess}`)).status).toBe(400)
  const { cookie = '', csrfToken = '' } = await ask('POST', `${api}/session`, {}, { email: EMAIL, password: PASSWORD })
  const mine = { cookie, 'x-csrf-token': csrfToken }
  expect((await ask('GET', `${api}/session`, mine)).status).toBe(200)
  const bearer = { authorization: `Bearer ${cookie.split('=')[1]}` }
  expect((await ask('GET', `${api}/session`, bearer)).status).toBe(200)
  const device = { id: 'tank-1', intervalSeconds: 5 }
  const { secret: first = '' } = await ask('POST', `${api}/devices`, mine, device)
  expect((await ask('POST', `${api}/devices`, mine, device)).status).toBe(409)
  const { secret: second = '' } = await ask('POST', `${api}/devices/tank-1/secret`, mine)
  expect(first.length + second.length).toBe(86)

  const readings = { deviceId: 'tank-1', readings: [{ time: new Date().toISOString(), temperature: 1 }] }
  const basic = (secret: string) => {
    const encoded = Buffer.from(`tank-1:${secret}`).toString('base64')
    secrets.push(encoded)
    return { authorization: `Basic ${encoded}` }
  }
  expect((await ask('POST', `${api}/telemetry`, basic(second), readings)).status).toBe(200)
  expect((await ask('POST', `${api}/telemetry`, basic('not-a-secret-of-it'), readings)).status).toBe(401)
  const credentials = { clientId: 'tank-1', username: 'tank-1', reconnectPeriod: 0 }
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { ...credentials, password: second })
  await client.publishAsync('zaitu/v1/devices/tank-1/telemetry', JSON.stringify(readings.readings[0]), { qos: 1 })
  await client.endAsync()
  await expect(
    mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { ...credentials, password: 'not-a-secret-of-it' }),
  ).rejects.toThrow()
  expect((await ask('GET', '/metrics', { authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200)
  expect((await ask('DELETE', `${api}/session`, mine)).status).toBe(204)

  server.kill('SIGTERM')
  await once(server, 'close')
  expect(said).toMatch(/"level":30,.*"msg":"ready"/)
  expect(said).toMatch(/"msg":"stopping"/)
  expect(secrets.length).toBeGreaterThan(10)
  for (const secret of [...secrets, 'not-a-secret-of-it']) expect(said).not.toContain(secret)
  const { password } = new URL(database.url)
  if (password !== '') expect(said).not.toContain(password)
})
