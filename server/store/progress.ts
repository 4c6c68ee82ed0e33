import type { Progress } from '../ingest/progress.ts'
import type { Pool, Tx } from './pool.ts'

/** Boots of a device that are followed, those that spoke last: what it left in an earlier one is not told any more. */
export const MOST_BOOTS = 8

/** PostgreSQL keeps the number after the last one, which the largest integer has not: that one is left out. */
const LAST = 2_147_483_646
const multirange = (stretches: Progress['beyond']): string =>
  `{${stretches
    .filter(([from]) => from <= LAST)
    .map(([from, to]) => `[${from},${Math.min(to, LAST)}]`)
    .join(',')}}`

const stretches = (text: string): Progress['beyond'] =>
  [...text.matchAll(/[[](\d+),(\d+)[)]/g)].map(([, from, to]) => [Number(from), Number(to) - 1])

/** What is known of one boot of a device. */
export type Known = { deviceId: number; progress: Progress }

type Row = { device_id: number; boot: number; seq: number; beyond: string }
const knownOf = (rows: readonly Row[]): Known[] =>
  rows.map(({ device_id, boot, seq, beyond }) => ({
    deviceId: device_id,
    progress: { boot, seq, beyond: stretches(beyond) },
  }))

/** How far each device had come, of those that have sent numbered readings; the boot that spoke last is its last. */
export const loadProgress = async (tx: Tx, deviceIds: readonly number[]): Promise<Known[]> => {
  const { rows } = await tx.query<Row>(
    `select device_id, boot, seq, beyond::text from boot_progress where device_id = any($1::integer[])
     order by device_id, heard_at, boot`,
    [deviceIds],
  )
  return knownOf(rows)
}

/**
 * Adds what this server knows to what is stored, before a device is told `committed`: a restart never knows less than the
 * device was promised. Answers the boots of which more, or other, is known now than was given. `ours`: this server tells
 * the device; of the others, the owner is told that there is something to tell.
 */
export const saveProgress = async (tx: Tx, entries: readonly (Known & { ours: boolean })[]): Promise<Known[]> => {
  // in one order, so that two servers never wait for each other
  const sorted = entries.toSorted((a, b) => a.deviceId - b.deviceId || a.progress.boot - b.progress.boot)
  const { rows } = await tx.query<Row>({
    name: 'save-boots',
    text: `select device_id, boot, seq, beyond::text
      from save_boots($1::integer[], $2::integer[], $3::integer[], $4::int4multirange[], $5::boolean[])`,
    values: [
      sorted.map(({ deviceId }) => deviceId),
      sorted.map(({ progress }) => progress.boot),
      sorted.map(({ progress }) => progress.seq),
      sorted.map(({ progress }) => multirange(progress.beyond)),
      sorted.map(({ ours }) => ours),
    ],
  })
  return knownOf(rows)
}

/** Those of the devices have begun a boot: one that has been followed for longest without a word makes room. */
export const forgetBoots = async (pool: Pool, deviceIds: readonly number[]): Promise<void> => {
  await pool.query(
    `delete from boot_progress p using (
       select o.device_id, o.boot from boot_progress o
       join (select device_id, boot, row_number() over (partition by device_id order by heard_at desc, boot desc) as place
             from boot_progress where device_id = any($1::integer[])) n using (device_id, boot)
       where n.place > $2::integer
       -- somebody is adding to it
       for update of o skip locked
     ) gone where p.device_id = gone.device_id and p.boot = gone.boot`,
    [deviceIds, MOST_BOOTS],
  )
}

/** What other servers have added of devices in these buckets, and nobody has told the device. */
export const untoldProgress = async (pool: Pool, buckets: readonly number[]): Promise<Known[]> => {
  const { rows } = await pool.query<Row>({
    name: 'untold-boots',
    text: `select device_id, boot, seq, beyond::text from boot_progress
      where untold and (device_id & 63) = any($1::integer[]) order by heard_at, boot limit 10000`,
    values: [buckets],
  })
  return knownOf(rows)
}

/** The devices have been told as much as this; where more has come since, that is still to be told. */
export const progressTold = async (pool: Pool, told: readonly Known[]): Promise<void> => {
  if (told.length === 0) return
  await pool.query({
    name: 'boots-told',
    text: `update boot_progress p set untold = false
      from unnest($1::integer[], $2::integer[], $3::integer[]) as t (device_id, boot, seq)
      where p.device_id = t.device_id and (p.boot, p.seq) = (t.boot, t.seq)`,
    values: [
      told.map(({ deviceId }) => deviceId),
      told.map(({ progress }) => progress.boot),
      told.map(({ progress }) => progress.seq),
    ],
  })
}
