import type { Newest } from '../model/shipment.ts'
import type { Tx } from './pool.ts'

/** A measure that has not come for so many readings is not shown as a current value any more. */
const READINGS = 50
/** How far back a newest value is looked for; a bound that is known at planning leaves older partitions alone. */
const LOOK_BACK_MS = 35 * 86_400_000

const MEASURES = ['temperature', 'pressure', 'level', 'ambient', 'lat', 'lon', 'battery'] as const

type Row = {
  shipment_id: string
  device_id: string
  time: Date
  received_at: Date
  times: Record<(typeof MEASURES)[number], string | null>
} & Record<(typeof MEASURES)[number], number | null>

const newestOf = (column: string): string =>
  `(array_agg(r.${column} order by r.time desc, r.seq desc) filter (where r.${column} is not null))[1] as ${column}`
const timeOf = (column: string): string => `'${column}', max(r.time) filter (where r.${column} is not null)`

// The planner takes a range of time with an unknown end for so few rows that it would sort all of a device's readings.
// Of a comparison of rows, and of the beginning of the loan after the limit, it makes no such guess, and walks the index
// backwards (1,000 devices with 2,000 readings each: 3.4 s before, 2026-11-22).
const TEXT = `
  select a.shipment_id, d.code as device_id, newest.*
  from assignments a
  join devices d on d.id = a.device_id
  cross join lateral (
    select max(r.time) as time, (array_agg(r.received_at order by r.time desc, r.seq desc))[1] as received_at,
      ${MEASURES.map(newestOf).join(', ')},
      jsonb_build_object(${MEASURES.map(timeOf).join(', ')}) as times
    from (
      select * from visible_readings
      where shipment_id = a.shipment_id and device_id = a.device_id and time >= $2::timestamptz
        and (time, seq) < (coalesce(upper(a.during), 'infinity'), 0)
      order by time desc, seq desc limit ${READINGS}
    ) r
    where r.time >= lower(a.during)
  ) newest
  where a.shipment_id = any ($1::uuid[]) and coalesce(upper(a.during), 'infinity') > $2::timestamptz
    and newest.time is not null`

/**
 * The newest known value of each measure of these shipments, over all devices that each has borrowed, by shipment id.
 * A shipment without a reading in the last 35 days is not in the answer. Sees what the organisation of `tx` sees.
 */
export const newestValues = async (
  tx: Tx,
  shipmentIds: readonly string[],
  now: number = Date.now(),
): Promise<Map<string, Newest>> => {
  if (shipmentIds.length === 0) return new Map()
  const { rows } = await tx.query<Row>(TEXT, [shipmentIds, new Date(now - LOOK_BACK_MS)])
  const newest = new Map<string, Newest>()
  const taken = new Map<string, number>()
  for (const row of rows.sort((a, b) => b.time.getTime() - a.time.getTime())) {
    const known = newest.get(row.shipment_id)
    const values = known ?? {
      time: row.time.toISOString(),
      receivedAt: row.received_at.toISOString(),
      deviceId: row.device_id,
      ...{ temperature: null, pressure: null, level: null, ambient: null, lat: null, lon: null, battery: null },
    }
    newest.set(row.shipment_id, values)
    for (const measure of MEASURES) {
      const at = Date.parse(row.times[measure] ?? '')
      const key = `${row.shipment_id} ${measure}`
      if (Number.isNaN(at) || at <= (taken.get(key) ?? Number.NEGATIVE_INFINITY)) continue
      values[measure] = row[measure]
      taken.set(key, at)
    }
  }
  return newest
}
