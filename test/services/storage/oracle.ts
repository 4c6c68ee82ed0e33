import { expect } from 'vitest'
import type { Chart } from '../../../server/model/chart.ts'
import { MEASURES, type Reading } from '../../../server/model/reading.ts'
import type { Range } from '../../../server/store/chart.ts'

/** What the storage has to say, worked out the slow and obvious way. */

export type Loan = { deviceId: number; from: number; to: number }

const keyOf = ({ deviceId, time, seq }: Reading): string => `${deviceId} ${time} ${seq}`

/** One after another: what is missing is filled in, what differs is turned away, measure by measure. */
export const naiveStore = (readings: readonly Reading[]): { rows: Reading[]; turnedAway: number } => {
  const rows = new Map<string, Reading>()
  let turnedAway = 0
  for (const second of readings) {
    const first = rows.get(keyOf(second))
    if (first === undefined) {
      rows.set(keyOf(second), { ...second })
      continue
    }
    for (const measure of MEASURES) {
      const given = second[measure]
      if (given === null || given === first[measure]) continue
      if (first[measure] === null) first[measure] = given
      else turnedAway += 1
    }
  }
  return { rows: [...rows.values()].sort((a, b) => a.time - b.time || a.seq - b.seq), turnedAway }
}

const CHARTED = ['temperature', 'pressure', 'level', 'ambient'] as const

type Point = Record<(typeof CHARTED)[number], { min: number | null; max: number | null; mean: number | null }>

const pointOf = (readings: readonly Reading[]): Point => {
  const of = (measure: (typeof CHARTED)[number]) => {
    const values = readings.map((one) => one[measure]).filter((value) => value !== null)
    if (values.length === 0) return { min: null, max: null, mean: null }
    const sum = values.reduce((a, b) => a + b, 0)
    return { min: Math.min(...values), max: Math.max(...values), mean: sum / values.length }
  }
  return { temperature: of('temperature'), pressure: of('pressure'), level: of('level'), ambient: of('ambient') }
}

export const lent = (readings: readonly Reading[], loans: readonly Loan[], { from, to }: Range): Reading[] =>
  readings.filter(
    ({ deviceId, time }) =>
      time >= from &&
      time < to &&
      loans.some((loan) => loan.deviceId === deviceId && time >= loan.from && time < loan.to),
  )

const near = (value: number | null): unknown => (value === null ? null : expect.closeTo(value, 6))

/** Holds a chart against the readings it was drawn from: no more points than asked for, every value, every gap. */
export const expectChart = (
  chart: Chart,
  readings: readonly Reading[],
  loans: readonly Loan[],
  range: Range,
  intervalSeconds: number,
): void => {
  const rows = lent(readings, loans, range)
  const width = chart.bucketSeconds
  const groups = new Map<number, Reading[]>()
  for (const row of rows) {
    const at = width === 0 ? row.time / 1000 : Math.floor(row.time / 1000 / width) * width
    groups.set(at, [...(groups.get(at) ?? []), row])
  }
  expect(chart.time.length).toBeLessThanOrEqual(range.points)
  expect(chart.time).toEqual([...chart.time].sort((a, b) => a - b))
  for (const measure of CHARTED)
    for (const side of ['min', 'max', 'mean'] as const) expect(chart[measure][side]).toHaveLength(chart.time.length)

  const at = (index: number): Point => {
    const of = (measure: (typeof CHARTED)[number]) => ({
      min: chart[measure].min[index] ?? null,
      max: chart[measure].max[index] ?? null,
      mean: chart[measure].mean[index] ?? null,
    })
    return { temperature: of('temperature'), pressure: of('pressure'), level: of('level'), ambient: of('ambient') }
  }
  const drawn = chart.time.map((time, index) => ({ time, point: at(index) }))
  const values = drawn.filter(({ time }) => groups.has(time))
  // where every point is a reading of its own, two devices may have one at the same moment, in either order
  const wanted = [...groups.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([time, group]) =>
      (width === 0 ? group.map((one) => pointOf([one])) : [pointOf(group)]).map((point) => ({ time, point })),
    )
  const sorted = <T extends { time: number; point: Point }>(list: T[]): T[] =>
    [...list].sort((a, b) => a.time - b.time || JSON.stringify(a.point).localeCompare(JSON.stringify(b.point)))
  const loose = sorted(wanted).map(({ time, point }) => ({
    time,
    point: Object.fromEntries(
      CHARTED.map((m) => [m, { min: point[m].min, max: point[m].max, mean: near(point[m].mean) }]),
    ),
  }))
  expect(sorted(values)).toEqual(loose)

  const empty = pointOf([])
  const gap = Math.max(3 * intervalSeconds, width * 1.5)
  const times = wanted.map(({ time }) => time)
  const silences = times.flatMap((time, index) => {
    const before = times[index - 1]
    return before !== undefined && time - before > gap ? [[before, time] as const] : []
  })
  const gaps = drawn.filter(({ time }) => !groups.has(time))
  expect(gaps.map(({ point }) => point)).toEqual(silences.map(() => empty))
  for (const [index, [before, after]] of silences.entries()) {
    expect(gaps[index]?.time).toBeGreaterThan(before)
    expect(gaps[index]?.time).toBeLessThan(after)
  }
}
