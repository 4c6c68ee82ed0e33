import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance, begun, joined, missing } from '../../../server/ingest/progress.ts'

describe('how far a device has been dealt with', () => {
  it('follows numbers that come in order', () => {
    const progress = begun(1)
    for (const seq of [0, 1, 2]) advance(progress, seq)
    expect(progress).toEqual({ boot: 1, seq: 2, beyond: [] })
  })

  it('stops at a gap and names it', () => {
    const progress = begun(1)
    for (const seq of [0, 1, 4, 5, 8]) advance(progress, seq)
    expect(progress).toEqual({
      boot: 1,
      seq: 1,
      beyond: [
        [4, 5],
        [8, 8],
      ],
    })
    expect(missing(progress)).toEqual([
      [2, 3],
      [6, 7],
    ])
  })

  it('what two servers know of it is put together', () => {
    const [one, other] = [begun(1), begun(1)]
    for (const seq of [0, 1, 4, 8]) advance(one, seq)
    for (const seq of [2, 5, 6]) advance(other, seq)
    expect(joined(one, other)).toEqual({
      boot: 1,
      seq: 2,
      beyond: [
        [4, 6],
        [8, 8],
      ],
    })
  })

  it('any order and any duplicates: the end of the first unbroken stretch, and the stretches beyond it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 120 }), (numbers) => {
        const progress = begun(1)
        for (const seq of numbers) advance(progress, seq)
        const seen = new Set(numbers)
        let end = -1
        while (seen.has(end + 1)) end++
        expect(progress.seq).toBe(end)
        const beyond = progress.beyond.flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        )
        expect(beyond).toEqual([...seen].filter((seq) => seq > end).sort((a, b) => a - b))
        const absent = missing(progress).flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        )
        expect(absent.some((seq) => seen.has(seq))).toBe(false)
      }),
    )
  })
})
