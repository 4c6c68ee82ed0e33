import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { Aedes, type Client } from 'aedes'
import type { Logger } from '../log.ts'
import { MAX_PACKET_BYTES } from '../model/reading.ts'
import { supplierOf } from './access.ts'
import { createDeviceConnection, type DeviceConnection } from './device-connection.ts'
import { createIntake } from './device-intake.ts'
import { createDoors } from './doors.ts'
import type { FailureLimits } from './failures.ts'
import { type Bound, createInFlight } from './in-flight.ts'
import { createPacketMeter } from './packet-meter.ts'
import { createBuckets, type Rate } from './rate.ts'
import { recheck } from './recheck.ts'
import { type Authenticate, createSignIn, type Judged } from './sign-in.ts'
import type { Message, Source } from './source.ts'
import type { TlsFiles } from './tls.ts'
import { parseTopic, ROOT } from './topic.ts'
import { createWaitingRoom, type WaitingRoomOptions } from './waiting-room.ts'

/** A CONNECT with a will and a password fits; a stranger gets no more memory than this. Bytes. */
const MAX_CONNECT_BYTES = 16_384
const SWEEP_MS = 1_000
/** How often a supplier's token is looked at again while it is connected, in sweeps: nobody tells us of its end. */
const SUPPLIER_SWEEPS = 5

export type EmbeddedOptions = {
  host: string
  /** 0 takes a free one; `address()` tells which */
  port: number
  authenticate: Authenticate
  /** lets a device in whose certificate has proved its name; needs `tls.clientCaFile` */
  byCertificate?: (deviceId: string) => Promise<Judged>
  /** a second way in, over TLS; port 0 takes a free one */
  tls?: TlsFiles & { port: number; lookMs?: number }
  /** what one device may send in the long run; no bound without */
  rate?: Rate
  failureLimits?: FailureLimits
  log: Logger
  /**
   * A publish that is not dealt with after this long closes its connection, and the device sends it again, ms.
   * Pings are answered meanwhile, so this need not stay below a device's keepalive.
   */
  holdMs?: number
  connectTimeoutMs?: number
  maxConnections?: number
  /** connections that have said nothing yet */
  silent?: WaitingRoomOptions
  maxPacketBytes?: number
  /** What is held in memory and not yet on disk: in total, and of one connection. */
  total?: Bound
  perConnection?: Bound
}

export type EmbeddedBroker = Source & {
  port(): number
  /** null where there is no TLS */
  tlsPort(): number | null
  /** Closes a client's live connection, whatever it signed in with. false when there is none. */
  disconnect(clientId: string): boolean
  /** What these clients signed in with is judged anew: who may stay stays, until that ends. */
  recheck(clientIds: readonly string[]): Promise<void>
  inFlight(): Bound & { connections: number }
}

/**
 * An MQTT 3.1.1 broker in this process (aedes), in which PUBACK means "on disk". Only devices speak to it, and only
 * to us: nothing that one publishes is routed to another, so a publish goes to the pipeline from aedes'
 * `authorizePublish`, and its PUBACK is written here after `acknowledge()`; aedes' own would leave before.
 * Meanwhile reading goes on, up to the bounds, and pings are answered.
 *
 * QoS 0 is taken, without an acknowledgement to hold. QoS 2 is taken: its PUBREC waits for `acknowledge()`.
 */
