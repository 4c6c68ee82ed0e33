import type { RuleId } from '../model/alarm.ts'
import type { Excursion } from './excursion.ts'

const UNITS: Record<string, string> = { temperature: ' °C', pressure: ' bar absolute', level: '' }
const WORDS: Record<string, string> = { temperature: 'Temperature', pressure: 'Pressure', level: 'Level' }
const BOUNDS: Record<string, string> = {
  high: 'above its high limit',
  'high-high': 'above its highest limit',
  low: 'below its low limit',
  'low-low': 'below its lowest limit',
}

const rounded = (value: number): string => String(Math.round(value * 1000) / 1000)

/** What an alarm says in one English sentence; the page builds its own in the reader's language from the same facts. */
export const explain = (rule: RuleId, excursion: Excursion): string => {
  const [measure = '', ...rest] = rule.split('-')
  const unit = UNITS[measure] ?? ''
  return `${WORDS[measure] ?? measure} ${rounded(excursion.value)}${unit} is ${BOUNDS[rest.join('-')] ?? 'outside its limit'} of ${rounded(excursion.limit)}${unit}`
}
