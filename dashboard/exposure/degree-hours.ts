import { units } from '../state/preferences.ts'
import { number } from '../text/values.ts'
import { differenceToShown, type Units } from '../units.ts'

/** A kelvin of difference is a degree Celsius of difference: K·h, or °F·h for who reads Fahrenheit. */
export const degreeHourSign = ({ temperature }: Units): string => (temperature === 'F' ? '°F·h' : 'K·h')
export const degreeHoursToShown = (kelvinHours: number, shown: Units): number =>
  differenceToShown('temperature', kelvinHours, shown)
export const degreeHoursFromShown = (value: number, shown: Units): number =>
  Math.round((value / differenceToShown('temperature', 1, shown)) * 1e5) / 1e5

/** 5.2 K·h */
export const degreeHours = (kelvinHours: number): string =>
  `${number(degreeHoursToShown(kelvinHours, units.value), 1)}\u00a0${degreeHourSign(units.value)}`
