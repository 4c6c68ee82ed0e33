import type { Progress } from '../ingest/progress.ts'
import type { Pool, Tx } from './pool.ts'

/** PostgreSQL keeps the number after the last one, which the largest integer has not: that one is left out. */
const LAST = 2_147_483_646
const multirange = (stretches: Progress['beyond']): string =>
  `{${stretches
    .filter(([from]) => from <= LAST)
    .map(([from, to]) => `[${from},${Math.min(to, LAST)}]`)
    .join(',')}}`

const stretches = (text: string): Progress['beyond'] =>
  [...text.matchAll(/[[](\d+),(\d+)[)]/g)].map(([, from, to]) => [Number(from), Number(to) - 1])

type Row = { device_id: number; boot: number; seq: number; beyond: string }
const progressOf = (rows: readonly Row[]): Map<number, Progress> =>
  new Map(rows.map((row) => [row.device_id, { boot: row.boot, seq: row.seq, beyond: stretches(row.beyond) }]))

/** How far each device had come, of those that have sent numbered readings. */
export const loadProgress = async (tx: Tx, deviceIds: readonly number[]): Promise<Map<number, Progress>> => {
  const { rows } = await tx.query<Row>(
    'select device_id, boot, seq, beyond::text from device_progress where device_id = any($1::integer[])',
    [deviceIds],
  )
  return progressOf(rows)
}

/**
 * Adds what this server knows to what is stored, before a device is told `committed`: a restart never knows less than the
 * device was promised. Answers those of which more, or other, is known now than was given. `ours`: this server tells
 * the device; of the others, the owner is told that there is something to tell.
 */
export const saveProgress = async (
  tx: Tx,
  entries: readonly { deviceId: number; progress: Progress; ours: boolean }[],
): Promise<Map<number, Progress>> => {
  // in one order, so that two servers never wait for each other
  const sorted = entries.toSorted((a, b) => a.deviceId - b.deviceId)
  const { rows } = await tx.query<Row>({
    name: 'save-progress',
    text: `select device_id, boot, seq, beyond::text
      from save_progress($1::integer[], $2::integer[], $3::integer[], $4::int4multirange[], $5::boolean[])`,
    values: [
      sorted.map(({ deviceId }) => deviceId),
      sorted.map(({ progress }) => progress.boot),
      sorted.map(({ progress }) => progress.seq),
      sorted.map(({ progress }) => multirange(progress.beyond)),
      sorted.map(({ ours }) => ours),
    ],
  })
  return progressOf(rows)
}

/** What other servers have added of devices in these buckets, and nobody has told the device. */
export const untoldProgress = async (pool: Pool, buckets: readonly number[]): Promise<Map<number, Progress>> => {
  const { rows } = await pool.query<Row>({
    name: 'untold-progress',
    text: `select device_id, boot, seq, beyond::text from device_progress
      where untold and (device_id & 63) = any($1::integer[]) limit 10000`,
    values: [buckets],
  })
  return progressOf(rows)
}

/** The devices have been told as much as this; where more has come since, that is still to be told. */
export const progressTold = async (pool: Pool, told: ReadonlyMap<number, Progress>): Promise<void> => {
  if (told.size === 0) return
  await pool.query({
    name: 'progress-told',
    text: `update device_progress p set untold = false
      from unnest($1::integer[], $2::integer[], $3::integer[]) as t (device_id, boot, seq)
      where p.device_id = t.device_id and (p.boot, p.seq) = (t.boot, t.seq)`,
    values: [[...told.keys()], [...told.values()].map(({ boot }) => boot), [...told.values()].map(({ seq }) => seq)],
  })
}
