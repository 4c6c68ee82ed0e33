import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { freePort, startProcess } from './process.ts'
import { temporaryFolder } from './reap.ts'

export type PostgresServer = { url: string; stop(): Promise<void> }

const answers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

/** PostgreSQL 17 out of a Debian folder (see debian-folder.ts), on a free port, with its data in a folder of its own. */
export const startPostgresIn = async (root: string, settings: readonly string[]): Promise<PostgresServer> => {
  const own = temporaryFolder(join(root, 'tmp'))
  const data = join(own.path, 'data').slice(root.length)
  const inside = ['--userspec=postgres:postgres', root] as const
  const programs = '/usr/lib/postgresql/17/bin'
  const ids = spawnSync('chroot', [...inside, 'id', '-u'], { encoding: 'utf8' })
  mkdirSync(join(own.path, 'data'))
  for (const path of [own.path, join(own.path, 'data')]) {
    chownSync(path, Number(ids.stdout), 0)
    chmodSync(path, 0o700)
  }
  const made = spawnSync(
    'chroot',
    [...inside, `${programs}/initdb`, '-D', data, '-U', 'postgres', '--auth=trust', '--locale=C.UTF-8', '--no-sync'],
    { encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const all = [
    'listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'max_connections=200', ...settings,
  ] // biome-ignore format: one line
  const server = await startProcess(
    ['chroot', ...inside, `${programs}/postgres`, '-D', data, ...all.flatMap((setting) => ['-c', setting])],
    port,
    () => answers(url),
  )
  return {
    url,
    stop: async () => {
      await server.end('SIGINT')
      own.remove()
    },
  }
}
