import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median, theilSen } from '../../../server/physics/slope.ts'

const minutes = (n: number) => Array.from({ length: n }, (_, i) => i)

describe('robust slope', () => {
  it('is exact on a line, for every line', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -50, max: 50 }), (start, slope) => {
        const xs = minutes(20)
        const found = theilSen(
          xs,
          xs.map((x) => start + slope * x),
          0.95,
        )
        expect(found).toEqual({ slope, low: slope, high: slope, points: 20 })
      }),
    )
  })

  it('is not moved by a quarter of wild values', () => {
    const xs = minutes(40)
    const found = theilSen(
      xs,
      xs.map((x) => (x % 4 === 3 ? 1000 : 0.1 * x)),
      0.95,
    )
    expect(found?.slope).toBeGreaterThan(0.05)
    expect(found?.slope).toBeLessThan(0.4)
  })

  it('covers the true slope about as often as it says', () => {
    let state = 1
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return (state + 0.5) / 4294967296
    }
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    const xs = minutes(30)
    let covered = 0
    for (let round = 0; round < 400; round++) {
      const found = theilSen(
        xs,
        xs.map((x) => 0.02 * x + 0.14 * normal()),
        0.95,
      )
      if (found !== null && found.low <= 0.02 && found.high >= 0.02) covered++
    }
    expect(covered / 400).toBeGreaterThan(0.92)
    expect(covered / 400).toBeLessThan(0.98)
  })

  it('says nothing on too few points, or on points of one moment', () => {
    expect(theilSen([0, 1, 2, 3], [0, 1, 2, 3], 0.95)).toBeNull()
    expect(theilSen([1, 1, 1, 1, 1, 1], [0, 1, 2, 3, 4, 5], 0.95)).toBeNull()
  })

  it('the median of an even number lies between the middle two', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([5, -1, 2])).toBe(2)
  })
})
