import { describe, expect, it } from 'vitest'
import { selfHeating } from '../../../server/rules/self-heating.ts'
import { factsWith, hoursAfter, METHANOL, raisedBy, readingsOf } from './tank-trip.ts'

const reactive = factsWith({ cargo: { ...METHANOL, reactive: true, control: 30, emergency: 40 } })

/** Rises from hour 4 on at a rate that grows by an eighth with every kelvin: T = −ln(1 − rt/8)·8. */
const runaway = (rate: number) => (hours: number) => ({
  temperature: 20 - 8 * Math.log(Math.max(0.01, 1 - (rate * Math.max(0, hours - 4)) / 8)),
  ambient: 18,
})
const heated = (hours: number) => ({ temperature: 20 + 5 * Math.max(0, hours - 4), ambient: 18 })

describe('self-heating', () => {
  it('of a cargo that may: said within half an hour, with the hours that are left as a range', () => {
    const [alarm] = raisedBy(selfHeating, readingsOf(5, runaway(2.5)), reactive)
    expect(alarm?.first.cause).toBe('self-heating')
    expect(hoursAfter(alarm?.onset ?? 0)).toBeLessThan(4.5)
    const { hoursLikely = 0, hoursLeast = 0, hoursMost = 0 } = alarm?.first.figures ?? {}
    // from 4 h 20 min it takes about another 2.6 h to reach 40 °C
    expect(hoursLeast).toBeLessThan(2.6)
    expect(hoursMost).toBeGreaterThan(2.6)
    expect(hoursLikely).toBeGreaterThan(1.5)
    expect(hoursLikely).toBeLessThan(4)
  })

  it('is critical when two hours are left', () => {
    expect(raisedBy(selfHeating, readingsOf(7, runaway(2.5)), reactive)[0]?.priority).toBe('critical')
  })

  it('of any other cargo: only when it accelerates', () => {
    expect(raisedBy(selfHeating, readingsOf(8, heated))).toEqual([])
    const [alarm] = raisedBy(selfHeating, readingsOf(7, runaway(2.5)), factsWith({ cargo: null }))
    expect(hoursAfter(alarm?.onset ?? 99)).toBeLessThan(6.8)
  })

  it('a warm morning is none', () => {
    const morning = (hours: number) => ({
      temperature: 15 + 0.25 * hours,
      ambient: 14 + 14 * Math.sin((Math.PI * hours) / 24),
    })
    expect(raisedBy(selfHeating, readingsOf(12, morning), reactive)).toEqual([])
  })
})
