import pg from 'pg'
import { WebSocket } from 'ws'
import type { Reading } from '../../server/model/reading.ts'
import { inTransaction, openPool } from '../../server/store/pool.ts'
import { copyReadings } from '../../server/store/readings.ts'
import { type Installation, install, publish, type Server, SILENT, startDiscarder, startServer } from './rig.ts'

const DEVICES = 200
const WINDOW = 100

/** msg/s that a subscriber gets which acknowledges and discards. */
export const measureDiscarding = async (mqttUrl: string, messages: number): Promise<number> => {
  const discarder = await startDiscarder(mqttUrl, messages)
  const accounts = Array.from({ length: DEVICES }, (_, i) => ({ deviceId: `bench-${i}`, secret: 'x' }))
  const publishing = publish({
    port: Number(new URL(mqttUrl).port),
    devices: accounts,
    count: messages,
    window: WINDOW,
  })
  await publishing.connected
  const began = performance.now()
  await discarder.done
  const seconds = (performance.now() - began) / 1000
  await publishing.finished
  await discarder.stop()
  return messages / seconds
}

/** Somebody watches, as in life: the fleet and the alarms. */
const watch = (server: Server): WebSocket => {
  const ws = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/live`, { headers: { cookie: server.cookie } })
  ws.on('open', () => {
    for (const topic of ['fleet', 'alarms']) ws.send(JSON.stringify({ type: 'subscribe', topic }))
  })
  return ws
}

export type Durable = { messagesPerSecond: number; readingsPerSecond: number; stored: number; expected: number }

/** Messages whose readings are committed, a second: sign-in, isolation, rules, outbox and live on. */
export const measureDurable = async (
  databaseServer: string,
  mqttUrl: string | null,
  messages: number,
  readings: number,
): Promise<Durable> => {
  const installation = await install(databaseServer, DEVICES)
  const server = await startServer(installation.url, mqttUrl)
  const ws = watch(server)
  const publishing = publish({
    port: server.mqttPort,
    devices: installation.accounts,
    count: messages,
    readings,
    window: readings === 1 ? WINDOW : 10,
  })
  await publishing.connected
  const began = performance.now()
  const expected = messages * readings
  while ((await server.committed()) < expected) await new Promise((resolve) => setTimeout(resolve, 50))
  const seconds = (performance.now() - began) / 1000
  await publishing.finished
  ws.terminate()
  await server.stop()
  const stored = await countReadings(installation)
  await installation.drop()
  return { messagesPerSecond: messages / seconds, readingsPerSecond: expected / seconds, stored, expected }
}

const countReadings = async ({ url }: Installation): Promise<number> => {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ count: number }>('select count(*)::integer as count from readings')
  await client.end()
  return rows[0]?.count ?? 0
}

/** rows/s of binary COPY straight into the same table, encoded on the way, 10,000 rows a transaction, nothing else on. */
export const measureCopy = async (databaseServer: string, rows: number): Promise<number> => {
  const installation = await install(databaseServer, DEVICES)
  const pool = openPool(installation.url, { role: 'zaitu_ingest', max: 1, log: SILENT })
  const from = Date.now()
  const began = performance.now()
  for (let at = 0; at < rows; at += 10_000) {
    const batch = Array.from({ length: Math.min(10_000, rows - at) }, (_, i): Reading => {
      const n = at + i
      return {
        deviceId: (n % DEVICES) + 1, receivedAt: from, time: from + Math.floor(n / DEVICES), seq: n, boot: 1, temperature: 20 + (n % 100) / 10, pressure: 1.2,
        level: null, ambient: null, lat: null, lon: null, battery: null, shock: null, extra: null,
      } // biome-ignore format: a row
    })
    await inTransaction(pool, (tx) => copyReadings(tx, batch))
  }
  const seconds = (performance.now() - began) / 1000
  await pool.end()
  await installation.drop()
  return rows / seconds
}
