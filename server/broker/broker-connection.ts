import { setImmediate as nextTurn } from 'node:timers/promises'
import { connect, type IConnackPacket, type MqttClient } from 'mqtt'
import type { Logger } from '../log.ts'
import { MAX_PACKET_BYTES } from '../model/reading.ts'
import { createAckLine } from './ack-line.ts'
import type { Share } from './in-flight.ts'
import { createOutbound, type Outbound } from './outbound.ts'
import { acknowledging, type Message } from './source.ts'

/** Several servers share the devices' messages under this name (MQTT 5, 4.8.2). */
const SHARED = '$share/zaitu/'
/** A larger packet the broker drops by itself (MQTT 5, 3.1.2.11.4); of those between the beginning becomes a dead letter. */
const LARGEST_PACKET_BYTES = 16 * 1_048_576
const BEGINNING_BYTES = 4_096
const MAX_WAITING = 10_000
/** libuv hands over up to 2 MB in one go; after this long other sockets (the database's answers) get their turn, ms. */
const SLICE_MS = 2
const CLOSE_MS = 2_000
/** mqtt.js sends no PUBACK for a message whose handling "failed", and goes on with the next. */
const ACKNOWLEDGED_LATER = new Error('acknowledged after the commit')

type Options = {
  url: string
  username?: string
  password?: string
  clientId: string
  log: Logger
  receiveMaximum: number
  sessionExpirySeconds?: number
  /** topic filters, as they are without sharing */
  filters: string[]
  shared: boolean
  /** the session is another server's that is no more: nothing new is to come to it */
  ending?: boolean
  onReady: (about: { sessionPresent: boolean; shared: boolean }) => void
  /** `final`: trying again can't help */
  onClosed: (reason: string, final: boolean) => void
  onMessage: (message: Message) => void
  share: Share
  /** false while messages are left to the broker */
  taking: () => boolean
  waitForRoom: (resume: () => void) => void
}

export type BrokerConnection = {
  ready(): boolean
  publish: Outbound['publish']
  /** Says goodbye, so that the broker knows. The session stays, unless it is to end. */
  close(session?: 'stays' | 'ends'): Promise<void>
}

/** One connection to an external broker, from CONNECT to close. It never reconnects: the caller opens another. */
export const openBrokerConnection = (options: Options): BrokerConnection => {
  const { log, share } = options
  let isReady = false
  let reason = 'the connection was closed'
  let final = false
  let closed = false
  let sliceBegan = 0

  const client: MqttClient = connect(options.url, {
    protocolVersion: 5,
    clientId: options.clientId,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    clean: false,
    keepalive: 30,
    connectTimeout: 10_000,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    manualConnect: true,
    properties: {
      receiveMaximum: options.receiveMaximum,
      sessionExpiryInterval: options.sessionExpirySeconds ?? 7 * 86_400,
      maximumPacketSize: LARGEST_PACKET_BYTES,
    },
  })
  const line = createAckLine((bytes) => {
    if (!client.stream.destroyed) client.stream.write(bytes)
  })
  let outbound: Outbound | null = null

  client.handleMessage = (packet, callback) => {
    // neither taken nor acknowledged: the broker sends it again on the next connection
    if (closed || !options.taking()) return callback(ACKNOWLEDGED_LATER)
    const { topic } = packet
    const whole = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const settle = packet.qos === 1 && packet.messageId !== undefined ? line.take(packet.messageId) : undefined
    const receivedAt = Date.now()
    if (whole.length > MAX_PACKET_BYTES) {
      log.warn({ topic, bytes: whole.length }, 'a message is too large; limit it at the broker')
      // a copy, so that the rest is not kept with it
      const payload = Buffer.from(whole.subarray(0, BEGINNING_BYTES))
      const acknowledge = acknowledging(share.take(payload.length), settle)
      options.onMessage({ topic, payload, wholeBytes: whole.length, receivedAt, acknowledge })
    } else {
      const acknowledge = acknowledging(share.take(whole.length), settle)
      options.onMessage({ topic, payload: whole, receivedAt, acknowledge })
    }
    if (share.full()) options.waitForRoom(() => callback(ACKNOWLEDGED_LATER))
    else if (receivedAt - sliceBegan < SLICE_MS) callback(ACKNOWLEDGED_LATER)
    else
      setImmediate(() => {
        sliceBegan = Date.now()
        callback(ACKNOWLEDGED_LATER)
      })
  }

  const subscribe = (connack: IConnackPacket) => {
    const canShare = connack.properties?.sharedSubscriptionAvailable !== false
    if (options.shared && !canShare) log.warn({}, 'the MQTT broker cannot share a subscription: run one server only')
    const shared = options.shared && canShare
    const sharedFilters = options.filters.map((filter) => SHARED + filter)
    const [wanted, unwanted] = shared ? [sharedFilters, options.filters] : [options.filters, sharedFilters]
    const send = Math.min(connack.properties?.receiveMaximum ?? 65_535, 1_000)
    outbound = createOutbound(
      ({ topic, payload, retain }, done) =>
        client.publish(topic, payload, { qos: 1, retain }, (error) => done(error ?? undefined)),
      send,
      MAX_WAITING,
    )
    if (options.ending === true) {
      client.unsubscribe([...options.filters, ...sharedFilters], () => {
        isReady = true
        options.onReady({ sessionPresent: connack.sessionPresent, shared })
      })
      return
    }
    // the session may hold the other kind from an earlier setting, and every message would come twice
    if (connack.sessionPresent) client.unsubscribe(unwanted)
    client.subscribe(wanted, { qos: 1 }, (error) => {
      if (error) {
        reason = `the broker refused to let us subscribe: ${error.message}`
        client.end(true)
        return
      }
      isReady = true
      options.onReady({ sessionPresent: connack.sessionPresent, shared })
    })
  }

  client.on('connect', subscribe)
  client.on('error', (error) => {
    const code = 'code' in error ? error.code : undefined
    // CONNACK of MQTT 3.1.1 (1) and of MQTT 5 (132)
    final = code === 1 || code === 132
    reason = final
      ? 'the MQTT broker speaks only MQTT 3.1.1; Zaitu needs MQTT 5, which bounds what is in flight'
      : error.message
  })
  client.on('disconnect', (packet) => {
    reason = `the broker closed the connection, reason code ${packet.reasonCode}`
  })
  client.on('close', () => {
    if (closed) return
    closed = true
    isReady = false
    line.cut()
    outbound?.cut()
    client.end(true)
    options.onClosed(reason, final)
  })
  client.connect()

  return {
    ready: () => isReady,
    publish: (publish) => outbound?.publish(publish) ?? Promise.reject(new Error('the MQTT broker is out of reach')),
    close: async (session = 'stays') => {
      isReady = false
      await nextTurn() // acknowledgements of this turn leave before the goodbye
      if (closed) return
      const force = setTimeout(() => client.stream.destroy(), CLOSE_MS)
      await new Promise<void>((resolve) => {
        client.once('close', () => resolve())
        if (session === 'ends') client.end(false, { properties: { sessionExpiryInterval: 0 } })
        else client.end()
      })
      clearTimeout(force)
    },
  }
}
