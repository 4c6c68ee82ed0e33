import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNoise, createRandom } from '../../../simulators/random.ts'

const draw = (count: number, ...seeds: (string | number)[]) => {
  const random = createRandom(...seeds)
  return Array.from({ length: count }, () => random.next())
}

describe('seeded randomness', () => {
  it('gives the same stream for the same seeds, another one for others', () => {
    expect(draw(50, 'a', 1)).toEqual(draw(50, 'a', 1))
    expect(draw(50, 'a', 1)).not.toEqual(draw(50, 'a', 2))
    expect(draw(50, 'a', 1)).not.toEqual(draw(50, 'a1'))
  })

  it('is uniform and normal as far as 20,000 draws can tell', () => {
    const random = createRandom('moments')
    const normal = Array.from({ length: 20_000 }, () => random.normal())
    const mean = normal.reduce((sum, x) => sum + x, 0) / normal.length
    const variance = normal.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normal.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(Math.abs(variance - 1)).toBeLessThan(0.05)
    const tenths = Array.from({ length: 10 }, () => 0)
    for (const x of draw(20_000, 'tenths')) tenths[Math.floor(x * 10)] = (tenths[Math.floor(x * 10)] ?? 0) + 1
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(250)
  })

  it('has noise that stays within −1 … 1 and has no jumps', () => {
    const noise = createNoise('smooth')
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (x) => {
        expect(Math.abs(noise(x))).toBeLessThanOrEqual(1)
        expect(Math.abs(noise(x + 0.001) - noise(x))).toBeLessThan(0.01)
      }),
    )
  })
})
