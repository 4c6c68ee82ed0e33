import { mkdir, realpath, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../log.ts'
import {
  createCluster,
  isOurPostmaster,
  launchPatiently,
  pgCtlStop,
  readPassword,
  readPidFile,
  settingsId,
} from './embedded-cluster.ts'
import { findHome, type Home } from './embedded-home.ts'
import { isRunning, takeLock, waitUntilGone } from './embedded-process.ts'

export type EmbeddedPostgres = { url: string; stop(): Promise<void> }
type Postmaster = { pid: number; port: number }

export const urlOf = (port: number, password: string, database: string) =>
  `postgres://postgres:${password}@127.0.0.1:${port}/${database}`

const ask = async (url: string, sql: string) => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 30_000 })
  client.on('error', () => undefined) // a cut while idle; the query or end() tells
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** Fast shutdown (sessions are cut, nothing committed is lost); after 10 s an immediate one, which recovers at start. */
const stopPostmaster = async (home: Home, pid: number, log: Logger): Promise<void> => {
  const signal = (name: 'SIGINT' | 'SIGQUIT') => {
    try {
      process.kill(pid, name)
    } catch {
      // it has ended meanwhile
    }
  }
  if (process.platform === 'win32') return pgCtlStop(home)
  signal('SIGINT')
  if (await waitUntilGone(pid, 10_000)) return
  log.warn({ pid }, 'the embedded database did not end within 10 s, so it is cut off; its next start recovers')
  signal('SIGQUIT')
  if (!(await waitUntilGone(pid, 5_000))) throw new Error(`The embedded database (process ${pid}) does not end.`)
}

/**
 * After `kill -9` of a server its database lives on. It is taken over when it runs with our settings, and ended when
 * not. Answers undefined when nothing runs.
 */
const adoptOrphan = async (home: Home, password: string, log: Logger): Promise<Postmaster | undefined> => {
  const found = await readPidFile(home)
  if (!found || !isRunning(found.pid)) return undefined // PostgreSQL sees by itself that such a file is stale
  if (!(await isOurPostmaster(home, found.pid))) {
    // The number went to another process. PostgreSQL would take that for a postmaster if it is of the same account.
    await rm(join(home.cluster, 'postmaster.pid'), { force: true })
    return undefined
  }
  let now = await readPidFile(home)
  for (; now?.status === 'starting' && isRunning(found.pid); now = await readPidFile(home)) await sleep(20)
  if (now?.status === 'ready') {
    const question = `select current_setting('data_directory') as cluster, current_setting('zaitu.settings', true) as id`
    const [answer] = await ask(urlOf(now.port, password, 'postgres'), question).catch(() => [])
    if (answer?.id === settingsId(home) && (await realpath(answer.cluster)) === (await realpath(home.cluster))) {
      log.info({ postmaster: now.pid }, 'took over the database that an earlier server left running')
      return { pid: now.pid, port: now.port }
    }
  }
  log.info({ pid: found.pid }, 'ending the database that an earlier server left running')
  await stopPostmaster(home, found.pid, log)
  return undefined
}

/** Starts it again, on the same port, when it ends without being told to. Resolves its pid through `current`. */
const keepRunning = (home: Home, first: Postmaster, log: Logger) => {
  let pid = first.pid
  let restarting: Promise<void> | undefined
  const look = () => {
    if (restarting || isRunning(pid)) return
    log.error({ pid }, 'the embedded database has ended unexpectedly; it is started again')
    restarting = launchPatiently(home, first.port, log)
      .then((next) => {
        pid = next.pid
      })
      .catch((error: unknown) => log.error({ error: String(error) }, 'the embedded database does not start again yet'))
      .finally(() => {
        restarting = undefined
      })
  }
  const timer = setInterval(look, 1_000)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await restarting
      if (isRunning(pid)) await stopPostmaster(home, pid, log)
    },
  }
}

/**
 * Starts the real PostgreSQL that comes with us, its data in `dataDir`/postgres (or where `postgres.location` says,
 * when root's folder is closed to the account that PostgreSQL must run as). It outlives a killed server, and the next
 * start takes it over. Throws with a sentence when another live server uses `dataDir`. `stop` resolves when the
 * process is gone.
 */
export const startEmbeddedPostgres = async ({
  dataDir,
  log,
}: {
  dataDir: string
  log: Logger
}): Promise<EmbeddedPostgres> => {
  const folder = resolve(dataDir)
  await mkdir(folder, { recursive: true })
  const lock = await takeLock(join(folder, 'server.lock'), folder)
  let started: { home: Home; pid: number } | undefined
  try {
    const home = await findHome(folder, log)
    await createCluster(home, log)
    const password = await readPassword(home)
    const { pid, port } = (await adoptOrphan(home, password, log)) ?? (await launchPatiently(home, undefined, log))
    started = { home, pid }
    const administration = urlOf(port, password, 'postgres')
    const [there] = await ask(administration, `select from pg_database where datname = 'zaitu'`)
    if (!there) await ask(administration, 'create database zaitu')
    const running = keepRunning(home, { pid, port }, log)
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= running.stop().finally(lock.release)
      return stopping
    }
    return { url: urlOf(port, password, 'zaitu'), stop }
  } catch (error) {
    if (started) await stopPostmaster(started.home, started.pid, log).catch(() => undefined)
    await lock.release()
    throw error
  }
}
