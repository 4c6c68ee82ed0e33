import type { Chart } from '../../server/model/chart.ts'
import type { LiveReading } from '../../server/model/live.ts'

export type ChartMeasure = 'temperature' | 'pressure' | 'level' | 'ambient'
export const CHART_MEASURES = ['temperature', 'pressure', 'level', 'ambient'] as const
type Column = (number | null)[]

const copyOf = (chart: Chart): Chart => ({
  ...chart,
  time: [...chart.time],
  temperature: { min: [...chart.temperature.min], max: [...chart.temperature.max], mean: [...chart.temperature.mean] },
  pressure: { min: [...chart.pressure.min], max: [...chart.pressure.max], mean: [...chart.pressure.mean] },
  level: { min: [...chart.level.min], max: [...chart.level.max], mean: [...chart.level.mean] },
  ambient: { min: [...chart.ambient.min], max: [...chart.ambient.max], mean: [...chart.ambient.mean] },
})

const insert = (column: Column, index: number): void => {
  column.splice(index, 0, null)
}

/**
 * Breaks the line where more than `gapSeconds` passed between two points: a row of nulls goes in, so that a silence
 * is never drawn as a straight line. Gives a copy that may be appended to.
 */
export const withGaps = (chart: Chart, gapSeconds: number): Chart => {
  const out = copyOf(chart)
  const widest = Math.max(gapSeconds, chart.bucketSeconds * 1.5)
  for (let i = out.time.length - 1; i > 0; i--) {
    const before = out.time[i - 1]
    const after = out.time[i]
    if (before === undefined || after === undefined || after - before <= widest) continue
    out.time.splice(i, 0, before + Math.max(chart.bucketSeconds, 0.001))
    for (const measure of CHART_MEASURES)
      for (const column of [out[measure].min, out[measure].max, out[measure].mean]) insert(column, i)
  }
  return out
}

/**
 * Appends a live reading in place. Inside the running bucket it widens minimum and maximum and moves the mean by half
 * the way (the true mean comes with the next fetch); after it, it opens a bucket, and a gap before it where more than
 * `gapSeconds` passed. False when the reading is older than the end: then the stored truth must be fetched again.
 */
export const appendReading = (chart: Chart, reading: LiveReading, gapSeconds: number): boolean => {
  const at = Date.parse(reading.time) / 1000
  const last = chart.time.length - 1
  const lastTime = chart.time[last]
  if (lastTime !== undefined && at < lastTime) return false
  if (lastTime !== undefined && (at === lastTime || at < lastTime + chart.bucketSeconds)) {
    for (const measure of CHART_MEASURES) {
      const value = reading[measure]
      if (typeof value !== 'number') continue
      const { min, max, mean } = chart[measure]
      min[last] = Math.min(min[last] ?? value, value)
      max[last] = Math.max(max[last] ?? value, value)
      const before = mean[last]
      mean[last] = before === null || before === undefined ? value : (before + value) / 2
    }
    return true
  }
  const push = (time: number, values: LiveReading | null): void => {
    chart.time.push(time)
    for (const measure of CHART_MEASURES) {
      const value = values?.[measure] ?? null
      chart[measure].min.push(value)
      chart[measure].max.push(value)
      chart[measure].mean.push(value)
    }
  }
  if (lastTime !== undefined && at - lastTime > Math.max(gapSeconds, chart.bucketSeconds * 1.5))
    push(lastTime + Math.max(chart.bucketSeconds, 0.001), null)
  const start =
    chart.bucketSeconds > 0 && lastTime !== undefined
      ? lastTime + Math.floor((at - lastTime) / chart.bucketSeconds) * chart.bucketSeconds
      : at
  push(start, reading)
  return true
}

export type Summary = { min: number; minAt: number; max: number; maxAt: number; last: number; lastAt: number }

/** Smallest, largest and last value of a measure with their times (epoch s), from `from` on; null when there is none. */
export const summarise = (chart: Chart, measure: ChartMeasure, from = Number.NEGATIVE_INFINITY): Summary | null => {
  const { min, max, mean } = chart[measure]
  let found: Summary | null = null
  chart.time.forEach((at, i) => {
    const [low, high, middle] = [min[i], max[i], mean[i]]
    if (at < from || typeof low !== 'number' || typeof high !== 'number') return
    found ??= { min: low, minAt: at, max: high, maxAt: at, last: low, lastAt: at }
    if (low < found.min) Object.assign(found, { min: low, minAt: at })
    if (high > found.max) Object.assign(found, { max: high, maxAt: at })
    Object.assign(found, { last: middle ?? high, lastAt: at })
  })
  return found
}
