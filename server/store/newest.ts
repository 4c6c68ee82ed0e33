import type { Newest } from '../model/shipment.ts'
import type { Tx } from './pool.ts'

/** How far back a newest value is looked for. */
const LOOK_BACK_MS = 35 * 86_400_000

const MEASURES = ['temperature', 'pressure', 'level', 'ambient', 'lat', 'lon', 'battery'] as const

type Row = {
  shipment_id: string
  device_id: string
  time: Date
  received_at: Date
  times: Record<(typeof MEASURES)[number], string | null>
} & Record<(typeof MEASURES)[number], number | null>

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
  const { rows } = await tx.query<Row>('select * from newest_readings($1::uuid[], $2::timestamptz)', [
    shipmentIds,
    new Date(now - LOOK_BACK_MS),
  ])
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
