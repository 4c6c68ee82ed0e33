import { Limits } from '../model/limits.ts'
import { fold, INITIAL, isBefore, type Sampled, type StreamContext, type StreamState } from '../rules/fold.ts'
import type { Tx } from './pool.ts'

/** One loan of a device to a shipment, with the state of its rules. Times in epoch ms. */
export type Stream = {
  assignmentId: string
  shipmentId: string
  /** whose shipment it is */
  orgId: string
  /** the organisations that see the shipment */
  audience: readonly string[]
  deviceId: number
  deviceCode: string
  reportMs: number
  context: StreamContext
  /** where the next loan of the same pair begins: alarms from there on are not this one's */
  nextFrom: number | null
  /** null: not loaded yet; 'refolding': too far behind to be folded in passing, a worker is asked to */
  state: StreamState | null | 'refolding'
  /** time of the newest checkpoint that is stored */
  checkpointAt: number
}

export type KnownDevice = {
  id: number
  code: string
  orgId: string
  gauge: boolean
  reportMs: number
  /** may speak no longer; what it has said is still folded */
  revoked: boolean
  streams: Stream[]
}

type DeviceRow = { id: number; code: string; org_id: string; gauge: boolean; report_seconds: number; revoked: boolean }
type LoanRow = {
  id: string
  device_id: number
  shipment_id: string
  org_id: string
  audience: string[]
  from: Date
  to: Date | null
  versions: { from: number; limits: unknown }[]
}

/** Devices by the name that topics use, with their loans and limits; a name that is unknown is missing from the answer. */
export const loadDevices = async (tx: Tx, codes: readonly string[]): Promise<KnownDevice[]> => {
  const { rows: devices } = await tx.query<DeviceRow>(
    `select id, code, org_id, pressure_reference = 'gauge' as gauge, report_seconds, revoked_at is not null as revoked
     from devices where code = any($1::text[])`,
    [codes],
  )
  if (devices.length === 0) return []
  const { rows: loans } = await tx.query<LoanRow>(
    `select a.id, a.device_id, a.shipment_id, a.org_id, lower(a.during) as "from", upper(a.during) as "to",
       array(select v.org_id::text from shipment_access v where v.shipment_id = a.shipment_id) as audience,
       (select coalesce(json_agg(json_build_object('from', (extract(epoch from l.valid_from) * 1000)::bigint, 'limits', l.limits)
                                 order by l.valid_from, l.id), '[]')
        from shipment_limits l where l.shipment_id = a.shipment_id) as versions
     from assignments a where a.device_id = any($1::integer[]) order by lower(a.during)`,
    [devices.map((device) => device.id)],
  )
  return devices.map((device) => ({
    id: device.id,
    code: device.code,
    orgId: device.org_id,
    gauge: device.gauge,
    reportMs: device.report_seconds * 1000,
    revoked: device.revoked,
    streams: loans
      .filter((loan) => loan.device_id === device.id)
      .map((loan, index, all) => streamOf(device, loan, all.slice(index + 1))),
  }))
}

const streamOf = (device: DeviceRow, loan: LoanRow, later: readonly LoanRow[]): Stream => ({
  assignmentId: loan.id,
  shipmentId: loan.shipment_id,
  orgId: loan.org_id,
  audience: loan.audience,
  deviceId: device.id,
  deviceCode: device.code,
  reportMs: device.report_seconds * 1000,
  context: {
    versions: loan.versions.map((version) => ({ from: version.from, limits: Limits.parse(version.limits) })),
    from: loan.from.getTime(),
    to: loan.to?.getTime() ?? null,
  },
  nextFrom: later.find((other) => other.shipment_id === loan.shipment_id)?.from.getTime() ?? null,
  state: null,
  checkpointAt: Number.NEGATIVE_INFINITY,
})

/** Whether a moment falls into a loan. */
export const isWithin = ({ context }: Stream, time: number): boolean =>
  context.from <= time && (context.to === null || time < context.to)

/** The loan that a moment falls into, or undefined. */
export const streamAt = (device: KnownDevice, time: number): Stream | undefined =>
  device.streams.findLast((stream) => isWithin(stream, time))

export type Checkpoint = { state: StreamState; time: number }

