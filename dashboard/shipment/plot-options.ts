import type uPlot from 'uplot'
import type { Priority } from '../../server/model/alarm.ts'
import { clock, day, hourMinute } from '../text/times.ts'
import { drawAlarms, drawLate, drawLimits, type Marks } from './marks.ts'
import type { Palette } from './palette.ts'

export type PlotSource = {
  palette: Palette
  /** read anew at every drawing */
  marks(): Marks
  /** the colour of what is outside its limits: the priority of the alarm about it */
  tone(): Priority
  /** the ordinary limits in the shown unit: beyond them the line changes its colour */
  bounds(): { low: number | null; high: number | null }
  /** the smallest height of the scale in the shown unit: noise must not look like a mountain */
  leastSpan: number
  /** a limit further from the data than this (or than twice the data's height) is not worth flattening the line for */
  limitReach: number
  withAmbient: boolean
  onZoom(from: number, to: number): void
  onBack(): void
  onCursor(index: number | null): void
}

const AXIS_FONT = '11px system-ui, sans-serif'

/** Times along the axis in the reader's way, with the date where a day begins. */
export const timeLabels = (splits: number[], step: number): string[] => {
  let before = ''
  return splits.map((at) => {
    const date = day(at * 1000)
    if (step >= 86_400) return date
    const time = step < 60 ? clock(at * 1000) : hourMinute(at * 1000)
    const label = date === before ? time : `${time}\n${date}`
    before = date
    return label
  })
}

/** The scale holds the data, and the limits that are near enough, with air above and below. */
const yRange = (source: PlotSource, min: number | null, max: number | null): [number, number] => {
  const { low, high } = source.bounds()
  let [bottom, top] = [min ?? low ?? high ?? 0, max ?? high ?? low ?? 1]
  const reach = Math.max(source.limitReach, 2 * (top - bottom))
  const [farAbove, farBelow] = [high !== null && high - top > reach, low !== null && bottom - low > reach]
  if (high !== null && !farAbove) top = Math.max(top, high)
  if (low !== null && !farBelow) bottom = Math.min(bottom, low)
  const lacking = source.leastSpan - (top - bottom)
  if (lacking > 0) {
    bottom -= lacking / 2
    top += lacking / 2
  }
  const air = (top - bottom) * 0.08
  // a far limit is named at the edge: room for its name
  return [bottom - (farBelow ? 2.5 : 1) * air, top + (farAbove ? 2.5 : 1) * air]
}

/** The line's colour: grey inside the limits, the alarm colour outside, cut exactly at the limit. */
const lineStroke =
  (source: PlotSource) =>
  (u: uPlot): string | CanvasGradient => {
    const { data } = source.palette
    const tone = source.palette[source.tone()]
    const { low, high } = source.bounds()
    const { min, max } = u.scales.y ?? {}
    if ((low === null && high === null) || typeof min !== 'number' || typeof max !== 'number') return data
    const gradient = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height)
    const stop = (value: number): number => Math.min(1, Math.max(0, (max - value) / (max - min)))
    const [upper, lower] = [high === null ? 0 : stop(high), low === null ? 1 : stop(low)]
    gradient.addColorStop(0, high === null ? data : tone)
    gradient.addColorStop(upper, high === null ? data : tone)
    gradient.addColorStop(upper, data)
    gradient.addColorStop(Math.max(upper, lower), data)
    gradient.addColorStop(Math.max(upper, lower), low === null ? data : tone)
    gradient.addColorStop(1, low === null ? data : tone)
    return gradient
  }

/** uPlot for one measure: columns time, max, min, mean and, of the temperature, ambient. */
export const plotOptions = (source: PlotSource, width: number, height: number): uPlot.Options => {
  const { palette } = source
  const axis = {
    stroke: palette['ink-2'],
    font: AXIS_FONT,
    grid: { stroke: palette.line, width: 1 },
    ticks: { show: false },
  }
  const hidden = { stroke: 'transparent', points: { show: false } }
  return {
    width,
    height,
    legend: { show: false },
    padding: [6, 22, 0, 0],
    scales: { x: { time: true }, y: { range: (_, min, max) => yRange(source, min, max) } },
    series: [
      {},
      { ...hidden },
      { ...hidden },
      {
        stroke: lineStroke(source),
        width: 1.5,
        spanGaps: false,
        points: { size: 4, stroke: palette.data, fill: palette.data },
      },
      ...(source.withAmbient
        ? [{ stroke: palette['data-2'], width: 1, dash: [3, 3], spanGaps: false, points: { show: false } }]
        : []),
    ],
    bands: [{ series: [1, 2], fill: palette['data-band'] }],
    axes: [
      { ...axis, size: 36, space: 70, values: (_, splits, _axis, _space, step) => timeLabels(splits, step) },
      {
        ...axis,
        size: 56,
        space: 34,
        values: (_, splits, _axis, _space, step) => {
          const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(step) - 1e-9)))
          return splits.map((value) => value.toFixed(digits).replace('-', '−'))
        },
      },
    ],
    cursor: {
      // a selection stays in the chart it is dragged in: told to the others too, one zoom would be three steps of history
      sync: {
        key: 'shipment',
        filters: { sub: () => true, pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, width: 2 },
      bind: {
        dblclick: () => () => {
          source.onBack()
          return null
        },
      },
    },
    hooks: {
      drawClear: [(u) => drawLate(u, source.marks().late, palette)],
      draw: [
        (u) => {
          drawLimits(u, source.marks().limits, palette)
          drawAlarms(u, source.marks().alarms, palette, Date.now() / 1000)
        },
      ],
      setSelect: [
        (u) => {
          const { left, width: dragged } = u.select
          if (dragged < 6) return
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          source.onZoom(u.posToVal(left, 'x'), u.posToVal(left + dragged, 'x'))
        },
      ],
      setCursor: [(u) => source.onCursor(u.cursor.idx ?? null)],
    },
  }
}
