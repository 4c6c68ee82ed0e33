import { once } from 'node:events'
import { createServer } from 'node:net'
import mqtt from 'mqtt'
import { pino } from 'pino'
import { WebSocket } from 'ws'
import { readConfig } from '../../../server/config.ts'
import type { ServerMessage } from '../../../server/model/live.ts'
import { type Service, startService } from '../../../server/service.ts'
import { makeFirstAdmin } from '../../../server/store/first-admin.ts'
import { openPool } from '../../../server/store/pool.ts'
import { freshDatabase, type TestDatabase } from '../../setup/database.ts'

export const EMAIL = 'desk@buyer.example'
export const PASSWORD = 'a long enough one'

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

export type Frame = ServerMessage & { [more: string]: unknown }
export type Socket = {
  ws: WebSocket
  frames: Frame[]
  say(message: unknown): void
  of<Type extends Frame['type']>(type: Type): Extract<Frame, { type: Type }>[]
  closed: Promise<{ code: number }>
}

export type Running = {
  base: string
  mqttUrl: string
  databaseUrl: string
  /** `body` as JSON, or, as text, as it is. */
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> & { items?: Record<string, unknown>[] } }>
  cookie: string
  csrfToken: string
  connect(headers?: Record<string, string>): Promise<Socket>
  device(id: string, secret: string): Promise<mqtt.MqttClient>
  /** A registered device, lent to a shipment of methanol since 20 days ago. */
  lend(
    name: string,
    limits?: unknown,
    pressureReference?: 'absolute' | 'gauge',
  ): Promise<{ shipmentId: string; deviceId: string; secret: string }>
  settled(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

/** The whole service on free ports, over a database of its own, with somebody signed in. */
export const startRunning = async (
  settings: Record<string, string> = {},
  { dashboard = null, database: given }: { dashboard?: string | null; database?: TestDatabase } = {},
): Promise<Running> => {
  const database = given ?? (await freshDatabase())
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  const config = readConfig({
    PORT: String(httpPort),
    MQTT_PORT: String(mqttPort),
    DEMO: 'false',
    ADMIN_EMAIL: EMAIL,
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: 'silent',
    ...settings,
  })
  const log = pino({ level: config.LOG_LEVEL })
  const setup = openPool(database.url, { role: 'owner', max: 1, log })
  await makeFirstAdmin(setup, config)
  await setup.end()
  let service: Service = await startService(config, database.url, log, { dashboard })
  const base = `http://127.0.0.1:${httpPort}/api/v1`
  const signedIn = await fetch(`${base}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const { csrfToken } = (await signedIn.json()) as { csrfToken: string }
  const opened: (() => Promise<unknown>)[] = []

  const ask: Running['ask'] = async (method, path, body) => {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { cookie, 'x-csrf-token': csrfToken, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return {
      status: answer.status,
      body: answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>),
    }
  }
  const mqttUrl = config.MQTT_URL ?? `mqtt://127.0.0.1:${mqttPort}`

  return {
    base,
    mqttUrl,
    databaseUrl: database.url,
    ask,
    cookie,
    csrfToken,
    connect: async (headers = { cookie }) => {
      const ws = new WebSocket(`${base.replace('http', 'ws')}/live`, { headers })
      const frames: Frame[] = []
      ws.on('message', (data) => frames.push(JSON.parse(data.toString())))
      const closed = new Promise<{ code: number }>((resolve) => ws.on('close', (code) => resolve({ code })))
      opened.push(async () => ws.terminate())
      await once(ws, 'open')
      return {
        ws,
        frames,
        say: (message) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
        of: <Type extends Frame['type']>(type: Type) =>
          frames.filter((frame): frame is Extract<Frame, { type: Type }> => frame.type === type),
        closed,
      }
    },
    device: async (id, secret) => {
      const client = await mqtt.connectAsync(mqttUrl, {
        clientId: id,
        username: id,
        password: secret,
        reconnectPeriod: 200,
      })
      opened.push(() => client.endAsync(true))
      return client
    },
    lend: async (name, limits = { temperature: { high: 30 } }, pressureReference = 'absolute') => {
      const made = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
        const answer = await ask('POST', path, body)
        if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
        return answer.body
      }
      const device = await made('/devices', { id: name, intervalSeconds: 1, pressureReference })
      const shipment = await made('/shipments', {
        reference: `S-${name}`,
        substance: { cas: '67-56-1' },
        origin: { name: 'Shanghai', lat: 31.2, lon: 121.5 },
        destination: { name: 'Chengdu', lat: 30.6, lon: 104.1 },
        departAt: new Date(Date.now() - 20 * 86_400_000).toISOString(),
        eta: new Date(Date.now() + 86_400_000).toISOString(),
        limits,
      })
      const shipmentId = String(shipment.id)
      await made(`/shipments/${shipmentId}/assignments`, {
        deviceId: name,
        from: new Date(Date.now() - 20 * 86_400_000).toISOString(),
      })
      return { shipmentId, deviceId: name, secret: String(device.secret) }
    },
    settled: () => service.settled(),
    restart: async () => {
      await service.stop()
      service = await startService(config, database.url, log, { dashboard })
    },
    close: async () => {
      await Promise.all(opened.map((end) => end()))
      await service.stop()
      await database.drop()
    },
  }
}

export const telemetry = (deviceId: string): string => `zaitu/v1/devices/${deviceId}/telemetry`
