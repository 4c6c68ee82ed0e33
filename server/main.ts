/** The only file that reads the environment: opens what the settings ask for, wires it, and closes it in reverse order. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { readConfig } from './config.ts'
import { settleDemo } from './demo.ts'
import { createDemoFleet } from './demo-process.ts'
import { REDACTED } from './log.ts'
import { startService } from './service.ts'
import { startEmbeddedPostgres } from './store/embedded.ts'
import { makeFirstAdmin } from './store/first-admin.ts'
import { migrate } from './store/migrate.ts'
import { openPool } from './store/pool.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const main = async (): Promise<void> => {
  const config = readConfig(process.env)
  const log = pino({ level: config.LOG_LEVEL, redact: REDACTED }, pino.destination({ dest: 2, sync: false }))
  const opened: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const stop of opened.splice(0).reverse()) await stop()
  }
  const ending = closeWithGrace({ delay: 10_000 }, async ({ err, signal }) => {
    if (err) log.error({ err }, 'stopping because of an error')
    else log.info({ signal }, 'stopping')
    await close()
  })
  // started by start.mjs: when that is killed, so are we
  if (process.channel) process.once('disconnect', () => void ending.close())

  try {
    await mkdir(config.DATA_DIR, { recursive: true })
    let databaseUrl = config.DATABASE_URL
    if (databaseUrl === undefined) {
      const embedded = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log })
      opened.push(embedded.stop)
      databaseUrl = embedded.url
    }
    await migrate(databaseUrl)

    const setup = openPool(databaseUrl, { role: 'owner', max: 1, log })
    const { demo, ended } = await settleDemo(setup, config)
    const admin = config.demo ? null : await makeFirstAdmin(setup, config)
    await setup.end()

    const built = fileURLToPath(new URL('../dashboard/dist', import.meta.url))
    const service = await startService(config, databaseUrl, log, {
      dashboard: existsSync(built) ? built : null,
      demoSignIn: demo?.hint,
    })
    opened.push(service.stop)
    if (demo !== null && config.MQTT_URL === undefined) {
      const { devices, supplierToken } = demo
      // by loopback where we listen there, too
      const host = config.loopback || /^(0\.0\.0\.0|::)$/.test(config.HOST) ? '127.0.0.1' : config.HOST
      const supplierLink = `http://${host}:${config.PORT}/supplier#${supplierToken}`
      opened.push(createDemoFleet({ devices, supplierLink }, `mqtt://127.0.0.1:${config.MQTT_PORT}`, log))
    }

    say(`Zaitu is at http://${config.loopback ? 'localhost' : config.HOST}:${config.PORT}`)
    if (demo !== null)
      say(`Sign in: ${demo.email} / ${demo.password ?? '(the password that was printed at the first start)'}`)
    if (admin !== null) say(`Sign in: ${admin.email} / ${admin.password ?? '(the password from ADMIN_PASSWORD)'}`)
    for (const { email, organisation } of ended)
      say(
        `The demo’s password lets ${email} in no more. For a new one: npm run make-admin -- --email ${email} --organisation ${JSON.stringify(organisation)}`,
      )
  } catch (error) {
    log.debug({ err: error }, 'could not start')
    process.stderr.write(`Zaitu could not start: ${error instanceof Error ? error.message : error}\n`)
    await close()
    process.exitCode = 1
    ending.uninstall()
    if (process.channel) process.disconnect?.()
  }
}

await main()
