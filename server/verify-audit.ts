/**
 * Checks the audit's chains: `npm run verify-audit`, of the database that DATABASE_URL or DATA_DIR names;
 * `-- --file export.jsonl` of an export; `-- --heads heads.jsonl` against heads that were published before. Ends with 1 at
 * the first entry of an organisation that was changed, is missing or was inserted, and with 2 when it can't be checked.
 */
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { readConfig } from './config.ts'
import { readHeads, type Verdict, verifyDatabase, verifyFile } from './store/audit-verify.ts'
import { visitEmbeddedPostgres } from './store/embedded-visit.ts'
import { openPool } from './store/pool.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const sentence = ({ org, name, seq, hash, fault }: Verdict): string =>
  fault === null
    ? `sound    ${name} (${org}): ${seq} entries, the last with the hash ${hash}`
    : `BROKEN   ${name} (${org}): entry ${fault.seq} (${fault.when}) ${fault.kind === 'missing' ? 'is missing' : `was ${fault.kind}`}: ${fault.reason}`

const verify = async (): Promise<Verdict[]> => {
  const { values } = parseArgs({ options: { file: { type: 'string' }, heads: { type: 'string' } } })
  const published = values.heads === undefined ? [] : await readHeads(values.heads)
  if (values.file !== undefined) return verifyFile(values.file, published)

  const config = readConfig(process.env)
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  const embedded =
    config.DATABASE_URL === undefined ? await visitEmbeddedPostgres({ dataDir: config.DATA_DIR, log }) : null
  try {
    const url = config.DATABASE_URL ?? embedded?.url ?? ''
    const pool = openPool(url, { role: 'owner', max: 1, log, statementMs: 600_000 })
    return await verifyDatabase(pool, published).finally(() => pool.end())
  } finally {
    await embedded?.stop()
  }
}

try {
  const verdicts = await verify()
  for (const verdict of verdicts) say(sentence(verdict))
  if (verdicts.length === 0) say('There is no entry in the audit yet.')
  process.exitCode = verdicts.some(({ fault }) => fault !== null) ? 1 : 0
} catch (error) {
  process.stderr.write(`The audit could not be checked: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 2
}
