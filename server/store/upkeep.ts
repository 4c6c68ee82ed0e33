import type { Logger } from '../log.ts'
import { inTransaction, type Pool } from './pool.ts'

export type Capability = 'none' | 'apache' | 'timescale'

/** What the database's storage can do: plain PostgreSQL, TimescaleDB's Apache edition, or its Community edition. */
export const capabilityOf = async (pool: Pool): Promise<Capability> => {
  const { rows } = await pool.query<{ capability: Capability }>('select storage_capability() as capability')
  return rows[0]?.capability ?? 'none'
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Roll-ups stay this far behind the clock, so that usual lateness needs no second roll-up. */
const BEHIND_MS = 2 * MINUTE_MS
/** Compression waits until nothing can come late any more (30 days are taken in). */
const COMPRESS_AFTER_DAYS = 31

const floorTo = (time: number, width: number): number => Math.floor(time / width) * width

/**
 * Keeps storage in order: partitions ahead, roll-ups up to date, hours that late data touched rolled up again, old raw
 * rows dropped. Each step is safe to break off; of two servers one does it.
 */
export const createUpkeep = ({
  pool,
  capability,
  retentionDays,
  compressAfterDays = COMPRESS_AFTER_DAYS,
  log,
}: {
  pool: Pool
  capability: Capability
  retentionDays: number
  compressAfterDays?: number
  log: Logger
}) => {
  const rollUp = async (resolution: '1m' | '1h', from: number, to: number, deviceId: number | null): Promise<void> => {
    if (from >= to) return
    if (capability === 'timescale') {
      await pool.query(
        `call refresh_continuous_aggregate('readings_${resolution}', $1::timestamptz, $2::timestamptz)`,
        [new Date(from), new Date(to)],
      )
    } else {
      await inTransaction(pool, async (tx) => {
        // two servers at the same buckets: each removes what it sees and both add, so one waits for the other
        await tx.query('select pg_advisory_xact_lock(5240717)')
        await tx.query(`select roll_up_readings_${resolution}($1::timestamptz, $2::timestamptz, $3::integer)`, [
          new Date(from),
          new Date(to),
          deviceId,
        ])
      })
    }
  }

  /** Rolls up what is new: first `dirty_from` moves (see sql/0004), then day by day the roll-ups, then `rolled_to`. */
  const advance = async (nowMs: number): Promise<void> => {
    const target = floorTo(nowMs - BEHIND_MS, MINUTE_MS)
    const state = await inTransaction(pool, async (tx) => {
      await tx.query('select pg_advisory_xact_lock(5240713)')
      const { rows } = await tx.query<{ rolled_to: Date }>(
        'update rollup_state set dirty_from = greatest(dirty_from, $1::timestamptz) returning rolled_to',
        [new Date(target)],
      )
      return rows[0]
    })
    if (state === undefined) return
    for (let from = state.rolled_to.getTime(); from < target; ) {
      const to = Math.min(target, floorTo(from, DAY_MS) + DAY_MS)
      await rollUp('1m', from, to, null)
      await rollUp('1h', floorTo(from, HOUR_MS), floorTo(to, HOUR_MS), null)
      await pool.query('update rollup_state set rolled_to = greatest(rolled_to, $1::timestamptz)', [new Date(to)])
      from = to
    }
  }

  /** Rolls up again what late data touched. Rows that commit after they were read here stay for the next turn. */
  const mend = async (): Promise<number> => {
    const { rows } = await pool.query<{ device_id: number; hour: Date; ids: string[]; rolled_to: Date }>(
      `select device_id, hour, array_agg(id::text) as ids, (select rolled_to from rollup_state) as rolled_to
       from rollup_dirty group by 1, 2 order by min(id) limit 500`,
    )
    if (capability === 'timescale') {
      // a refresh goes by time alone, so each hour once, whichever devices it concerns
      const hours = new Map<number, { ids: string[]; rolledTo: number }>()
      for (const row of rows) {
        const known = hours.get(row.hour.getTime()) ?? { ids: [], rolledTo: row.rolled_to.getTime() }
        known.ids.push(...row.ids)
        hours.set(row.hour.getTime(), known)
      }
      for (const [hour, { ids, rolledTo }] of hours) await mendHour(hour, rolledTo, null, ids)
    } else {
      for (const row of rows) await mendHour(row.hour.getTime(), row.rolled_to.getTime(), row.device_id, row.ids)
    }
    return rows.length
  }

  const mendHour = async (
    hour: number,
    rolledTo: number,
    deviceId: number | null,
    ids: readonly string[],
  ): Promise<void> => {
    await rollUp('1m', hour, Math.min(hour + HOUR_MS, rolledTo), deviceId)
    if (hour + HOUR_MS <= floorTo(rolledTo, HOUR_MS)) await rollUp('1h', hour, hour + HOUR_MS, deviceId)
    await pool.query('delete from rollup_dirty where id = any($1::bigint[])', [ids])
  }

  /** Raw rows older than the retention go, but none that an open shipment borrows; roll-ups stay. */
  const retain = async (nowMs: number): Promise<void> => {
    const { rows } = await pool.query<{ bound: Date }>(
      `select least($1::timestamptz, min(lower(a.during))) as bound from assignments a join shipments s on s.id = a.shipment_id
       where s.phase not in ('delivered', 'closed')`,
      [new Date(nowMs - retentionDays * DAY_MS)],
    )
    const bound = rows[0]?.bound ?? new Date(nowMs - retentionDays * DAY_MS)
    const { rows: dropped } = await pool.query<{ count: number }>(
      'select drop_readings_before($1::timestamptz) as count',
      [bound],
    )
    if ((dropped[0]?.count ?? 0) > 0)
      log.info({ dropped: dropped[0]?.count, before: bound.toISOString() }, 'old raw readings were dropped')
  }

  const tidy = async (nowMs: number): Promise<void> => {
    await pool.query('select tidy($1::timestamptz)', [new Date(nowMs - retentionDays * DAY_MS)])
  }

  const prepare = async (nowMs: number): Promise<void> => {
    await pool.query('select ensure_reading_partitions($1::timestamptz, $2::timestamptz)', [
      new Date(nowMs - 31 * DAY_MS),
      new Date(nowMs + 14 * DAY_MS),
    ])
    await pool.query('select arrange_compression($1::interval)', [`${compressAfterDays} days`])
  }

  const turn = async (nowMs: number): Promise<void> => {
    await advance(nowMs)
    while ((await mend()) === 500);
  }

  /**
   * One server at a time: one that rolls up what another marks as mended would bring back what was before. The lock goes
   * with its connection.
   */
  const alone = async (work: () => Promise<void>): Promise<void> => {
    const holder = await pool.connect()
    let broken = true
    try {
      const { rows } = await holder.query<{ mine: boolean }>('select pg_try_advisory_lock(5240715) as mine')
      if (rows[0]?.mine === true) {
        await work()
        await holder.query('select pg_advisory_unlock(5240715)')
      }
      broken = false
    } finally {
      holder.release(broken)
    }
  }

  let running: Promise<void> | null = null
  let nextRetention = 0
  const run = (): void => {
    running ??= alone(async () => {
      const now = Date.now()
      if (now >= nextRetention) {
        await prepare(now)
        await retain(now)
        await tidy(now)
        nextRetention = now + HOUR_MS
      }
      await turn(now)
    })
      .catch((error) =>
        log.warn({ error: error instanceof Error ? error.message : String(error) }, 'upkeep of the storage waits'),
      )
      .finally(() => {
        running = null
      })
  }
  let timer: NodeJS.Timeout | null = null

  return {
    /** Makes partitions and brings roll-ups up to date; then goes on every 20 s. */
    start: async (): Promise<void> => {
      await prepare(Date.now())
      timer = setInterval(run, 20_000)
      run()
    },
    /** One turn at a given time; for tests and tools. */
    turn,
    retain,
    tidy,
    stop: async (): Promise<void> => {
      if (timer !== null) clearInterval(timer)
      await running
    },
  }
}
