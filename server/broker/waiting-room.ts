import type { Socket } from 'node:net'
import { networkOf } from '../model/network.ts'

export type WaitingRoomOptions = {
  /** connections of one network that have not yet said who they are */
  perNetwork?: number
  /** how long each may take for that before it can be sent away for another, ms */
  graceMs?: number
}

export type WaitingRoom = {
  /** It is connected, and has still to shake hands, where there is TLS, and to send a CONNECT. */
  enter(socket: Socket): void
  /** Its CONNECT is here: from now on it is judged by that. */
  leave(socket: unknown): void
  /** Sends one away, of the network that has the most; false when all deserve to be waited for. */
  makeRoom(): boolean
}

const placeOf = (socket: unknown): { network: string; key: string } | null => {
  if (typeof socket !== 'object' || socket === null) return null
  const address: unknown = Reflect.get(socket, 'remoteAddress')
  const port: unknown = Reflect.get(socket, 'remotePort')
  // under TLS the socket that speaks is another one than that which came: what both know is where from
  return typeof address === 'string' ? { network: networkOf(address), key: `${address} ${port}` } : null
}

/**
 * Connections that have said nothing yet, which cost an attacker nothing: without a bound one address could take all
 * places there are. Whoever is signed in does not count, since a fleet may share one address, and a fleet that comes back
 * all at once is let in, because each speaks within its grace.
 */
export const createWaitingRoom = (
  { perNetwork = 1_000, graceMs = 5_000 }: WaitingRoomOptions = {},
  now: () => number = Date.now,
): WaitingRoom => {
  const networks = new Map<string, Map<string, { socket: Socket; since: number }>>()

  const remove = ({ network, key }: { network: string; key: string }): void => {
    const there = networks.get(network)
    if (there?.delete(key) === true && there.size === 0) networks.delete(network)
  }
  const sendAwayOldest = (there: Map<string, { socket: Socket; since: number }>, always: boolean): boolean => {
    const [oldest] = there.values()
    if (oldest === undefined || !(always || now() - oldest.since >= graceMs)) return false
    oldest.socket.destroy()
    return true
  }

  return {
    enter: (socket) => {
      const place = placeOf(socket)
      if (place === null) return
      const there = networks.get(place.network) ?? new Map<string, { socket: Socket; since: number }>()
      networks.set(place.network, there)
      there.set(place.key, { socket, since: now() })
      socket.once('close', () => {
        // the port may have been used again since
        if (there.get(place.key)?.socket === socket) remove(place)
      })
      if (there.size > perNetwork) sendAwayOldest(there, false)
    },
    leave: (socket) => {
      const place = placeOf(socket)
      if (place !== null) remove(place)
    },
    makeRoom: () => {
      let most: Map<string, { socket: Socket; since: number }> | undefined
      for (const there of networks.values()) if (there.size > (most?.size ?? 0)) most = there
      return most !== undefined && sendAwayOldest(most, most.size > perNetwork)
    },
  }
}
