import type { Verdict } from '../rules/excursion.ts'
import { fold } from '../rules/fold.ts'
import type { Sampled } from '../rules/rule.ts'
import { INITIAL, isBefore, restored, type Stored, type StreamState } from '../rules/state.ts'
import { copySampled } from './copy-out.ts'
import type { Tx } from './pool.ts'
import type { Stream } from './streams.ts'

export type Checkpoint = { state: StreamState; time: number }

/** The newest checkpoint of a loan that stands before `before` (epoch ms), or the state before anything. */
export const checkpointBefore = async (tx: Tx, stream: Stream, before: number | null): Promise<Checkpoint> => {
  const { rows } = await tx.query<{ time: Date; state: Stored }>({
    name: 'checkpoint-before',
    text: `select time, state from stream_checkpoints
     where shipment_id = $1::uuid and device_id = $2::integer and time >= $3::timestamptz
       and ($4::timestamptz is null or time < $4::timestamptz) and ($5::timestamptz is null or time < $5::timestamptz)
     order by time desc, seq desc limit 1`,
    values: [
      stream.shipmentId, stream.deviceId, new Date(stream.context.from),
      stream.context.to === null ? null : new Date(stream.context.to), before === null ? null : new Date(before),
    ],
  }) // biome-ignore format: the parameters, in their order
  const row = rows[0]
  return row === undefined
    ? { state: INITIAL, time: Number.NEGATIVE_INFINITY }
    : { state: restored(row.state), time: row.time.getTime() }
}

/** The next readings of a loan after `at`, ascending, at most `count`. */
export const readingsAfter = async (
  tx: Tx,
  stream: Stream,
  at: StreamState['at'],
  count: number,
): Promise<Sampled[]> => {
  const from = at ?? { time: stream.context.from, seq: -1 }
  const instant = (ms: number): string => `timestamptz '${new Date(ms).toISOString()}'`
  const [first, end] = [instant(from.time), instant(stream.context.to ?? Date.now() + 3_600_000)]
  return copySampled(
    tx,
    `where device_id = ${stream.deviceId} and time >= ${first} and (time, seq) > (${first}, ${from.seq}) and time < ${end}
     order by time, seq limit ${count}`,
  )
}

/** Of each stretch the readings after `after` up to and including the time `upTo`, ascending; each at most `most`. */
export const readingsBetween = async (
  tx: Tx,
  stretches: readonly { deviceId: number; after: NonNullable<StreamState['at']>; upTo: number }[],
  most: number,
): Promise<Sampled[][]> => {
  const result = stretches.map((): Sampled[] => [])
  if (stretches.length === 0) return result
  const { rows } = await tx.query<SampledRow & { place: number }>(
    `select w.place::integer as place, r.*
     from unnest($1::integer[], $2::timestamptz[], $3::integer[], $4::timestamptz[]) with ordinality as w (device_id, time, seq, "to", place)
     cross join lateral (
       select ${SAMPLED} from readings x
       where x.device_id = w.device_id and x.time >= w.time and (x.time, x.seq) > (w.time, w.seq) and x.time <= w."to"
         and x.time >= $6::timestamptz and x.time <= $7::timestamptz
       order by x.time, x.seq limit $5::integer) r
     order by w.place, r.time, r.seq`,
    [
      stretches.map(({ deviceId }) => deviceId),
      stretches.map(({ after }) => new Date(after.time)),
      stretches.map(({ after }) => after.seq),
      stretches.map(({ upTo }) => new Date(upTo)),
      most,
      new Date(stretches.reduce((least, { after }) => Math.min(least, after.time), Number.POSITIVE_INFINITY)),
      new Date(stretches.reduce((last, { upTo }) => Math.max(last, upTo), Number.NEGATIVE_INFINITY)),
    ],
  )
  for (const { place, ...row } of rows) result[place - 1]?.push(sampled(row))
  return result
}

/** Of `extra` only what a rule looks at: there may be thousands of rows, each with a megabyte of it. */
export const SAMPLED = `x.time, x.seq, x.received_at, x.temperature, x.pressure, x.level, x.ambient, x.lat, x.lon, x.battery, x.shock,
  x.extra->'tilt' as tilt`
export type SampledRow = Omit<Sampled, 'time' | 'receivedAt' | 'extra'> & {
  time: Date
  received_at: Date
  tilt: unknown
}
export const sampled = ({ time, received_at, tilt, ...row }: SampledRow): Sampled => ({
  ...row,
  time: time.getTime(),
  receivedAt: received_at.getTime(),
  extra: typeof tilt === 'number' ? { tilt } : null,
})

