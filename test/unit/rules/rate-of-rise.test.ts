import { describe, expect, it } from 'vitest'
import { rateOfRise } from '../../../server/rules/rate-of-rise.ts'
import { factsWith, hoursAfter, METHANOL, raisedBy, readingsOf } from './tank-trip.ts'

/** 20 °C, and from hour 3 to hour 6 so many K/h. */
const rising = (kelvinPerHour: number) => (hours: number) => ({
  temperature: 20 + kelvinPerHour * Math.min(3, Math.max(0, hours - 3)),
  ambient: 22,
})

describe('rate of rise', () => {
  it('is said within half an hour where the weather cannot drive it, and is over when it is over', () => {
    const [alarm, ...others] = raisedBy(rateOfRise, readingsOf(9, rising(5)))
    expect(others).toEqual([])
    expect(alarm?.first.cause).toBe('heating')
    expect(hoursAfter(alarm?.onset ?? 0)).toBeGreaterThan(3.1)
    expect(hoursAfter(alarm?.onset ?? 0)).toBeLessThan(3.5)
    expect(hoursAfter(alarm?.clearedAt ?? 0)).toBeGreaterThan(6)
    expect(hoursAfter(alarm?.clearedAt ?? 0)).toBeLessThan(7)
  })

  it.each([0, 0.3, 0.6])('says nothing at %d K/h', (slope) => {
    expect(raisedBy(rateOfRise, readingsOf(12, rising(slope)))).toEqual([])
  })

  it('is not moved by single wild values', () => {
    const wild = readingsOf(12, rising(0)).map((reading, index) =>
      index % 7 === 0 ? { ...reading, temperature: 80 } : reading,
    )
    expect(raisedBy(rateOfRise, wild)).toEqual([])
  })

  it('leaves the cause open where the cargo may warm itself', () => {
    const facts = factsWith({ cargo: { ...METHANOL, reactive: true } })
    expect(raisedBy(rateOfRise, readingsOf(6, rising(5)), facts)[0]?.first.cause).toBeUndefined()
  })

  it('works on a reading every ten minutes, later', () => {
    const facts = factsWith({ intervalMs: 600_000, reportMs: 600_000 })
    const [alarm] = raisedBy(rateOfRise, readingsOf(9, rising(5), { everyMs: 600_000 }), facts)
    expect(hoursAfter(alarm?.onset ?? 0)).toBeLessThan(5)
  })
})
