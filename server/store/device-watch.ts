import type { Logger } from '../log.ts'
import type { Pool } from './pool.ts'

/** How soon another server's revocation or rotation is noticed, ms. */
const EVERY_MS = 2_000
/** Changes commit later than they are stamped: as long as a transaction may last, s. */
const LATE_SECONDS = 120

export type DeviceWatch = { stop(): Promise<void> }

/**
 * Tells of each device whose secret or right to speak has changed since, on whichever server, within seconds and once.
 * `pool` acts as zaitu_ingest. While the database is away nothing is told; it is made up for afterwards.
 */
export const watchDevices = (
  pool: Pool,
  log: Logger,
  changed: (codes: string[]) => Promise<void>,
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): DeviceWatch => {
  /** what was told of each device, and the database's time of the last look */
  let told = new Map<string, string>()
  let lookedAt: Date | null = null
  let looking: Promise<void> | null = null

  const look = async (): Promise<void> => {
    const { rows } = await pool.query<{ now: Date; code: string | null; at: string }>({
      name: 'watch-devices',
      text: `select clock_timestamp() as now, d.code, coalesce(d.access_changed_at::text, '') as at
             from (values (1)) as one left join devices d
               on d.access_changed_at > coalesce($1::timestamptz, now()) - $2::double precision * interval '1 s'`,
      values: [lookedAt, LATE_SECONDS],
    })
    const seen = new Map(rows.flatMap(({ code, at }) => (code === null ? [] : [[code, at] as const])))
    const fresh = [...seen].filter(([code, at]) => told.get(code) !== at).map(([code]) => code)
    if (fresh.length > 0) await changed(fresh)
    // only now: what could not be dealt with is told again
    told = seen
    lookedAt = rows[0]?.now ?? lookedAt
  }
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.debug({ error: String(error) }, 'whose access has changed is looked up later'))
      .finally(() => {
        looking = null
      })
  }, everyMs)

  return {
    stop: async () => {
      clearInterval(timer)
      await looking
    },
  }
}
