import type { Chart, Track } from '../model/chart.ts'
import type { Tx } from './pool.ts'
import {
  type BucketRow,
  bucketRows,
  HOUR_MS,
  type Loan,
  loansIn,
  MINUTE_MS,
  type Resolution,
  segmentsFor,
} from './segments.ts'

export type Range = { from: number; to: number; points: number }

const MEASURES = ['temperature', 'pressure', 'level', 'ambient'] as const

/** Widths a person can read off, in seconds; beyond, whole days. */
const WIDTHS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 2400, 3600, 7200, 10_800, 14_400, 21_600, 28_800,
  43_200, 86_400,
]

/** The narrowest width, aligned to the epoch, that cuts the range into at most `points` buckets. */
export const bucketWidth = (from: number, to: number, points: number): number => {
  const fits = (width: number): boolean =>
    Math.floor((to - 1) / (width * 1000)) - Math.floor(from / (width * 1000)) + 1 <= points
  const width = WIDTHS.find(fits)
  if (width !== undefined) return width
  let days = Math.max(2, Math.floor((to - from) / 86_400_000 / points))
  while (!fits(days * 86_400)) days++
  return days * 86_400
}

/**
 * More rows of the minutes' roll-up than this take longer than a person waits for gladly (43,200 of 30 days: 86 ms against
 * 17 from the hours' roll-up): then hours are shown, with minimum and maximum kept, in fewer points than were asked for.
 */
const MOST_MINUTES = 25_000

/** A silence longer than three reporting intervals is a gap; so is an empty bucket that is wider than that. */
const gapSeconds = (loans: readonly Loan[]): number =>
  (3 * Math.max(1_000, ...loans.map((loan) => loan.intervalMs))) / 1000
/** Later than this on arrival counts as late: three reporting intervals, and never less than a minute. */
const lateSeconds = (loans: readonly Loan[]): number => Math.max(60, gapSeconds(loans))

/**
 * What was measured on a shipment, in columns of at most `points` rows; minimum and maximum are kept whatever the
 * resolution, a gap is a row of nulls. Sees only loans that the transaction's organisation sees. Times: epoch ms in, seconds out.
 */
export const chart = async (tx: Tx, shipmentId: string, { from, to, points }: Range): Promise<Chart> => {
  const loans = await loansIn(tx, shipmentId, from, to)
  const single = loans.length === 0 ? [] : await singleRows(tx, loans, points)
  if (single !== null) return columns(single, { loans, from, to, width: 0, resolution: 'raw' })
  const fitting = bucketWidth(from, to, points)
  const minutes = loans.reduce((sum, loan) => sum + (loan.to - loan.from) / MINUTE_MS, 0)
  const width = minutes > MOST_MINUTES && fitting % 60 === 0 ? Math.ceil(fitting / 3600) * 3600 : fitting
  const resolution: Resolution = width % 3600 === 0 ? '1h' : width % 60 === 0 ? '1m' : 'raw'
  const rows = await bucketRows(tx, await segmentsFor(tx, loans, resolution), resolution, width)
  return columns(rows, { loans, from, to, width, resolution })
}

type Row = Omit<BucketRow, 'shipment_id'>

/** Every reading as a row of its own, or null when they are more than `points` with their gaps. */
const singleRows = async (tx: Tx, loans: readonly Loan[], points: number): Promise<Row[] | null> => {
  const expected = loans.reduce((sum, loan) => sum + (loan.to - loan.from) / loan.intervalMs, 0)
  if (expected > points * 4) return null
  const rows: Row[] = []
  for (const loan of loans) {
    const found = await tx.query<{
      at: number
      arrival: number
      temperature: number | null
      pressure: number | null
      level: number | null
      ambient: number | null
    }>(
      `select extract(epoch from time)::float8 as at, extract(epoch from received_at - time)::float8 as arrival, temperature, pressure, level, ambient
       from visible_readings where shipment_id = $5::uuid and device_id = $1::integer and time >= $2::timestamptz and time < $3::timestamptz
       order by time, seq limit $4::integer`,
      [loan.deviceId, new Date(loan.from), new Date(loan.to), points + 1, loan.shipmentId],
    )
    for (const r of found.rows) {
      rows.push({
        at: r.at, readings: 1, arrival_seconds: r.arrival,
        temperature_min: r.temperature, temperature_max: r.temperature, temperature_mean: r.temperature,
        pressure_min: r.pressure, pressure_max: r.pressure, pressure_mean: r.pressure,
        level_min: r.level, level_max: r.level, level_mean: r.level,
        ambient_min: r.ambient, ambient_max: r.ambient, ambient_mean: r.ambient,
      }) // biome-ignore format: one line a measure
    }
    if (rows.length > points) return null
  }
  rows.sort((a, b) => a.at - b.at)
  const gap = gapSeconds(loans)
  const gaps = rows.filter((row, index) => index > 0 && row.at - (rows[index - 1]?.at ?? row.at) > gap).length
  return rows.length + gaps > points ? null : rows
}

