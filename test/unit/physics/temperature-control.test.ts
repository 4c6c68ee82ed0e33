import { describe, expect, it } from 'vitest'
import { type Thermal, temperatureControl } from '../../../server/physics/temperature-control.ts'

const UNKNOWN = { kind: null, type: null, heating: null }
const thermal = (more: Partial<Thermal>): Thermal => ({
  sadt: null, sapt: null, control: null, emergency: null, reactivity: UNKNOWN, ...more,
}) // biome-ignore format: one substance, two lines
const figures = (given: Partial<Thermal>, containment: 'packaging' | 'ibc' | 'tank') => {
  const found = temperatureControl(thermal(given), containment)
  return found.applies ? [found.control?.celsius ?? null, found.emergency?.celsius ?? null] : null
}

describe('control and emergency temperature (ADR 7.1.7.3)', () => {
  it.each([
    // SADT, packaging and IBC, tank
    [-5, [-25, -15], [-15, -10]],
    [20, [0, 10], [10, 15]],
    [20.1, [5.1, 10.1], [10.1, 15.1]],
    [35, [20, 25], [25, 30]],
    [35.1, [25.1, 30.1], [25.1, 30.1]],
    [45, [35, 40], [35, 40]],
    [49.9, [39.9, 44.9], [39.9, 44.9]],
    [50, [40, 45], null],
    [50.1, null, null],
  ])('SADT %d °C', (sadt, packed, tank) => {
    expect(figures({ sadt }, 'packaging')).toEqual(packed)
    expect(figures({ sadt }, 'ibc')).toEqual(packed)
    expect(figures({ sadt }, 'tank')).toEqual(tank)
  })

  it.each([
    ['organic-peroxide', 'B', null, 50, true],
    ['organic-peroxide', 'C', null, 50, true],
    ['organic-peroxide', 'D', 'violent', 50, true],
    ['organic-peroxide', 'D', 'medium', 48, true],
    ['organic-peroxide', 'D', 'low', 48, false],
    ['organic-peroxide', 'D', 'none', 45, true],
    ['organic-peroxide', 'D', null, 50, true],
    ['organic-peroxide', 'E', null, 45, true],
    ['organic-peroxide', 'E', null, 45.1, false],
    ['organic-peroxide', 'F', null, 45, true],
    ['organic-peroxide', 'F', null, 50, false],
    ['organic-peroxide', 'G', null, 30, false],
    ['self-reactive', 'F', null, 55, true],
    ['self-reactive', 'C', null, 55.1, false],
  ] as const)('%s type %s, heating test %s, SADT %d: required %s', (kind, type, heating, sadt, applies) => {
    const found = temperatureControl(thermal({ sadt, reactivity: { kind, type, heating } }), 'packaging')
    expect(found.applies).toBe(applies)
    expect(found.because).not.toBe('')
  })

  it('asks for it up to an SAPT of 50 °C, in tanks of 45 °C', () => {
    expect(figures({ sapt: 50 }, 'ibc')).toEqual([40, 45])
    expect(figures({ sapt: 45 }, 'tank')).toEqual([35, 40])
    expect(figures({ sapt: 45.1 }, 'tank')).toBeNull()
  })

  it('takes the tighter of SADT and SAPT, and listed figures before both', () => {
    expect(figures({ sadt: 40, sapt: 34 }, 'packaging')).toEqual([19, 24])
    expect(figures({ sadt: 60, sapt: 34 }, 'packaging')).toEqual([19, 24])
    expect(figures({ sadt: 35, control: 20, emergency: 25 }, 'tank')).toEqual([20, 25])
    expect(figures({ sadt: 90, control: -10 }, 'tank')).toEqual([-10, null])
  })

  it('says where each figure comes from', () => {
    const found = temperatureControl(thermal({ sadt: 35 }), 'tank')
    if (!found.applies) throw new Error(found.because)
    expect(found.control?.rule).toBe('ADR 7.1.7.3, SADT 35 °C, tank: SADT − 10')
    expect(found.emergency?.rule).toBe('ADR 7.1.7.3, SADT 35 °C, tank: SADT − 5')
  })

  it('says why there is none', () => {
    const because = (given: Partial<Thermal>, containment: 'packaging' | 'tank' = 'tank') =>
      temperatureControl(thermal(given), containment).because
    expect(because({})).toMatch(/Neither an SADT nor an SAPT/)
    expect(because({ reactivity: { ...UNKNOWN, kind: 'polymerising' } })).toMatch(/enter it to get/)
    expect(because({ sadt: 50 })).toMatch(/not below 50 °C/)
    expect(because({ sadt: 75 }, 'packaging')).toBe(
      'SADT 75 °C is above 50 °C, up to which temperature control is required (ADR 2.2.52.1.15).',
    )
  })
})
