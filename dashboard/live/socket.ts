import { signal } from '@preact/signals'
import type { LiveMessage } from './message.ts'

export type Connection =
  | { state: 'connecting' }
  | { state: 'open' }
  /** `since` null: never was open. Times are epoch ms. */
  | { state: 'lost'; since: number | null; retryAt: number }

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 20_000

type Options = {
  url: string
  onMessage(message: LiveMessage): void
  /** what to subscribe to, asked anew on every connection, so that cursors are the newest ones */
  subscriptions(): { topic: string; after?: string }[]
  /** told before a new try, so that an ended session is noticed rather than tried for ever */
  beforeRetry(): Promise<boolean>
}

/**
 * Keeps one WebSocket open: after a cut it tries again, waiting twice as long each time up to 20 s, at once when the
 * browser says that the network is back. A frame that is not JSON ends the connection, and a fresh one starts clean.
 */
export const createSocket = ({ url, onMessage, subscriptions, beforeRetry }: Options) => {
  const connection = signal<Connection>({ state: 'connecting' })
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = FIRST_WAIT_MS
  let lastOpen: number | null = null
  let stopped = true

  const open = (): void => {
    clearTimeout(timer)
    const mine = new WebSocket(url)
    socket = mine
    mine.onopen = () => {
      wait = FIRST_WAIT_MS
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
      lastOpen = Date.now()
      onMessage(message)
    }
    mine.onclose = () => {
      if (stopped || socket !== mine) return
      socket = null
      const before = connection.peek()
      const since = before.state === 'lost' ? before.since : (lastOpen ?? null)
      connection.value = { state: 'lost', since, retryAt: Date.now() + wait }
      timer = setTimeout(() => void retry(), wait)
      wait = Math.min(LONGEST_WAIT_MS, wait * 2)
    }
  }
  const retry = async (): Promise<void> => {
    clearTimeout(timer)
    if (stopped || socket !== null) return
    if (await beforeRetry()) {
      if (!stopped && socket === null) open()
    }
  }
  const onOnline = (): void => void retry()

  return {
    connection,
    start() {
      if (!stopped) return
      stopped = false
      connection.value = { state: 'connecting' }
      addEventListener('online', onOnline)
      open()
    },
    retryNow: onOnline,
    /** Closes the connection; the ordinary way opens a new one. */
    restart: () => socket?.close(4001, 'starting over'),
    stop() {
      stopped = true
      clearTimeout(timer)
      removeEventListener('online', onOnline)
      socket?.close(1000)
      socket = null
      lastOpen = null
    },
  }
}
export type Socket = ReturnType<typeof createSocket>
