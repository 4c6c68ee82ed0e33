import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NumberedReading } from '../../../simulators/device.ts'
import { createOutbox } from '../../../simulators/outbox.ts'

const BOOT = 3
const reading = (seq: number): NumberedReading => ({ time: 1_000 * seq, seq, boot: BOOT, temperature: 20 })
const readings = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => reading(from + i))
const seqs = (batch: readonly { reading: NumberedReading }[]) => batch.map((item) => item.reading.seq)

describe('the outbox of a device', () => {
  it('gives the oldest first, up to what is asked for', () => {
    const outbox = createOutbox(BOOT)
    outbox.keep(readings(0, 9))
    expect(seqs(outbox.take(4))).toEqual([0, 1, 2, 3])
    expect(seqs(outbox.take(4, 5))).toEqual([4, 5])
    expect(seqs(outbox.take())).toEqual([6, 7, 8, 9])
    expect(outbox.take()).toEqual([])
  })

  it('keeps what is acknowledged until it is committed', () => {
    const outbox = createOutbox(BOOT)
    outbox.keep(readings(0, 9))
    outbox.acknowledge(outbox.take(), 0)
    expect(outbox.counts()).toMatchObject({ kept: 10, acknowledged: 10, committed: 0 })
    outbox.commit({ boot: BOOT, seq: 6 })
    expect(outbox.counts()).toMatchObject({ kept: 3, acknowledged: 10, committed: 7 })
    outbox.commit({ boot: BOOT, seq: 2 }) // retained, older
    outbox.commit({ boot: BOOT - 1, seq: 900 }) // about a boot before this one
    expect(outbox.counts()).toMatchObject({ kept: 3, committed: 7 })
  })

  it('sends again what was in flight when the connection broke, and nothing else', () => {
    const outbox = createOutbox(BOOT)
    outbox.keep(readings(0, 9))
    const [first, second] = [outbox.take(5), outbox.take(5)]
    outbox.acknowledge(second, 0)
    outbox.giveBack(first)
    outbox.giveBack(second) // acknowledged already: stays so
    expect(seqs(outbox.take())).toEqual([0, 1, 2, 3, 4])
    expect(outbox.counts()).toMatchObject({ sent: 10, repeated: 5 })
  })

  it('obeys resend for what it still has, and counts what it has not', () => {
    const outbox = createOutbox(BOOT)
    outbox.keep(readings(0, 9))
    outbox.acknowledge(outbox.take(), 0)
    outbox.commit({ boot: BOOT, seq: 2 })
    outbox.resend({ boot: BOOT + 1, ranges: [[0, 9]] })
    expect(outbox.take()).toEqual([])
    outbox.resend({
      boot: BOOT,
      ranges: [
        [1, 4],
        [8, 8],
      ],
    })
    expect(seqs(outbox.take())).toEqual([3, 4, 8])
    expect(outbox.counts().forgotten).toBe(2)
  })

  it('doubts a broker that acknowledged and whose server never committed', () => {
    const outbox = createOutbox(BOOT)
    outbox.keep(readings(0, 4))
    outbox.acknowledge(outbox.take(2), 1_000)
    outbox.acknowledge(outbox.take(), 5_000)
    expect(outbox.doubt(7_000, 6_000)).toBe(2)
    expect(seqs(outbox.take())).toEqual([0, 1])
  })

  it('has room until it is full, and again after a commit: the oldest are kept', () => {
    const outbox = createOutbox(BOOT, 5)
    outbox.keep(readings(0, 4))
    expect(outbox.room()).toBe(0)
    outbox.commit({ boot: BOOT, seq: 1 })
    expect(outbox.room()).toBe(2)
  })

  it('whatever happens, holds every reading that is not committed, and counts each once', () => {
    const event = fc.oneof(
      fc.record({ do: fc.constant('keep'), n: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ do: fc.constant('take'), n: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ do: fc.constantFrom('acknowledge', 'break', 'doubt'), n: fc.constant(0) }),
      fc.record({ do: fc.constant('commit'), n: fc.integer({ min: 0, max: 60 }) }),
      fc.record({ do: fc.constant('resend'), n: fc.integer({ min: 0, max: 60 }) }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const outbox = createOutbox(BOOT)
        const flying: ReturnType<typeof outbox.take>[] = []
        let next = 0
        let committed = -1
        let highestSent = -1
        for (const { do: what, n } of events) {
          if (what === 'keep') {
            outbox.keep(readings(next, next + n - 1))
            next += n
          }
          if (what === 'take') {
            const batch = outbox.take(n)
            expect(seqs(batch)).toEqual([...seqs(batch)].sort((a, b) => a - b))
            for (const seq of seqs(batch)) expect(seq).toBeGreaterThan(committed)
            highestSent = Math.max(highestSent, ...seqs(batch))
            flying.push(batch)
          }
          if (what === 'acknowledge') outbox.acknowledge(flying.shift() ?? [], 0)
          if (what === 'break') for (const batch of flying.splice(0)) outbox.giveBack(batch)
          if (what === 'doubt') outbox.doubt(1, 0)
          if (what === 'commit') {
            const seq = Math.min(n, highestSent) // a server can't commit what it never got
            outbox.commit({ boot: BOOT, seq })
            committed = Math.max(committed, seq)
          }
          if (what === 'resend') outbox.resend({ boot: BOOT, ranges: [[n, n + 5]] })
          const counts = outbox.counts()
          expect(counts.kept).toBe(next - (committed + 1))
          expect(counts.committed).toBe(committed + 1)
          expect(counts.sent).toBe(highestSent + 1)
          expect(counts.acknowledged).toBeLessThanOrEqual(counts.sent)
        }
        for (const batch of flying) outbox.giveBack(batch)
        outbox.doubt(1, 0)
        expect(seqs(outbox.take())).toEqual(Array.from({ length: next - committed - 1 }, (_, i) => committed + 1 + i))
      }),
    )
  })
})
