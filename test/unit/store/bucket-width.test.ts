import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucketWidth } from '../../../server/store/chart.ts'

it('never makes more buckets than points, for every range from a millisecond to ten years', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2e12 }),
      fc.integer({ min: 1, max: 3.2e11 }),
      fc.integer({ min: 2, max: 10_000 }),
      (from, length, points) => {
        const width = bucketWidth(from, from + length, points) * 1000
        expect(Math.floor((from + length - 1) / width) - Math.floor(from / width) + 1).toBeLessThanOrEqual(points)
      },
    ),
  )
})
