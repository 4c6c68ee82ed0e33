import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beyond, held, meanKineticTemperature } from '../../../server/physics/exposure.ts'

const HOUR = 3_600_000
const MINUTE = 60_000

describe('mean kinetic temperature', () => {
  it('of 23 h at 20 °C and 1 h at 40 °C is 22.45 °C (domain facts, section 5)', () => {
    const course = [
      { from: 0, ms: 23 * HOUR, celsius: 20 },
      { from: 23 * HOUR, ms: HOUR, celsius: 40 },
    ]
    expect(meanKineticTemperature(course)).toBeCloseTo(22.45, 2)
  })
  it('of nothing is nothing', () => expect(meanKineticTemperature([])).toBeNull())
  it('for every course lies between its coldest and its warmest, and not below the mean', () => {
    const course = fc.array(
      fc.record({
        from: fc.constant(0),
        ms: fc.integer({ min: 1, max: HOUR }),
        celsius: fc.double({ min: -40, max: 100, noNaN: true }),
      }),
      { minLength: 1 },
    )
    fc.assert(
      fc.property(course, (values) => {
        const kinetic = meanKineticTemperature(values) ?? Number.NaN
        const temperatures = values.map(({ celsius }) => celsius)
        const weight = values.reduce((sum, { ms }) => sum + ms, 0)
        const mean = values.reduce((sum, { ms, celsius }) => sum + ms * celsius, 0) / weight
        expect(kinetic).toBeGreaterThanOrEqual(Math.min(...temperatures) - 1e-6)
        expect(kinetic).toBeLessThanOrEqual(Math.max(...temperatures) + 1e-6)
        expect(kinetic).toBeGreaterThanOrEqual(mean - 1e-6)
      }),
    )
  })
})

describe('a value holds until the next', () => {
  it('but for three reporting intervals at most: what is beyond is a gap', () => {
    const values = [
      { time: 0, celsius: 20 },
      { time: 10 * MINUTE, celsius: 30 },
      { time: 12 * MINUTE, celsius: 20 },
    ]
    expect(held(values, { intervalMs: MINUTE, to: 13 * MINUTE })).toEqual([
      { from: 0, ms: 3 * MINUTE, celsius: 20 },
      { from: 10 * MINUTE, ms: 2 * MINUTE, celsius: 30 },
      { from: 12 * MINUTE, ms: MINUTE, celsius: 20 },
    ])
  })
})

describe('beyond a limit', () => {
  const course = [20, 26, 28, 24].map((celsius, hour) => ({ from: hour * HOUR, ms: HOUR, celsius }))
  it('counts minutes and degree-hours', () => {
    expect(beyond(course, 'above', () => 25)).toEqual({ minutes: 120, degreeHours: 4 })
    expect(beyond(course, 'below', () => 21)).toEqual({ minutes: 60, degreeHours: 1 })
  })
  it('by the limit of the time', () => {
    expect(beyond(course, 'above', (time) => (time < 2 * HOUR ? undefined : 25))).toEqual({
      minutes: 60,
      degreeHours: 3,
    })
  })
})