/** Most readings folded in passing when a stream is first met; a worker does the rest without holding anybody up. */
const MOST_IN_PASSING = 20_000
/** Streams whose readings are held in memory together while they are loaded. */
const LOADED_AT_ONCE = 100

/**
 * Brings streams up to what is stored: newest checkpoint, then the readings after it. What the fold says on the way was
 * recorded when those readings were stored, but where a refold is still to do: those are 'refolding' until it is done, as
 * are those with too much to do in passing. Sets `state`.
 */
export const loadStates = async (tx: Tx, streams: readonly Stream[]): Promise<void> => {
  for (let from = 0; from < streams.length; from += LOADED_AT_ONCE)
    await loadSome(tx, streams.slice(from, from + LOADED_AT_ONCE))
}

const loadSome = async (tx: Tx, streams: readonly Stream[]): Promise<void> => {
  const { rows: checkpoints } = await tx.query<{ place: number; time: Date; state: Stored }>({
    name: 'newest-checkpoints',
    text: `select w.place::integer as place, c.time, c.state
     from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::timestamptz[]) with ordinality as w (shipment_id, device_id, "from", "to", place)
     cross join lateral (
       select time, state from stream_checkpoints s
       where s.shipment_id = w.shipment_id and s.device_id = w.device_id and s.time >= w."from" and (w."to" is null or s.time < w."to")
       order by s.time desc, s.seq desc limit 1) c`,
    values: [
      streams.map((stream) => stream.shipmentId),
      streams.map((stream) => stream.deviceId),
      streams.map(({ context }) => new Date(context.from)),
      streams.map(({ context }) => (context.to === null ? null : new Date(context.to))),
    ],
  })
  const known = new Map(checkpoints.map((row) => [streams[row.place - 1], row]))
  const begins = streams.map((stream) => restored(known.get(stream)?.state ?? INITIAL))
  const positions = streams.map(({ context }, index) => begins[index]?.at ?? { time: context.from, seq: -1 })
  const ends = streams.map(({ context }) => context.to ?? Date.now() + 3_600_000)
  const { rows } = await tx.query<SampledRow & { place: number }>(
    `select w.place::integer as place, r.*
     from unnest($1::integer[], $2::timestamptz[], $3::integer[], $4::timestamptz[]) with ordinality as w (device_id, time, seq, "to", place)
     cross join lateral (
       select ${SAMPLED} from readings x
       where x.device_id = w.device_id and x.time >= w.time and (x.time, x.seq) > (w.time, w.seq) and x.time < w."to"
         and x.time >= $6::timestamptz and x.time < $7::timestamptz
       order by x.time, x.seq limit $5::integer) r
     order by w.place, r.time, r.seq`,
    [
      streams.map((stream) => stream.deviceId),
      positions.map((position) => new Date(position.time)),
      positions.map((position) => position.seq),
      ends.map((end) => new Date(end)),
      MOST_IN_PASSING,
      // the bounds of all once more as constants, so that only the partitions in question are planned for
      new Date(positions.reduce((least, position) => Math.min(least, position.time), Number.POSITIVE_INFINITY)),
      new Date(ends.reduce((most, end) => Math.max(most, end), 0)),
    ],
  )
  const readings = new Map<number, Sampled[]>()
  for (const { place, ...row } of rows) {
    const list = readings.get(place) ?? []
    list.push(sampled(row))
    readings.set(place, list)
  }
  // asked after the readings: whoever stored one of them late, or for another server to fold, said so in the same transaction
  const { rows: asked } = await tx.query<{ place: number }>({
    name: 'streams-asked-to-refold',
    text: `select distinct w.place::integer as place
     from unnest($1::uuid[], $2::integer[]) with ordinality as w (shipment_id, device_id, place)
     join refold_requests q on q.device_id = w.device_id and q.shipment_id = w.shipment_id`,
    values: [streams.map((stream) => stream.shipmentId), streams.map((stream) => stream.deviceId)],
  })
  const unsettled = new Set(asked.map(({ place }) => place))
  const silences = await openSilences(tx, streams)
  for (const [index, stream] of streams.entries()) {
    const after = readings.get(index + 1) ?? []
    stream.checkpointAt = known.get(stream)?.time.getTime() ?? Number.NEGATIVE_INFINITY
    stream.state =
      after.length >= MOST_IN_PASSING || unsettled.has(index + 1)
        ? 'refolding'
        : withSilence(fold(begins[index] ?? INITIAL, after, stream.context).state, silences.get(stream))
  }
}

const withSilence = (state: StreamState, silence: Verdict | undefined): StreamState =>
  silence === undefined || state.open.silence !== undefined || silence.onset < (state.heard ?? 0)
    ? state
    : { ...state, open: { ...state.open, silence } }

