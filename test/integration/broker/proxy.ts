import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type BreakableProxy = {
  port: number
  /** Breaks every connection, as a lost network does: a reset on both sides. */
  cut(): void
  /** While closed, new connections are reset at once. */
  block(blocked: boolean): void
  close(): Promise<void>
}

/** A TCP proxy to a port of this machine, whose connections a test can break. */
export const createProxy = async (target: () => number): Promise<BreakableProxy> => {
  const sockets = new Set<Socket>()
  let blocked = false
  const server = createServer((inner) => {
    if (blocked) return void inner.resetAndDestroy()
    const outer = connect(target(), '127.0.0.1')
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    inner.pipe(outer).pipe(inner)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: address.port,
    cut,
    block: (now) => {
      blocked = now
    },
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
