import { createServer, type Server, type Socket } from 'node:net'
import type { Logger } from '../log.ts'
import { listen } from './listen.ts'
import { createTlsServer, type TlsFiles } from './tls.ts'
import type { WaitingRoom } from './waiting-room.ts'

export type DoorOptions = {
  host: string
  /** 0 takes a free one */
  port: number
  /** a second way in, over TLS; port 0 takes a free one */
  tls?: TlsFiles & { port: number; lookMs?: number }
  maxConnections: number
  /** who has said nothing yet */
  room: WaitingRoom
  log: Logger
}

export type Doors = {
  /** Rejects with a sentence when a port can't be had; nothing is open then. */
  open(): Promise<void>
  /** Lets nobody else in; who is in stays. */
  close(): void
  port(): number
  tlsPort(): number | null
}

/** Connections beyond the limit, each only until it is decided whose place it takes. */
const MORE = 100

const portOf = (server: Server): number | null => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : null
}

/** The ports that devices come in by, plain and over TLS. Throws when the certificate's files can't be used. */
export const createDoors = (options: DoorOptions, accept: (socket: Socket) => void): Doors => {
  const { host, maxConnections, room, log } = options
  const plain = createServer()
  const tls = options.tls === undefined ? null : createTlsServer(options.tls, accept, log, options.tls)
  const servers: Server[] = tls === null ? [plain] : [plain, tls.server]
  for (const server of servers) {
    // before a handshake is paid for; a few more than are let in, so that a newcomer can take a silent one's place
    server.maxConnections = maxConnections + MORE
    server.on('connection', room.enter)
    server.on('drop', (from) => {
      log.warn({ from: from?.remoteAddress, limit: maxConnections }, 'refused a connection: too many')
      room.makeRoom()
    })
  }
  // after it has entered the room
  plain.on('connection', accept)
  const close = () => {
    for (const server of servers) if (server.listening) server.close()
    tls?.stop()
  }
  return {
    open: async () => {
      try {
        await listen(plain, host, options.port, 'MQTT_PORT')
        if (tls !== null) await listen(tls.server, host, options.tls?.port ?? 0, 'MQTTS_PORT')
      } catch (error) {
        close()
        throw error
      }
    },
    close,
    port: () => portOf(plain) ?? options.port,
    tlsPort: () => (tls === null ? null : portOf(tls.server)),
  }
}
