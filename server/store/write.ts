import type { Batch } from '../ingest/batch.ts'
import type { Reading } from '../model/reading.ts'
import { type DeadLetter, insertDeadLetters } from './dead-letters.ts'
import { inTransaction, type Pool, type Tx } from './pool.ts'
import { copyReadings, type Inserted, KeyCollision, mergeReadings, RefusedValues } from './readings.ts'

const HOUR_MS = 3_600_000

type Part = Pick<Batch, 'readings' | 'statuses' | 'senders'> & { letters: DeadLetter[] }

/** After a collision the next batches will likely collide too (a device sends again): this many go the careful way at once. */
const CAREFUL_BATCHES = 10

export type Writer = {
  /**
   * Stores a batch in one transaction, together with what `work` does with the readings that were new; `adopt` is called
   * after each commit. A value that the database refuses is found by bisection and becomes a dead letter, the others are
   * stored. Throws on an outage, with nothing adopted that was not committed.
   */
  store<Result>(
    batch: Batch,
    work: (tx: Tx, inserted: Inserted) => Promise<Result>,
    adopt: (result: Result) => void,
  ): Promise<void>
}

export const createWriter = (pool: Pool): Writer => {
  let careful = 0

  const attempt = async <Result>(
    part: Part,
    optimistic: boolean,
    work: (tx: Tx, inserted: Inserted) => Promise<Result>,
  ): Promise<Result> =>
    inTransaction(
      pool,
      async (tx, begun) => {
        const dirtyFrom: unknown = begun.at(-1)?.rows[0]?.dirty_from
        const inserted =
          part.readings.length === 0 ? NOTHING : await (optimistic ? copyReadings : mergeReadings)(tx, part.readings)
        await markDirty(tx, inserted, dirtyFrom instanceof Date ? dirtyFrom.getTime() : Number.POSITIVE_INFINITY)
        await insertDeadLetters(tx, [
          ...part.letters,
          ...inserted.contradictions.map(({ reading, reason }) => letterOf(part, reading, reason)),
        ])
        await updateStatuses(tx, part.statuses)
        return work(tx, inserted)
      },
      'begin; select storing_begins() as dirty_from',
    )

  const store = async <Result>(
    part: Part,
    work: (tx: Tx, inserted: Inserted) => Promise<Result>,
    adopt: (result: Result) => void,
  ): Promise<void> => {
    try {
      const optimistic = careful === 0
      if (!optimistic) careful--
      adopt(await attempt(part, optimistic, work))
    } catch (error) {
      if (error instanceof KeyCollision) {
        careful = CAREFUL_BATCHES
        return store(part, work, adopt)
      }
      if (!(error instanceof RefusedValues)) throw error
      const [first, ...others] = part.readings
      if (first !== undefined && others.length === 0) {
        return store(
          {
            ...part,
            readings: [],
            letters: [...part.letters, letterOf(part, first, `the database refuses this reading: ${error.message}`)],
          },
          work,
          adopt,
        )
      }
      const half = part.readings.length >> 1
      await store({ ...part, readings: part.readings.slice(0, half) }, work, adopt)
      await store({ ...part, readings: part.readings.slice(half), letters: [], statuses: [] }, work, adopt)
    }
  }

  return { store: (batch, work, adopt) => store(partOf(batch), work, adopt) }
}

const NOTHING: Inserted = { fresh: [], joined: [], contradictions: [] }

const partOf = ({ readings, letters, statuses, senders }: Batch): Part => ({
  readings,
  senders,
  statuses,
  letters: letters.map(({ speaker, ...letter }) => ({
    ...letter,
    orgId: speaker?.orgId ?? null,
    deviceId: speaker?.id ?? null,
  })),
})

const letterOf = ({ senders }: Part, reading: Reading, reason: string): DeadLetter => {
  const { deviceId, receivedAt, ...body } = reading
  const sender = senders.get(deviceId)
  return {
    orgId: sender?.orgId ?? null,
    deviceId,
    receivedAt,
    topic: sender?.topic ?? '',
    payload: Buffer.from(JSON.stringify({ ...body, time: new Date(body.time).toISOString() })),
    reason,
  }
}

/** Hours whose roll-up no longer says what the raw rows say. */
const markDirty = async (tx: Tx, { fresh, joined }: Inserted, dirtyFrom: number): Promise<void> => {
  const hours = new Map<string, [number, Date]>()
  for (const readings of [fresh, joined]) {
    for (const { deviceId, time } of readings) {
      if (time >= dirtyFrom) continue
      const hour = Math.floor(time / HOUR_MS) * HOUR_MS
      hours.set(`${deviceId} ${hour}`, [deviceId, new Date(hour)])
    }
  }
  if (hours.size === 0) return
  const pairs = [...hours.values()]
  await tx.query({
    name: 'mark-dirty',
    text: 'insert into rollup_dirty (device_id, hour) select * from unnest($1::integer[], $2::timestamptz[])',
    values: [pairs.map(([deviceId]) => deviceId), pairs.map(([, hour]) => hour)],
  })
}

const updateStatuses = async (tx: Tx, statuses: Part['statuses']): Promise<void> => {
  if (statuses.length === 0) return
  const newest = [...new Map(statuses.map((status) => [status.speaker.id, status])).values()]
  await tx.query(
    `update devices d set status = case when s.online then 'online' else 'offline' end, status_at = s.at
     from unnest($1::integer[], $2::boolean[], $3::timestamptz[]) as s (id, online, at) where d.id = s.id`,
    [newest.map((s) => s.speaker.id), newest.map((s) => s.online), newest.map((s) => new Date(s.at))],
  )
}
