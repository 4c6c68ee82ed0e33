import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance, missing, type Progress } from '../../../server/ingest/progress.ts'

describe('how far a device has been dealt with', () => {
  it('follows numbers that come in order', () => {
    let progress: Progress | undefined
    for (const seq of [0, 1, 2]) progress = advance(progress, 1, seq)
    expect(progress).toEqual({ boot: 1, seq: 2, beyond: [] })
  })

  it('stops at a gap and names it', () => {
    let progress: Progress | undefined
    for (const seq of [0, 1, 4, 5, 8]) progress = advance(progress, 1, seq)
    expect(progress).toEqual({
      boot: 1,
      seq: 1,
      beyond: [
        [4, 5],
        [8, 8],
      ],
    })
    expect(progress && missing(progress)).toEqual([
      [2, 3],
      [6, 7],
    ])
  })

  it('begins anew with a newer boot, and does not look back to an older one', () => {
    let progress = advance(advance(undefined, 1, 0), 2, 0)
    expect(progress).toEqual({ boot: 2, seq: 0, beyond: [] })
    progress = advance(progress, 1, 1)
    expect(progress).toEqual({ boot: 2, seq: 0, beyond: [] })
  })

  it('any order and any duplicates: the end of the first unbroken stretch, and the stretches beyond it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 120 }), (numbers) => {
        let progress: Progress | undefined
        for (const seq of numbers) progress = advance(progress, 1, seq)
        const seen = new Set(numbers)
        let end = -1
        while (seen.has(end + 1)) end++
        expect(progress?.seq).toBe(end)
        const beyond = (progress?.beyond ?? []).flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, i) => from + i),
        )
        expect(beyond).toEqual([...seen].filter((seq) => seq > end).sort((a, b) => a - b))
        const absent =
          progress === undefined
            ? []
            : missing(progress).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
        expect(absent.some((seq) => seen.has(seq))).toBe(false)
      }),
    )
  })
})