/** What was said while nothing came is in no checkpoint: those stand where something was heard. */
const openSilences = async (tx: Tx, streams: readonly Stream[]): Promise<Map<Stream, Verdict>> => {
  const { rows } = await tx.query<{ place: number; onset: Date; value: number; limit_value: number; peak: number }>({
    name: 'open-silences',
    text: `select w.place::integer as place, a.onset, a.value, a.limit_value, a.peak
     from unnest($1::uuid[], $2::integer[]) with ordinality as w (shipment_id, device_id, place)
     join alarms a on a.shipment_id = w.shipment_id and a.device_id = w.device_id
     where a.rule = 'silence' and a.figures->'missingFrom' is null and a.cleared_at is null and not a.void and not a.recovered`,
    values: [streams.map((stream) => stream.shipmentId), streams.map((stream) => stream.deviceId)],
  })
  return new Map(
    rows.flatMap(({ place, onset, value, limit_value: limit, peak }) => {
      const stream = streams[place - 1]
      return stream === undefined ? [] : [[stream, { onset: onset.getTime(), value, limit, peak }]]
    }),
  )
}

/**
 * Stores states as checkpoints, each at the position it has reached: as JSON in one string, which nobody but `restored`
 * looks into, and the database need not take apart (half the time, a few hundred numbers each).
 */
export const writeCheckpoints = async (
  tx: Tx,
  entries: readonly { stream: Stream; state: StreamState }[],
): Promise<void> => {
  const placed = entries.flatMap(({ stream, state }) => (state.at === null ? [] : [{ stream, state, at: state.at }]))
  if (placed.length === 0) return
  await tx.query({
    name: 'write-checkpoints',
    text: `insert into stream_checkpoints (shipment_id, device_id, time, seq, state)
     select shipment_id, device_id, time, seq, to_jsonb(state)
     from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::integer[], string_to_array($5::text, e'\\n'))
       as c (shipment_id, device_id, time, seq, state)
     on conflict do nothing`,
    values: [
      placed.map(({ stream }) => stream.shipmentId),
      placed.map(({ stream }) => stream.deviceId),
      placed.map(({ at }) => new Date(at.time)),
      placed.map(({ at }) => at.seq),
      // a line each, which no JSON contains: nothing has to be escaped
      placed.map(({ state }) => JSON.stringify(state)).join('\n'),
    ],
  })
}

/** Whether `reading` comes after everything that the state has seen. */
export const isNewer = (state: StreamState, reading: { time: number; seq: number }): boolean =>
  state.at === null || isBefore(state.at, reading)

/** Checkpoints of a loan that stand after `after` (epoch ms), ascending. */
export const laterCheckpoints = async (tx: Tx, stream: Stream, after: number): Promise<Checkpoint[]> => {
  const { rows } = await tx.query<{ time: Date; state: Stored }>(
    `select time, state from stream_checkpoints
     where shipment_id = $1::uuid and device_id = $2::integer and time > $3::timestamptz and time >= $4::timestamptz
       and ($5::timestamptz is null or time < $5::timestamptz) order by time, seq`,
    [
      stream.shipmentId,
      stream.deviceId,
      new Date(after),
      new Date(stream.context.from),
      stream.nextFrom === null ? null : new Date(stream.nextFrom),
    ],
  )
  return rows.map((row) => ({ state: restored(row.state), time: row.time.getTime() }))
}

/** Puts a refold's checkpoints in the place of those after `after`, up to `upTo` (or to the end of the loan). */
export const replaceCheckpoints = async (
  tx: Tx,
  stream: Stream,
  after: StreamState['at'],
  upTo: StreamState['at'],
  states: readonly StreamState[],
): Promise<void> => {
  await tx.query(
    `delete from stream_checkpoints where shipment_id = $1::uuid and device_id = $2::integer
       and time >= $3::timestamptz and (time, seq) > ($3::timestamptz, $4::integer)
       and ($5::timestamptz is null or (time, seq) < ($5::timestamptz, $6::integer)) and ($7::timestamptz is null or time < $7::timestamptz)`,
    [
      stream.shipmentId, stream.deviceId, new Date(after?.time ?? stream.context.from), after?.seq ?? -2,
      upTo === null ? null : new Date(upTo.time), upTo?.seq ?? null, stream.nextFrom === null ? null : new Date(stream.nextFrom),
    ],
  ) // biome-ignore format: the parameters, in their order
  await writeCheckpoints(
    tx,
    states.map((state) => ({ stream, state })),
  )
}
