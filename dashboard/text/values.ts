import { units } from '../state/preferences.ts'
import { digitsOf, type Measure, signOf, toShown } from '../units.ts'
import { locale, t } from './language.ts'

const formats = new Map<string, Intl.NumberFormat>()
const numberFormat = (digits: number): Intl.NumberFormat => {
  const key = `${locale()} ${digits}`
  const kept = formats.get(key)
  if (kept !== undefined) return kept
  const made = new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits })
  formats.set(key, made)
  return made
}

/** A typographic minus, and never "-0.0". */
export const number = (value: number, digits = 0): string => {
  const text = numberFormat(digits).format(value)
  return (/[1-9]/.test(text) ? text : text.replace('-', '')).replace('-', '−')
}

/** A value in °C, bar absolute or a fraction as the viewer's number, without its unit. */
export const plain = (measure: Measure, value: number | null): string =>
  value === null ? t('app.none') : number(toShown(measure, value, units.value), digitsOf(measure, units.value))

/** The unit sign of a measure as the viewer reads it. */
export const unitSign = (measure: Measure): string => signOf(measure, units.value)

/** The same with its unit, never parted from it by a line's end: 21.4 °C. */
export const withUnit = (measure: Measure, value: number | null): string =>
  value === null ? t('app.none') : `${plain(measure, value)}\u00a0${unitSign(measure)}`
