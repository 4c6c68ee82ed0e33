import type { Reading } from '../../server/model/reading.ts'
import { chart } from '../../server/store/chart.ts'
import { asOrganisation, inTransaction, openPool } from '../../server/store/pool.ts'
import { copyReadings } from '../../server/store/readings.ts'
import { capabilityOf, createUpkeep } from '../../server/store/upkeep.ts'
import { install, percentile, SILENT } from './rig.ts'

export type Charting = {
  capability: string
  readings: number
  p50: number
  p95: number
  dayP50: number
  points: number
  bytesPerReading: number
  compressedBytesPerReading: number | null
}

const PAGE = 50_000

/** A chart of `days` at 1 Hz in 1,500 points, and of one day out of them, roll-ups in place; then what a reading costs on disk. */
export const measureChart = async (databaseServer: string, days: number, repeats: number): Promise<Charting> => {
  const installation = await install(databaseServer, 1)
  const owner = openPool(installation.url, { role: 'owner', max: 2, log: SILENT, statementMs: 600_000 })
  const ingest = openPool(installation.url, { role: 'zaitu_ingest', max: 1, log: SILENT })
  const people = openPool(installation.url, { role: 'zaitu_app', max: 1, log: SILENT })
  const to = Math.floor(Date.now() / 60_000) * 60_000 - 300_000
  const from = to - days * 86_400_000
  const count = days * 86_400
  for (let at = 0; at < count; at += PAGE) {
    const batch = Array.from({ length: Math.min(PAGE, count - at) }, (_, i): Reading => {
      const n = at + i
      const time = from + n * 1_000
      return {
        deviceId: 1, receivedAt: time + 500, time, seq: n, boot: 1, temperature: Math.round((20 + 5 * Math.sin(n / 13_750)) * 10) / 10,
        pressure: Math.round((1.3 + 0.2 * Math.sin(n / 13_750)) * 1000) / 1000, level: 0.9, ambient: 15, lat: null, lon: null, battery: null, shock: null, extra: null,
      } // biome-ignore format: a row
    })
    await inTransaction(ingest, (tx) => copyReadings(tx, batch, () => undefined))
  }
  const capability = await capabilityOf(owner)
  const upkeep = createUpkeep({ pool: owner, capability, retentionDays: 400, log: SILENT })
  await upkeep.turn(Date.now())
  await owner.query('vacuum analyze readings')
  const shipment = installation.shipmentIds[0] ?? ''
  const ask = async (a: number, b: number): Promise<{ ms: number; points: number }> => {
    const began = performance.now()
    const answer = await asOrganisation(people, { orgId: installation.orgId }, (tx) =>
      chart(tx, shipment, { from: a, to: b, points: 1_500 }),
    )
    return { ms: performance.now() - began, points: answer.time.length }
  }
  await ask(from, to)
  const month: number[] = []
  const day: number[] = []
  let points = 0
  for (let i = 0; i < repeats; i++) {
    const answer = await ask(from + i * 977, to - i * 977)
    points = answer.points
    month.push(answer.ms)
    day.push((await ask(to - 86_400_000 - i * 977, to - i * 977)).ms)
  }
  const size = async (): Promise<number> => {
    const { rows } = await owner.query<{ bytes: string }>(
      capability === 'none'
        ? `select sum(pg_total_relation_size(inhrelid))::text as bytes from pg_inherits where inhparent = 'readings'::regclass`
        : `select hypertable_size('readings')::text as bytes`,
    )
    return Number(rows[0]?.bytes ?? 0) / count
  }
  const bytesPerReading = await size()
  let compressedBytesPerReading: number | null = null
  if (capability === 'timescale') {
    await owner.query(`select arrange_compression('31 days')`)
    await owner.query(`select compress_chunk(c, true) from show_chunks('readings') c`)
    compressedBytesPerReading = await size()
  }
  await Promise.all([owner.end(), ingest.end(), people.end()])
  await installation.drop()
  return {
    capability,
    readings: count,
    p50: percentile(month, 0.5),
    p95: percentile(month, 0.95),
    dayP50: percentile(day, 0.5),
    points,
    bytesPerReading,
    compressedBytesPerReading,
  }
}
