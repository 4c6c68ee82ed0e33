/** 1 standard atmosphere, in bar; the same number as in server/model (a test compares them: importing it would pull in zod). */
const ATMOSPHERE_BAR = 1.01325

export const TEMPERATURE_UNITS = ['C', 'F'] as const
export const PRESSURE_UNITS = ['bar', 'kPa', 'MPa'] as const
export const PRESSURE_REFERENCES = ['absolute', 'gauge'] as const

/** What a person chose to read in. The data itself is always °C, bar absolute and a fraction. */
export type Units = {
  temperature: (typeof TEMPERATURE_UNITS)[number]
  pressure: (typeof PRESSURE_UNITS)[number]
  reference: (typeof PRESSURE_REFERENCES)[number]
}
export const DEFAULT_UNITS: Units = { temperature: 'C', pressure: 'bar', reference: 'absolute' }

/** The three measures that a shipment is watched by. */
export type Measure = 'temperature' | 'pressure' | 'level'

const PRESSURE_FACTOR = { bar: 1, kPa: 100, MPa: 0.1 } as const
const PRESSURE_DIGITS = { bar: 2, kPa: 0, MPa: 3 } as const

/** From °C, bar absolute or a fraction to the number a person reads; level becomes %. */
export const toShown = (measure: Measure, value: number, units: Units): number => {
  if (measure === 'level') return value * 100
  if (measure === 'temperature') return units.temperature === 'F' ? value * 1.8 + 32 : value
  const bar = units.reference === 'gauge' ? value - ATMOSPHERE_BAR : value
  return bar * PRESSURE_FACTOR[units.pressure]
}

/** The number that a person typed, as °C, bar absolute or a fraction; rounded to what it can mean. */
export const fromShown = (measure: Measure, shown: number, units: Units): number => {
  if (measure === 'level') return rounded(shown / 100)
  if (measure === 'temperature') return rounded(units.temperature === 'F' ? (shown - 32) / 1.8 : shown)
  const bar = shown / PRESSURE_FACTOR[units.pressure]
  return rounded(units.reference === 'gauge' ? bar + ATMOSPHERE_BAR : bar)
}
const rounded = (value: number): number => Math.round(value * 1e5) / 1e5

/** A difference, such as a deadband or a width: the zero of the scale does not matter. */
export const differenceToShown = (measure: Measure, difference: number, units: Units): number =>
  toShown(measure, difference, units) - toShown(measure, 0, units)

/** Digits after the point, so that the last one still means something. */
export const digitsOf = (measure: Measure, units: Units): number =>
  measure === 'pressure' ? PRESSURE_DIGITS[units.pressure] : measure === 'temperature' ? 1 : 0

/** The sign of the unit; gauge pressure says so, absolute pressure says so too. */
export const signOf = (measure: Measure, units: Units): string => {
  if (measure === 'temperature') return units.temperature === 'F' ? '°F' : '°C'
  if (measure === 'level') return '%'
  return `${units.pressure}${units.reference === 'gauge' ? '(g)' : '(a)'}`
}

const has = <T extends string>(list: readonly T[], text: string | undefined): text is T =>
  list.some((item) => item === text)

/** `C-bar-absolute`, as it stands in the address; null where it can not be read. */
export const parseUnits = (text: string | null): Units | null => {
  const [temperature, pressure, reference] = (text ?? '').split('-')
  if (!has(TEMPERATURE_UNITS, temperature) || !has(PRESSURE_UNITS, pressure) || !has(PRESSURE_REFERENCES, reference))
    return null
  return { temperature, pressure, reference }
}
export const unitsText = (units: Units): string => `${units.temperature}-${units.pressure}-${units.reference}`