/** The newest checkpoint of a loan that stands before `before` (epoch ms), or the state before anything. */
export const checkpointBefore = async (tx: Tx, stream: Stream, before: number | null): Promise<Checkpoint> => {
  const { rows } = await tx.query<{ time: Date; state: StreamState }>({
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
    : { state: row.state, time: row.time.getTime() }
}

/** The next readings of a loan after `at`, ascending, at most `count`. */
export const readingsAfter = async (
  tx: Tx,
  stream: Stream,
  at: StreamState['at'],
  count: number,
): Promise<Sampled[]> => {
  const from = at ?? { time: stream.context.from, seq: -1 }
  // not `extra`: thousands of rows, each of which may have a megabyte of it
  const { rows } = await tx.query<Omit<Sampled, 'time'> & { time: Date }>(
    `select time, seq, temperature, pressure, level from readings
     where device_id = $1::integer and time >= $2::timestamptz and (time, seq) > ($2::timestamptz, $3::integer) and time < $4::timestamptz
     order by time, seq limit $5::integer`,
    [stream.deviceId, new Date(from.time), from.seq, new Date(stream.context.to ?? Date.now() + 3_600_000), count],
  )
  return rows.map((row) => ({ ...row, time: row.time.getTime() }))
}

/** Most readings folded in passing when a stream is first met; a worker does the rest without holding anybody up. */
const MOST_IN_PASSING = 20_000
/** Streams whose readings are held in memory together while they are loaded. */
const LOADED_AT_ONCE = 100

/**
 * Brings streams up to what is stored: newest checkpoint, then the readings after it. What the fold says on the way was
 * recorded when those readings were stored. 'refolding' where that is too much to do in passing. Sets `state`.
 */
export const loadStates = async (tx: Tx, streams: readonly Stream[]): Promise<void> => {
  for (let from = 0; from < streams.length; from += LOADED_AT_ONCE)
    await loadSome(tx, streams.slice(from, from + LOADED_AT_ONCE))
}

const loadSome = async (tx: Tx, streams: readonly Stream[]): Promise<void> => {
  const { rows: checkpoints } = await tx.query<{ place: number; time: Date; state: StreamState }>({
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
  const begins = streams.map((stream) => known.get(stream)?.state ?? INITIAL)
  const positions = streams.map(({ context }, index) => begins[index]?.at ?? { time: context.from, seq: -1 })
  const ends = streams.map(({ context }) => context.to ?? Date.now() + 3_600_000)
  const { rows } = await tx.query<Omit<Sampled, 'time'> & { place: number; time: Date }>(
    `select w.place::integer as place, r.*
     from unnest($1::integer[], $2::timestamptz[], $3::integer[], $4::timestamptz[]) with ordinality as w (device_id, time, seq, "to", place)
     cross join lateral (
       select x.time, x.seq, x.temperature, x.pressure, x.level from readings x
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
    list.push({ ...row, time: row.time.getTime() })
    readings.set(place, list)
  }
  for (const [index, stream] of streams.entries()) {
    const after = readings.get(index + 1) ?? []
    stream.checkpointAt = known.get(stream)?.time.getTime() ?? Number.NEGATIVE_INFINITY
    stream.state =
      after.length >= MOST_IN_PASSING ? 'refolding' : fold(begins[index] ?? INITIAL, after, stream.context).state
  }
}

/** Stores states as checkpoints, each at the position it has reached. */
export const writeCheckpoints = async (
  tx: Tx,
  entries: readonly { stream: Stream; state: StreamState }[],
): Promise<void> => {
  const placed = entries.flatMap(({ stream, state }) => (state.at === null ? [] : [{ stream, state, at: state.at }]))
  if (placed.length === 0) return
  await tx.query({
    name: 'write-checkpoints',
    text: `insert into stream_checkpoints (shipment_id, device_id, time, seq, state)
     select * from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::integer[], $5::jsonb[])
     on conflict do nothing`,
    values: [
      placed.map(({ stream }) => stream.shipmentId),
      placed.map(({ stream }) => stream.deviceId),
      placed.map(({ at }) => new Date(at.time)),
      placed.map(({ at }) => at.seq),
      placed.map(({ state }) => JSON.stringify(state)),
    ],
  })
}

/** Whether `reading` comes after everything that the state has seen. */
export const isNewer = (state: StreamState, reading: { time: number; seq: number }): boolean =>
  state.at === null || isBefore(state.at, reading)

/** Checkpoints of a loan that stand after `after` (epoch ms), ascending. */
export const laterCheckpoints = async (tx: Tx, stream: Stream, after: number): Promise<Checkpoint[]> => {
  const { rows } = await tx.query<{ time: Date; state: StreamState }>(
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
  return rows.map((row) => ({ state: row.state, time: row.time.getTime() }))
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
