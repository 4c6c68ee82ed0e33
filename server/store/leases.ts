import { inTransaction, type Pool, type Tx } from './pool.ts'

/** Devices are dealt into so many buckets; a bucket belongs to one server at a time (sql/0028). */
const BUCKETS = 64
export const bucketOf = (deviceId: number): number => deviceId & (BUCKETS - 1)

/** Thrown where a server finds that others have taken its place: nothing of that transaction is committed. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/**
 * `epoch` names this run of this server; `surplus` are buckets to give back; `others`: how many servers are up beside it;
 * `gone`: names of those that were found to be there no longer; `namesake`: another one of this name is up.
 */
export type Held = {
  epoch: string
  buckets: number[]
  surplus: number[]
  others: number
  gone: string[]
  namesake: boolean
}

/**
 * Says that this server is alive for `holdMs` more. `epoch`: what it was told before, null when it begins to run; `version`:
 * of its rules, which wait until those before them are gone.
 */
export const holdLeases = async (
  pool: Pool,
  {
    epoch,
    name,
    session,
    holdMs,
    version,
  }: { epoch: string | null; name: string; session: string; holdMs: number; version: number },
): Promise<Held> => {
  const { rows } = await pool.query<Held>({
    name: 'hold-leases',
    text: `select epoch::text, buckets, surplus, others, gone, namesake
           from hold_leases($1::bigint, $2::text, $3::text, $4::float8 * interval '1 ms', $5::integer)`,
    values: [epoch, name, session, holdMs, version],
  })
  const [held] = rows
  if (held === undefined) throw new Error('hold_leases answered nothing')
  return held
}

export const giveBack = async (pool: Pool, epoch: string, buckets: readonly number[]): Promise<void> => {
  await pool.query('update stream_leases set epoch = null where epoch = $1::bigint and bucket = any($2::smallint[])', [
    epoch,
    buckets,
  ])
}

/**
 * Its buckets are free at once, rather than when it has not been heard of for a while; what waits for it at the broker is
 * seen to by others when it is not back after `backMs`.
 */
export const leave = async (pool: Pool, epoch: string, backMs: number): Promise<void> => {
  await pool.query(
    `with freed as (update stream_leases set epoch = null where epoch = $1::bigint)
     update servers set leaving = true, until = clock_timestamp() + $2::float8 * interval '1 ms' where epoch = $1::bigint`,
    [epoch, backMs],
  )
}

/**
 * A statement that locks this server's row until the transaction ends, against being removed: whoever takes over waits for
 * what is under way. No row: it has been removed. A beat changes the row and waits for nobody, since it is no key.
 */
export const fence = (epoch: string | null): string =>
  epoch === null
    ? 'select true as holds'
    : `select true as holds from servers where epoch = ${BigInt(epoch)} for key share`

/** A transaction in which this server still has its place. Throws LeaseLost. */
export const fenced = <T>(pool: Pool, epoch: string | null, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inTransaction(
    pool,
    (tx, begun) => {
      if (begun.at(-1)?.rows.length === 0) throw new LeaseLost('another server has taken the place of this one')
      return work(tx)
    },
    `begin; ${fence(epoch)}`,
  )
