import pg from 'pg'
import { type Host, type OwnService, startService } from './host.ts'

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

const PROGRAMS = '/usr/lib/postgresql/17/bin'

/** PostgreSQL 17 with TimescaleDB: the Apache edition in both hosts, or Community where the host has it (containers). */
export const startTimescale = async (
  host: Host,
  license: 'apache' | 'timescale' = 'apache',
  /** its folder, as seen from here, before anything is in it */
  onFolder: (outside: string) => void = () => {},
): Promise<OwnService & { url: string }> => {
  const settings = (port: number, address: string): string[] =>
    [
      `listen_addresses=${address}`,
      `port=${port}`,
      'max_connections=200',
      'shared_preload_libraries=timescaledb',
      'timescaledb.telemetry_level=off',
      // the Debian package is built without the other edition and has no other value to choose
      ...(host.kind === 'containers' ? [`timescaledb.license=${license}`] : ['unix_socket_directories=']),
    ].flatMap((setting) => ['-c', setting])
  const urlAt = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`
  const server = await startService(
    host,
    {
      image: 'timescale/timescaledb:latest-pg17',
      user: 'postgres:postgres',
      prepare: ({ folder }, outside, run) => {
        onFolder(outside)
        if (host.kind === 'folder')
          run([
            `${PROGRAMS}/initdb`, '-D', `${folder}/data`, '-U', 'postgres', '--auth=trust', '--locale=C.UTF-8', '--no-sync',
          ]) // biome-ignore format: one line
      },
      command: ({ folder, port, address }) =>
        host.kind === 'folder'
          ? [`${PROGRAMS}/postgres`, '-D', `${folder}/data`, ...settings(port, address)]
          : [
              'sh',
              '-c',
              'POSTGRES_HOST_AUTH_METHOD=trust exec docker-entrypoint.sh postgres "$@"',
              'postgres',
              ...settings(port, address),
            ],
      ready: (port) => answers(urlAt(port)),
    },
    'SIGINT',
  )
  return { ...server, url: urlAt(server.port) }
}