type Frame = { loans: readonly Loan[]; from: number; to: number; width: number; resolution: Resolution }

const columns = (rows: readonly Row[], { loans, from, to, width, resolution }: Frame): Chart => {
  const empty = () => ({ min: [] as (number | null)[], max: [] as (number | null)[], mean: [] as (number | null)[] })
  const result: Chart = {
    resolution, bucketSeconds: width, time: [],
    temperature: empty(), pressure: empty(), level: empty(), ambient: empty(), coverage: 0, late: [],
  } // biome-ignore format: the shape at a glance
  const gap = Math.max(gapSeconds(loans), width * 1.5)
  const late = lateSeconds(loans)
  const interval = gapSeconds(loans) / 3
  let covered = 0
  let before: Row | undefined
  for (const row of rows) {
    if (before !== undefined && row.at - before.at > gap) {
      result.time.push(width > 0 ? before.at + width : (before.at + row.at) / 2)
      for (const measure of MEASURES) for (const side of SIDES) result[measure][side].push(null)
    }
    if (width === 0 && before !== undefined) covered += Math.min(row.at - before.at, 3 * interval)
    if (width > 0) covered += Math.min(width, row.readings * interval)
    result.time.push(row.at)
    for (const measure of MEASURES) for (const side of SIDES) result[measure][side].push(row[`${measure}_${side}`])
    if ((row.arrival_seconds ?? 0) > late) addStretch(result.late, row.at, row.at + Math.max(width, interval), gap)
    before = row
  }
  const last = Math.min(to, Date.now()) / 1000
  if (width === 0 && before !== undefined) covered += Math.max(0, Math.min(last - before.at, interval))
  const asked = last - from / 1000
  result.coverage = asked > 0 ? Math.min(1, covered / asked) : 0
  return result
}

const SIDES = ['min', 'max', 'mean'] as const

const addStretch = (stretches: [number, number][], from: number, to: number, gap: number): void => {
  const last = stretches.at(-1)
  if (last !== undefined && from - last[1] <= gap) last[1] = to
  else stretches.push([from, to])
}

/** Where a shipment was: one position a bucket, at most `points`. An index look-up a bucket, however many rows lie between. */
export const track = async (tx: Tx, shipmentId: string, { from, to, points }: Range): Promise<Track> => {
  const width = bucketWidth(from, to, points)
  const found: { at: number; lat: number; lon: number }[] = []
  for (const loan of await loansIn(tx, shipmentId, from, to)) {
    const { rows } = await tx.query<{ at: number; lat: number; lon: number }>(
      `select extract(epoch from p.time)::float8 as at, p.lat, p.lon
       from generate_series(date_bin(make_interval(secs => $4::float8), $2::timestamptz, timestamptz '1970-01-01 00:00Z'),
         $3::timestamptz, make_interval(secs => $4::float8)) as bucket
       cross join lateral (
         select time, lat, lon from visible_readings r
         where r.shipment_id = $5::uuid and r.device_id = $1::integer and r.time >= bucket and r.time < least(bucket + make_interval(secs => $4::float8), $3::timestamptz)
           and r.time >= $2::timestamptz and r.time < $3::timestamptz and r.lat is not null and r.lon is not null
         order by r.time limit 1) p`,
      [loan.deviceId, new Date(loan.from), new Date(loan.to), width, loan.shipmentId],
    )
    found.push(...rows)
  }
  found.sort((a, b) => a.at - b.at)
  // of several devices in one bucket the first: the buckets, not the devices, are at most `points`
  const kept = found.filter((p, index) => Math.floor(p.at / width) !== Math.floor((found[index - 1]?.at ?? -1) / width))
  return { time: kept.map((p) => p.at), lat: kept.map((p) => p.lat), lon: kept.map((p) => p.lon) }
}

export type Sparkline = {
  shipmentId: string
  time: number[]
  temperature: (number | null)[]
  pressure: (number | null)[]
}

/** The last hours of every shipment in at most 48 points each, from the minutes' roll-up. */
export const sparklines = async (tx: Tx, hours: number): Promise<Sparkline[]> => {
  const to = Date.now()
  const loans = await loansIn(tx, null, to - hours * HOUR_MS, to)
  const width = Math.max(60, Math.ceil((hours * HOUR_MS) / 47 / MINUTE_MS) * 60)
  const rows = await bucketRows(tx, await segmentsFor(tx, loans, '1m'), '1m', width)
  const byShipment = new Map<string, Sparkline>()
  for (const row of rows) {
    const line = byShipment.get(row.shipment_id) ?? {
      shipmentId: row.shipment_id,
      time: [],
      temperature: [],
      pressure: [],
    }
    line.time.push(row.at)
    line.temperature.push(row.temperature_mean)
    line.pressure.push(row.pressure_mean)
    byShipment.set(row.shipment_id, line)
  }
  return [...byShipment.values()]
}
