import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPipeline } from '../../../server/pipeline.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { startEmbeddedPostgres } from '../../../server/store/embedded.ts'
import { openPool } from '../../../server/store/pool.ts'
import { install, SILENT } from '../rig.ts'

/**
 * ms from when a whole late day of one stream is asked to be folded again to when its alarms and checkpoints are committed,
 * over the embedded database: reading it page by page, folding it with all rules, writing what it says.
 */
export const measureLateDay = async (readings: readonly Sampled[], rounds: number): Promise<number> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'zaitu-day-'))
  const database = await startEmbeddedPostgres({ dataDir, log: SILENT })
  try {
    const { url, drop } = await install(database.url, 1)
    const pool = openPool(url, { role: 'owner', max: 4, log: SILENT })
    const pipeline = createPipeline({
      pool,
      log: SILENT,
      publish: async () => undefined,
      live: { readings: () => undefined, alarmsChanged: () => undefined },
      intakeUp: () => true,
    })
    try {
      await pipeline.settled()
      // ended an hour ago, as a device's that has been out of reach
      const shift = Date.now() - 3_600_000 - (readings.at(-1)?.time ?? 0)
      await pool.query(
        `insert into readings (device_id, time, seq, received_at, temperature, pressure, level, ambient)
         select d.id, r.time, 0, now(), r.temperature, r.pressure, r.level, r.ambient
         from devices d, unnest($1::timestamptz[], $2::float8[], $3::float8[], $4::float8[], $5::float8[]) as r (time, temperature, pressure, level, ambient)`,
        [
          readings.map(({ time }) => new Date(time + shift)),
          ...(['temperature', 'pressure', 'level', 'ambient'] as const).map((measure) =>
            readings.map((one) => one[measure]),
          ),
        ],
      )
      let least = Number.POSITIVE_INFINITY
      for (let round = 0; round < rounds; round++) {
        await pool.query(
          `insert into refold_requests (shipment_id, device_id, from_time) select shipment_id, device_id, lower(during) from assignments`,
        )
        const began = performance.now()
        await pipeline.settled()
        least = Math.min(least, performance.now() - began)
      }
      return least
    } finally {
      await pipeline.stop()
      await pool.end()
      await drop()
    }
  } finally {
    await database.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
