import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { finished } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Reading } from '../../server/model/reading.ts'
import { encodeReadings, READING_COLUMNS } from '../../server/store/copy.ts'
import { inTransaction, openPool } from '../../server/store/pool.ts'
import { capabilityOf, createUpkeep } from '../../server/store/upkeep.ts'
import type { Notes } from './figures.ts'
import { DEVICES, type Durable, measureInto } from './ingest.ts'
import { type Installation, install, median, SILENT } from './rig.ts'

/** of a reading in table and index, with the log of what is being written beside it; bytes */
const DISK_BYTES = 250
const ROWS_AT_ONCE = 50_000

type Where = { name: string; databaseUrl: string; mqttUrl: string | null }

/** The rate into a database that holds tens of millions of readings, against an empty one, by turns on the same server. */
export const noteFilled = async (
  { note, notRun, least, most }: Notes,
  { name, databaseUrl, mqttUrl }: Where,
  { quick, readings: asked = quick ? 1_000_000 : 50_000_000, rounds }: { quick: boolean; readings?: number | undefined; rounds: number },
): Promise<void> => {
  const { bavail, bsize } = await statfs(tmpdir())
  const room = Math.floor((bavail * bsize * 0.8) / DISK_BYTES)
  const readings = Math.min(asked, room)
  if (readings < asked) notRun(`${asked} stored readings: the disk has room for ${readings}`)
  const [empty, filled] = [await install(databaseUrl, DEVICES), await install(databaseUrl, DEVICES)]
  try {
    const filling = await fill(filled, readings)
    note(`${(readings / 1e6).toFixed(0)} million readings stored by COPY, ${name}`, filling.perSecond, 'rows/s')
    note('… rolled up', filling.rollUpSeconds, 's')
    note('… on disk', filling.bytes / 1e9, 'GB')
    let boot = 1
    for (const [each, messages] of [[1, quick ? 40_000 : 150_000], [20, quick ? 8_000 : 60_000]] as const) {
      const ratios: number[] = []
      const into = new Map<Installation, Durable[]>([[empty, []], [filled, []]])
      for (let round = 0; round < rounds; round++) {
        // the second of a pair has the warmer disk: take turns
        for (const installation of round % 2 === 0 ? [empty, filled] : [filled, empty])
          into.get(installation)?.push(await measureInto(installation, mqttUrl, messages, each, { boot: ++boot }))
        ratios.push(rateOf(into.get(filled)?.at(-1)) / rateOf(into.get(empty)?.at(-1)))
      }
      const all = [...(into.get(empty) ?? []), ...(into.get(filled) ?? [])]
      note(`durable, ${each} a message, ${name}, empty`, median((into.get(empty) ?? []).map(rateOf)), 'readings/s')
      note('… after so many', median((into.get(filled) ?? []).map(rateOf)), 'readings/s')
      note('… as a ratio, pair by pair', median(ratios), '', least(0.9))
      note('… readings acknowledged and not stored', all.reduce((sum, one) => sum + one.expected - one.stored, 0), '', most(0))
    }
  } finally {
    await empty.drop()
    await filled.drop()
  }
} // biome-ignore format: a table's rows

const rateOf = (durable: Durable | undefined): number => durable?.readingsPerSecond ?? Number.NaN

/** `readings` of all devices at 1 Hz up to an hour ago, roll-ups in place; then what comes next is not what they left to do. */
const fill = async (
  { url }: Installation,
  readings: number,
): Promise<{ perSecond: number; rollUpSeconds: number; bytes: number }> => {
  const ingest = openPool(url, { role: 'zaitu_ingest', max: 1, log: SILENT, statementMs: 600_000 })
  const owner = openPool(url, { role: 'owner', max: 2, log: SILENT, statementMs: 3_600_000 })
  const from = Date.now() - 3_600_000 - (readings / DEVICES) * 1_000
  const capability = await capabilityOf(owner)
  const upkeep = createUpkeep({ pool: owner, capability, retentionDays: 400, log: SILENT })
  await upkeep.turn(from - 3_600_000)
  const began = performance.now()
  for (let at = 0; at < readings; at += ROWS_AT_ONCE) {
    const bytes = encodeReadings(rows(at, Math.min(ROWS_AT_ONCE, readings - at), from))
    await inTransaction(ingest, async (tx) => {
      const stream = tx.query(copyFrom(`copy readings (${READING_COLUMNS}) from stdin (format binary)`))
      stream.end(bytes)
      await finished(stream)
    })
    if (at > 0 && at % 10_000_000 === 0) console.log(`  ${at / 1e6} million …`)
  }
  const perSecond = readings / ((performance.now() - began) / 1_000)
  const rolling = performance.now()
  await upkeep.turn(Date.now())
  const rollUpSeconds = (performance.now() - rolling) / 1_000
  await owner.query('vacuum analyze readings')
  await owner.query('checkpoint')
  const { rows: sizes } = await owner.query<{ bytes: string }>('select pg_database_size(current_database())::text as bytes')
  await Promise.all([ingest.end(), owner.end()])
  return { perSecond, rollUpSeconds, bytes: Number(sizes[0]?.bytes ?? 0) }
} // biome-ignore format: a query

const rows = (at: number, count: number, from: number): Reading[] =>
  Array.from({ length: count }, (_, i): Reading => {
    const [device, seq] = [(at + i) % DEVICES, Math.floor((at + i) / DEVICES)]
    const time = from + seq * 1_000
    return {
      deviceId: device + 1, receivedAt: time + 500, time, seq, boot: 1, temperature: Math.round((20 + 5 * Math.sin(seq / 13_750)) * 10) / 10,
      pressure: Math.round((1.3 + 0.2 * Math.sin(seq / 13_750)) * 1000) / 1000, level: null, ambient: null, lat: null, lon: null, battery: null, shock: null, extra: null,
    } // biome-ignore format: a row
  })
