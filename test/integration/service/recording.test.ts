import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { EMAIL, PASSWORD, type Running, startRunning } from './running.ts'

const FOLDER = fileURLToPath(new URL('../../../../shared/data/telemetry/', import.meta.url))
const CLI = fileURLToPath(new URL('../../../simulators/cli.ts', import.meta.url))
const run = promisify(execFile)
const present = existsSync(FOLDER)
if (!present) console.warn(`SKIPPED: the recordings are not there (${FOLDER})`)

let running: Running
afterEach(() => running?.close())

/** Recordings as they are (1 Hz, gauge pressure with three rows below a vacuum), as fast as they go, through the real broker. */
describe.skipIf(!present)('a recording through broker, database, alarms and chart', () => {
  it.each([
    ['anomaly-free.csv', 9_405, 2],
    ['valve1-3.csv', 1_148, 1],
  ])(
    '%s: every row is stored, and each measure that cannot be is a dead letter with its reason',
    async (file, rows, impossible) => {
      running = await startRunning()
      const { stdout } = await run(process.execPath, [
      '--import', 'tsx', CLI, 'replay', '--file', `${FOLDER}${file}`, '--delimiter', ';', '--time', 'datetime',
      '--map', 'temperature=Thermocouple,pressure=Pressure', '--extra', 'Temperature,Current,Voltage', '--speed-up', '0', '--batch', '20',
      '--mqtt', running.mqttUrl, '--api', new URL(running.base).origin, '--email', EMAIL, '--password', PASSWORD,
      '--device', 'skab', '--pressure-reference', 'gauge',
    ]) // biome-ignore format: the command as one types it
      expect(stdout).toContain(String(rows))
      await running.settled()

      const database = new pg.Client(running.databaseUrl)
      await database.connect()
      const { rows: stored } = await database.query(
        'select count(*)::integer as readings, count(*) filter (where pressure is null)::integer as "withoutPressure" from readings',
      )
      const { rows: letters } = await database.query('select reason from dead_letters')
      await database.end()
      expect(stored).toEqual([{ readings: rows, withoutPressure: impossible }])
      expect(letters).toHaveLength(impossible)
      for (const { reason } of letters)
        expect(reason).toMatch(/^pressure -\d.* bar absolute is outside the physical range/)

      const shipment = (await running.ask('GET', '/shipments')).body.items?.[0]
      const chart = (
        await running.ask(
          'GET',
          `/shipments/${shipment?.id}/readings?from=${Date.now() - (rows + 600) * 1_000}&to=${Date.now() + 60_000}&points=500`,
        )
      ).body as {
        time: number[]
        temperature: { max: (number | null)[] }
      }
      expect(chart.time.length).toBeGreaterThan(100)
      expect(chart.time.length).toBeLessThanOrEqual(500)
      expect(Math.max(...chart.temperature.max.flatMap((value) => value ?? []))).toBeGreaterThan(24)
    },
  )
})
