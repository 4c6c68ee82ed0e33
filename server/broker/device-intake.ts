import type { Client, PublishPacket } from 'aedes'
import type { DeviceConnection } from './device-connection.ts'
import { acknowledging, type Message } from './source.ts'

/** What a message in flight costs in memory beside its payload, bytes (1,300 measured on Node 20, November 2026). */
const OVERHEAD_BYTES = 1_300

type Callback = (error?: Error | null) => void

type Options = {
  connectionOf: (client: Client) => DeviceConnection | undefined
  paused: () => boolean
  deliver: (message: Message) => void
}

const refusing = (release: () => boolean, connection: DeviceConnection) => (reason: string) => {
  if (release()) connection.close(reason)
}

/**
 * aedes' `authorizePublish`: makes a message of a device's publish, and tells aedes to go on without an
 * acknowledgement of its own. Wills come here too, from the client that has just been closed.
 */
export const createIntake = ({ connectionOf, paused, deliver }: Options) => {
  // aedes reads on from within the callback; called at once, that would re-enter its parser
  let later: Callback[] = []
  const callLater = (callback: Callback) => {
    if (later.push(callback) === 1) process.nextTick(callAll)
  }
  const callAll = () => {
    const due = later
    later = []
    for (const callback of due) callback(null)
  }

  return (client: Client, packet: PublishPacket, callback: Callback) => {
    const connection = connectionOf(client)
    if (!connection?.access?.mayPublish(packet.topic)) {
      return callback(new Error(`a publish to ${packet.topic} is not allowed`))
    }
    const { line, share } = connection
    connection.rate?.take(1, 0)
    const { qos, messageId = 0 } = packet
    const isWill = client.closed
    if (isWill && paused()) return callback(null) // we are going, not the device
    // some clients send again on a live connection (ESP-IDF after 1 s); the PUBACK that is owed answers both
    if (qos === 1 && packet.dup && line.has(messageId)) {
      packet.qos = 0
      return callLater(callback)
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const release = share.take(payload.length + OVERHEAD_BYTES)
    let settle: (() => void) | undefined
    if (qos === 2 && !isWill) {
      settle = () => callback(null)
      packet.payload = Buffer.alloc(0) // aedes keeps the packet until PUBREL
    } else {
      if (qos === 1 && !isWill) settle = line.take(messageId)
      packet.qos = 0 // aedes has nothing to acknowledge
      callLater(callback)
    }
    deliver({
      topic: packet.topic,
      payload,
      receivedAt: Date.now(),
      acknowledge: acknowledging(release, settle),
      refuse: refusing(release, connection),
    })
  }
}
