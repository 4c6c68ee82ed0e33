import { describe, expect, it } from 'vitest'
import { BURST_SECONDS, createBucket, createBuckets } from '../../../server/broker/rate.ts'

const RATE = { messagesPerSecond: 10, bytesPerSecond: 100_000 }
const BURST = 10 * BURST_SECONDS

describe('what a device may send', () => {
  it.each([
    // seconds, messages taken then, ms to wait after that
    [
      'a backlog at once',
      [
        [0, BURST - 1, 0],
        [0, 1, 100],
      ],
    ],
    [
      'the rate for ever after',
      [
        [0, BURST, 100],
        [1, 9, 0],
        [1, 1, 100],
        [2, 10, 100],
      ],
    ],
    [
      'less, while it pays for a chunk that was too much',
      [
        [0, BURST + 5, 600],
        [0.5, 0, 100],
        [0.6, 0, 0],
      ],
    ],
    [
      'as much again as before, when it was quiet for long',
      [
        [0, BURST, 100],
        [1_000, BURST - 1, 0],
        [1_000, 1, 100],
      ],
    ],
  ] as const)('%s', (_what, timetable) => {
    let now = 0
    const bucket = createBucket(RATE, () => now)
    for (const [seconds, messages, waitMs] of timetable) {
      now = seconds * 1000
      bucket.waitMs()
      bucket.take(messages, 0)
      expect(bucket.waitMs()).toBe(waitMs)
    }
  })

  it('is bounded in bytes as well, and a clock that goes back gives nothing', () => {
    let now = 10_000
    const bucket = createBucket(RATE, () => now)
    bucket.take(1, 100_000 * BURST_SECONDS)
    now = 0
    expect(bucket.waitMs()).toBe(1)
    expect(bucket.low()).toBe(true)
  })

  it('is the same after it connects again, and is forgotten only once it is full', () => {
    let now = 0
    const buckets = createBuckets(RATE, () => now)
    buckets.of('d1').take(BURST, 0)
    buckets.tidy()
    expect(buckets.of('d1').waitMs()).toBe(100)
    now = 1_000_000
    buckets.tidy()
    expect(buckets.of('d1').low()).toBe(false)
  })
})
