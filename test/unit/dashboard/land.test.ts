import { describe, expect, it } from 'vitest'
import { cutRing } from '../../../dashboard/shipment/cut-ring.ts'

const widest = (ring: readonly (readonly number[])[]): number =>
  Math.max(...ring.slice(1).map((point, i) => Math.abs((point[0] ?? 0) - (ring[i]?.[0] ?? 0))))

describe('land at the antimeridian', () => {
  it('leaves a ring alone that does not cross it', () => {
    const ring = [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 0],
    ]
    expect(cutRing(ring)).toEqual([ring])
  })

  it('cuts a ring that crosses it into closed pieces without a line around the world', () => {
    const pieces = cutRing([
      [170, 60],
      [178, 62],
      [-178, 64],
      [-170, 66],
      [-178, 68],
      [178, 70],
      [170, 60],
    ])
    expect(pieces).toHaveLength(2)
    for (const piece of pieces) {
      expect(widest(piece)).toBeLessThan(180)
      expect(piece[0]).toEqual(piece.at(-1))
    }
  })
})
