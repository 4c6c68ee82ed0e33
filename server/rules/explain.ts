import type { RuleId } from '../model/alarm.ts'
import { type LimitName, limitNameOf } from '../model/limit-name.ts'
import type { Verdict } from './excursion.ts'

const UNITS: Record<string, string> = { temperature: ' °C', pressure: ' bar absolute', level: '' }
const WORDS: Record<string, string> = { temperature: 'Temperature', pressure: 'Pressure', level: 'Level' }
const BOUNDS: Record<string, string> = {
  high: 'above its high limit',
  'high-high': 'above its highest limit',
  low: 'below its low limit',
  'low-low': 'below its lowest limit',
}

const rounded = (value: number, digits = 3): string => String(Number(value.toFixed(digits)))
const percent = (value: number): string => `${rounded(value * 100, 1)} %`
const minutes = (value: number): string =>
  value < 120 ? `${rounded(value, 0)} min` : `${Math.floor(value / 60)} h ${rounded(value % 60, 0)} min`

/** "in 2 h 40 min (1 h 50 min to 4 h 10 min)"; null where it is not said. */
const within = (likely: number | undefined, least: number | undefined, most: number | undefined): string | null => {
  if (likely === undefined) return null
  const range = least === undefined || most === undefined ? '' : ` (${minutes(least * 60)} to ${minutes(most * 60)})`
  return `in ${minutes(likely * 60)}${range}`
}
const inTime = ({ figures }: Verdict): string | null =>
  within(figures?.hoursLikely, figures?.hoursLeast, figures?.hoursMost)

const NAMES: Record<LimitName, string> = {
  high: 'its high limit of',
  control: 'its control temperature of',
  'high-high': 'its highest limit of',
  emergency: 'its emergency temperature of',
  relief: 'the pressure at which its relief device opens,',
}
const named = (figures: Verdict['figures']): string => {
  const name = limitNameOf(figures)
  return name === null ? '' : `${NAMES[name]} `
}

/** What comes after the limit, and when help can be there: "; its emergency temperature of 40 °C in 3 h; arrival in 5 h". */
const beyond = ({ limit, figures }: Verdict): string => {
  const { emergencyCelsius, hoursToEmergency, hoursToEmergencyLeast, hoursToEmergencyMost } = figures ?? {}
  const emergency = within(hoursToEmergency, hoursToEmergencyLeast, hoursToEmergencyMost)
  if (emergencyCelsius === undefined || emergency === null || emergencyCelsius === limit) return ''
  return `; ${NAMES.emergency} ${rounded(emergencyCelsius, 1)} °C ${emergency}`
}
const help = ({ figures }: Verdict): string => {
  const { hoursToArrival: arrival, hoursToStop: stop } = figures ?? {}
  if (stop !== undefined && stop < (arrival ?? Number.POSITIVE_INFINITY))
    return `; a known place to stop in ${minutes(stop * 60)}${arrival === undefined ? '' : `, arrival in ${minutes(arrival * 60)}`}`
  return arrival === undefined ? '' : `; arrival in ${minutes(arrival * 60)}`
}

const toRelief = (verdict: Verdict): string => {
  const { reliefBar, hoursToRelief } = verdict.figures ?? {}
  if (reliefBar === undefined || hoursToRelief === undefined) return ''
  return `; reaches ${NAMES.relief} ${rounded(reliefBar, 2)} bar absolute, in ${minutes(hoursToRelief * 60)}${help(verdict)}`
}

