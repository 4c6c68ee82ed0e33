/**
 * `npm run restore -- FILE`: the embedded database of DATA_DIR, which must not have one yet, out of a backup. Ends with 1
 * when nothing was restored.
 */
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { readConfig } from './config.ts'
import { restoreBackup } from './store/restore.ts'

const run = async (): Promise<string> => {
  const { positionals } = parseArgs({ allowPositionals: true })
  const config = readConfig(process.env)
  const [file] = positionals
  if (file === undefined) throw new Error('name the file: npm run restore -- FILE')
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  const { label, rows } = await restoreBackup({ file, dataDir: config.DATA_DIR, log })
  const lines = Object.entries(rows).map(
    ([table, count]) => `${table.padEnd(24)} ${label.rows[table] ?? 0} when the backup began, ${count} now`,
  )
  return [...lines, `${config.DATA_DIR} holds what was backed up at ${label.madeAt}; every file has its SHA-256.`].join(
    '\n',
  )
}

try {
  process.stdout.write(`${await run()}\n`)
} catch (error) {
  process.stderr.write(`Nothing was restored: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
