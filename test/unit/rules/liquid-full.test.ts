import { describe, expect, it } from 'vitest'
import { liquidFull } from '../../../server/rules/liquid-full.ts'
import { factsWith, METHANOL, raisedBy, readingsOf } from './tank-trip.ts'

const filledTo = (fraction: number, celsius = 15) =>
  factsWith({ cargo: { ...METHANOL, filling: { fraction, celsius } } })
const calm = () => ({ temperature: 15, level: 0.9 })

describe('liquid-full', () => {
  it('judges the filling on paper against TP1: 92.98 % at 15 °C', () => {
    expect(raisedBy(liquidFull, readingsOf(2, calm), filledTo(0.925))).toEqual([])
    const [alarm] = raisedBy(liquidFull, readingsOf(2, calm), filledTo(0.94))
    expect(alarm?.first).toMatchObject({ value: 0.94, limit: 0.9298 })
    expect(alarm?.priority).toBe('high')
  })

  it('judges the level that is measured, at the temperature that is measured', () => {
    const cargo = { ...METHANOL, filling: null }
    const warm = (level: number) => () => ({ temperature: 40, level })
    // 0.97/(1 + 0.001236·10) = 0.958 at 40 °C
    expect(raisedBy(liquidFull, readingsOf(2, warm(0.955)), factsWith({ cargo }))).toEqual([])
    expect(raisedBy(liquidFull, readingsOf(2, warm(0.975)), factsWith({ cargo })).length).toBe(1)
  })

  it('is critical where the liquid is about to fill the tank', () => {
    // filled to 0.9297 at 15 °C: 76.2 °C would fill it
    const course = (hours: number) => ({ temperature: 15 + 12 * hours, level: null })
    const [alarm] = raisedBy(liquidFull, readingsOf(6, course), filledTo(0.9297))
    expect(alarm?.priority).toBe('critical')
    expect(alarm?.first.figures?.fullAtCelsius).toBeCloseTo(76.2, 0)
    expect(alarm?.first.figures?.celsius).toBeLessThan(66)
  })

  it('does not apply the degree of filling to a liquefied gas', () => {
    const cargo = { ...METHANOL, liquefied: true, filling: { fraction: 0.95, celsius: 15 } }
    expect(raisedBy(liquidFull, readingsOf(2, calm), factsWith({ cargo }))).toEqual([])
  })

  it('says nothing where nothing is known', () => {
    expect(
      raisedBy(
        liquidFull,
        readingsOf(2, () => ({ temperature: 15 })),
        factsWith({ cargo: null, tank: null }),
      ),
    ).toEqual([])
  })
})
