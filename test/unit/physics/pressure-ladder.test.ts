import { expect, it } from 'vitest'
import { absolute, reliefOf, shareOfMawp } from '../../../server/physics/pressure-ladder.ts'

const tank = { mawp: null, testPressure: null, relief: null, isPortable: true }

it('adds an atmosphere to what stands on a plate', () => {
  expect(absolute(0)).toBe(1.01325)
  expect(absolute(2.67)).toBe(3.68325)
})

it.each([
  // test pressure, bar gauge; relief opens, bar gauge (6.7.2.9)
  [4, 3.33333],
  [4.5, 3.75],
  [4.51, 3.30733],
  [6, 4.4],
])('a portable tank tested at %d bar relieves at %d bar gauge', (testPressure, gauge) => {
  expect(reliefOf({ ...tank, testPressure })?.bar).toBeCloseTo(gauge + 1.01325, 4)
})

it('takes the setting before the test pressure, and nothing out of the test pressure of another tank', () => {
  expect(reliefOf({ ...tank, relief: 3, testPressure: 6 })).toEqual({
    bar: 4.01325,
    rule: 'relief device set to 3 bar gauge',
  })
  expect(reliefOf({ ...tank, testPressure: 6, isPortable: false })).toBeNull()
  expect(reliefOf(tank)).toBeNull()
})

it('takes shares of the MAWP in gauge, and says so', () => {
  expect(shareOfMawp(4, 90)).toEqual({ bar: 4.61325, rule: '90 % of MAWP 4 bar gauge' })
  expect(shareOfMawp(4, 80).bar).toBe(4.21325)
})
