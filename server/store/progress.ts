import type { Progress } from '../ingest/progress.ts'
import type { Tx } from './pool.ts'

/** PostgreSQL keeps the number after the last one, which the largest integer has not: that one is left out. */
const LAST = 2_147_483_646
const multirange = (stretches: Progress['beyond']): string =>
  `{${stretches
    .filter(([from]) => from <= LAST)
    .map(([from, to]) => `[${from},${Math.min(to, LAST)}]`)
    .join(',')}}`

const stretches = (text: string): Progress['beyond'] =>
  [...text.matchAll(/[[](\d+),(\d+)[)]/g)].map(([, from, to]) => [Number(from), Number(to) - 1])

/** How far each device had come, of those that have sent numbered readings. */
export const loadProgress = async (tx: Tx, deviceIds: readonly number[]): Promise<Map<number, Progress>> => {
  const { rows } = await tx.query<{ device_id: number; boot: number; seq: number; beyond: string }>(
    'select device_id, boot, seq, beyond::text from device_progress where device_id = any($1::integer[])',
    [deviceIds],
  )
  return new Map(rows.map((row) => [row.device_id, { boot: row.boot, seq: row.seq, beyond: stretches(row.beyond) }]))
}

/** Stored before a device is told `committed`, so that a restart never knows less than the device was promised. */
export const saveProgress = async (tx: Tx, entries: readonly (readonly [number, Progress])[]): Promise<void> => {
  await tx.query({
    name: 'save-progress',
    text: `insert into device_progress (device_id, boot, seq, beyond)
     select * from unnest($1::integer[], $2::integer[], $3::integer[], $4::int4multirange[])
     on conflict (device_id) do update set boot = excluded.boot, seq = excluded.seq, beyond = excluded.beyond
     where (excluded.boot, excluded.seq) >= (device_progress.boot, device_progress.seq)`,
    values: [
      entries.map(([deviceId]) => deviceId),
      entries.map(([, progress]) => progress.boot),
      entries.map(([, progress]) => progress.seq),
      entries.map(([, progress]) => multirange(progress.beyond)),
    ],
  })
}
