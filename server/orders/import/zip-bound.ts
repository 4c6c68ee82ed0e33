import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'

const inflate = promisify(inflateRaw)

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const STORED = 0
const DEFLATED = 8
/** The end record stands before a comment of at most this, bytes. */
const MOST_COMMENT = 65_535
/** Bytes that a data descriptor may have: none, without or with a signature. */
const DESCRIPTORS = new Set([0, 12, 16])

const endOf = (bytes: Buffer): number => {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - MOST_COMMENT); at--)
    if (bytes.readUInt32LE(at) === END) return at
  return -1
}

/**
 * Whether a zip archive unpacks to at most `most` bytes: found out by unpacking it within that bound, entry by entry,
 * since what it says of itself can be a lie that fills the memory. Nothing may stand between its entries (a reader that
 * goes through them one after another would see more than the directory names).
 */
export const unpacksWithin = async (bytes: Buffer, most: number): Promise<boolean> => {
  try {
    const end = endOf(bytes)
    if (end < 0) return false
    const count = bytes.readUInt16LE(end + 10)
    const directory = bytes.readUInt32LE(end + 16)
    const entries: { offset: number; size: number; packed: number; method: number }[] = []
    for (let at = directory, i = 0; i < count; i++) {
      if (bytes.readUInt32LE(at) !== ENTRY) return false
      entries.push({
        method: bytes.readUInt16LE(at + 10),
        packed: bytes.readUInt32LE(at + 20),
        size: bytes.readUInt32LE(at + 24),
        offset: bytes.readUInt32LE(at + 42),
      })
      at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
    }
    if (entries.reduce((sum, { size }) => sum + size, 0) > most) return false
    let expected = 0
    for (const { offset, size, packed, method } of entries.toSorted((one, other) => one.offset - other.offset)) {
      if (!DESCRIPTORS.has(offset - expected) || bytes.readUInt32LE(offset) !== LOCAL) return false
      if (bytes.readUInt32LE(offset + 22) > size) return false
      const begins = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
      const part = bytes.subarray(begins, begins + packed)
      if (method === STORED ? packed !== size : method !== DEFLATED) return false
      if (method === DEFLATED && size > 0) await inflate(part, { maxOutputLength: size })
      expected = begins + packed
    }
    return DESCRIPTORS.has(directory - expected)
  } catch {
    return false
  }
}
