import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Contents, closedTankPressure, padPressure, residual } from '../../../server/physics/closed-tank.ts'
import { vapourPressure } from '../../../server/physics/vapour-pressure.ts'

const antoine = { a: 8.08097, b: 1582.27, c: 239.73, from: 15, to: 84 }
const methanol: Contents = { antoine, expansion: 0.001236, filling: { fraction: 0.9, celsius: 20 } }
const loaded = { pressure: 1.3, celsius: 20 }

describe('a closed tank of methanol, 90 % full, 1.30 bar absolute at 20 °C', () => {
  it.each([
    [25, 1.43],
    [30, 1.58],
    [40, 1.96],
  ])('has at %d °C %d bar', (celsius, bar) => expect(closedTankPressure(methanol, loaded, celsius)).toBeCloseTo(bar, 2))

  it('has no residual where it is as expected, and a negative one where gas is missing', () => {
    expect(residual(methanol, loaded, { pressure: closedTankPressure(methanol, loaded, 31), celsius: 31 })).toBeCloseTo(
      0,
    )
    expect(residual(methanol, loaded, { pressure: 1.5, celsius: 30 })).toBeCloseTo(-0.08, 2)
  })

  it('gives the same from whichever state on the way is taken as the baseline', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -10, max: 60, noNaN: true }),
        fc.double({ min: -10, max: 60, noNaN: true }),
        (between, celsius) => {
          const onTheWay = { pressure: closedTankPressure(methanol, loaded, between), celsius: between }
          expect(closedTankPressure(methanol, onTheWay, celsius)).toBeCloseTo(
            closedTankPressure(methanol, loaded, celsius),
            6,
          )
        },
      ),
    )
  })
})

it('a liquefied gas has its vapour pressure and nothing beside', () => {
  const ammonia = { a: 7.74396, b: 1113.928, c: 262.741, from: -33, to: 98 }
  const baseline = { pressure: vapourPressure(ammonia, 15), celsius: 15 }
  expect(padPressure(ammonia, baseline)).toBe(0)
  expect(closedTankPressure({ antoine: ammonia, expansion: 0.00245, filling: null }, baseline, 30)).toBeCloseTo(11.7, 0)
})

it('does not run to infinity where the liquid fills the tank', () => {
  const pressure = closedTankPressure({ ...methanol, filling: { fraction: 0.98, celsius: 20 } }, loaded, 80)
  expect(pressure).toBeGreaterThan(5)
  expect(pressure).toBeLessThan(20)
})
