import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'

export type Way = {
  port: number
  /** cuts every connection, as a router that restarts does */
  cut(): void
  /** from now on nothing comes through in either direction, and nobody is told */
  swallow(): void
  /** from now on each piece comes this much later, ms */
  delay(ms: number): void
  /** as at the beginning; what was swallowed stays lost, so those connections are cut */
  heal(): void
  close(): Promise<void>
}

/** A way to `port` of this machine that can be cut, half-open or slow. */
export const startProxy = async (port: number): Promise<Way> => {
  const pairs = new Set<{ sockets: [Socket, Socket]; swallowed: boolean }>()
  let mode: 'through' | 'swallow' = 'through'
  let delayMs = 0
  const server = createServer((near) => {
    const far = dial(port, '127.0.0.1')
    const pair = { sockets: [near, far] as [Socket, Socket], swallowed: mode === 'swallow' }
    pairs.add(pair)
    const end = (): void => {
      // whoever is half-open does not hear that the other side is gone
      if (mode === 'swallow') return
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true)
      from.on('error', end)
      from.on('close', end)
      let last = Promise.resolve()
      let waiting = 0
      from.on('data', (bytes) => {
        if (mode === 'swallow' || pair.swallowed) {
          pair.swallowed = true
          return
        }
        const wait = delayMs
        const write = (): void => {
          if (!to.destroyed && !pair.swallowed && !to.write(bytes)) {
            from.pause()
            to.once('drain', () => from.resume())
          }
        }
        // in order, each as late as the way was then
        if (wait === 0 && waiting === 0) return write()
        waiting++
        const due = performance.now() + wait
        last = last
          .then(() => new Promise<void>((resolve) => setTimeout(resolve, due - performance.now())))
          .then(write)
          .finally(() => waiting--)
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')

  const end = (which: (pair: { swallowed: boolean }) => boolean): void => {
    for (const pair of pairs) {
      if (!which(pair)) continue
      pairs.delete(pair)
      for (const socket of pair.sockets) socket.resetAndDestroy()
    }
  }
  return {
    port: address.port,
    cut: () => end(() => true),
    swallow: () => {
      mode = 'swallow'
    },
    delay: (ms) => {
      delayMs = ms
    },
    heal: () => {
      mode = 'through'
      delayMs = 0
      end(({ swallowed }) => swallowed)
    },
    close: async () => {
      server.close()
      end(() => true)
      await once(server, 'close')
    },
  }
}
