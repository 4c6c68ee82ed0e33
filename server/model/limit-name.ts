/**
 * Which limit an alarm's figures speak of. Figures are numbers only, by names that carry their unit, so it is the name of a
 * figure that says it: `controlCelsius: 30` is the control temperature, 30 °C. Of several the first in this order is the one
 * that `hoursLikely`, `hoursLeast` and `hoursMost` lead to; `emergencyCelsius` beside another goes with
 * `hoursToEmergency`, `hoursToEmergencyLeast` and `hoursToEmergencyMost`, and `reliefBar` (absolute) with `hoursToRelief`.
 * When help can be there say `hoursToArrival` and `hoursToStop` (a place where a stop is planned or usual).
 */
export const LIMIT_FIGURES = {
  high: 'highCelsius',
  control: 'controlCelsius',
  'high-high': 'highHighCelsius',
  emergency: 'emergencyCelsius',
  relief: 'reliefBar',
} as const
export type LimitName = keyof typeof LIMIT_FIGURES

const NAMES: readonly LimitName[] = ['high', 'control', 'high-high', 'emergency', 'relief']

/** The limit that an alarm's hours lead to; null where its figures name none: of a rule that has none, or said before. */
export const limitNameOf = (figures: Readonly<Record<string, number>> | null | undefined): LimitName | null =>
  NAMES.find((name) => figures?.[LIMIT_FIGURES[name]] !== undefined) ?? null
