import type { Logger } from '../log.ts'
import type { Pool } from '../store/pool.ts'

const EVERY_MS = 2_000

/** Brings shelved alarms back when their time is over. Of several servers one says so, once (sql/0014). */
export const createShelves = ({
  pool,
  log,
  alarmsChanged,
}: {
  pool: Pool
  log: Logger
  alarmsChanged(): void
}): { stop(): Promise<void> } => {
  let running: Promise<void> | null = null

  const look = async (): Promise<void> => {
    const { rows } = await pool.query<{ ended: number }>('select end_shelves() as ended')
    if ((rows[0]?.ended ?? 0) > 0) alarmsChanged()
  }
  const timer = setInterval(() => {
    running ??= look()
      .catch((error) =>
        log.debug({ error: error instanceof Error ? error.message : String(error) }, 'shelves end a little later'),
      )
      .finally(() => {
        running = null
      })
  }, EVERY_MS)

  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
