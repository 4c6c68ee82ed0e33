import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hoursLinear, hoursTowardsAmbient, timeToLimit } from '../../../server/physics/time-to-limit.ts'

const sure = (slope: number) => ({ slope, low: slope, high: slope })

describe('time to a limit', () => {
  it('at a constant rate', () => {
    expect(hoursLinear(20, 30, 2.5)).toBe(4)
    expect(hoursLinear(20, 30, -1)).toBe(Number.POSITIVE_INFINITY)
    expect(hoursLinear(31, 30, -1)).toBe(0)
  })

  it('towards the ambient: never where that lies below the limit, and later than the straight line where above', () => {
    expect(hoursTowardsAmbient(20, 30, 2, 29)).toBe(Number.POSITIVE_INFINITY)
    // τ = 20/2 = 10 h, 10·ln(20/10) = 6.93 h
    expect(hoursTowardsAmbient(20, 30, 2, 40)).toBeCloseTo(6.93, 2)
    expect(hoursTowardsAmbient(25, 30, 1, 22)).toBeNull()
  })

  it('is what the curve itself says, for every curve', () => {
    const celsius = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(celsius(0, 20), celsius(21, 30), celsius(31, 60), celsius(1, 60), (start, limit, ambient, tau) => {
        const hours = hoursTowardsAmbient(start, limit, (ambient - start) / tau, ambient) ?? Number.NaN
        expect(ambient + (start - ambient) * Math.exp(-hours / tau)).toBeCloseTo(limit, 6)
      }),
    )
  })

  it('is a range in which the likely lies, for every slope', () => {
    const double = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    fc.assert(
      fc.property(double(0, 40), double(-3, 6), double(0, 2), double(-10, 50), (value, slope, off, ambient) => {
        const drive = { slope: { slope, low: slope - off, high: slope + off }, ambient, ambientSpread: 3 }
        const { likely, least, most } = timeToLimit(value, 35, drive)
        expect(least).toBeLessThanOrEqual(likely)
        expect(most).toBeGreaterThanOrEqual(likely)
      }),
    )
  })

  it('falls back on the straight line where it is warmer than what surrounds it, or that is not known', () => {
    expect(timeToLimit(25, 30, { slope: sure(2), ambient: 15, ambientSpread: 2 }).likely).toBe(2.5)
    expect(timeToLimit(25, 30, { slope: sure(2), ambient: null, ambientSpread: 0 }).likely).toBe(2.5)
  })
})
