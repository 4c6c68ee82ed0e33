import { describe, expect, it } from 'vitest'
import {
  type Antoine,
  boilingPoint,
  holdsAt,
  vapourPressure,
  vapourPressureSlope,
} from '../../../server/physics/vapour-pressure.ts'

const antoine = (a: number, b: number, c: number, from: number | null = null, to: number | null = null): Antoine => ({
  a,
  b,
  c,
  from,
  to,
})
const METHANOL = antoine(8.08097, 1582.27, 239.73, 15, 84)
const WATER = antoine(8.07131, 1730.63, 233.43)

describe('vapour pressure', () => {
  it.each([
    ['methanol', METHANOL, 64.7],
    ['ethanol', antoine(8.1122, 1592.86, 226.18), 78.3],
    ['n-pentane', antoine(6.87632, 1075.82, 233.36, -50, 58), 36.1],
    ['n-hexane', antoine(6.87601, 1171.17, 224.41), 68.7],
    ['water', WATER, 100],
  ])('%s boils where the handbooks say, at one atmosphere', (_, constants, celsius) => {
    expect(Math.abs(boilingPoint(constants, 1.01325) - celsius)).toBeLessThan(0.3)
  })

  it('agrees with steam tables and with methanol at 20 °C', () => {
    expect(vapourPressure(WATER, 25)).toBeCloseTo(0.0317, 3)
    expect(vapourPressure(METHANOL, 20)).toBeCloseTo(0.129, 2)
  })

  it.each([0, 20, 50])('its slope at %d °C is that of the curve', (celsius) => {
    const difference = (vapourPressure(METHANOL, celsius + 0.01) - vapourPressure(METHANOL, celsius - 0.01)) / 0.02
    expect(vapourPressureSlope(METHANOL, celsius)).toBeCloseTo(difference, 6)
  })

  it('holds in its range, with a margin beyond it, and everywhere where no range is known', () => {
    expect([14, 15, 84, 85].map((celsius) => holdsAt(METHANOL, celsius))).toEqual([false, true, true, false])
    expect(holdsAt(METHANOL, 5, 10)).toBe(true)
    expect(holdsAt(WATER, -200)).toBe(true)
  })

  it('is nothing below the pole of the formula, rather than a wild number', () => {
    expect(vapourPressure(METHANOL, -260)).toBe(0)
    expect(vapourPressureSlope(METHANOL, -260)).toBe(0)
  })
})
