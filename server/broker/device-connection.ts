import type { Socket } from 'node:net'
import type { Access } from './access.ts'
import { type AckLine, createAckLine } from './ack-line.ts'
import type { Share } from './in-flight.ts'
import type { PacketMeter } from './packet-meter.ts'

/** A device that sends and never reads its PUBACKs is cut when this much waits for it, bytes. */
const MAX_UNREAD_BYTES = 262_144
/** What is read at a time of a connection that holds nothing while all others together hold too much, bytes. */
const SLICE_BYTES = 1_024

type Options = {
  socket: Socket
  share: Share
  meter: PacketMeter
  /** true while nobody is read */
  paused: () => boolean
  /** It is not read although something has come; call `readOn` when there is room. */
  onStarved: () => void
  /** The connection has to be closed, and why. */
  close: (reason: string) => void
}

export type DeviceConnection = {
  socket: Socket
  share: Share
  line: AckLine
  close: (reason: string) => void
  /** null until signed in */
  access: Access | null
  /** topics it subscribed to */
  listensTo: Set<string>
  /** To be called when the gate may have opened. */
  readOn: () => void
}

/**
 * One device's socket, with a gate and a meter put where aedes reads it. aedes takes what has come with `read(null)`
 * and parses all of it; while the gate is shut it gets nothing, the socket's buffer fills, and TCP slows the sender.
 */
export const createDeviceConnection = ({
  socket,
  share,
  meter,
  paused,
  onStarved,
  close,
}: Options): DeviceConnection => {
  const read = socket.read.bind(socket)
  const shut = () => paused() || share.full()
  let starved = false

  socket.read = (size) => {
    if (size === 0) return read(0) // how Node itself asks for more; hands nothing out
    if (shut()) {
      starve()
      return null
    }
    const rest = socket.readableLength - SLICE_BYTES
    const chunk: Buffer | null = share.scarce() && rest > 0 ? readSlice() : read(size)
    const reason = chunk === null ? null : meter(chunk)
    if (reason === null) return chunk
    close(reason)
    return null
  }

  const starve = () => {
    starved = true
    onStarved()
  }
  const readSlice = () => {
    starve()
    setImmediate(readOn) // there is more, and Node won't say so again
    return read(SLICE_BYTES)
  }
  const readOn = () => {
    if (!starved || socket.destroyed) return
    if (shut()) return onStarved()
    starved = false
    socket.emit('readable')
  }

  const line = createAckLine((bytes) => {
    if (socket.destroyed) return
    socket.write(bytes)
    if (socket.writableLength > MAX_UNREAD_BYTES) close('it does not read its acknowledgements')
  })

  return {
    socket,
    share,
    line,
    close,
    access: null,
    listensTo: new Set<string>(),
    readOn,
  }
}
