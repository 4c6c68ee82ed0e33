/**
 * `npm run backup -- FILE`: the embedded database of DATA_DIR in one file, while the server runs or not. Ends with 1 when
 * it could not be written.
 */
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { readConfig } from './config.ts'
import { writeBackup } from './store/backup.ts'
import { visitEmbeddedPostgres } from './store/embedded-visit.ts'

const run = async (): Promise<string> => {
  const { positionals } = parseArgs({ allowPositionals: true })
  const config = readConfig(process.env)
  if (config.DATABASE_URL !== undefined)
    throw new Error('DATABASE_URL is set: back that database up with its own tools (pg_basebackup, pgBackRest).')
  const file = positionals[0] ?? `zaitu-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.tar.gz`
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  const embedded = await visitEmbeddedPostgres({ dataDir: config.DATA_DIR, log })
  try {
    const { bytes, rows } = await writeBackup(embedded.url, file)
    const tables = Object.values(rows)
    const sum = tables.reduce((one, other) => one + other, 0)
    return `${file}: ${bytes} bytes; at its beginning ${sum} rows in ${tables.length} tables, ${rows.readings ?? 0} of them readings. It holds secrets: keep it where nobody else reads it.`
  } finally {
    await embedded.stop()
  }
}

try {
  process.stdout.write(`${await run()}\n`)
} catch (error) {
  process.stderr.write(`There is no backup: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
