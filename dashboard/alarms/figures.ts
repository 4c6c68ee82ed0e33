import type { Alarm, RuleId } from '../../server/model/alarm.ts'
import { FIGURES, type FigureName } from '../../server/model/figures.ts'
import { translator } from '../text/language.ts'
import { dayTime, duration } from '../text/times.ts'
import { number, withUnit } from '../text/values.ts'
import { whyWords } from '../text/why-words.ts'
import { limitRule } from './alarm-text.ts'
import { difference, hours } from './rule-text.ts'

const w = translator(whyWords)

const whole = (value: number): string => number(value)
/** As many digits as say something, and no zeros behind them. */
const short = (value: number): string => number(value, Number.isInteger(value) ? 0 : 1)

/** How a number of each kind is written, in the reader's language and units. */
const KINDS = {
  celsius: (value: number) => withUnit('temperature', value),
  kelvin: (value: number) => difference('temperature', value),
  kelvinPerHour: (value: number) => `${difference('temperature', value)}/h`,
  bar: (value: number) => withUnit('pressure', value),
  barDifference: (value: number) => difference('pressure', value),
  barPerHour: (value: number) => `${difference('pressure', value)}/h`,
  fraction: (value: number) => withUnit('level', value),
  probability: (value: number) => `${whole(100 * value)}\u00a0%`,
  percent: (value: number) => `${short(value)}\u00a0%`,
  percentPerHour: (value: number) => w('why.anHour', { value: `${short(value)}\u00a0%` }),
  hours,
  minutes: (value: number) => duration(value * 60),
  days: (value: number) => w('why.days', { n: short(value) }),
  moment: (value: number) => dayTime(value),
  metres: (value: number) => (value < 1000 ? `${whole(value)}\u00a0m` : `${number(value / 1000, 1)}\u00a0km`),
  g: (value: number) => `${number(value, 1)}\u00a0g`,
  degrees: (value: number) => `${whole(value)}°`,
  count: whole,
} as const
export type FigureKind = keyof typeof KINDS

/** What each figure is measured in: one without it is a type error. */
const FIGURE_KINDS: Record<FigureName, FigureKind> = {
  celsius: 'celsius', limitCelsius: 'celsius', fullAtCelsius: 'celsius', temperature: 'celsius', kelvin: 'kelvin',
  slopeLeast: 'kelvinPerHour', weatherCan: 'kelvinPerHour', kelvinPerHour: 'kelvinPerHour',
  hoursLikely: 'hours', hoursLeast: 'hours', hoursMost: 'hours', hoursToRelief: 'hours', hoursToEmergency: 'hours',
  hoursToEmergencyLeast: 'hours', hoursToEmergencyMost: 'hours', hoursToArrival: 'hours', hoursToStop: 'hours',
  highCelsius: 'celsius', controlCelsius: 'celsius', highHighCelsius: 'celsius', emergencyCelsius: 'celsius', reliefBar: 'bar',
  pressure: 'bar', fromBar: 'bar', toBar: 'bar', vapourBar: 'bar',
  barPerHour: 'barPerHour', padPercentPerHour: 'percentPerHour',
  temperatureMinutes: 'minutes', pressureMinutes: 'minutes',
  missingFrom: 'count', missingTo: 'count', missing: 'count', boot: 'count', lentAtEpochMs: 'moment',
  promisedAtEpochMs: 'moment', plannedAtEpochMs: 'moment', usuallyDoneAtEpochMs: 'moment', graceDays: 'days',
  probability: 'probability', daysLate: 'days', slippedDays: 'days', expectedAtEpochMs: 'moment', needByEpochMs: 'moment',
} // biome-ignore format: a table

type Kinds = { value: FigureKind; limit: FigureKind }
const both = (kind: FigureKind): Kinds => ({ value: kind, limit: kind })

const RULE_KINDS: Partial<Record<RuleId, FigureKind>> = {
  'rate-of-rise': 'kelvinPerHour', 'self-heating': 'kelvinPerHour', 'time-to-limit': 'celsius', 'liquid-full': 'fraction',
  silence: 'minutes', 'sensor-frozen': 'minutes', 'clock-skew': 'minutes', 'unplanned-stop': 'minutes',
  shock: 'g', tilt: 'degrees', 'battery-low': 'percent',
  departure: 'metres', arrival: 'metres', 'corridor-left': 'metres', 'stage-overdue': 'days',
} // biome-ignore format: a table

/** A residual is told in bar an hour, a step in bar: in whichever it began, which the step that it began with still says. */
const residualKinds = ({ value, cause, figures }: Alarm): Kinds => {
  if (value === figures?.fromBar) return { value: 'bar', limit: cause === 'relief-lifted' ? 'bar' : 'barDifference' }
  return both('barPerHour')
}

/** What value, limit and peak of an alarm are measured in. */
export const kindsOf = (alarm: Alarm): Kinds => {
  const { rule, figures } = alarm
  const watched = limitRule(rule)?.measure
  if (watched !== undefined)
    return both(({ temperature: 'celsius', pressure: 'bar', level: 'fraction' } as const)[watched])
  if (rule === 'pressure-residual') return residualKinds(alarm)
  if (rule === 'sensor-impossible') return both(figures?.vapourBar === undefined ? 'celsius' : 'bar')
  if (rule === 'forecast-late') return both(figures?.slippedDays === undefined ? 'probability' : 'days')
  return both(RULE_KINDS[rule] ?? 'count')
}

/** These say by themselves that there is nothing to compare, or have a figure that says it better. */
const WITHOUT_VALUES = new Set<RuleId>(['stage-overdue', 'forecast-late'])

/** The values that an alarm was judged by, each with its name and unit; a figure of a newer server by what it calls it. */
export const figureRows = (alarm: Alarm): [name: string, value: string][] => {
  const kinds = kindsOf(alarm)
  const value: [string, string][] = [
    [w('why.value'), KINDS[kinds.value](alarm.value)],
    [w(limitRule(alarm.rule) === null ? 'why.threshold' : 'why.limit'), KINDS[kinds.limit](alarm.limit)],
    [w('why.peak'), KINDS[kinds.value](alarm.peak)],
  ]
  const known = FIGURES.flatMap((name): [string, string][] => {
    const figure = alarm.figures?.[name]
    return figure === undefined ? [] : [[w(`figure.${name}`), KINDS[FIGURE_KINDS[name]](figure)]]
  })
  return WITHOUT_VALUES.has(alarm.rule) && known.length > 0 ? known : [...value, ...known]
}
