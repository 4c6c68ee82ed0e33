import { type Committed, MAX_READINGS, type Resend } from '../server/model/reading.ts'
import type { NumberedReading } from './device.ts'

/** A kept reading, and how far it has come. */
export type Kept = {
  reading: NumberedReading
  state: 'waiting' | 'in-flight' | 'acknowledged'
  acknowledgedAt: number
}

export type OutboxCounts = {
  kept: number
  waiting: number
  /** distinct readings that were ever sent, acknowledged, committed */
  sent: number
  acknowledged: number
  committed: number
  /** sent again, for whatever reason */
  repeated: number
  /** asked for by the server, but no longer here */
  forgotten: number
}

/**
 * The memory of a device: it keeps a reading until `committed` covers it, whatever the broker has acknowledged before.
 * Bounded; when it is full the oldest are kept and new ones find no `room()`, because what lies before a fault is what
 * explains it, and because a hole in the numbers would hold `committed` back for ever.
 */
export const createOutbox = (boot: number, capacity = 100_000) => {
  let items: Kept[] = []
  let firstWaiting = 0
  const counts = { sent: 0, acknowledged: 0, committed: 0, repeated: 0, forgotten: 0 }
  let newestSent = -1
  let newestCommitted = -1
  const acknowledgedSeqs = new Set<number>()

  const wait = (item: Kept, index: number) => {
    item.state = 'waiting'
    firstWaiting = Math.min(firstWaiting, index)
  }
  return {
    room: () => Math.max(0, capacity - items.length),
    keep(readings: readonly NumberedReading[]): void {
      for (const reading of readings) items.push({ reading, state: 'waiting', acknowledgedAt: 0 })
    },
    /** The newest seq in here, −1 if there is none. */
    newest: () => items.at(-1)?.reading.seq ?? -1,
    /** Takes the oldest waiting readings, up to and including a seq; they are in flight until one of the next two is called. */
    take(most = MAX_READINGS, untilSeq = Number.POSITIVE_INFINITY): Kept[] {
      const batch: Kept[] = []
      let index = firstWaiting
      for (; index < items.length && batch.length < most; index++) {
        const item = items[index]
        if (item?.state !== 'waiting') continue
        const { seq } = item.reading
        if (seq > untilSeq) break
        item.state = 'in-flight'
        if (seq > newestSent) counts.sent += 1
        else counts.repeated += 1
        newestSent = Math.max(newestSent, seq)
        batch.push(item)
      }
      firstWaiting = index
      return batch
    },
    acknowledge(batch: readonly Kept[], nowMs: number): void {
      for (const item of batch) {
        if (item.state !== 'in-flight') continue
        item.state = 'acknowledged'
        item.acknowledgedAt = nowMs
        const { seq } = item.reading
        if (seq <= newestCommitted || acknowledgedSeqs.has(seq)) continue
        acknowledgedSeqs.add(seq)
        counts.acknowledged += 1
      }
    },
    /** The connection broke before the acknowledgement: they wait again. */
    giveBack(batch: readonly Kept[]): void {
      for (const item of batch) if (item.state === 'in-flight') wait(item, 0)
    },
    /** Forgets what the server has dealt with for good. What it says of another boot is not about us. */
    commit(committed: Committed): void {
      if (committed.boot !== boot || committed.seq <= newestCommitted) return
      newestCommitted = committed.seq
      let gone = 0
      let last = -1
      for (const item of items) {
        const { seq } = item.reading
        if (seq > committed.seq) break
        gone += 1
        if (seq === last) continue
        last = seq
        counts.committed += 1
        // `committed` says more than PUBACK does, and may overtake it
        if (!acknowledgedSeqs.delete(seq)) counts.acknowledged += 1
      }
      items = items.slice(gone)
      firstWaiting = Math.max(0, firstWaiting - gone)
    },
    /** What the server misses waits again; what was already committed is gone, and counted. */
    resend(resend: Resend): void {
      if (resend.boot !== boot) return
      for (const [from, to] of resend.ranges) {
        const first = items[0]?.reading.seq ?? newestSent + 1
        counts.forgotten += Math.max(0, Math.min(to + 1, first) - Math.max(0, from))
        for (const [index, item] of items.entries()) {
          const { seq } = item.reading
          if (seq > to) break
          if (seq >= from && item.state === 'acknowledged') wait(item, index)
        }
      }
    },
    /** Acknowledged by a broker longer than `graceMs` ago, and not committed since: the broker may have lost them. */
    doubt(nowMs: number, graceMs: number): number {
      let doubted = 0
      for (const [index, item] of items.entries()) {
        if (doubted >= MAX_READINGS) break
        if (item.state !== 'acknowledged' || nowMs - item.acknowledgedAt < graceMs) continue
        wait(item, index)
        doubted += 1
      }
      return doubted
    },
    counts: (): OutboxCounts => ({
      ...counts,
      kept: items.length,
      waiting: items.reduce((n, item) => n + (item.state === 'waiting' ? 1 : 0), 0),
    }),
  }
}
export type Outbox = ReturnType<typeof createOutbox>
