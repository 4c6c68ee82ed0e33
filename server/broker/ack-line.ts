/** MQTT 3.1.1 and 5: PUBACK without a reason code, which means success, has the same four bytes in both. */
const PUBACK = 0x40

export type AckLine = {
  /** A QoS 1 publish came; call the result once it is dealt with. Its PUBACK leaves after those before it. */
  take(messageId: number): () => void
  /** Is a publish of this number waiting for its PUBACK? */
  has(messageId: number): boolean
  waiting(): number
  /** epoch milliseconds at which the oldest waiting one came, or null */
  oldest(): number | null
  /** The connection is gone: whatever is acknowledged from now on is written nowhere. */
  cut(): void
}

/**
 * The acknowledgements that one connection owes. They leave in the order in which the publishes came
 * (MQTT-4.6.0-2), however they are settled, and those of one turn of the event loop leave in one write.
 */
export const createAckLine = (write: (bytes: Buffer) => void, now: () => number = Date.now): AckLine => {
  type Owed = { messageId: number; at: number; settled: boolean }
  let owed: Owed[] = []
  let head = 0
  let flushing = false
  let open = true
  const waitingIds = new Set<number>()

  const flush = () => {
    flushing = false
    if (!open) return
    let end = head
    while (owed[end]?.settled) end += 1
    const bytes = Buffer.allocUnsafe((end - head) * 4)
    for (let at = 0; head < end; head += 1, at += 4) {
      const messageId = owed[head]?.messageId ?? 0
      waitingIds.delete(messageId)
      bytes[at] = PUBACK
      bytes[at + 1] = 2
      bytes[at + 2] = messageId >> 8
      bytes[at + 3] = messageId & 0xff
    }
    if (head === owed.length) {
      owed = []
      head = 0
    } else if (head > 1024) {
      owed = owed.slice(head)
      head = 0
    }
    if (bytes.length > 0) write(bytes)
  }

  return {
    take: (messageId) => {
      const entry: Owed = { messageId, at: now(), settled: false }
      owed.push(entry)
      waitingIds.add(messageId)
      return () => {
        entry.settled = true
        if (flushing || !open || entry !== owed[head]) return
        flushing = true
        process.nextTick(flush)
      }
    },
    has: (messageId) => waitingIds.has(messageId),
    waiting: () => owed.length - head,
    oldest: () => owed[head]?.at ?? null,
    cut: () => {
      open = false
      owed = []
      head = 0
      waitingIds.clear()
    },
  }
}
