import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import pg from 'pg'
import type { Notes } from './figures.ts'
import type { Infrastructure } from './infrastructure.ts'
import { DEVICES, measureDurable } from './ingest.ts'
import { type NodeRed, nodeRedFolder, startNodeRed } from './node-red-flow.ts'
import { install, median, publish, startServer } from './rig.ts'

/** A rate that both can keep up with, messages/s. */
const CALM = 1_000

/**
 * Side by side with a flow that people use today: how fast each stores single readings behind the same broker, and what of
 * what the broker had acknowledged is missing when it is killed in the middle and started again.
 */
export const noteNodeRed = async (
  { note, notRun, least, most }: Notes,
  external: Infrastructure['external'],
  { quick }: { quick: boolean },
): Promise<void> => {
  if (external === null) return notRun('the comparison with Node-RED: it wants Mosquitto and TimescaleDB')
  let folder: string
  try {
    folder = await nodeRedFolder()
  } catch (error) {
    return notRun(`the comparison with Node-RED: ${error instanceof Error ? error.message : error}`)
  }
  const messages = quick ? 10_000 : 40_000
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    theirs.push(await theirRate(folder, external, messages))
    ours.push((await measureDurable(external.databaseUrl, external.mqttUrl, messages * 3, 1)).messagesPerSecond)
  }
  note('a Node-RED flow that inserts through pg, 1 reading a message', median(theirs), 'msg/s')
  note('… Zaitu on the same broker and database', median(ours), 'msg/s')
  note('… as a ratio, pair by pair', median(ours.map((rate, i) => rate / (theirs[i] ?? Number.NaN))), '', least(1))
  for (const rate of [CALM, undefined]) {
    const label = rate === undefined ? 'as fast as the broker takes them' : `${rate} msg/s`
    const count = rate === undefined ? messages : rate * (quick ? 4 : 10)
    const lostByThem = await theirLosses(folder, external, count, rate)
    const lostByUs = await ourLosses(external, count, rate)
    note(`killed in the middle of ${count.toLocaleString('en')}, ${label}: lost by Node-RED`, lostByThem, '')
    note('… lost by Zaitu', lostByUs, '', most(0))
  }
}

type External = NonNullable<Infrastructure['external']>

