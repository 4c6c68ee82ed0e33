import type { WebSocket } from 'ws'
import type { Viewer } from './feed.ts'

/** Above this, bytes, readings wait and are merged; above the second, or after so long, the client is let go. */
const SLOW_BYTES = 1_048_576
const TOO_SLOW_BYTES = 8 * 1_048_576
const TOO_SLOW_MS = 30_000

/** One WebSocket: what it listens to, and how it is spared when it is slow. */
export type Client = {
  viewer: Viewer
  /** whole fleet, or single shipments */
  fleet: boolean
  orders: boolean
  shipments: Set<string>
  /** shipments that changed while the client was too slow to be told */
  missed: Set<string>
  send(frame: string | Buffer): void
  /** Whether readings may be sent now; ends the connection of a client that has been slow for too long. */
  ready(now: number): boolean
}

export const createClient = (socket: WebSocket, viewer: Viewer): Client => {
  let slowSince: number | null = null
  return {
    viewer,
    fleet: false,
    orders: false,
    shipments: new Set(),
    missed: new Set(),
    send: (frame) => {
      if (socket.readyState !== socket.OPEN) return
      socket.send(frame, { binary: false })
      if (socket.bufferedAmount > TOO_SLOW_BYTES) socket.terminate()
    },
    ready: (now) => {
      if (socket.readyState !== socket.OPEN) return false
      if (socket.bufferedAmount <= SLOW_BYTES) {
        slowSince = null
        return true
      }
      slowSince ??= now
      if (now - slowSince > TOO_SLOW_MS) socket.terminate()
      return false
    },
  }
}
