import type { IncomingHttpHeaders } from 'node:http'
import type { WebSocket } from 'ws'
import type { Viewer } from './feed.ts'
import type { Hub } from './hub.ts'

const PING_MS = 30_000
const LOOK_MS = 1_000

/** Who listens by what (`id` of the person, API token or share link), and until when at the latest. */
export type Listener = Viewer & {
  id: string
  expiresAt: Date
  /** how many connections there may be at once by the same session, API token or link */
  bound: { key: string; most: number }
}
/** What a connection is judged by: whether it answers, and whether who opened it may still listen. */
export type Attended = { alive: boolean; listener: Listener; headers: IncomingHttpHeaders; from: string }

/**
 * Ends connections that no longer answer and those whose access is over: to the second where its end was known, at once
 * where somebody took it away and the hub says so, within 30 s where that notice was lost. Returns what stops it.
 */
export const watchStanding = (
  clients: ReadonlyMap<WebSocket, Attended>,
  {
    hub,
    authenticate,
  }: { hub: Hub; authenticate(headers: IncomingHttpHeaders, from: string): Promise<Listener | null> },
): (() => void) => {
  const end = (socket: WebSocket): void => socket.close(1008, 'the session has ended')
  const check = (socket: WebSocket, entry: Attended): void => {
    authenticate(entry.headers, entry.from).then(
      (who) => {
        if (who === null) end(socket)
        else entry.listener = who
      },
      () => undefined, // an outage is no reason to send people away
    )
  }
  hub.onAccessEnded((id) => {
    for (const [socket, entry] of clients) if (entry.listener.id === id) check(socket, entry)
  })
  const pinging = setInterval(() => {
    for (const [socket, entry] of clients) {
      if (!entry.alive) {
        socket.terminate()
        continue
      }
      entry.alive = false
      socket.ping()
      check(socket, entry)
    }
  }, PING_MS)
  const looking = setInterval(() => {
    const now = Date.now()
    for (const [socket, { listener }] of clients) if (listener.expiresAt.getTime() <= now) end(socket)
  }, LOOK_MS)
  return () => {
    clearInterval(pinging)
    clearInterval(looking)
  }
}
