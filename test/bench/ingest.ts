import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { WebSocket } from 'ws'
import type { Reading } from '../../server/model/reading.ts'
import { encodeReadings, READING_COLUMNS } from '../../server/store/copy.ts'
import { inTransaction, openPool } from '../../server/store/pool.ts'
import {
  accountOf,
  type Installation,
  install,
  publish,
  type Server,
  SILENT,
  startDiscarder,
  startServer,
} from './rig.ts'

export const DEVICES = 200
/** Of each measurement, this part goes by first: processes that have just started are not what is measured. */
const WARM_UP = 0.2
const WINDOW = 100

/** msg/s that a subscriber gets which acknowledges and discards; null: that the embedded broker takes and discards. */
export const measureDiscarding = async (mqttUrl: string | null, messages: number): Promise<number> => {
  const discarder = await startDiscarder(mqttUrl, messages, messages * WARM_UP)
  const accounts = Array.from({ length: DEVICES }, (_, i) => accountOf(i))
  const publishing = publish({
    port: discarder.port,
    devices: accounts,
    count: messages,
    window: WINDOW,
  })
  await discarder.warm
  const began = performance.now()
  await discarder.done
  const seconds = (performance.now() - began) / 1000
  await publishing.finished
  await discarder.stop()
  return (messages * (1 - WARM_UP)) / seconds
}

/** Somebody watches, as in life: the fleet and the alarms. */
const watch = (server: Server): WebSocket => {
  const ws = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/live`, { headers: { cookie: server.cookie } })
  ws.on('open', () => {
    for (const topic of ['fleet', 'alarms']) ws.send(JSON.stringify({ type: 'subscribe', topic }))
  })
  return ws
}

export type Durable = {
  messagesPerSecond: number
  readingsPerSecond: number
  stored: number
  expected: number
  /** raised meanwhile, and told to the outbox; of all that is in the installation */
  alarms: number
  told: number
}

export type DurableOptions = { rules?: boolean; stepMs?: number; boot?: number }

/** Messages whose readings are committed, a second: sign-in, isolation, rules, outbox and live on. */
export const measureDurable = async (
  databaseServer: string,
  mqttUrl: string | null,
  messages: number,
  readings: number,
  options: DurableOptions = {},
): Promise<Durable> => {
  const installation = await install(databaseServer, DEVICES)
  const durable = await measureInto(installation, mqttUrl, messages, readings, options)
  await installation.drop()
  return durable
}

/** The same into what is there already, where no device has used this `boot` yet. */
export const measureInto = async (
  installation: Installation,
  mqttUrl: string | null,
  messages: number,
  readings: number,
  { rules = true, stepMs, boot }: DurableOptions = {},
): Promise<Durable> => {
  // of the whole, counting would take longer than the measurement; with `stepMs` they are of another time
  const since = stepMs === undefined ? Date.now() : 0
  const server = await startServer(installation.url, mqttUrl, { rules })
  const ws = watch(server)
  const publishing = publish({
    port: server.mqttPort,
    devices: installation.accounts,
    count: messages,
    readings,
    ...(stepMs !== undefined && { stepMs }),
    ...(boot !== undefined && { boot }),
    hot: true,
    window: readings === 1 ? WINDOW : 10,
  })
  await publishing.connected
  const expected = messages * readings
  const warm = await untilCommitted(server, expected * WARM_UP, 20)
  const began = performance.now()
  const counted = (await untilCommitted(server, expected, 500)) - warm
  const seconds = (performance.now() - began) / 1000
  await publishing.finished
  ws.terminate()
  await server.stop()
  const stored = await countReadings(installation, since)
  const made = await countAlarms(installation)
  return {
    messagesPerSecond: counted / readings / seconds,
    readingsPerSecond: counted / seconds,
    stored,
    expected,
    ...made,
  }
}

/** Asks seldom, since the answer costs what is measured, and closely towards the end. Resolves to how many there are. */
export const untilCommitted = async (
  server: Pick<Server, 'committed'>,
  expected: number,
  mostMs: number,
): Promise<number> => {
  const began = performance.now()
  const first = await server.committed()
  for (let done = first; ; done = await server.committed()) {
    if (done >= expected) return done
    const left = done === first ? 100 : ((expected - done) / (done - first)) * (performance.now() - began)
    await new Promise((resolve) => setTimeout(resolve, Math.min(mostMs, Math.max(5, left * 0.8))))
  }
}

/** How many are stored with a time of `since` (epoch ms) or later. */
export const countReadings = async ({ url }: Pick<Installation, 'url'>, since = 0): Promise<number> => {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::integer as count from readings where time >= $1::timestamptz',
    [new Date(since)],
  )
  await client.end()
  return rows[0]?.count ?? 0
}

const countAlarms = async ({ url }: Pick<Installation, 'url'>): Promise<{ alarms: number; told: number }> => {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ alarms: number; told: number }>(
    'select (select count(*)::integer from alarms) as alarms, (select count(*)::integer from outbox) as told',
  )
  await client.end()
  return rows[0] ?? { alarms: 0, told: 0 }
}

export type Copied = { rowsPerSecond: number; encodingRowsPerSecond: number }

const ROWS_AT_ONCE = 10_000

/**
 * rows/s of binary COPY straight into the same table, nothing else on: the rows that the devices send, in batches as
 * they send them, 10,000 a transaction. Once from bytes that are there already, and once encoded on the way.
 */
export const measureCopy = async (databaseServer: string, rows: number, readings: number): Promise<Copied> => ({
  rowsPerSecond: await copyInto(databaseServer, rows, readings, true),
  encodingRowsPerSecond: await copyInto(databaseServer, rows, readings, false),
})

const copyInto = async (databaseServer: string, rows: number, readings: number, encoded: boolean): Promise<number> => {
  const installation = await install(databaseServer, DEVICES)
  const pool = openPool(installation.url, { role: 'zaitu_ingest', max: 1, log: SILENT })
  const batches: Reading[][] = []
  for (let at = 0; at < rows; at += ROWS_AT_ONCE)
    batches.push(batchOf(at, Math.min(ROWS_AT_ONCE, rows - at), readings, Date.now()))
  const ready = encoded ? batches.map(encodeReadings) : null
  let began = performance.now()
  const cold = Math.round(batches.length * WARM_UP)
  for (const [index, batch] of batches.entries()) {
    if (index === cold) began = performance.now()
    const bytes = ready?.[index] ?? encodeReadings(batch)
    await inTransaction(pool, async (tx) => {
      const stream = tx.query(copyFrom(`copy readings (${READING_COLUMNS}) from stdin (format binary)`))
      stream.end(bytes)
      await finished(stream)
    })
  }
  const seconds = (performance.now() - began) / 1000
  await pool.end()
  await installation.drop()
  return (rows - cold * ROWS_AT_ONCE) / seconds
}

/** As the publisher sends them: device by device, `readings` at a time. */
const batchOf = (from: number, count: number, readings: number, receivedAt: number): Reading[] =>
  Array.from({ length: count }, (_, i): Reading => {
    const message = Math.floor((from + i) / readings)
    const seq = Math.floor(message / DEVICES) * readings + ((from + i) % readings)
    return {
      deviceId: (message % DEVICES) + 1, receivedAt, time: receivedAt + seq, seq, boot: 1, temperature: 20 + (seq % 100) / 10, pressure: 1 + (seq % 10) / 10,
      level: null, ambient: null, lat: null, lon: null, battery: null, shock: null, extra: null,
    } // biome-ignore format: a row
  })
