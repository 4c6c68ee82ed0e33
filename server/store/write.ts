import { asSent } from '../ingest/as-sent.ts'
import type { Batch, TurnedAway } from '../ingest/batch.ts'
import { MEASURES, type Reading } from '../model/reading.ts'
import { type DeadLetter, insertDeadLetters } from './dead-letters.ts'
import { LeaseLost } from './leases.ts'
import { inTransaction, type Pool, type Tx } from './pool.ts'
import {
  type Contradiction,
  copyReadings,
  type Inserted,
  KeyCollision,
  mergeReadings,
  RefusedValues,
} from './readings.ts'

const HOUR_MS = 3_600_000

type Part = Pick<Batch, 'readings' | 'statuses'> & { letters: DeadLetter[] }

/** A batch while it is stored, and which of its readings were not taken as they came. */
type Storing = {
  batch: Batch /** where each reading is in the batch; made when it is first asked for */
  places: Map<Reading, number> | null
  turnedAway: TurnedAway[]
}

/** After a collision the next batches will likely collide too (a device sends again): this many go the careful way at once. */
const CAREFUL_BATCHES = 10

/** What follows from readings that were new. */
export type Consequence<Result> = {
  /** Pure: what they lead to. While nothing collides it is worked out before the database has taken them all. */
  judge(inserted: Inserted): Result
  /** Written in the same transaction. */
  record(tx: Tx, result: Result): Promise<void>
  /** Called after each commit, and only then. */
  adopt(result: Result): void
}

export type Writer = {
  /**
   * Stores a batch in one transaction, together with its consequence. A value that the database refuses is found by
   * bisection and becomes a dead letter, the others are stored. Answers the readings that were refused, or contradict what
   * is stored. Throws on an outage, with nothing adopted that was not committed; the same batch is then stored again, whole.
   */
  store<Result>(batch: Batch, consequence: Consequence<Result>): Promise<TurnedAway[]>
}

/** `fence`: a statement that answers no row where what follows may not be recorded (store/leases.ts). */
export const createWriter = (pool: Pool, fence: () => string = () => 'select true as holds'): Writer => {
  let careful = 0

  const attempt = <Result>(
    storing: Storing,
    part: Part,
    optimistic: boolean,
    { judge, record }: Consequence<Result>,
  ): Promise<{ result: Result; contradictions: Contradiction[] }> =>
    inTransaction(
      pool,
      async (tx, begun) => {
        if (begun[1]?.rows.length === 0) throw new LeaseLost('another server has taken the place of this one')
        const dirtyFrom: unknown = begun.at(-1)?.rows[0]?.dirty_from
        const { inserted, result } = await put(tx, part.readings, optimistic, judge)
        await markDirty(tx, inserted, dirtyFrom instanceof Date ? dirtyFrom.getTime() : Number.POSITIVE_INFINITY)
        const { contradictions } = inserted
        await insertDeadLetters(tx, [
          ...part.letters,
          ...contradictions.map(({ reading, about, reason }) => letterOf(storing, reading, about, reason)),
        ])
        await updateStatuses(tx, part.statuses)
        await record(tx, result)
        return { result, contradictions }
      },
      `begin; ${fence()}; select storing_begins() as dirty_from`,
    )

  const store = async <Result>(storing: Storing, part: Part, consequence: Consequence<Result>): Promise<void> => {
    try {
      const optimistic = careful === 0
      if (!optimistic) careful--
      const { result, contradictions } = await attempt(storing, part, optimistic, consequence)
      consequence.adopt(result)
      for (const [reading, about] of byReading(contradictions)) noteContradictions(storing, reading, about)
    } catch (error) {
      if (error instanceof KeyCollision) {
        careful = CAREFUL_BATCHES
        return store(storing, part, consequence)
      }
      if (!(error instanceof RefusedValues)) throw error
      const [first, ...others] = part.readings
      if (first !== undefined && others.length === 0) {
        const reason = `the database refuses this reading: ${error.message}`
        const letter = letterOf(storing, first, 'refused', reason)
        await store(storing, { ...part, readings: [], letters: [...part.letters, letter] }, consequence)
        storing.turnedAway.push({ index: placeOf(storing, first), reason, wholly: true, letters: 1 })
        return
      }
      const half = part.readings.length >> 1
      await store(storing, { ...part, readings: part.readings.slice(0, half) }, consequence)
      await store(storing, { readings: part.readings.slice(half), letters: [], statuses: [] }, consequence)
    }
  }

  return {
    store: async (batch, consequence) => {
      const storing: Storing = { batch, places: null, turnedAway: [] }
      await store(storing, partOf(batch), consequence)
      return storing.turnedAway
    },
  }
}

/** The optimistic way takes all readings as new, so what follows from them is worked out while the database is busy. */
const put = async <Result>(
  tx: Tx,
  readings: readonly Reading[],
  optimistic: boolean,
  judge: (inserted: Inserted) => Result,
): Promise<{ inserted: Inserted; result: Result }> => {
  if (optimistic && readings.length > 0) {
    const inserted: Inserted = { fresh: readings, joined: [], contradictions: [] }
    return { inserted, result: await copyReadings(tx, readings, () => judge(inserted)) }
  }
  const inserted = readings.length === 0 ? NOTHING : await mergeReadings(tx, readings)
  return { inserted, result: judge(inserted) }
}

const NOTHING: Inserted = { fresh: [], joined: [], contradictions: [] }

const partOf = ({ id, readings, letters, statuses }: Batch): Part => ({
  readings,
  statuses,
  letters: letters.map(({ speaker, ...letter }, index) => ({
    ...letter,
    orgId: speaker?.orgId ?? null,
    deviceId: speaker?.id ?? null,
    batchId: id,
    part: String(index),
  })),
})

const placeOf = (storing: Storing, reading: Reading): number => {
  storing.places ??= new Map(storing.batch.readings.map((one, index) => [one, index]))
  return storing.places.get(reading) ?? -1
}

const letterOf = (storing: Storing, reading: Reading, about: string, reason: string): DeadLetter => {
  const { deviceId, receivedAt } = reading
  const sender = storing.batch.senders.get(deviceId)
  return {
    orgId: sender?.orgId ?? null,
    deviceId,
    receivedAt,
    topic: sender?.topic ?? '',
    payload: asSent(reading, sender?.gauge ?? false),
    reason,
    batchId: storing.batch.id,
    part: `reading ${placeOf(storing, reading)} ${about}`,
  }
}

const byReading = (contradictions: readonly Contradiction[]): Map<Reading, Contradiction[]> => {
  const grouped = new Map<Reading, Contradiction[]>()
  for (const one of contradictions) grouped.set(one.reading, [...(grouped.get(one.reading) ?? []), one])
  return grouped
}

/** What a reading agrees on, or fills in, is on disk; of one that differs in everything nothing is. */
const noteContradictions = (storing: Storing, reading: Reading, found: readonly Contradiction[]): void => {
  const values =
    MEASURES.filter((measure) => reading[measure] !== null).length + Object.keys(reading.extra ?? {}).length
  storing.turnedAway.push({
    index: placeOf(storing, reading),
    reason: found.map(({ reason }) => reason).join('; '),
    wholly: found.length >= values,
    letters: found.length,
  })
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
