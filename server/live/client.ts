import type { WebSocket } from 'ws'
import type { Viewer } from './feed.ts'

/** Above this, bytes, readings wait and are merged, and snapshots and pages of the past are not begun. */
const SLOW_BYTES = 1_048_576
/** Beyond one large frame on its way, bytes: then the client is let go. */
const TOO_SLOW_BYTES = 8 * 1_048_576
/** So is one that does not take SLOW_BYTES in this time while as much waits for it. */
const TOO_SLOW_MS = 30_000
/** A larger frame goes in fragments of this size (RFC 6455, 5.4), one when the one before has left: so it is seen to move. */
const FRAGMENT_BYTES = 262_144
const LOOK_MS = 25

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
  /** Whether readings may be sent now. */
  ready(): boolean
  /** Resolves when they may, or when nobody listens any more. */
  drained(): Promise<void>
  /** Ends the connection of a client that has been slow for too long. Asked every now and then. */
  judge(now: number): void
}

export const createClient = (socket: WebSocket, viewer: Viewer, tooSlowMs = TOO_SLOW_MS): Client => {
  /** the large frame under way, and how much of it has been handed to the socket */
  let large: Buffer | null = null
  let handed = 0
  /** frames behind it, in their order */
  let behind: (string | Buffer)[] = []
  let behindBytes = 0
  let sentBytes = 0
  /** when it was last seen to have taken SLOW_BYTES, and how much it had taken by then; null while it keeps up */
  let mark: { at: number; taken: number } | null = null

  const isOpen = (): boolean => socket.readyState === socket.OPEN
  const inLarge = (): number => (large === null ? 0 : large.length - handed)
  const waiting = (): number => socket.bufferedAmount + inLarge() + behindBytes
  const bytesOf = (frame: string | Buffer): number =>
    typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length

  const fragment = (): void => {
    if (large === null) return
    const part = large.subarray(handed, handed + FRAGMENT_BYTES)
    handed += part.length
    const fin = handed === large.length
    socket.send(part, { binary: false, fin }, (error) => {
      if (error) return
      if (!fin) return fragment()
      large = null
      const frames = behind
      behind = []
      behindBytes = 0
      for (const frame of frames) pass(frame)
    })
  }
  const pass = (frame: string | Buffer): void => {
    const bytes = bytesOf(frame)
    if (large !== null) {
      behind.push(frame)
      behindBytes += bytes
    } else if (bytes <= FRAGMENT_BYTES) socket.send(frame, { binary: false })
    else {
      large = typeof frame === 'string' ? Buffer.from(frame) : frame
      handed = 0
      fragment()
    }
  }
  /** Not behind a large frame, however little of it is left: a second one there would count as a debt. */
  const ready = (): boolean => isOpen() && large === null && socket.bufferedAmount <= SLOW_BYTES

  return {
    viewer,
    fleet: false,
    orders: false,
    shipments: new Set(),
    missed: new Set(),
    send: (frame) => {
      if (!isOpen()) return
      sentBytes += bytesOf(frame)
      pass(frame)
      // what is left of a large frame is no debt of the client's: it came in one piece
      if (waiting() - inLarge() > TOO_SLOW_BYTES) socket.terminate()
    },
    ready,
    drained: async () => {
      while (isOpen() && !ready()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    },
    judge: (now) => {
      if (!isOpen()) return
      if (ready()) {
        mark = null
        return
      }
      const taken = sentBytes - waiting()
      if (mark === null || taken - mark.taken >= SLOW_BYTES) mark = { at: now, taken }
      else if (now - mark.at > tooSlowMs) socket.terminate()
    },
  }
}
