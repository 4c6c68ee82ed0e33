/**
 * Every figure that a rule may write beside value and limit: the compiler holds the rules to these names, and the page to
 * words and a unit for each (dashboard/alarms/figures.ts), so that nobody reads an identifier.
 */
export const FIGURES = [
  'celsius', 'limitCelsius', 'fullAtCelsius', 'kelvin', 'slopeLeast', 'weatherCan', 'kelvinPerHour',
  'hoursLikely', 'hoursLeast', 'hoursMost', 'hoursToRelief', 'hoursToEmergency', 'hoursToEmergencyLeast',
  'hoursToEmergencyMost', 'hoursToArrival', 'hoursToStop', 'highCelsius', 'controlCelsius', 'highHighCelsius', 'emergencyCelsius', 'reliefBar',
  'pressure', 'fromBar', 'toBar', 'vapourBar', 'barPerHour', 'padPercentPerHour',
  'temperature', 'temperatureMinutes', 'pressureMinutes',
  'missingFrom', 'missingTo', 'missing', 'boot', 'lentAtEpochMs',
  'promisedAtEpochMs', 'plannedAtEpochMs', 'usuallyDoneAtEpochMs', 'graceDays',
  'probability', 'daysLate', 'slippedDays', 'expectedAtEpochMs', 'needByEpochMs',
] as const // biome-ignore format: by what they are about
export type FigureName = (typeof FIGURES)[number]
export type Figures = { readonly [Name in FigureName]?: number }
