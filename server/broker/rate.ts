/** What one device may send in the long run. */
export type Rate = { messagesPerSecond: number; bytesPerSecond: number }

export type Bucket = {
  take(messages: number, bytes: number): void
  /** how long until there is something to take again, ms; 0 now */
  waitMs(): number
  /** true when so little is left that a whole chunk of a socket could overdraw it by far */
  low(): boolean
}

/**
 * What a device may send at once after it has been quiet: so many seconds' worth. At the default of 200 messages a
 * second that is 50,000 messages, or 13 h of one reading a second.
 */
export const BURST_SECONDS = 250
/** What a chunk of 64 KiB may hold. */
const CHUNK = { messages: 1_500, bytes: 65_536 }
/** A debt is let go in steps of so long, so that pings behind it are answered, ms. */
const LONGEST_WAIT_MS = 1_000

/** A token bucket of messages and bytes together. It starts full, and may be overdrawn by what came in one chunk. */
export const createBucket = (rate: Rate, now: () => number = Date.now): Bucket & { full(): boolean } => {
  const most = { messages: rate.messagesPerSecond * BURST_SECONDS, bytes: rate.bytesPerSecond * BURST_SECONDS }
  let { messages, bytes } = most
  let at = now()
  const refill = () => {
    const seconds = Math.max(0, now() - at) / 1000
    at = now()
    messages = Math.min(most.messages, messages + seconds * rate.messagesPerSecond)
    bytes = Math.min(most.bytes, bytes + seconds * rate.bytesPerSecond)
  }
  return {
    take: (someMessages, someBytes) => {
      messages -= someMessages
      bytes -= someBytes
    },
    waitMs: () => {
      if (messages >= 1 && bytes >= 1) return 0 // the clock is asked only when it matters
      refill()
      if (messages >= 1 && bytes >= 1) return 0
      const seconds = Math.max((1 - messages) / rate.messagesPerSecond, (1 - bytes) / rate.bytesPerSecond)
      return Math.min(LONGEST_WAIT_MS, Math.ceil(seconds * 1000))
    },
    low: () => {
      if (messages >= CHUNK.messages && bytes >= CHUNK.bytes) return false
      refill()
      return messages < CHUNK.messages || bytes < CHUNK.bytes
    },
    full: () => {
      refill()
      return messages >= most.messages && bytes >= most.bytes
    },
  }
}

/** A bucket for each device, the same one after it connects again; those that are full again can be forgotten. */
export const createBuckets = (rate: Rate, now: () => number = Date.now) => {
  const buckets = new Map<string, ReturnType<typeof createBucket>>()
  return {
    of: (deviceId: string): Bucket => {
      const bucket = buckets.get(deviceId) ?? createBucket(rate, now)
      buckets.set(deviceId, bucket)
      return bucket
    },
    tidy: () => {
      for (const [deviceId, bucket] of buckets) if (bucket.full()) buckets.delete(deviceId)
    },
  }
}
