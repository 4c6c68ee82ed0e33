import type { Socket } from 'node:net'
import { type AckLine, createAckLine } from './ack-line.ts'
import type { Share } from './in-flight.ts'
import type { PacketMeter } from './packet-meter.ts'
import type { Bucket } from './rate.ts'
import type { SignedIn } from './sign-in.ts'

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
  /** null until signed in, and once its access was withdrawn */
  access: SignedIn | null
  /** what it may still send; null until signed in, or where that has no bound */
  rate: Bucket | null
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
  let resting: NodeJS.Timeout | undefined

  socket.read = (size) => {
    if (size === 0) return read(0) // how Node itself asks for more; hands nothing out
    if (shut()) {
      starve()
      return null
    }
    const { rate } = connection
    const waitMs = rate?.waitMs() ?? 0
    if (waitMs > 0) {
      rest(waitMs)
      return null
    }
    const bySlices = (share.scarce() || rate?.low()) && socket.readableLength > SLICE_BYTES
    const chunk: Buffer | null = bySlices ? readSlice() : read(size)
    if (chunk !== null) rate?.take(0, chunk.length)
    const reason = chunk === null ? null : meter(chunk)
    if (reason === null) return chunk
    close(reason)
    return null
  }

  /** It has sent more than it may: not reading slows it down by TCP, and costs it nothing else. */
  const rest = (ms: number) => {
    starved = true
    if (resting !== undefined) return
    resting = setTimeout(() => {
      resting = undefined
      readOn()
    }, ms).unref()
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

  const connection: DeviceConnection = {
    socket,
    share,
    line,
    close,
    access: null,
    rate: null,
    listensTo: new Set<string>(),
    readOn,
  }
  return connection
}
