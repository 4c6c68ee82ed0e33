import type { Tx } from './pool.ts'

/** One loan as far as a question concerns it: which device, from when to when (epoch ms, half open), how often it reports. */
export type Loan = { shipmentId: string; deviceId: number; from: number; to: number; intervalMs: number }
export type Resolution = 'raw' | '1m' | '1h'
export type Segment = { shipmentId: string; deviceId: number; from: number; to: number }

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000

/** The loans of these shipments (all that the transaction's organisation sees when null) that touch the range. */
export const loansIn = async (tx: Tx, shipmentId: string | null, from: number, to: number): Promise<Loan[]> => {
  const { rows } = await tx.query<{
    shipment_id: string
    device_id: number
    from: Date
    to: Date
    interval_seconds: number
  }>(
    `select a.shipment_id, a.device_id, greatest(lower(a.during), $2::timestamptz) as "from",
       least(upper(a.during), $3::timestamptz) as "to", d.interval_seconds
     from assignments a join devices d on d.id = a.device_id
     where ($1::uuid is null or a.shipment_id = $1::uuid) and a.during && tstzrange($2::timestamptz, $3::timestamptz)`,
    [shipmentId, new Date(from), new Date(to)],
  )
  return rows.map((row) => ({
    shipmentId: row.shipment_id,
    deviceId: row.device_id,
    from: row.from.getTime(),
    to: row.to.getTime(),
    intervalMs: row.interval_seconds * 1000,
  }))
}

/**
 * What is read from where, so that the answer is right from the moment of acknowledgement: whole buckets before `rolled_to`
 * from the roll-up; hours that late data touched, what is not rolled up yet, and buckets that the edge of a loan or of
 * the question cuts, from the raw rows (see sql/0004).
 */
export const segmentsFor = async (
  tx: Tx,
  loans: readonly Loan[],
  resolution: Resolution,
): Promise<{ raw: Segment[]; rolled: Segment[] }> => {
  if (resolution === 'raw') return { raw: [...loans], rolled: [] }
  const { rows: states } = await tx.query<{ rolled_to: Date }>('select rolled_to from rollup_state')
  const { rows: dirty } = await tx.query<{ device_id: number; hour: Date }>(
    'select distinct device_id, hour from rollup_dirty where device_id = any($1::integer[]) order by hour',
    [[...new Set(loans.map((loan) => loan.deviceId))]],
  )
  const width = resolution === '1m' ? MINUTE_MS : HOUR_MS
  const rolledTo = Math.floor((states[0]?.rolled_to.getTime() ?? 0) / width) * width
  const raw: Segment[] = []
  const rolled: Segment[] = []
  for (const { shipmentId, deviceId, from, to } of loans) {
    const part = (list: Segment[], a: number, b: number): void => {
      if (a < b) list.push({ shipmentId, deviceId, from: a, to: b })
    }
    const bodyFrom = Math.min(Math.ceil(from / width) * width, to)
    const bodyTo = Math.max(bodyFrom, Math.min(Math.floor(to / width) * width, rolledTo))
    part(raw, from, bodyFrom)
    let at = bodyFrom
    for (const { device_id, hour } of dirty) {
      if (device_id !== deviceId) continue
      const cutFrom = Math.max(at, hour.getTime())
      const cutTo = Math.min(bodyTo, hour.getTime() + HOUR_MS)
      if (cutFrom >= cutTo) continue
      part(rolled, at, cutFrom)
      part(raw, cutFrom, cutTo)
      at = cutTo
    }
    part(rolled, at, bodyTo)
    part(raw, bodyTo, to)
  }
  return { raw, rolled }
}

const MEASURES = ['temperature', 'pressure', 'level', 'ambient'] as const
const totals = MEASURES.map(
  (m) =>
    `min(${m}_min) as ${m}_min, max(${m}_max) as ${m}_max, sum(${m}_sum) / nullif(sum(${m}_count), 0) as ${m}_mean`,
).join(', ')

/** More branches than this would take longer to plan than they save. */
const MOST_CLUSTERS = 12

/** Stretches that lie near one another in time: the two cut ends of a month must not make us look through the month. */
const clusters = (segments: readonly Segment[]): Segment[][] => {
  const found: { list: Segment[]; to: number }[] = []
  for (const segment of [...segments].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1)
    if (last !== undefined && (segment.from <= last.to + HOUR_MS || found.length === MOST_CLUSTERS)) {
      last.list.push(segment)
      last.to = Math.max(last.to, segment.to)
    } else found.push({ list: [segment], to: segment.to })
  }
  return found.map(({ list }) => list)
}

export type BucketRow = {
  shipment_id: string
  at: number
  readings: number
  arrival_seconds: number | null
} & Record<`${(typeof MEASURES)[number]}_${'min' | 'max' | 'mean'}`, number | null>

/** The segments' values in buckets of `widthSeconds` (aligned to the epoch), by shipment and time. */
export const bucketRows = async (
  tx: Tx,
  segments: { raw: Segment[]; rolled: Segment[] },
  resolution: Resolution,
  widthSeconds: number,
): Promise<BucketRow[]> => {
  const all = [...segments.raw, ...segments.rolled]
  if (all.length === 0) return []
  const branches: string[] = []
  const values: unknown[] = [widthSeconds]
  const branch = (call: string, list: Segment[]): void => {
    if (list.length === 0) return
    const p = values.length
    values.push(
      list.map((s) => s.shipmentId),
      list.map((s) => s.deviceId),
      list.map((s) => new Date(s.from)),
      list.map((s) => new Date(s.to)),
    )
    branches.push(
      `select * from ${call}$${p + 1}::uuid[], $${p + 2}::integer[], $${p + 3}::timestamptz[], $${p + 4}::timestamptz[], $1::float8)`,
    )
  }
  for (const near of clusters(segments.raw)) branch('raw_buckets(', near)
  branch(`rolled_buckets('${resolution === '1h' ? '1h' : '1m'}', `, segments.rolled)
  const { rows } = await tx.query<BucketRow>(
    `select shipment_id, extract(epoch from bucket)::float8 as at, sum(readings)::float8 as readings,
       extract(epoch from max(arrival))::float8 as arrival_seconds, ${totals}
     from (${branches.join(' union all ')}) as parts group by shipment_id, bucket order by shipment_id, bucket`,
    values,
  )
  return rows
}
