import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Logger } from '../../../server/log.ts'
import { startEmbeddedPostgres } from '../../../server/store/embedded.ts'
import { waitUntilGone } from '../../../server/store/embedded-process.ts'
import { afterwards } from '../../setup/afterwards.ts'

export { afterwards } from '../../setup/afterwards.ts'

export const asRoot = process.getuid?.() === 0
export const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Where the database of a data folder lies. */
export const homeOf = async (dataDir: string) =>
  (await readFile(join(dataDir, 'postgres.location'), 'utf8').catch(() => dataDir)).trim()

export const postmasterOf = async (dataDir: string) =>
  Number((await readFile(join(await homeOf(dataDir), 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])

/** Ends a process at once; resolves when it is gone. */
export const kill = async (pid: number) => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return
  }
  if (!(await waitUntilGone(pid, 10_000))) throw new Error(`process ${pid} does not end`)
}

/** A folder that other accounts may walk into, or not. It goes with the test, with its database and what runs there. */
export const temporaryFolder = async (mode = 0o755) => {
  const folder = await mkdtemp(join(tmpdir(), 'zaitu-start-'))
  await chmod(folder, mode)
  afterwards(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  return folder
}

export const dataFolder = async (mode?: number) => {
  const dataDir = join(await temporaryFolder(mode), 'data')
  afterwards(async () => {
    const home = await homeOf(dataDir)
    await postmasterOf(dataDir).then(kill, () => undefined)
    if (home !== dataDir) await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })
  return dataDir
}

/** The database, in this process. */
export const start = async (dataDir: string, log = quiet) => {
  const database = await startEmbeddedPostgres({ dataDir, log })
  afterwards(database.stop)
  return database
}

const serverFile = fileURLToPath(new URL('server.ts', import.meta.url))

/** The same in a process of its own, which can be killed. `ready` is the url, or fails with what the process said. */
export const startApart = (dataDir: string, file = serverFile) => {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', file, dataDir], {
    cwd: join(file, '../../../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  const ended = once(child, 'exit')
  afterwards(() => child.kill('SIGKILL'))
  const { stdout } = child
  if (!stdout) throw new Error('no output to read')
  const ready = new Promise<string>((resolve, reject) => {
    createInterface(stdout).once('line', resolve)
    ended.then(() => reject(new Error(said)))
  })
  ready.catch(() => undefined)
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return { ready, end, pid: child.pid ?? 0 }
}

export const ask = async (url: string, sql: string) => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
