/** Judges the bytes of one connection as they come: a sentence when the connection has to be closed, else null. */
export type PacketMeter = (chunk: Uint8Array) => string | null

const CONNECT = 0x10

/**
 * Follows the MQTT packets in a byte stream by their fixed headers (MQTT 3.1.1, 2.2), and objects to one that is too
 * large as soon as its length is known, before any of its body is kept: the parser behind would collect up to 256 MB.
 * `firstBytes` bounds the first packet, which comes from somebody who has not signed in yet and must be a CONNECT.
 * Sizes in bytes, fixed header included.
 */
export const createPacketMeter = (maxBytes: number, firstBytes: number): PacketMeter => {
  let first = true
  let bodyLeft = 0
  /** bytes of the fixed header seen so far; 0 between two packets */
  let header = 0
  let length = 0

  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (bodyLeft > 0) {
        const skipped = Math.min(bodyLeft, chunk.length - at)
        bodyLeft -= skipped
        at += skipped
        continue
      }
      const byte = chunk[at++] ?? 0
      if (header === 0) {
        if (first && byte !== CONNECT) return 'this is not MQTT: the first packet is no CONNECT'
        header = 1
        length = 0
        continue
      }
      if (header > 4) return 'this is not MQTT: a packet length of more than four bytes'
      length += (byte & 0x7f) * 128 ** (header - 1)
      header += 1
      if (byte >= 0x80) continue
      const limit = first ? firstBytes : maxBytes
      if (header + length > limit) return `a packet of ${header + length} bytes; at most ${limit} are taken`
      bodyLeft = length
      first = false
      header = 0
    }
    return null
  }
}
