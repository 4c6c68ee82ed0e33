export type Bound = { messages: number; bytes: number }

/** What one connection has handed over and not yet got back. */
export type Share = {
  /** true while this connection should not be read any further */
  full(): boolean
  /** true while all connections together hold as much as they may */
  scarce(): boolean
  /** Counts a message in; the result counts it out the first time that it is called, and then answers true. */
  take(bytes: number): () => boolean
}

export type InFlight = {
  share(): Share
  messages(): number
  bytes(): number
}

/**
 * Counts what is held in memory between the sockets and the disk, per connection and in total. A message counts until
 * it is dealt with, even when its connection has long gone, because it is kept for as long.
 * When the total is reached, a connection that holds nothing may still be read, so that signing in and pings work
 * during an outage; it is read in small slices then (`scarce`).
 * `onRoom` is called when something was counted out.
 */
export const createInFlight = (total: Bound, perConnection: Bound, onRoom: () => void): InFlight => {
  let messages = 0
  let bytes = 0
  const scarce = () => messages >= total.messages || bytes >= total.bytes
  return {
    messages: () => messages,
    bytes: () => bytes,
    share: () => {
      let ownMessages = 0
      let ownBytes = 0
      return {
        full: () =>
          ownMessages >= perConnection.messages || ownBytes >= perConnection.bytes || (ownMessages > 0 && scarce()),
        scarce,
        take: (size) => {
          let held = true
          messages += 1
          bytes += size
          ownMessages += 1
          ownBytes += size
          return () => {
            if (!held) return false
            held = false
            messages -= 1
            bytes -= size
            ownMessages -= 1
            ownBytes -= size
            onRoom()
            return true
          }
        },
      }
    },
  }
}