const residual = (verdict: Verdict): string => {
  const { cause, figures } = verdict
  // the value is of the cause that it began with
  const value = figures?.barPerHour ?? verdict.value
  const step = `from ${rounded(figures?.fromBar ?? verdict.limit)} to ${rounded(figures?.toBar ?? value)} bar absolute`
  switch (cause) {
    case 'leak':
      return `Pressure falls by ${rounded(Math.abs(value))} bar/h more than temperature explains: a leak, or a valve that passes`
    case 'gas-evolution':
      return `Pressure rises by ${rounded(Math.abs(value))} bar/h more than temperature explains: gas forms${toRelief(verdict)}`
    case 'relief-lifted':
      return `Pressure fell ${step} at once, near where the relief device opens: it has lifted`
    case 'sensor-fault':
      return `Pressure jumped ${step}, and nothing else did: the sensor is not to be trusted`
    default:
      return `Pressure is not what temperature explains, by ${rounded(value)} bar`
  }
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')

/** Of everything, or of numbered readings that it was asked to send again. */
const silence = ({ limit, peak, figures }: Verdict): string => {
  const { missingFrom: from, missingTo: to, missing, boot } = figures ?? {}
  if (figures?.lentAtEpochMs !== undefined)
    return `Never heard since it was lent (${iso(figures.lentAtEpochMs)}), for more than ${minutes(Math.max(limit, peak))}`
  if (from === undefined || to === undefined) return `Nothing heard for more than ${minutes(Math.max(limit, peak))}`
  const which = from === to ? `Reading ${from} is missing` : `Readings ${from} to ${to} are missing`
  const all = missing === undefined || missing === to - from + 1 ? '' : `, ${missing} in all`
  return `${which} (boot ${boot ?? 0}${all}): the device was asked to send again and has not for ${minutes(limit)}`
}

const SENTENCES: Partial<Record<RuleId, (verdict: Verdict) => string>> = {
  'rate-of-rise': ({ value, limit, cause }) =>
    `Temperature rises by ${rounded(value, 1)} K/h, more than ${rounded(limit, 1)} K/h${cause === 'heating' ? ': heated from outside, faster than the weather can' : ''}`,
  'time-to-limit': (verdict) =>
    `Reaches ${named(verdict.figures)}${rounded(verdict.limit, 1)} °C ${inTime(verdict) ?? 'soon'}${beyond(verdict)}${help(verdict)}`,
  'pressure-residual': residual,
  'self-heating': (verdict) => {
    const until = inTime(verdict)
    const reaches =
      until === null
        ? ''
        : `; reaches ${named(verdict.figures)}${rounded(verdict.figures?.limitCelsius ?? verdict.limit, 1)} °C ${until}${help(verdict)}`
    return `Heats by itself: ${rounded(verdict.value, 2)} K/h and ever faster${reaches}`
  },
  'liquid-full': ({ value, limit }) => `Filled to ${percent(value)}, at most ${percent(limit)} leaves room to expand`,
  silence,
  'sensor-frozen': ({ peak }) => `The sensor has repeated one value for ${minutes(peak)}`,
  'sensor-impossible': ({ value }) => `A course that cannot be (${rounded(value)}): the sensor is not to be trusted`,
  'clock-skew': ({ value }) => `The device's clock is wrong by ${minutes(Math.abs(value))}`,
  shock: ({ peak, limit }) => `Shock of ${rounded(peak, 1)} g, more than ${rounded(limit, 1)} g`,
  tilt: ({ peak, limit }) => `Tilted by ${rounded(peak, 0)}°, more than ${rounded(limit, 0)}°`,
  'battery-low': ({ value, limit }) =>
    `The device's battery is at ${rounded(value, 0)} %, below ${rounded(limit, 0)} %`,
  departure: () => 'Has left its origin',
  arrival: () => 'Has arrived at its destination',
  'corridor-left': ({ peak }) => `Has left the planned way, by ${rounded(peak / 1000, 1)} km`,
  'unplanned-stop': ({ peak }) => `Stands where no stop is planned, for ${minutes(peak)}`,
}

/** What an alarm says in one English sentence; the page builds its own in the reader's language from the same facts. */
export const explain = (rule: RuleId, verdict: Verdict): string => {
  const own = SENTENCES[rule]
  if (own !== undefined) return own(verdict)
  const [measure = '', ...rest] = rule.split('-')
  const unit = UNITS[measure] ?? ''
  return `${WORDS[measure] ?? measure} ${rounded(verdict.value)}${unit} is ${BOUNDS[rest.join('-')] ?? 'outside its limit'} of ${rounded(verdict.limit)}${unit}`
}
