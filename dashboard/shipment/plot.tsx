import 'uplot/dist/uPlot.min.css'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Alarm, Priority } from '../../server/model/alarm.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { limitRule } from '../alarms/alarm-text.ts'
import { bounds } from '../fleet/attention.ts'
import { isActive } from '../live/alarm-book.ts'
import { setParams } from '../state/address.ts'
import { dark } from '../state/appearance.ts'
import { units } from '../state/preferences.ts'
import { language, t } from '../text/language.ts'
import { dayTime, dayTimeSeconds } from '../text/times.ts'
import { number, unitSign, withUnit } from '../text/values.ts'
import { differenceToShown, digitsOf, type Measure, toShown } from '../units.ts'
import { ChartTable } from './chart-table.tsx'
import { summarise } from './columns.ts'
import type { Course } from './course.ts'
import { limitLines } from './limit-lines.ts'
import type { AlarmSpan, Marks } from './marks.ts'
import { readPalette } from './palette.ts'
import { plotOptions } from './plot-options.ts'
import { rangeParams } from './range.ts'

const HEIGHT = { temperature: 240, pressure: 180, level: 130 } as const
/** °C, bar, fraction */
const LIMIT_REACH = { temperature: 10, pressure: 0.5, level: 0.1 } as const
/** °C, bar, fraction */
const LEAST_SPAN = { temperature: 2, pressure: 0.2, level: 0.05 } as const

/** Alarms of this measure; those of no measure stand with the temperature. */
const spansFor = (measure: Measure, alarms: readonly Alarm[]): AlarmSpan[] =>
  alarms
    .filter((alarm) => {
      const own = limitRule(alarm.rule)?.measure ?? (alarm.rule.startsWith('pressure') ? 'pressure' : 'temperature')
      return !alarm.void && own === measure
    })
    .map((alarm) => ({
      from: Date.parse(alarm.onset) / 1000,
      to: alarm.clearedAt === null ? null : Date.parse(alarm.clearedAt) / 1000,
      priority: alarm.priority,
    }))

const columnsOf = ({ chart }: Course, measure: Measure): uPlot.AlignedData => {
  const chosen = units.value
  const shown = (column: readonly (number | null)[]): (number | null)[] =>
    column.map((value) => (value === null ? null : toShown(measure, value, chosen)))
  const { min, max, mean } = chart[measure]
  return measure === 'temperature'
    ? [chart.time, shown(max), shown(min), shown(mean), shown(chart.ambient.mean)]
    : [chart.time, shown(max), shown(min), shown(mean)]
}

type PlotProps = {
  measure: Measure
  course: Course
  version: number
  shipment: ShipmentDetail
  alarms: readonly Alarm[]
  table: boolean
}

/** One measure over time: mean line, band from lowest to highest, limits, gaps, late stretches, alarms. */
export const Plot = ({ measure, course, version, shipment, alarms, table }: PlotProps) => {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const cursor = useSignal<number | null>(null)
  const digits = digitsOf(measure, units.value)

  const marks = useRef<Marks>({ limits: [], alarms: [], late: [] })
  const tone = useRef<Priority>('high')
  const sides = useRef<{ low: number | null; high: number | null }>({ low: null, high: null })
  const shown = (value: number | null): number | null => (value === null ? null : toShown(measure, value, units.value))
  marks.current = {
    limits: limitLines(measure, shipment, units.value),
    alarms: spansFor(measure, alarms),
    late: course.chart.late,
  }
  const active = alarms.find((alarm) => isActive(alarm) && limitRule(alarm.rule)?.measure === measure)
  tone.current = active?.priority ?? 'high'
  const { low, high } = bounds(shipment.limits[measure])
  sides.current = { low: shown(low), high: shown(high) }

  const theme = dark.value
  const chosenUnits = units.value
  const words = language.value
  // colours, units and words are baked into the options
  useEffect(() => {
    const holder = place.current
    if (holder === null || table) return
    const source = {
      palette: readPalette(),
      marks: () => marks.current,
      tone: () => tone.current,
      bounds: () => sides.current,
      leastSpan: differenceToShown(measure, LEAST_SPAN[measure], units.value),
      limitReach: differenceToShown(measure, LIMIT_REACH[measure], units.value),
      withAmbient: measure === 'temperature',
      onZoom: (from: number, to: number) => setParams(rangeParams(from, to), { replace: false }),
      onBack: () => setParams({ from: null, to: null }, { replace: false }),
      onCursor: (index: number | null) => {
        cursor.value = index
      },
    }
    const made = new uPlot(plotOptions(source, holder.clientWidth, HEIGHT[measure]), columnsOf(course, measure), holder)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: holder.clientWidth, height: HEIGHT[measure] }))
    observer.observe(holder)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [measure, theme, chosenUnits, words, table])

  // the columns are changed in place, `version` says when
  useEffect(() => {
    const drawn = plot.current
    if (drawn === null) return
    drawn.batch(() => {
      drawn.setData(columnsOf(course, measure), false)
      drawn.setScale('x', { min: course.from, max: course.to })
    })
  }, [course, version, theme, chosenUnits, words, alarms, shipment, table])

  // as above
  const summary = useMemo(() => summarise(course.chart, measure, course.from), [course, version])
  const text =
    summary === null
      ? t('chart.empty')
      : t('chart.summary', {
          min: withUnit(measure, summary.min),
          minAt: dayTime(summary.minAt * 1000),
          max: withUnit(measure, summary.max),
          maxAt: dayTime(summary.maxAt * 1000),
          last: withUnit(measure, summary.last),
        })
  const at = cursor.value
  const under = at === null ? null : course.chart.time[at]
  const values = at === null ? null : course.chart[measure]
  const mean = values?.mean[at ?? 0] ?? null
  return (
    <figure class="plot">
      <figcaption>
        <h3>
          {t(`measure.${measure}`)} <span class="unit">{unitSign(measure)}</span>
        </h3>
        <p class="muted" aria-live="off">
          {under !== null && under !== undefined && mean !== null ? (
            <>
              {dayTimeSeconds(under * 1000)} <b class="readout">{withUnit(measure, mean)}</b>
              {course.chart.bucketSeconds > 0 &&
                ` (${number(shown(values?.min[at ?? 0] ?? mean) ?? 0, digits)} … ${number(shown(values?.max[at ?? 0] ?? mean) ?? 0, digits)})`}
            </>
          ) : (
            text
          )}
        </p>
      </figcaption>
      {table ? (
        <ChartTable chart={course.chart} measure={measure} />
      ) : (
        <div class="plot-area" ref={place} role="img" aria-label={`${t(`measure.${measure}`)}. ${text}`} />
      )}
    </figure>
  )
}
