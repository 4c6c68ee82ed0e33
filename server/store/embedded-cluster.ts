import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from '../log.ts'
import type { Home } from './embedded-home.ts'
import { isRunning } from './embedded-process.ts'

// Durable first: an acknowledged reading is on disk, so fsync, synchronous_commit and full_page_writes stay on.
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // Fast where it costs no durability. The hot part of the indices and roll-ups fits in a quarter of a gigabyte.
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  // At 10,000 readings/s the default of 1 GB forces a checkpoint every minute or so, and every page's first change
  // after one is written whole: rarer checkpoints and compressed pages are less to sync in each commit.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  wal_compression: 'on',
  // Nobody replicates from it, but a backup asks as if it did.
  wal_level: 'replica',
  max_wal_senders: '2',
  // Our queries are short: compiling one costs more than running it.
  jit: 'off',
  random_page_cost: '1.1',
  max_connections: '60',
  // Statements of a server that was killed end, and free their locks, before the next one needs them.
  client_connection_check_interval: '1s',
  // No socket file: its path would have a limit of 107 bytes.
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Errors reach the client that made them; a collision of duplicates is one, and is normal here.
  log_min_messages: 'log',
  log_checkpoints: 'off',
}

/** Changes with anything that an orphan left by another version of Zaitu would do differently. */
export const settingsId = (home: Home): string =>
  createHash('sha256')
    .update(JSON.stringify([home.version, settings]))
    .digest('hex')
    .slice(0, 16)

export const readPassword = (home: Home): Promise<string> => readFile(join(home.cluster, 'zaitu.password'), 'utf8')

const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', SystemRoot: process.env.SystemRoot }

const run = async (home: Home, binary: string, args: string[]): Promise<void> => {
  try {
    await promisify(execFile)(join(home.binaries, binary), args, {
      ...home.account,
      cwd: home.directory,
      env: environment,
    })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(`${binary} failed: ${said || error}`)
  }
}

/** Ends PostgreSQL where there are no signals. */
export const pgCtlStop = (home: Home): Promise<void> =>
  run(home, 'pg_ctl', ['stop', '-D', home.cluster, '-m', 'fast', '-w'])

/**
 * Makes the cluster unless it is there. It grows under another name and is renamed when it is whole and on disk, so
 * one that was cut short is never taken for a database.
 */
export const createCluster = async (home: Home, log: Logger): Promise<void> => {
  for (const name of await readdir(home.directory))
    if (name.startsWith('postgres.new-'))
      await rm(join(home.directory, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  const written = await readFile(join(home.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  const major = home.version.split('.')[0]
  if (written?.trim() === major) return
  if (written !== undefined)
    throw new Error(
      `The database in ${home.cluster} was written by PostgreSQL ${written.trim()}, and this Zaitu brings ${major}.`,
    )
  if (await stat(home.cluster).catch(() => undefined))
    throw new Error(`${home.cluster} is there but holds no database: move it away to begin with an empty one.`)

  const draft = await mkdtemp(join(home.directory, 'postgres.new-'))
  const own = async (path: string) => (home.account ? chown(path, home.account.uid, home.account.gid) : undefined)
  const passwordFile = join(draft, 'password')
  const fresh = join(draft, 'cluster')
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 })
  await mkdir(fresh, { mode: 0o700 })
  for (const path of [fresh, passwordFile, draft]) await own(path)
  const identity = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  await run(home, 'initdb', ['-D', fresh, ...identity, '--encoding=UTF8', '--locale=C', '--no-instructions'])
  await rename(passwordFile, join(fresh, 'zaitu.password')) // beside the data, so that the two are never parted
  await rename(fresh, home.cluster)
  const folder = await open(home.directory)
  await folder.sync().finally(() => folder.close())
  await rm(draft, { recursive: true, force: true })
  log.info({ cluster: home.cluster }, 'made the embedded database')
}

/** Resolves when all files of a cluster, which nobody has open, are on disk. */
export const syncCluster = (home: Home, cluster: string): Promise<void> =>
  run(home, 'initdb', ['--sync-only', '-D', cluster])

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/** What PostgreSQL says of itself in its lock file (src/include/utils/pidfile.h); undefined where there is none. */
export const readPidFile = async (home: Home) => {
  const text = await readFile(join(home.cluster, 'postmaster.pid'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split('\n').map((line) => line.trim())
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7] ?? '' }
}

/** Starts PostgreSQL and resolves with its process number once it takes connections; throws with what it said. */
export const launch = async (home: Home, port: number, log: Logger): Promise<number> => {
  const logFile = join(home.directory, 'postgres.log')
  const before = await stat(logFile).catch(() => undefined)
  if (before && before.size > 10 * 2 ** 20) await rename(logFile, `${logFile}.1`)
  const output = await open(logFile, 'a', 0o600)
  const from = (await output.stat()).size
  const all = Object.entries({ ...settings, 'zaitu.settings': settingsId(home) })
  const args = ['-D', home.cluster, '-h', '127.0.0.1', '-p', String(port)]
  for (const [name, value] of all) args.push('-c', `${name}=${value}`)
  // A session of its own (detached): Ctrl+C in the terminal is for the server, which stops the database last. Its
  // words go to a file, since a pipe would break when the server is killed and the database lives on.
  const child = spawn(join(home.binaries, 'postgres'), args, {
    ...home.account,
    cwd: home.directory,
    env: environment,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output.fd, output.fd],
  })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  failed.catch(() => undefined)
  child.unref()
  await output.close()
  let told = Date.now()
  while (child.exitCode === null && child.signalCode === null) {
    const said = await Promise.race([readPidFile(home), failed])
    if (said && said.pid === child.pid && said.status === 'ready') return said.pid
    if (Date.now() - told > 10_000) {
      told = Date.now()
      log.info({ log: logFile }, 'the database is still recovering what was not yet in place when it was cut off')
    }
    await sleep(10)
  }
  const said = (await readFile(logFile)).subarray(from).toString('utf8').trim()
  throw new Error(`The embedded database did not start: ${said.slice(-2000) || `exit code ${child.exitCode}`}`)
}

/** `launch`, again while another process still holds what it needs: the port, or the memory of a killed postmaster. */
export const launchPatiently = async (home: Home, wanted: number | undefined, log: Logger) => {
  for (const end = Date.now() + 15_000; ; ) {
    const port = wanted ?? (await freePort())
    try {
      return { port, pid: await launch(home, port, log) }
    } catch (error) {
      const passing = /could not (bind|create any TCP)|shared memory block|lock file ".*" already exists/
      if (Date.now() > end || !(error instanceof Error && passing.test(error.message))) throw error
      log.warn({ error: error.message }, 'the embedded database has to wait')
      await sleep(200)
    }
  }
}

/** Whether this live process is the postmaster of our cluster, and not a later process with its number. */
export const isOurPostmaster = async (home: Home, pid: number): Promise<boolean> => {
  if (!isRunning(pid)) return false
  if (process.platform === 'linux') {
    const { readlink, realpath } = await import('node:fs/promises')
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    return cwd === (await realpath(home.cluster)) // a postmaster works in its data folder
  }
  if (process.platform === 'win32') return true // the password decides
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])
  return stdout.includes(home.cluster)
}
