import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ATMOSPHERE_BAR } from '../../../server/model/reading.ts'
import { type Facts, plainFacts } from '../../../server/rules/facts.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { readRows } from '../../../simulators/recording.ts'
import { sampled } from './drive.ts'

/** Real recordings of a water loop (Skoltech Anomaly Benchmark), beside the project, with a README. */
const FOLDER = fileURLToPath(new URL('../../../../shared/data/telemetry', import.meta.url))

/** Where the recordings are, or null. */
export const RECORDINGS: string | null = existsSync(FOLDER) ? FOLDER : null

export const NORMAL_RECORDING = 'anomaly-free.csv'
export const VALVE_RECORDINGS = Array.from({ length: 8 }, (_, index) => `valve1-${index}.csv`)

/** A reading a second, gauge pressure, and nothing known of what is inside. */
export const RECORDING_FACTS: Facts = { ...plainFacts({}), intervalMs: 1000, reportMs: 1000, gauge: true }

/** Readings of one recording: the fluid's thermocouple as temperature, pressure as the server stores it. */
export const recorded = async (from: string, file: string): Promise<Sampled[]> => {
  const readings: Sampled[] = []
  const plan = {
    file: join(from, file),
    delimiter: ';',
    time: 'datetime',
    columns: new Map([
      ['temperature', 'Thermocouple'],
      ['pressure', 'Pressure'],
    ] as const),
    extra: [],
    zone: 'Z',
  }
  for await (const row of readRows(plan)) {
    if (!('time' in row)) continue
    const { temperature, pressure } = row.measures
    const absolute = pressure === undefined ? undefined : pressure + ATMOSPHERE_BAR
    // below no pressure at all there is none: such a value becomes a dead letter before any rule
    const isPossible = absolute !== undefined && absolute >= 0
    readings.push(
      sampled({ time: row.time, seq: readings.length, temperature, ...(isPossible && { pressure: absolute }) }),
    )
  }
  return readings.sort((a, b) => a.time - b.time)
}