export const createEmbeddedBroker = (options: EmbeddedOptions): EmbeddedBroker => {
  const { log } = options
  const holdMs = options.holdMs ?? 60_000
  const maxPacketBytes = options.maxPacketBytes ?? MAX_PACKET_BYTES
  const open = new Set<DeviceConnection>()
  /** outlives the socket: aedes hands over the will of a client after that has closed */
  const connections = new WeakMap<Client, DeviceConnection>()
  const devices = new Map<string, DeviceConnection & { client: Client }>()
  const retained = new Map<string, string>()
  let deliver: (message: Message) => void = () => {}
  let paused = true
  let sweep: NodeJS.Timeout | undefined

  /** those that were not read because too much was held */
  const starved = new Set<DeviceConnection>()
  let waking = false
  const inFlight = createInFlight(
    options.total ?? { messages: 100_000, bytes: 128 * 1_048_576 },
    options.perConnection ?? { messages: 2_000, bytes: 4 * 1_048_576 },
    () => {
      if (waking || starved.size === 0) return
      waking = true
      void setImmediate().then(() => {
        waking = false
        const due = [...starved]
        starved.clear()
        for (const connection of due) connection.readOn()
      })
    },
  )

  const take = createIntake({
    connectionOf: (client) => connections.get(client),
    paused: () => paused,
    deliver: (message) => deliver(message),
  })
  const room = createWaitingRoom(options.silent)
  let changes = 0
  const buckets = options.rate === undefined ? null : createBuckets(options.rate)
  const broker = new Aedes({
    ...createSignIn({
      authenticate: options.authenticate,
      byCertificate: options.byCertificate,
      limits: options.failureLimits,
      changes: () => changes,
      log,
      onConnect: ({ conn }) => room.leave(conn),
      onSignedIn: (client, signedIn) => {
        const connection = connections.get(client)
        if (connection === undefined) return
        connection.access = signedIn
        connection.rate = buckets?.of(client.id) ?? null
      },
    }),
    connectTimeout: options.connectTimeoutMs ?? 10_000,
    queueLimit: 1_000, // packets that a device may send before its CONNACK; they came in one read, so 64 KiB at most
    maxInflightInbound: 64,
    maxClientsIdLength: 64,
    authorizePublish: (client, packet, callback) => (client ? take(client, packet, callback) : callback(null)),
    authorizeSubscribe: (client, subscription, callback) => {
      const allowed = connections.get(client)?.access?.maySubscribe(subscription.topic) ?? false
      if (!allowed) log.warn({ deviceId: client.id, topic: subscription.topic }, 'refused a subscription')
      callback(null, allowed ? subscription : null)
    },
  })
  // What devices publish has no subscriber: aedes' routing would only look for one. Its own `$SYS` news is needed
  // (it keeps wills from being taken for a dead broker's).
  const route = broker.publish.bind(broker)
  broker.publish = (packet, ...rest) => {
    if (!packet.topic.startsWith(ROOT)) return route(packet, ...rest)
    const callback = rest.at(-1)
    if (callback) callback()
  }

  const sendTo = (client: Client, topic: string, payload: string, retain: boolean) =>
    client.publish({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false }, () => {})

  broker.on('clientReady', (client) => {
    const connection = connections.get(client)
    if (connection) devices.set(client.id, { ...connection, client })
  })
  broker.on('subscribe', (subscriptions, client) => {
    for (const { topic, qos } of subscriptions) {
      if (Number(qos) === 128) continue
      connections.get(client)?.listensTo.add(topic)
      const last = retained.get(topic)
      if (last !== undefined) sendTo(client, topic, last, true)
    }
  })
  broker.on('unsubscribe', (topics, client) => {
    for (const topic of topics) connections.get(client)?.listensTo.delete(topic)
  })
  const lost = (client: Client, error: Error) =>
    log.warn({ deviceId: client.id, reason: error.message }, 'closed a connection')
  broker.on('clientError', lost)
  broker.on('connectionError', lost)

  const maxConnections = options.maxConnections ?? 20_000
  const accept = (socket: Socket) => {
    if (open.size >= maxConnections && !room.makeRoom()) {
      log.warn({ from: socket.remoteAddress, limit: maxConnections }, 'refused a connection: too many')
      return socket.destroy()
    }
    const connection: DeviceConnection = createDeviceConnection({
      socket,
      share: inFlight.share(),
      meter: createPacketMeter(maxPacketBytes, MAX_CONNECT_BYTES),
      paused: () => paused,
      onStarved: () => starved.add(connection),
      close: (reason) => {
        log.warn({ deviceId: client.id, from: socket.remoteAddress, reason }, 'closed a connection')
        socket.destroy()
      },
    })
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    const client = broker.handle(socket)
    connections.set(client, connection)
    open.add(connection)
    socket.once('close', () => {
      connection.line.cut()
      open.delete(connection)
      starved.delete(connection)
      if (devices.get(client.id)?.socket === socket) devices.delete(client.id)
    })
  }
  const doors = createDoors({ ...options, maxConnections, room }, accept)

  let sweeps = 0
  const sweepAll = () => {
    const now = Date.now()
    for (const connection of open) {
      const oldest = connection.line.oldest()
      if (oldest !== null && oldest < now - holdMs) connection.close('a message could not be stored in time')
      const until = connection.access?.judged.until ?? null
      if (until !== null && until <= now) connection.close('what it signed in with has ended')
    }
    sweeps += 1
    if (sweeps % 60 === 0) buckets?.tidy()
    if (sweeps % SUPPLIER_SWEEPS !== 0) return
    recheck(open, (clientId) => supplierOf(clientId) !== null).catch((error: unknown) =>
      log.debug({ error: String(error) }, 'whether suppliers may stay connected is looked up later'),
    )
  }

  return {
    start: async (onMessage) => {
      deliver = onMessage
      paused = false
      await broker.listen()
      try {
        await doors.open()
      } catch (error) {
        await new Promise<void>((resolve) => broker.close(resolve))
        throw error
      }
      sweep = setInterval(sweepAll, SWEEP_MS)
    },
    publish: async (topic, payload, { retain = false } = {}) => {
      const to = parseTopic(topic)
      if (to?.kind !== 'device') throw new Error(`nobody on this broker listens to ${topic}`)
      if (retain) retained.set(topic, payload)
      const device = devices.get(to.deviceId)
      if (device?.listensTo.has(topic)) sendTo(device.client, topic, payload, false)
    },
    pause: async () => {
      paused = true
      doors.close()
    },
    close: async () => {
      paused = true
      clearInterval(sweep)
      await setImmediate() // acknowledgements of this turn leave first
      doors.close()
      for (const { socket } of open) socket.destroy()
      await new Promise<void>((resolve) => broker.close(resolve))
    },
    connected: () => true,
    port: doors.port,
    tlsPort: doors.tlsPort,
    disconnect: (clientId) => {
      const device = devices.get(clientId)
      device?.close('its access was withdrawn')
      return device !== undefined
    },
    recheck: (clientIds) => {
      changes += 1
      const wanted = new Set(clientIds)
      return recheck(open, (clientId) => wanted.has(clientId))
    },
    inFlight: () => ({ messages: inFlight.messages(), bytes: inFlight.bytes(), connections: open.size }),
  }
}
