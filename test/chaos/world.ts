import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { urlOf } from '../../server/store/embedded.ts'
import { readPassword, readPidFile } from '../../server/store/embedded-cluster.ts'
import { findHome } from '../../server/store/embedded-home.ts'
import type { Host } from '../setup/host.ts'
import { startMosquitto } from '../setup/mosquitto.ts'
import { startTimescale } from '../setup/postgres.ts'
import { freePort, type Running, signalAll, startProcess } from '../setup/process.ts'
import { hold, temporaryFolder } from '../setup/reap.ts'
import { startValkey } from '../setup/valkey.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { startProxy, type Way } from './proxy.ts'
import { EMAIL, makeSetting, PASSWORD } from './setting.ts'
import { type Supplier, startSupplier } from './supplier.ts'
import { startWatcher, type Watcher } from './watcher.ts'

const MAIN = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
const TSX = join(fileURLToPath(new URL('../../node_modules', import.meta.url)), 'tsx/dist/loader.mjs')
const CLOCK = fileURLToPath(new URL('clock.mjs', import.meta.url))

/** What can be killed, and stand still. */
export type Part = {
  kill(): Promise<unknown>
  restart(): Promise<unknown>
  pause(): unknown
  resume(): unknown
}
export type ServerPart = Part & {
  name: string
  /** sets its clock off by so much, ms */
  setClock(ms: number): void
  /** false: it has ended by itself */
  alive(): boolean
}
export type World = {
  kind: 'external' | 'embedded'
  servers: ServerPart[]
  database: Part
  broker: Part | null
  cache: Part | null
  /** fills the disk of the database until it is told to free it; null where that can't be done here */
  fillDisk: (() => () => void) | null
  ways: { devices: Way; web: Way[]; database: Way | null; broker: Way | null; cache: Way | null }
  fleet: Fleet
  supplier: Supplier
  watchers: Watcher[]
  /** ids of notifications that the receiver was given */
  received: Map<string, number>
  /** accounts of further devices, not connected */
  further(count: number): Promise<{ deviceId: string; secret: string }[]>
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export type WorldOptions = { seed: number; servers: number; devices: number }

/** A small disk at `folder`, and how to take it away; null for whoever may not mount: not root, or in a container. */
const mountSmall = (folder: string): (() => void) | null => {
  const mount = ['-t', 'tmpfs', '-o', 'size=400m,mode=755', 'tmpfs', folder]
  if (spawnSync('mount', mount, { stdio: 'ignore' }).status !== 0) return null
  const release = hold({ kind: 'mount', path: folder })
  return () => {
    spawnSync('umount', ['--lazy', folder])
    release()
  }
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const embeddedIn = async (dataDir: string): Promise<{ pid: number; url: string }> => {
  const home = await findHome(dataDir, quiet)
  const running = await readPidFile(home)
  if (running === undefined) throw new Error('the embedded database does not run')
  return { pid: running.pid, url: urlOf(running.port, await readPassword(home), 'zaitu') }
}

/** Servers, database, broker, cache, ways between them, devices and clients. `host` null: one server, all embedded. */
export const startWorld = async (
  host: Host | null,
  { seed, servers: count, devices }: WorldOptions,
): Promise<World> => {
  const opened: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end()
  }
  try {
    return await build(host, { seed, servers: count, devices }, opened, close)
  } catch (error) {
    await close()
    throw error
  }
}

const build = async (
  host: Host | null,
  { seed, servers: count, devices }: WorldOptions,
  opened: (() => unknown)[],
  close: () => Promise<void>,
): Promise<World> => {
  const folder = temporaryFolder(tmpdir())
  chmodSync(folder.path, 0o755)
  opened.push(folder.remove)
  const way = async (port: number): Promise<Way> => {
    const proxy = await startProxy(port)
    opened.push(proxy.close)
    return proxy
  }
  const ports = await Promise.all(Array.from({ length: count }, freePort))
  const mqttPort = await freePort()
  const disk: { small: { path: string; unmount(): void } | null } = { small: null }
  const shrink = (path: string): boolean => {
    const unmount = mountSmall(path)
    if (unmount !== null) disk.small = { path, unmount }
    return unmount !== null
  }
  const outside =
    host === null
      ? null
      : {
          database: await startTimescale(host, 'apache', (path) => {
            if (host.kind === 'folder' && shrink(path)) {
              const { stdout } = spawnSync('chroot', [host.root, 'id', '-u', 'postgres'], { encoding: 'utf8' })
              spawnSync('chown', [stdout.trim(), path])
            }
          }),
          // a kill forgets all that it had: the default of half an hour is no less
          broker: await startMosquitto(host, { settings: ['autosave_interval 1800'] }),
          cache: await startValkey(host),
        }
  if (outside !== null)
    opened.push(async () => {
      outside.database.resume()
      await Promise.all([outside.broker.stop(), outside.cache.stop()])
      disk.small?.unmount()
      await outside.database.stop()
    })
  const dataDir = join(folder.path, 'data')
  if (host === null) {
    mkdirSync(dataDir)
    if (shrink(dataDir)) opened.push(() => disk.small?.unmount())
  }
  const [toDatabase, toBroker, toCache] =
    outside === null
      ? [null, null, null]
      : [await way(outside.database.port), await way(outside.broker.port), await way(outside.cache.port)]

  const environment = (index: number): Record<string, string | number> => ({
    PORT: ports[index] ?? 0,
    ADMIN_EMAIL: EMAIL,
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: process.env.CHAOS_LOG ?? 'warn',
    DEMO: 'false',
    NOTIFY_PRIVATE_ADDRESSES: 'true',
    CLOCK_FILE: join(folder.path, `clock-${index}`),
    ...(outside === null || toDatabase === null || toBroker === null || toCache === null
      ? { DATA_DIR: dataDir, MQTT_PORT: mqttPort }
      : {
          DATABASE_URL: outside.database.url.replace(String(outside.database.port), String(toDatabase.port)),
          MQTT_URL: `mqtt://127.0.0.1:${toBroker.port}`,
          REDIS_URL: `redis://127.0.0.1:${toCache.port}`,
          MQTT_CLIENT_ID: `server-${index}`,
        }),
  })
  const startServer = async (index: number): Promise<ServerPart> => {
    const port = ports[index] ?? 0
    const settings = Object.entries(environment(index)).map(([name, value]) => `${name}=${value}`)
    const up = (): Promise<Running> =>
      startProcess(['env', ...settings, process.execPath, '--import', CLOCK, '--import', TSX, MAIN], port)
    let running = await up()
    opened.push(async () => {
      signalAll(running.child.pid ?? 0, 'SIGCONT')
      await running.end('SIGTERM')
    })
    if (process.env.CHAOS_LOG !== undefined) running.child.stdout?.pipe(process.stdout)
    return {
      name: `server-${index}`,
      kill: () => running.end('SIGKILL'),
      restart: async () => {
        await running.end('SIGTERM')
        running = await up()
      },
      pause: () => running.child.kill('SIGSTOP'),
      resume: () => running.child.kill('SIGCONT'),
      alive: () => running.child.exitCode === null && running.child.signalCode === null,
      setClock: (ms) => {
        writeFileSync(String(environment(index).CLOCK_FILE), String(ms))
      },
    }
  }
  // the first makes the database ready
  const servers = [await startServer(0)]
  servers.push(...(await Promise.all(ports.slice(1).map((_, index) => startServer(index + 1)))))
  const webs = await Promise.all(ports.map(way))
  const bases = webs.map(({ port }) => `http://127.0.0.1:${port}/api/v1`)
  const base = bases[0] ?? ''

  const received = new Map<string, number>()
  const receiver = createServer((request, response) => {
    request.resume().once('end', () => {
      const id = String(request.headers['webhook-id'])
      received.set(id, (received.get(id) ?? 0) + 1)
      response.writeHead(204).end()
    })
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  opened.push(() => {
    receiver.closeAllConnections()
    receiver.close()
  })
  const receiving = receiver.address()
  if (typeof receiving !== 'object' || receiving === null) throw new Error('no port')

  const setting = await makeSetting(base, `http://127.0.0.1:${receiving.port}/`, devices)

  const brokerPort = outside?.broker.port ?? mqttPort
  const toDevices = await way(brokerPort)
  const watchers = bases.map((_, index) => startWatcher(bases, index, setting.cookie))
  for (const watcher of watchers) opened.push(watcher.close)
  const supplier = startSupplier(bases, setting)
  opened.push(supplier.close)
  // a broker outside may lose what it has acknowledged, and is soon doubted; the embedded one may not
  const fleet = startFleet(`mqtt://127.0.0.1:${toDevices.port}`, setting.accounts, setting.poisoner, {
    seed,
    doubtMs: outside === null ? 600_000 : 8_000,
  })
  opened.push(fleet.close)

  const query: World['query'] = async (text, values) => {
    const url = outside?.database.url ?? (await embeddedIn(dataDir)).url
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query(text, values)).rows
    } finally {
      await client.end()
    }
  }
  const fillDisk = (path: string) => (): (() => void) => {
    const filler = join(path, 'filler')
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M'], { stdio: 'ignore' })
    return () => spawnSync('rm', [filler])
  }
  return {
    kind: outside === null ? 'embedded' : 'external',
    servers,
    database: outside?.database ?? {
      kill: async () => void process.kill((await embeddedIn(dataDir)).pid, 'SIGKILL'),
      // the server does
      restart: async () => undefined,
      pause: async () => signalAll((await embeddedIn(dataDir)).pid, 'SIGSTOP'),
      resume: async () => signalAll((await embeddedIn(dataDir)).pid, 'SIGCONT'),
    },
    broker: outside?.broker ?? null,
    cache: outside?.cache ?? null,
    fillDisk: disk.small === null ? null : fillDisk(disk.small.path),
    ways: { devices: toDevices, web: webs, database: toDatabase, broker: toBroker, cache: toCache },
    fleet,
    supplier,
    watchers,
    received,
    query,
    further: async (count) => {
      const made = Array.from({ length: count }, () => ({
        deviceId: `storm-${randomBytes(5).toString('hex')}`,
        secret: randomBytes(16).toString('hex'),
      }))
      await query(
        `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
         select code, (select org_id from devices limit 1), 1, 1, 'absolute', hash from unnest($1::text[], $2::bytea[]) as d (code, hash)`,
        [made.map(({ deviceId }) => deviceId), made.map(({ secret }) => createHash('sha256').update(secret).digest())],
      )
      return made
    },
    close,
  }
}