/** A database for the flow, with a table as its author would make it, on the same server. */
const makeTable = async (serverUrl: string) => {
  const name = `bench_flow_${randomBytes(4).toString('hex')}`
  const admin = new pg.Client(serverUrl).on('error', () => undefined)
  await admin.connect()
  await admin.query(`create database ${name}`)
  const address = new URL(serverUrl)
  address.pathname = `/${name}`
  const client = new pg.Client(address.href).on('error', () => undefined)
  await client.connect()
  await client.query(
    `create table readings (device text, time timestamptz, seq integer, temperature float8, pressure float8, primary key (device, time, seq))`,
  )
  return {
    url: address.href,
    stored: async (): Promise<number> =>
      (await client.query<{ count: number }>(`select count(*)::integer as count from readings where device <> 'probe'`))
        .rows[0]?.count ?? 0,
    probed: async (seq: number): Promise<boolean> =>
      (await client.query(`select from readings where device = 'probe' and seq = $1`, [seq])).rowCount === 1,
    drop: async () => {
      await client.end()
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}
type Table = Awaited<ReturnType<typeof makeTable>>

const accounts = () => Array.from({ length: DEVICES }, (_, i) => ({ deviceId: `bench-${i}`, secret: 'x' }))
const portOf = (url: string): number => Number(new URL(url).port)

/** Starts the flow, and resolves once a reading gets through it. */
const startFlow = async (folder: string, { mqttUrl }: External, table: Table, seq: number): Promise<NodeRed> => {
  const flow = await startNodeRed(folder, portOf(mqttUrl), table.url)
  const probe = await mqtt.connectAsync(mqttUrl)
  const reading = JSON.stringify({ time: Date.now(), seq, temperature: 20, pressure: 1 })
  const until = performance.now() + 60_000
  while (!(await table.probed(seq))) {
    if (performance.now() > until) {
      await flow.stop()
      throw new Error('Node-RED has not stored anything within a minute')
    }
    await probe.publishAsync('zaitu/v1/devices/probe/telemetry', reading, { qos: 1 })
    await sleep(200)
  }
  await probe.endAsync()
  return flow
}

/** The broker keeps the session of the flow, and would queue for it what is measured next. */
const endFlow = async (flow: NodeRed, { mqttUrl }: External, table: Table): Promise<void> => {
  await flow.stop()
  const clientId = `node-red-${portOf(mqttUrl)}-${new URL(table.url).pathname.slice(1)}`
  await (await mqtt.connectAsync(mqttUrl, { clientId, clean: true })).endAsync()
  await table.drop()
}

const theirRate = async (folder: string, external: External, messages: number): Promise<number> => {
  const table = await makeTable(external.databaseUrl)
  const flow = await startFlow(folder, external, table, 0)
  const publishing = publish({ port: portOf(external.mqttUrl), devices: accounts(), count: messages, window: 100 })
  await publishing.connected
  let warm = 0
  let began = performance.now()
  for (let stored = 0; stored < messages; await sleep(100)) {
    stored = await table.stored()
    if (warm > 0 || stored < messages * 0.2) continue
    warm = stored
    began = performance.now()
  }
  const seconds = (performance.now() - began) / 1_000
  await publishing.finished
  await endFlow(flow, external, table)
  return (messages - warm) / seconds
}

/** Publishes, breaks in the middle, and counts at the end: what was acknowledged to the publisher and is not stored. */
const losses = async (
  port: number,
  devices: ReturnType<typeof accounts>,
  { count, rate }: { count: number; rate: number | undefined },
  stored: () => Promise<number>,
  killAndStart: () => Promise<void>,
): Promise<number> => {
  const publishing = publish({ port, devices, count, window: 100, ...(rate !== undefined && { rate }) })
  await publishing.connected
  // the half of what is sent at a rate, or of what is stored
  if (rate !== undefined) await sleep((count / rate / 2) * 1_000)
  else while ((await stored()) < count * 0.3) await sleep(20)
  await killAndStart()
  const { acknowledged } = await publishing.finished
  let before = -1
  let since = performance.now()
  for (let now = await stored(); now < acknowledged && performance.now() - since < 15_000; now = await stored()) {
    if (now !== before) since = performance.now()
    before = now
    await sleep(100)
  }
  return acknowledged - (await stored())
}

const theirLosses = async (folder: string, external: External, count: number, rate: number | undefined) => {
  const table = await makeTable(external.databaseUrl)
  let flow = await startFlow(folder, external, table, 0)
  const lost = await losses(portOf(external.mqttUrl), accounts(), { count, rate }, table.stored, async () => {
    await flow.kill()
    flow = await startFlow(folder, external, table, 1)
  })
  await endFlow(flow, external, table)
  return lost
}

const ourLosses = async ({ databaseUrl, mqttUrl }: External, count: number, rate: number | undefined) => {
  const installation = await install(databaseUrl, DEVICES)
  const clientId = `bench-killed-${randomBytes(4).toString('hex')}`
  let server = await startServer(installation.url, mqttUrl, { clientId })
  const client = new pg.Client(installation.url).on('error', () => undefined)
  await client.connect()
  const stored = async (): Promise<number> =>
    (await client.query<{ count: number }>('select count(*)::integer as count from readings')).rows[0]?.count ?? 0
  const lost = await losses(portOf(mqttUrl), installation.accounts, { count, rate }, stored, async () => {
    await server.kill()
    server = await startServer(installation.url, mqttUrl, { clientId })
  })
  await client.end()
  await server.stop()
  await installation.drop()
  return lost
}
