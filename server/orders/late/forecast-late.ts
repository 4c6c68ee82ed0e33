import type { Priority } from '../../model/alarm.ts'
import type { Forecast } from '../../model/forecast.ts'

const DAY_MS = 86_400_000
/** Back by so much before it is over. */
const PROBABILITY_DEADBAND = 0.15
const SLIP_DEADBAND_DAYS = 1
/** From here on it is as good as certain. */
const NEARLY_CERTAIN = 0.8
const NEARLY_CERTAIN_DEADBAND = 0.1
/** Within so long a slip counts; then people have got used to it, and need-by says the rest. */
export const SLIP_WINDOW_MS = 7 * DAY_MS

export type LateSettings = { lateProbability: number; slippedDays: number }

/** `need-by`: it is likely missed; `slipped`: need-by may still hold, but the arrival has moved. */
export type Why = 'need-by' | 'slipped'
/** An alarm that holds, as far as what comes next depends on it. */
export type Holding = { why: Why; priority: Priority }

/** `daysLate`: of the expected arrival, after need-by; negative before it. */
export type Late = Holding & { probability: number; daysLate: number; slippedDays: number }

/**
 * Whether a line is at risk by its newest forecast, with a deadband where it was before. `soonestP50`: the soonest that was
 * expected within the window, ISO. Null: it is not. Pure; the same forecast again says the same.
 */
export const judgeForecast = (
  before: Holding | null,
  { p50, probabilityLate, arrivedAt }: Pick<Forecast, 'p50' | 'probabilityLate' | 'arrivedAt'>,
  { needBy, soonestP50 }: { needBy: number; soonestP50: string | null },
  settings: LateSettings,
): Late | null => {
  if (p50 === null || probabilityLate === null || arrivedAt !== null) return null
  const expected = Date.parse(p50)
  const slippedDays = soonestP50 === null ? 0 : Math.max(0, (expected - Date.parse(soonestP50)) / DAY_MS)
  const isWas = (why: Why): boolean => before?.why === why
  const least = isWas('need-by')
    ? Math.max(0.01, settings.lateProbability - PROBABILITY_DEADBAND)
    : settings.lateProbability
  const said = { probability: probabilityLate, daysLate: (expected - needBy) / DAY_MS, slippedDays }
  if (probabilityLate > least) {
    const certain = before?.priority === 'high' ? NEARLY_CERTAIN - NEARLY_CERTAIN_DEADBAND : NEARLY_CERTAIN
    return { why: 'need-by', priority: probabilityLate >= certain ? 'high' : 'medium', ...said }
  }
  // once need-by was in danger, a slip that is what is left of it is no news
  const most = isWas('slipped') ? Math.max(0, settings.slippedDays - SLIP_DEADBAND_DAYS) : settings.slippedDays
  return slippedDays > most ? { why: 'slipped', priority: 'low', ...said } : null
}
