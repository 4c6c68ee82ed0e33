import { z } from 'zod'
import { IsoInstant } from './instant.ts'

/** What a forecast is late by: a page words it in the reader's language. */
export const CauseKind = z.enum([
  'stage-overdue',
  'stage-slow',
  'supplier-habit',
  'estimate',
  'transit',
  'condition',
  'plan',
  'usual',
])
export type CauseKind = z.infer<typeof CauseKind>

/** `days`: how much later it makes the line than what is usual or was planned. */
export const Cause = z.object({
  what: z.string().describe('an English sentence'),
  days: z.number(),
  kind: CauseKind,
  stage: z.string().optional(),
  usualDays: z.number().optional(),
  elapsedDays: z.number().optional(),
})
export type Cause = z.infer<typeof Cause>

/** When a line arrives, as far as it was known at `asOf`; null where nothing can be said (not ordered yet, cancelled). */
export const Forecast = z.object({
  /** one in ten arrives before this */
  p10: IsoInstant.nullable(),
  p50: IsoInstant.nullable(),
  p90: IsoInstant.nullable(),
  /** of missing need-by, 0 to 1 */
  probabilityLate: z.number().nullable(),
  /** largest first */
  causes: z.array(Cause),
  asOf: IsoInstant,
  /** the receipt that closed the line, else when its last shipment came to its destination; null while it is on its way */
  arrivedAt: IsoInstant.nullable(),
})
export type Forecast = z.infer<typeof Forecast>

/** The same in a list of lines: with its largest cause alone, and only where something can be said. */
export const LineForecast = z.object({
  p10: IsoInstant,
  p50: IsoInstant,
  p90: IsoInstant,
  probabilityLate: z.number(),
  asOf: IsoInstant,
  arrivedAt: IsoInstant.nullable(),
  cause: Cause.nullable(),
})
export type LineForecast = z.infer<typeof LineForecast>

/** What something that was said did to the forecast; `movedDays`: of P50, later is positive. */
export const ForecastMove = z.object({
  before: Forecast.nullable(),
  after: Forecast.nullable(),
  movedDays: z.number().nullable(),
})
export type ForecastMove = z.infer<typeof ForecastMove>
