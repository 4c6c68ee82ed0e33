import { describe, expect, it } from 'vitest'
import { units } from '../../../dashboard/state/preferences.ts'
import { language } from '../../../dashboard/text/language.ts'
import { duration } from '../../../dashboard/text/times.ts'
import { number, withUnit } from '../../../dashboard/text/values.ts'
import {
  DEFAULT_UNITS,
  differenceToShown,
  parseUnits,
  signOf,
  toShown,
  type Units,
  unitsText,
} from '../../../dashboard/units.ts'
import { ATMOSPHERE_BAR } from '../../../server/model/reading.ts'

const of = (change: Partial<Units>): Units => ({ ...DEFAULT_UNITS, ...change })

describe('units', () => {
  it.each([
    ['temperature', 0, {}, 0],
    ['temperature', 100, { temperature: 'F' }, 212],
    ['temperature', -40, { temperature: 'F' }, -40],
    ['pressure', 2.5, {}, 2.5],
    ['pressure', 2.5, { pressure: 'kPa' }, 250],
    ['pressure', 2.5, { pressure: 'MPa' }, 0.25],
    ['pressure', ATMOSPHERE_BAR, { reference: 'gauge' }, 0],
    ['pressure', ATMOSPHERE_BAR + 1, { pressure: 'kPa', reference: 'gauge' }, 100],
    ['level', 0.92, {}, 92],
  ] as const)('%s %s in %j reads %s', (measure, value, change, expected) => {
    expect(toShown(measure, value, of(change))).toBeCloseTo(expected, 9)
  })

  it('a difference has no zero of the scale in it', () => {
    expect(differenceToShown('temperature', 1, of({ temperature: 'F' }))).toBeCloseTo(1.8)
    expect(differenceToShown('pressure', 1, of({ reference: 'gauge' }))).toBeCloseTo(1)
  })

  it('the sign always says absolute or gauge', () => {
    expect(signOf('pressure', of({}))).toBe('bar(a)')
    expect(signOf('pressure', of({ pressure: 'MPa', reference: 'gauge' }))).toBe('MPa(g)')
  })

  it('the address carries them there and back, and nonsense is refused', () => {
    const chosen = of({ temperature: 'F', pressure: 'kPa', reference: 'gauge' })
    expect(parseUnits(unitsText(chosen))).toEqual(chosen)
    for (const text of [null, '', 'C', 'K-bar-absolute', 'C-psi-gauge']) expect(parseUnits(text)).toBeNull()
  })

  it('numbers have a true minus and no minus zero', () => {
    language.value = 'en'
    expect(number(-0.04, 1)).toBe('0.0')
    expect(number(-12.34, 1)).toBe('−12.3')
    units.value = of({ pressure: 'MPa' })
    expect(withUnit('pressure', 12.5)).toBe('1.250\u00a0MPa(a)')
    units.value = DEFAULT_UNITS
  })

  it.each([
    [42, '42 s', '42 秒'],
    [60 * 8 + 59, '8 min', '8 分'],
    [3600 * 5, '5 h', '5 小时'],
    [3600 * 5 + 60 * 12, '5 h 12 min', '5 小时 12 分'],
    [86_400 * 3 + 3600 * 4, '3 d 4 h', '3 天 4 小时'],
    [86_400 * 12 + 3600 * 4, '12 d', '12 天'],
  ])('%s s is %s, %s', (seconds, english, chinese) => {
    language.value = 'en'
    expect(duration(seconds)).toBe(english)
    language.value = 'zh'
    expect(duration(seconds)).toBe(chinese)
    language.value = 'en'
  })
})
