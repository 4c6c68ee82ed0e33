import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Logger } from '../log.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres, urlOf } from './embedded.ts'
import { isOurPostmaster, readPassword, readPidFile } from './embedded-cluster.ts'
import { findHome } from './embedded-home.ts'

/**
 * The embedded database of `dataDir` for a command: as it runs, when a server has it open (and `stop` leaves it alone),
 * else started for as long as the command takes. Throws when there is none.
 */
export const visitEmbeddedPostgres = async (options: { dataDir: string; log: Logger }): Promise<EmbeddedPostgres> => {
  const folder = resolve(options.dataDir)
  const there = await stat(folder).catch(() => undefined)
  if (there === undefined) throw new Error(`There is no database in ${folder}. Set DATA_DIR or DATABASE_URL.`)
  const home = await findHome(folder, options.log)
  const running = await readPidFile(home)
  if (running?.status === 'ready' && (await isOurPostmaster(home, running.pid)))
    return { url: urlOf(running.port, await readPassword(home), 'zaitu'), stop: async () => undefined }
  return startEmbeddedPostgres(options)
}
