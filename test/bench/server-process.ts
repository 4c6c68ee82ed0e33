/** The server under measurement, in a process of its own. Told by its first message what to run on. */
import { once } from 'node:events'
import { pino } from 'pino'
import { readConfig } from '../../server/config.ts'
import { createFold } from '../../server/rules/fold.ts'
import { startService } from '../../server/service.ts'

const [given] = (await once(process, 'message')) as [
  { settings: Record<string, string>; databaseUrl: string; rules: boolean },
]
const service = await startService(
  readConfig(given.settings),
  given.databaseUrl,
  pino({ level: 'warn' }, pino.destination(2)),
  { dashboard: null, ...(!given.rules && { fold: createFold([], []) }) },
)
process.send?.('ready')
await once(process, 'disconnect')
await service.stop()
