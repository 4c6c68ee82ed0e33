import type { Logger } from '../log.ts'
import { type BrokerConnection, openBrokerConnection } from './broker-connection.ts'
import { createInFlight } from './in-flight.ts'
import { emptySession } from './orphan.ts'
import type { Message, Source } from './source.ts'
import { ROOT } from './topic.ts'

const RETRY_FIRST_MS = 500
const RETRY_LAST_MS = 30_000

export type ExternalOptions = {
  /** mqtt:// or mqtts:// */
  url: string
  username?: string
  password?: string
  /** Names the session on the broker. It must stay the same over restarts, and be another one for each server. */
  clientId: string
  log: Logger
  /**
   * true (default): servers share the messages out among themselves. A member that is gone for good keeps getting its
   * share until its session ends (mosquitto 2662), so a single server is safer with false: then every server gets all.
   */
  shared?: boolean
  /** most messages that the broker sends ahead of our acknowledgements; it keeps the others */
  receiveMaximum?: number
  /** most payload held at a time, bytes */
  maxBytes?: number
  /** how long the broker keeps messages for us while we are away, s */
  sessionExpirySeconds?: number
}

/**
 * The client of an external MQTT 5 broker. The session is persistent, so what comes while we are away is kept there
 * (within the broker's own limits: Mosquitto's `max_queued_messages`), and PUBACK leaves after the commit, pipelined.
 * Each connection is a client object of its own: an acknowledgement belongs to the connection that its message came
 * on, and can't reach another one. What wasn't acknowledged there comes again on the next.
 *
 * Its messages have no `refuse`: the device is not connected to us, and the broker would send the same message for ever;
 * what can't be taken becomes a dead letter and is acknowledged.
 */
export const createExternalBroker = (options: ExternalOptions): Source => {
  const { log, clientId } = options
  const receiveMaximum = options.receiveMaximum ?? 8_192
  let deliver: (message: Message) => void = () => {}
  let current: BrokerConnection | null = null
  let closing = false
  let paused = false
  let retry: NodeJS.Timeout | undefined
  let failures = 0
  let started = false
  let connections = 0

  // What one connection may carry, and as many copies again from each of two that were lost before it. Only messages
  // of QoS 0, which the broker does not count, or very large ones get to this bound while a connection is up; then it
  // is not read, and may die of a missing ping.
  const bound = { messages: 3 * receiveMaximum + 1, bytes: options.maxBytes ?? 256 * 1_048_576 }
  let onRoom: (() => void) | null = null
  const held = createInFlight(bound, bound, () => {
    if (onRoom && !share.full()) {
      const resume = onRoom
      onRoom = null
      resume()
    }
  })
  const share = held.share()

  const filters = [
    ...['telemetry', 'status'].map((channel) => `${ROOT}/devices/+/${channel}`),
    `${ROOT}/suppliers/+/milestones`,
  ]

  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const connection = openBrokerConnection({
        ...options,
        receiveMaximum,
        shared: options.shared ?? true,
        filters,
        onReady: (about) => {
          failures = 0
          started = true
          connections += 1
          log.info({ ...about, clientId }, 'connected to the MQTT broker')
          resolve()
        },
        onClosed: (reason, final) => {
          if (current !== connection) return
          current = null
          if (closing) return resolve()
          if (final && !started) return reject(new Error(reason))
          started = true
          failures += 1
          const delay = Math.min(RETRY_FIRST_MS * 2 ** (failures - 1), RETRY_LAST_MS) * (0.5 + Math.random())
          log.warn({ reason, clientId, retryMs: Math.round(delay) }, 'no connection to the MQTT broker')
          resolve()
          retry = setTimeout(reopen, delay)
        },
        onMessage: (message) => deliver(message),
        share,
        taking: () => !paused,
        waitForRoom: (resume) => {
          onRoom = resume
        },
      })
      current = connection
    })

  const reopen = () => {
    // as many copies again would not fit; they come when those in hand are dealt with
    if (share.full() || held.messages() > 2 * receiveMaximum) retry = setTimeout(reopen, RETRY_FIRST_MS)
    else void open()
  }

  return {
    start: (onMessage) => {
      deliver = onMessage
      return open()
    },
    publish: async (topic, payload, { retain = false } = {}) => {
      if (!current?.ready()) throw new Error('the MQTT broker is out of reach')
      await current.publish({ topic, payload, retain })
    },
    takeOver: async (name) => {
      if (name === clientId || closing) return
      const messages = await emptySession(
        { ...options, clientId: name, filters, receiveMaximum },
        held.share(),
        (message) => deliver(message),
        () => closing,
      )
      log.info({ clientId: name, messages }, 'what waited at the MQTT broker for another server has been taken in')
    },
    pause: async () => {
      paused = true
    },
    close: async () => {
      closing = true
      clearTimeout(retry)
      await current?.close()
    },
    connected: () => current?.ready() ?? false,
    connections: () => connections,
  }
}
