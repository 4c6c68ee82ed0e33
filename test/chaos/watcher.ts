import { WebSocket } from 'ws'

const SILENCE_MS = 4_000

export type Watcher = {
  /** cursors of alarm changes, as they came */
  seen: string[]
  /** cursor of its first snapshot */
  since(): string | undefined
  /** how often it had to connect again */
  resumed(): number
  close(): void
}

/** A client of the alarms that resumes where it was, at the next server when one does not answer. */
export const startWatcher = (bases: readonly string[], first: number, cookie: string): Watcher => {
  const seen: string[] = []
  let cursor: string | undefined
  let since: string | undefined
  let at = first
  let connections = 0
  let closed = false
  let ws: WebSocket | null = null
  let heardAt = Date.now()

  const open = (): void => {
    if (closed) return
    const base = bases[at++ % bases.length] ?? ''
    const socket = new WebSocket(`${base.replace('http', 'ws')}/live`, { headers: { cookie }, handshakeTimeout: 3_000 })
    ws = socket
    heardAt = Date.now()
    socket.on('open', () => {
      connections++
      socket.send(
        JSON.stringify({ type: 'subscribe', topic: 'alarms', ...(cursor !== undefined && { after: cursor }) }),
      )
    })
    socket.on('message', (data) => {
      heardAt = Date.now()
      const frame = JSON.parse(data.toString()) as { type: string; cursor?: string }
      if (frame.type === 'snapshot') {
        since ??= frame.cursor
        cursor ??= frame.cursor
      }
      // it could not be told just now: ask anew
      if (frame.type === 'error') socket.terminate()
      if (frame.type !== 'alarm' || frame.cursor === undefined) return
      seen.push(frame.cursor)
      cursor = frame.cursor
    })
    socket.on('pong', () => {
      heardAt = Date.now()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (ws === socket) setTimeout(open, 200)
    })
  }
  const checking = setInterval(() => {
    if (ws?.readyState === WebSocket.OPEN) ws.ping()
    if (Date.now() - heardAt > SILENCE_MS) ws?.terminate()
  }, 1_000)
  open()
  return {
    seen,
    since: () => since,
    resumed: () => connections - 1,
    close: () => {
      closed = true
      clearInterval(checking)
      ws?.terminate()
    },
  }
}
