import pino from 'pino'
import { readConfig } from '../../../server/config.ts'
import { createNotifications } from '../../../server/notifications.ts'
import { openPool } from '../../../server/store/pool.ts'

// A server that does nothing but tell people, to be killed: `sender-process.ts <database url>`.
const log = pino({ level: 'silent' })
createNotifications({
  pool: openPool(process.argv[2] ?? '', { role: 'zaitu_ingest', max: 2, log }),
  config: readConfig({ NOTIFY_PRIVATE_ADDRESSES: 'true' }),
  log,
  everyMs: 20,
})
