import { useMemo } from 'preact/hooks'
import type { Limits } from '../../server/model/limits.ts'
import type { Entry } from '../live/world.ts'
import { bounds } from './attention.ts'
import { SPARK_HOURS } from './spark.ts'

const WIDTH = 88
const HEIGHT = 26
const PAD = 3

type Drawn = { path: string; low: number | null; high: number | null; end: { x: number; y: number } | null }

/** A limit is drawn when the values come within this many of their own heights of it. */
const LIMIT_REACH = 3
/** The smallest height of the scale, °C and bar: noise must not look like a mountain. */
const LEAST_SPAN = { temperature: 2, pressure: 0.2 } as const

const draw = (
  time: number[],
  values: (number | null)[],
  measure: 'temperature' | 'pressure',
  limits: Limits,
): Drawn => {
  const present = values.filter((value) => value !== null)
  const end = time.at(-1)
  if (present.length === 0 || end === undefined) return { path: '', low: null, high: null, end: null }
  let [bottom, top] = [Math.min(...present), Math.max(...present)]
  const span = Math.max(top - bottom, LEAST_SPAN[measure])
  const { low, high } = bounds(limits[measure])
  const near = (limit: number | null): limit is number =>
    limit !== null && limit < top + LIMIT_REACH * span && limit > bottom - LIMIT_REACH * span
  if (near(high)) top = Math.max(top, high)
  if (near(low)) bottom = Math.min(bottom, low)
  const middle = (top + bottom) / 2
  const height = Math.max(top - bottom, LEAST_SPAN[measure])
  const y = (value: number): number =>
    Math.round((HEIGHT / 2 - ((value - middle) / height) * (HEIGHT - 2 * PAD)) * 10) / 10
  const start = end - SPARK_HOURS * 3600
  const x = (at: number): number =>
    Math.round((PAD + ((at - start) / (SPARK_HOURS * 3600)) * (WIDTH - 2 * PAD)) * 10) / 10
  let path = ''
  let pen = 'M'
  let last: Drawn['end'] = null
  time.forEach((at, i) => {
    const value = values[i]
    if (typeof value !== 'number') {
      pen = 'M'
      return
    }
    last = { x: x(at), y: y(value) }
    path += `${pen}${last.x} ${last.y}`
    pen = 'L'
  })
  return { path, low: near(low) ? y(low) : null, high: near(high) ? y(high) : null, end: last }
}

type SparklineProps = { entry: Entry; measure: 'temperature' | 'pressure'; limits: Limits }

/**
 * The last six hours in one small line, its limits dashed. An SVG path rather than a canvas: it takes its colours from
 * the style sheet, stays sharp on any screen, and at 30 visible rows costs nothing that can be measured.
 */
export const Sparkline = ({ entry, measure, limits }: SparklineProps) => {
  const version = entry.sparkVersion.value
  // the spark is changed in place, its version says when
  const drawn = useMemo(
    () => draw(entry.spark.time, entry.spark[measure], measure, limits),
    [entry, measure, limits, version],
  )
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      {drawn.high !== null && <path class="spark-limit" d={`M0 ${drawn.high}H${WIDTH}`} />}
      {drawn.low !== null && <path class="spark-limit" d={`M0 ${drawn.low}H${WIDTH}`} />}
      <path class="spark-line" d={drawn.path} />
      {drawn.end !== null && <circle class="spark-end" cx={drawn.end.x} cy={drawn.end.y} r="1.8" />}
    </svg>
  )
}
