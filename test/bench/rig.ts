import { type ChildProcess, fork, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import pg from 'pg'
import { makeFirstAdmin } from '../../server/store/first-admin.ts'
import { migrate } from '../../server/store/migrate.ts'
import { openPool } from '../../server/store/pool.ts'
import { freePort } from '../setup/process.ts'
import type { Account, Result } from './publisher.ts'

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
export const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
export const EMAIL = 'bench@zaitu.example'
export const PASSWORD = 'a desk that measures'

/** The same in every installation, so that a broker with accounts is told of them once. */
export const accountOf = (index: number): Account => {
  const deviceId = `bench-${index}`
  return { deviceId, secret: createHash('sha256').update(deviceId).digest('hex').slice(0, 32) }
}

export type Installation = {
  url: string
  accounts: Account[]
  shipmentIds: string[]
  orgId: string
  drop(): Promise<void>
}

/** A migrated database of its own on a server, with `devices` devices, each lent to a shipment with limits. */
export const install = async (serverUrl: string, devices: number): Promise<Installation> => {
  const name = `bench_${randomBytes(4).toString('hex')}`
  // what breaks a measurement off is told, rather than that its database went away with it
  const admin = new pg.Client(serverUrl).on('error', () => undefined)
  await admin.connect()
  await admin.query(`create database ${name}`)
  const address = new URL(serverUrl)
  address.pathname = `/${name}`
  await migrate(address.href)
  const owner = openPool(address.href, { role: 'owner', max: 1, log: SILENT })
  await makeFirstAdmin(owner, { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD, ORGANISATION: 'Bench' })
  const accounts = Array.from({ length: devices }, (_, i) => accountOf(i))
  const orgId = (await owner.query<{ id: string }>('select id from organisations')).rows[0]?.id ?? ''
  await owner.query(
    `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
     select code, $1::uuid, 1, 1, 'absolute', hash from unnest($2::text[], $3::bytea[]) as d (code, hash)`,
    [
      orgId,
      accounts.map(({ deviceId }) => deviceId),
      accounts.map(({ secret }) => createHash('sha256').update(secret).digest()),
    ],
  )
  const shipments = await owner.query<{ id: string }>(
    `insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
     select $1::uuid, code, (select id from substances where cas = '67-56-1' limit 1), '{"name":"A","lat":0,"lon":0}', '{"name":"B","lat":1,"lon":1}',
       now() - interval '40 days', now() + interval '1 day', 'in-transit' from devices order by id returning id`,
    [orgId],
  )
  // a tank and its filling, so that the detectors of pressure and level have what they need
  await owner.query(
    `with tank as (
       insert into tanks (org_id, name, capacity_litres, mawp_bar, test_pressure_bar, relief_pressure_bar, kind)
       values ($1, 'Bench tank', 24000, 4, 6, 4.4, 'portable-tank') returning id)
     update shipments set tank_id = tank.id, packaging = 'tank', filling = '{"fraction":0.9,"celsius":20}' from tank`,
    [orgId],
  )
  await owner.query(
    `insert into shipment_limits (org_id, shipment_id, valid_from, limits)
     select org_id, id, 'epoch', '{"temperature":{"high":40,"highHigh":50},"pressure":{"high":3,"highHigh":4}}' from shipments`,
  )
  await owner.query(
    `insert into assignments (org_id, shipment_id, device_id, during)
     select s.org_id, s.id, d.id, tstzrange(now() - interval '40 days', null) from shipments s join devices d on d.code = s.reference`,
  )
  await owner.end()
  return {
    url: address.href,
    accounts,
    shipmentIds: shipments.rows.map(({ id }) => id),
    orgId,
    drop: async () => {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

export type Server = {
  pid: number
  origin: string
  mqttPort: number
  cookie: string
  committed(): Promise<number>
  /** of `/metrics`, without labels */
  metric(name: string): Promise<number>
  /** resident memory, bytes */
  memory(): Promise<number>
  /** of one core since it started, s */
  cpuSeconds(): Promise<number>
  /** as pulling the plug */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Newer Node runs TypeScript as it is (its types here are those of Node 20). */
const CHILD_ARGUMENTS = 'typescript' in process.features && process.features.typescript ? [] : ['--import', 'tsx']

export type ServerOptions = {
  /** false judges nothing */
  rules?: boolean
  /** Valkey, where it is one server of several */
  redisUrl?: string
  /** of its session at the broker; a random one without */
  clientId?: string
}

/** The cookie of another session of the bench's person: each may have so many connections. */
export const signIn = async (origin: string): Promise<string> => {
  const answer = await fetch(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  })
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

/** The whole service in a process of its own; `mqttUrl` null runs the embedded broker. */
export const startServer = async (
  databaseUrl: string,
  mqttUrl: string | null,
  { rules = true, redisUrl, clientId = `bench-${randomBytes(4).toString('hex')}` }: ServerOptions = {},
): Promise<Server> => {
  const [port, mqttPort] = [await freePort(), await freePort()]
  const profile = process.env.BENCH_PROFILE
  const child = fork(here('./server-process.ts'), {
    execArgv: [...CHILD_ARGUMENTS, ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const settings = {
    PORT: String(port),
    MQTT_PORT: String(mqttPort),
    DEMO: 'false',
    ...(mqttUrl !== null && { ...brokerOf(mqttUrl), MQTT_CLIENT_ID: clientId }),
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  }
  child.send({ settings, databaseUrl, rules })
  await once(child, 'message')
  const origin = `http://127.0.0.1:${port}`
  const cookie = await signIn(origin)
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${origin}/metrics`)).text()
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN)
  }
  return {
    pid: child.pid ?? Number.NaN,
    origin,
    mqttPort: mqttUrl === null ? mqttPort : Number(new URL(mqttUrl).port),
    cookie,
    metric,
    committed: async () => (await metric('zaitu_readings_total')) || 0,
    memory: () => metric('process_resident_memory_bytes'),
    cpuSeconds: () => metric('process_cpu_seconds_total'),
    kill: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.disconnect()
        await once(child, 'exit')
      }
      if (mqttUrl !== null) await endSession(mqttUrl, clientId)
    },
  }
}

/** An address may hold the account, as mqtt.js takes it; the settings have it apart. */
const brokerOf = (mqttUrl: string): Record<string, string> => {
  const url = new URL(mqttUrl)
  if (url.username === '') return { MQTT_URL: mqttUrl }
  return { MQTT_URL: `mqtt://${url.host}`, MQTT_USERNAME: url.username, MQTT_PASSWORD: url.password }
}

/**
 * The server's session on the broker outlives it, as it should; but whatever is measured next would be queued for it as
 * well (after six servers, 950 MB in Mosquitto and 90 % of a core to save them once a second).
 */
const endSession = async (mqttUrl: string, clientId: string): Promise<void> => {
  const client = await mqtt.connectAsync(mqttUrl, { protocolVersion: 5, clientId, clean: true })
  await client.endAsync()
}

/** A child that says that it is ready, then 'warm' after so many messages, then 'done'; null: the embedded broker itself. */
export const startDiscarder = async (
  mqttUrl: string | null,
  count: number,
  warm: number,
): Promise<{ port: number; warm: Promise<unknown>; done: Promise<unknown>; stop(): Promise<void> }> => {
  const counts = [String(count), String(warm)]
  const [file, args] =
    mqttUrl === null ? ['./discard-broker-process.ts', counts] : ['./discard-process.ts', [mqttUrl, ...counts]]
  const child = fork(here(file), args, { execArgv: CHILD_ARGUMENTS })
  const [port] = await once(child, 'message')
  const said = (word: string) =>
    new Promise<void>((resolve) => child.on('message', (message) => message === word && resolve()))
  return {
    port: mqttUrl === null ? Number(port) : Number(new URL(mqttUrl).port),
    warm: said('warm'),
    done: said('done'),
    stop: async () => {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

export type Publishing = { connected: Promise<void>; finished: Promise<Result>; stop(): void }

/** The publisher in a process of its own. */
export const publish = (options: {
  port: number
  devices: Account[]
  count?: number
  rate?: number
  readings?: number
  stepMs?: number
  boot?: number
  hot?: boolean
  window?: number
}): Publishing => {
  const child: ChildProcess = spawn(process.execPath, [...CHILD_ARGUMENTS, here('./publisher.ts'), '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin?.end(JSON.stringify(options))
  let said = ''
  const waiting: (() => void)[] = []
  child.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString()
    for (const look of waiting) look()
  })
  const line = (index: number) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const lines = said.split('\n')
        if (lines.length > index + 1) resolve(lines[index] ?? '')
      }
      waiting.push(look)
      look()
      child.once('exit', (code) => {
        look()
        reject(new Error(`the publisher ended early (${code})`))
      })
    })
  return {
    connected: line(0).then(() => undefined),
    finished: line(1).then((text) => JSON.parse(text) as Result),
    stop: () => child.kill('SIGTERM'),
  }
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)
export const percentile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}
