import type uPlot from 'uplot'
import type { Priority } from '../../server/model/alarm.ts'
import type { Palette } from './palette.ts'

/** A limit as it held over a stretch: shown unit, epoch seconds. */
export type LimitLine = { value: number; from: number; to: number; label: string; strong: boolean }
/** An alarm over its time; `to` null while it lasts. */
export type AlarmSpan = { from: number; to: number | null; priority: Priority }
export type Marks = { limits: LimitLine[]; alarms: AlarmSpan[]; late: [number, number][] }

const LANE = 5
const LATE_LANE = 9

const clampX = (u: uPlot, at: number): number =>
  Math.min(u.bbox.left + u.bbox.width, Math.max(u.bbox.left, u.valToPos(at, 'x', true)))

/** A hatched lane along the bottom where readings came late: a pattern, so that it needs no colour of its own. */
export const drawLate = (u: uPlot, late: Marks['late'], palette: Palette): void => {
  const { ctx, bbox } = u
  const step = 5 * devicePixelRatio
  const height = LATE_LANE * devicePixelRatio
  const bottom = bbox.top + bbox.height
  for (const [from, to] of late) {
    const left = clampX(u, from)
    const width = Math.max(2, clampX(u, to) - left)
    if (clampX(u, to) <= bbox.left || left >= bbox.left + bbox.width) continue
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, bottom - height, width, height)
    ctx.clip()
    ctx.strokeStyle = palette['data-2']
    // the canvas keeps the dashes of the series drawn before
    ctx.setLineDash([])
    ctx.lineWidth = devicePixelRatio
    ctx.beginPath()
    for (let x = left - height; x < left + width; x += step) {
      ctx.moveTo(x, bottom)
      ctx.lineTo(x + height, bottom - height)
    }
    ctx.stroke()
    ctx.restore()
  }
}

/**
 * Limits as dashed lines with their name, each over the time it was in force. One that lies beyond the scale is named
 * at the edge with an arrow towards it.
 */
export const drawLimits = (u: uPlot, limits: LimitLine[], palette: Palette): void => {
  const { ctx, bbox } = u
  const ratio = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = palette.limit
  ctx.fillStyle = palette.limit
  ctx.font = `${11 * ratio}px system-ui, sans-serif`
  ctx.textAlign = 'left'
  for (const { value, from, to, label, strong } of limits) {
    const y = Math.round(u.valToPos(value, 'y', true))
    const [left, right] = [clampX(u, from), clampX(u, to)]
    if (right - left < 1) continue
    // the highest limits are named further right, so that two names that lie close do not cover each other
    const labelAt = left + (strong ? 130 : 4) * ratio
    if (y < bbox.top || y > bbox.top + bbox.height) {
      const over = y < bbox.top
      ctx.textBaseline = over ? 'top' : 'bottom'
      if (right - left > 80 * ratio)
        ctx.fillText(
          `${over ? '↑' : '↓'} ${label}`,
          labelAt,
          over ? bbox.top + (LANE + 2) * ratio : bbox.top + bbox.height - (LATE_LANE + 2) * ratio,
        )
      continue
    }
    ctx.lineWidth = (strong ? 2 : 1) * ratio
    ctx.setLineDash(strong ? [] : [6 * ratio, 4 * ratio])
    ctx.beginPath()
    ctx.moveTo(left, y)
    ctx.lineTo(right, y)
    ctx.stroke()
    const above = y - bbox.top > 16 * ratio
    ctx.textBaseline = above ? 'bottom' : 'top'
    if (right - left > 80 * ratio) ctx.fillText(label, labelAt, above ? y - 2 * ratio : y + 3 * ratio)
  }
  ctx.restore()
}

/** A lane along the top: a bar from onset to clearing, a solid tick down at the onset, a dashed one where it cleared. */
export const drawAlarms = (u: uPlot, alarms: AlarmSpan[], palette: Palette, nowSeconds: number): void => {
  const { ctx, bbox } = u
  const ratio = devicePixelRatio
  const isIn = (at: number): boolean => at >= (u.scales.x?.min ?? 0) && at <= (u.scales.x?.max ?? 0)
  ctx.save()
  for (const { from, to, priority } of alarms) {
    const left = clampX(u, from)
    const right = clampX(u, to ?? nowSeconds)
    if (right <= bbox.left || left >= bbox.left + bbox.width) continue
    ctx.fillStyle = palette[priority]
    ctx.strokeStyle = palette[priority]
    ctx.fillRect(left, bbox.top, Math.max(2 * ratio, right - left), LANE * ratio)
    ctx.lineWidth = ratio
    for (const [at, dash] of [
      [from, []],
      [to, [2 * ratio, 3 * ratio]],
    ] as const) {
      if (at === null || !isIn(at)) continue
      const x = Math.round(u.valToPos(at, 'x', true)) + 0.5
      ctx.setLineDash([...dash])
      ctx.beginPath()
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
      ctx.stroke()
    }
  }
  ctx.restore()
}
