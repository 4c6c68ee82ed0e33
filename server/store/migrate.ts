import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'

const DIRECTORY = new URL('../../sql/', import.meta.url)
/** Any number, the same for every server, so that two that start together take turns. */
const LOCK = 5_240_711

type Migration = { version: number; name: string; text: string; sha256: string }

const readMigrations = async (): Promise<Migration[]> => {
  const names = (await readdir(DIRECTORY)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, DIRECTORY), 'utf8')
      return { version: Number(name.slice(0, 4)), name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/**
 * Brings a database to version `to` (the newest by default), one transaction a file, under a lock that a second
 * server waits for. Throws when a file that was applied has changed since, or when the database is newer than we are.
 */
export const migrate = async (url: string, { to = Number.POSITIVE_INFINITY } = {}): Promise<void> => {
  const migrations = await readMigrations()
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'zaitu migrate',
  })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1::bigint)', [LOCK])
    await client.query(`create table if not exists schema_migrations (
      version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())`)
    const { rows } = await client.query<{ version: number; name: string; sha256: string }>(
      'select version, name, sha256 from schema_migrations order by version',
    )
    const known = new Map(migrations.map((m) => [m.version, m]))
    for (const applied of rows) {
      const ours = known.get(applied.version)
      if (ours === undefined)
        throw new Error(
          `the database has migration ${applied.name}, which this version of Zaitu does not know: it is newer than the program`,
        )
      if (ours.sha256 !== applied.sha256)
        throw new Error(
          `sql/${ours.name} was changed after it had been applied to this database; add a new migration instead`,
        )
    }
    const done = new Set(rows.map((row) => row.version))
    for (const migration of migrations.filter((m) => !done.has(m.version) && m.version <= to)) {
      await client.query('begin')
      try {
        await client.query(migration.text)
      } catch (error) {
        throw new Error(
          `sql/${migration.name} could not be applied: ${error instanceof Error ? error.message : error}`,
          { cause: error },
        )
      }
      await client.query(
        'insert into schema_migrations (version, name, sha256) values ($1::integer, $2::text, $3::text)',
        [migration.version, migration.name, migration.sha256],
      )
      await client.query('commit')
    }
  } finally {
    await client.end()
  }
}
