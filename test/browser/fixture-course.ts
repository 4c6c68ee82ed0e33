import type { Chart, Track } from '../../server/model/chart.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { noise } from './fixture-fleet.ts'

const HOUR = 3600

/** What shipment `i` read at an epoch second: a daily wave around its newest value, rising to it at the end. */
const courseAt = (shipment: ShipmentDetail, second: number, nowSeconds: number) => {
  const ago = (nowSeconds - second) / HOUR
  const wave = Math.sin((second / (24 * HOUR)) * 2 * Math.PI)
  const base = shipment.newest?.temperature ?? 20
  const high = shipment.limits.temperature?.high ?? 40
  const rise = base > high ? -Math.min(8, ago * 3.2) : wave * 1.5
  return {
    temperature: base + rise + 0.12 * (noise(second) - 0.5),
    pressure: (shipment.newest?.pressure ?? 1.2) * (1 + 0.012 * rise) + 0.006 * (noise(second + 1) - 0.5),
    level: (shipment.newest?.level ?? 0.9) + 0.004 * (noise(second + 2) - 0.5),
    ambient: 14 + 6 * wave,
  }
}
type Values = ReturnType<typeof courseAt>
const MEASURES = ['temperature', 'pressure', 'level', 'ambient'] as const

/**
 * The chart of a shipment as the server would give it: readings every 10 s, in buckets where that is more than
 * `points`; nothing for 20 minutes that end 100 minutes ago, and the hour before that came late.
 */
export const makeChart = (
  shipment: ShipmentDetail,
  from: number,
  to: number,
  points: number,
  nowSeconds: number,
): Chart => {
  const start = Math.max(from, Date.parse(shipment.departAt) / 1000)
  const end = Math.min(to, nowSeconds)
  const span = to - from
  const bucketSeconds = span / 10 <= points ? 0 : Math.ceil(span / points)
  const step = bucketSeconds || 10
  const gap = [nowSeconds - 120 * 60, nowSeconds - 100 * 60] as const
  const empty = () => ({ min: [] as (number | null)[], max: [] as (number | null)[], mean: [] as (number | null)[] })
  const chart: Chart = {
    resolution: bucketSeconds === 0 ? 'raw' : span > 20 * 24 * HOUR ? '1h' : '1m',
    bucketSeconds,
    time: [],
    temperature: empty(),
    pressure: empty(),
    level: empty(),
    ambient: empty(),
    coverage: span <= 0 ? 0 : Math.max(0, (end - start) / span) * 0.95,
    late: [[nowSeconds - 180 * 60, gap[0]]],
  }
  for (let second = Math.floor(start / step) * step; second < end; second += step) {
    chart.time.push(second)
    const values: Values | null = second > gap[0] && second < gap[1] ? null : courseAt(shipment, second, nowSeconds)
    const spread = bucketSeconds === 0 ? 0 : 1
    for (const measure of MEASURES) {
      const value = values?.[measure] ?? null
      const half = spread * (measure === 'temperature' ? 0.35 : measure === 'pressure' ? 0.02 : 0.003)
      chart[measure].mean.push(value)
      chart[measure].min.push(value === null ? null : value - half)
      chart[measure].max.push(value === null ? null : value + half)
    }
  }
  return chart
}

export const makeTrack = (shipment: ShipmentDetail, from: number, to: number): Track => {
  const newest = shipment.newest
  const track: Track = { time: [], lat: [], lon: [] }
  if (newest === null || newest.lat === null || newest.lon === null) return track
  for (let i = 0; i <= 60; i++) {
    const part = i / 60
    track.time.push(from + (to - from) * part)
    track.lat.push(shipment.origin.lat + (newest.lat - shipment.origin.lat) * part + 0.25 * Math.sin(part * 9))
    track.lon.push(shipment.origin.lon + (newest.lon - shipment.origin.lon) * part + 0.2 * Math.cos(part * 7) - 0.2)
  }
  return track
}

/** Six hours in 48 points. */
export const makeSparkline = (shipment: ShipmentDetail, hours: number, nowSeconds: number) => {
  const time = Array.from({ length: 48 }, (_, i) => Math.round(nowSeconds - hours * HOUR * (1 - i / 48)))
  const values = time.map((second) => courseAt(shipment, second, nowSeconds))
  return {
    shipmentId: shipment.id,
    time,
    temperature: values.map((value) => value.temperature),
    pressure: values.map((value) => value.pressure),
  }
}
