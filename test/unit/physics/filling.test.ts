import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expansionOf, fractionAt, highestFilling, liquidFullCelsius } from '../../../server/physics/filling.ts'

const alpha = expansionOf(0.796, 0.763)

describe('filling, with the example of the domain facts (d15 0.796, d50 0.763, filled at 15 °C)', () => {
  it('expands by 0.001236 a kelvin', () => expect(alpha).toBeCloseTo(0.001236, 6))

  it.each([
    ['TP1', 0.9298],
    ['packaging', 0.9394],
    ['TP2', 0.9106],
  ] as const)('%s: at most %d', (rule, fraction) => expect(highestFilling(rule, alpha, 15)).toBeCloseTo(fraction, 4))

  it('is liquid-full at 75.9 °C when filled to 0.93', () => {
    expect(liquidFullCelsius({ fraction: 0.93, celsius: 15 }, alpha)).toBeCloseTo(75.9, 1)
  })

  it('for every filling: at its liquid-full temperature it fills the tank; at the highest filling it keeps 3 % at 50 °C', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 0.99, noNaN: true }),
        fc.double({ min: -20, max: 45, noNaN: true }),
        fc.double({ min: 0.0002, max: 0.003, noNaN: true }),
        (fraction, celsius, expansion) => {
          const filling = { fraction, celsius }
          expect(fractionAt(filling, expansion, liquidFullCelsius(filling, expansion))).toBeCloseTo(1, 9)
          const highest = { fraction: highestFilling('TP1', expansion, celsius), celsius }
          expect(fractionAt(highest, expansion, 50)).toBeCloseTo(0.97, 9)
        },
      ),
    )
  })
})
