import type { Outage } from '../rules/silence.ts'
import type { Pool } from './pool.ts'

/** Longer than this between two words of ours, and nothing proves that we would have heard. */
const PROVEN_FOR = '30 seconds'
/** Outages of longer ago are of no use to a fold: raw readings that old are never late. */
const REMEMBERED = '40 days'

/** Says that readings are being taken in. Answers the outage that ends with it, if there was one. */
export const intakeIsUp = async (pool: Pool): Promise<Outage | null> => {
  const { rows } = await pool.query<{ began_at: Date; ended_at: Date }>(
    `select began_at, ended_at from intake_up('${PROVEN_FOR}'::interval)`,
  )
  const row = rows[0]
  return row === undefined ? null : { from: row.began_at.getTime(), to: row.ended_at.getTime() }
}

/** Times in which nothing could be heard, ascending, epoch ms: those that began after `after`, or all that matter. */
export const intakeOutages = async (pool: Pool, after: number | null): Promise<Outage[]> => {
  const { rows } = await pool.query<{ began_at: Date; ended_at: Date }>(
    `select began_at, ended_at from intake_outages where ended_at > now() - '${REMEMBERED}'::interval
       and ($1::timestamptz is null or date_trunc('milliseconds', began_at) > $1::timestamptz) order by began_at`,
    [after === null ? null : new Date(after)],
  )
  return rows.map((row) => ({ from: row.began_at.getTime(), to: row.ended_at.getTime() }))
}

/** Codes of devices in `buckets` that are lent to a shipment now on which silence means something. */
export const lentNow = async (pool: Pool, buckets: readonly number[]): Promise<string[]> => {
  const { rows } = await pool.query<{ code: string }>(
    `select d.code from assignments a join devices d on d.id = a.device_id join shipments s on s.id = a.shipment_id
     where a.during @> now() and d.revoked_at is null and (d.id & 63) = any($1::integer[])
       and not exists (select from suppressed_rules q where q.rule = 'silence' and q.phase = s.phase)`,
    [buckets],
  )
  return rows.map((row) => row.code)
}

/** Says, once to each organisation concerned, that nothing has been heard for longer than is proven; whether it is so. */
export const intakeIsDown = async (pool: Pool): Promise<boolean> => {
  const { rows } = await pool.query<{ down: boolean }>(`select intake_is_down('${PROVEN_FOR}'::interval) as down`)
  return rows[0]?.down ?? false
}

/** Counts anew whose data of recent outages has come in since. */
export const countRecovered = async (pool: Pool): Promise<void> => {
  await pool.query('select count_recovered()')
}
