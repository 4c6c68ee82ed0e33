import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ATMOSPHERE_BAR } from '../../../server/model/reading.ts'
import { type Facts, plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { readRows } from '../../../simulators/recording.ts'
import { drive, sampled } from './drive.ts'

/** Real recordings of a water loop (Skoltech Anomaly Benchmark), beside the project or its parent, with a README. */
const FOLDERS = ['../../../../shared/data/telemetry', '../../../../../shared/data/telemetry'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)

/** Where the recordings are, or null. */
export const RECORDINGS: string | null = FOLDERS.find((folder) => existsSync(folder)) ?? null

export const NORMAL_RECORDING = 'anomaly-free.csv'
export const VALVE_RECORDINGS = Array.from({ length: 8 }, (_, index) => `valve1-${index}.csv`)

/** A reading a second, gauge pressure, and nothing known of what is inside. */
export const RECORDING_FACTS: Facts = { ...plainFacts({}), intervalMs: 1000, reportMs: 1000, gauge: true }

export type RecordingRow = { file: string; readings: number; minutes: number; alarms: string }

/** What comes on each recording, alone: a row a file, each alarm with its minute. */
export const recordingTable = async (from: string): Promise<RecordingRow[]> => {
  const rows: RecordingRow[] = []
  for (const file of [NORMAL_RECORDING, ...VALVE_RECORDINGS]) {
    const readings = await recorded(from, file)
    const began = readings[0]?.time ?? 0
    const alarms = drive(fold, readings, RECORDING_FACTS).map(
      ({ rule, causes, onset }) => `${[rule, ...causes].join(' ')} after ${Math.round((onset - began) / 60_000)} min`,
    )
    rows.push({
      file,
      readings: readings.length,
      minutes: Math.round(((readings.at(-1)?.time ?? began) - began) / 60_000),
      alarms: alarms.length === 0 ? 'none' : alarms.join('; '),
    })
  }
  return rows
}

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
