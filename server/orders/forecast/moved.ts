import type { Forecast } from '../../model/forecast.ts'

const DAY_MS = 86_400_000
/** Less is the passing of time, and no news; the edges of a forecast move more easily than its middle. */
const MIDDLE_MS = 0.25 * DAY_MS
const EDGE_MS = DAY_MS
/** Need-by itself may move under a forecast that stays. */
const CHANCE = 0.1

const apart = (a: string | null, b: string | null): number =>
  a === null || b === null ? (a === b ? 0 : Number.POSITIVE_INFINITY) : Math.abs(Date.parse(a) - Date.parse(b))

/** Whether a forecast is worth telling after the last one that was told: it moved, is late for another reason, or is likelier or less likely to be. */
export const hasMoved = (told: Forecast | null, now: Forecast): boolean =>
  told === null ||
  apart(told.p50, now.p50) > MIDDLE_MS ||
  apart(told.p10, now.p10) > EDGE_MS ||
  apart(told.p90, now.p90) > EDGE_MS ||
  apart(told.arrivedAt, now.arrivedAt) > 0 ||
  Math.abs((told.probabilityLate ?? 0) - (now.probabilityLate ?? 0)) > CHANCE ||
  told.causes[0]?.kind !== now.causes[0]?.kind ||
  told.causes[0]?.stage !== now.causes[0]?.stage

/** What something did to a forecast; days of P50, later is positive, to a tenth. */
export const movedDays = (before: Forecast | null, after: Forecast | null): number | null =>
  before?.p50 == null || after?.p50 == null
    ? null
    : Math.round(((Date.parse(after.p50) - Date.parse(before.p50)) / DAY_MS) * 10) / 10
