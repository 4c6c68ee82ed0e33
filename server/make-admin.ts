/**
 * Prints a link by which somebody becomes an administrator: `npm run make-admin -- --email boss@company.example
 * --organisation "Company"`, with `--kind operator` or another for an organisation that is not there yet (buyer by
 * default). Works on the database that DATABASE_URL or DATA_DIR names, also while a server runs on it.
 */
import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { User } from './model/session.ts'
import { inviteAdmin } from './store/admin-invitation.ts'
import { visitEmbeddedPostgres } from './store/embedded-visit.ts'
import { migrate } from './store/migrate.ts'
import { openPool } from './store/pool.ts'

const Options = z.object({
  email: z.email('--email: whom to invite, an e-mail address').max(254),
  organisation: z.string('--organisation: a name, or the id of one that is there').trim().min(1).max(200),
  kind: User.shape.organisation.shape.kind.optional(),
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const run = async (): Promise<void> => {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { email: text, organisation: text, kind: text } })
  const options = Options.safeParse(values)
  if (!options.success) throw new Error(z.prettifyError(options.error))
  const config = readConfig(process.env)
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  // before the first start there is nothing yet; it then finds what was made here
  if (config.DATABASE_URL === undefined) await mkdir(config.DATA_DIR, { recursive: true })
  const embedded =
    config.DATABASE_URL === undefined ? await visitEmbeddedPostgres({ dataDir: config.DATA_DIR, log }) : null
  try {
    const url = config.DATABASE_URL ?? embedded?.url ?? ''
    await migrate(url)
    const pool = openPool(url, { role: 'owner', max: 1, log })
    const made = await inviteAdmin(pool, options.data).finally(() => pool.end())
    if (!made.ok) throw new Error(made.reason)
    const origin = config.PUBLIC_URL ?? `http://${config.loopback ? 'localhost' : config.HOST}:${config.PORT}`
    const { organisation, purpose } = made
    say(
      purpose === 'invitation'
        ? `${options.data.email} may become an administrator of ${organisation.name} (${organisation.kind}), by this link:`
        : `${options.data.email} is an administrator of ${organisation.name}, and may set a new password by this link:`,
    )
    say(`${origin.replace(/\/+$/, '')}/welcome#${made.token}`)
    say(`It holds once, until ${made.expiresAt}. Whoever has it comes in: pass it on in private.`)
  } finally {
    await embedded?.stop()
  }
}

try {
  await run()
} catch (error) {
  process.stderr.write(`No administrator was invited: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
