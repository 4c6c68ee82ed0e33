import { signal } from '@preact/signals'
import type { LiveMessage } from './message.ts'

export type Connection =
  | { state: 'connecting' }
  | { state: 'open' }
  /** `since` null: never was open. Times are epoch ms. */
  | { state: 'lost'; since: number | null; retryAt: number }

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 20_000
/** So long nothing was heard: ask for something, since a cut that nobody announced looks just like a quiet fleet. */
const QUIET_MS = 30_000
/** So long the answer may take before the connection counts as lost. */
const ANSWER_MS = 10_000
const WATCH_MS = 2_000

type Options = {
  url: string
  /** what the server is to know before anything is said */
  protocol?: string
  onMessage(message: LiveMessage): void
  /** what to subscribe to, asked anew on every connection, so that cursors are the newest ones */
  subscriptions(): { topic: string; after?: string }[]
  /** told before a new try, so that an ended session is noticed rather than tried for ever */
  beforeRetry(): Promise<boolean>
}

/**
 * Keeps one WebSocket open: after a cut it tries again, waiting twice as long each time up to 20 s, at once when the
 * browser says that the network is back. A connection that is quiet for 30 s is asked to speak. A frame that is not JSON ends the connection, and a fresh one starts clean.
 */
export const createSocket = ({ url, protocol, onMessage, subscriptions, beforeRetry }: Options) => {
  const connection = signal<Connection>({ state: 'connecting' })
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = FIRST_WAIT_MS
  let heardAt: number | null = null
  let askedAt: number | null = null
  let watch: ReturnType<typeof setInterval> | undefined
  let stopped = true

  const open = (): void => {
    clearTimeout(timer)
    const mine = new WebSocket(url, protocol ?? [])
    socket = mine
    askedAt = null
    mine.onopen = () => {
      wait = FIRST_WAIT_MS
      heardAt = Date.now()
      for (const subscription of subscriptions()) mine.send(JSON.stringify({ type: 'subscribe', ...subscription }))
      connection.value = { state: 'open' }
    }
    mine.onmessage = (event) => {
      let message: LiveMessage
      try {
        message = JSON.parse(String(event.data))
      } catch {
        mine.close(4000, 'not JSON')
        return
      }
      heardAt = Date.now()
      askedAt = null
      onMessage(message)
    }
    mine.onclose = () => lose(mine)
  }
  const lose = (mine: WebSocket): void => {
    if (stopped || socket !== mine) return
    socket = null
    connection.value = { state: 'lost', since: heardAt, retryAt: Date.now() + wait }
    timer = setTimeout(() => void retry(), wait)
    wait = Math.min(LONGEST_WAIT_MS, wait * 2)
  }
  const look = (): void => {
    const now = Date.now()
    if (socket === null || connection.peek().state !== 'open' || now - (heardAt ?? now) < QUIET_MS) return
    if (askedAt === null) {
      askedAt = now
      const [first] = subscriptions()
      if (first !== undefined) socket.send(JSON.stringify({ type: 'subscribe', ...first }))
    } else if (now - askedAt > ANSWER_MS) {
      // the goodbye of a dead connection can take minutes: it is not waited for
      const dead = socket
      lose(dead)
      dead.close()
    }
  }
  const retry = async (): Promise<void> => {
    clearTimeout(timer)
    if (stopped || socket !== null) return
    if (!(await beforeRetry()) || stopped || socket !== null) return
    open()
  }
  const onOnline = (): void => void retry()

  return {
    connection,
    start() {
      if (!stopped) return
      stopped = false
      connection.value = { state: 'connecting' }
      addEventListener('online', onOnline)
      watch = setInterval(look, WATCH_MS)
      open()
    },
    retryNow: onOnline,
    /** Listens to one more topic at once; `subscriptions` names it from the next connection on. */
    subscribe(topic: string) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'subscribe', topic }))
    },
    /** Closes the connection; the ordinary way opens a new one. */
    restart: () => socket?.close(4001, 'starting over'),
    stop() {
      stopped = true
      clearTimeout(timer)
      clearInterval(watch)
      removeEventListener('online', onOnline)
      socket?.close(1000)
      socket = null
      heardAt = null
    },
  }
}
export type Socket = ReturnType<typeof createSocket>
