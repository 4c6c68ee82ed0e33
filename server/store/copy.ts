import type { Reading } from '../model/reading.ts'

const COLUMNS = 13
const EPOCH_2000_MS = 946_684_800_000
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** Widest row without `extra`: 2 + 13 × 4 + 4 + 8 + 4 + 8 + 8 × 8 bytes. */
const ROW_BYTES = 142

export const READING_COLUMNS =
  'device_id, time, seq, received_at, temperature, pressure, level, ambient, lat, lon, battery, shock, extra'

/**
 * Readings as `copy … (format binary)` wants them (PostgreSQL manual, COPY, Binary Format); the columns of
 * `READING_COLUMNS`. A DataView, because Buffer's writers check each value (1.6 times as long, Node 20).
 */
export const encodeReadings = (readings: readonly Reading[]): Buffer => {
  const out = Buffer.allocUnsafe(HEADER.length + 2 + readings.length * ROW_BYTES + extraBytes(readings))
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength)
  let at = HEADER.copy(out)
  for (const reading of readings) {
    view.setInt16(at, COLUMNS)
    view.setInt32(at + 2, 4)
    view.setInt32(at + 6, reading.deviceId)
    at = instant(view, at + 10, reading.time)
    view.setInt32(at, 4)
    view.setInt32(at + 4, reading.seq)
    at = instant(view, at + 8, reading.receivedAt)
    at = double(view, at, reading.temperature)
    at = double(view, at, reading.pressure)
    at = double(view, at, reading.level)
    at = double(view, at, reading.ambient)
    at = double(view, at, reading.lat)
    at = double(view, at, reading.lon)
    at = double(view, at, reading.battery)
    at = double(view, at, reading.shock)
    at = reading.extra === null ? absent(view, at) : extra(out, view, at, JSON.stringify(reading.extra))
  }
  view.setInt16(at, -1)
  return out.subarray(0, at + 2)
}

/** At most three bytes of UTF-8 for each UTF-16 unit. */
const extraBytes = (readings: readonly Reading[]): number => {
  let bytes = 0
  for (const reading of readings) if (reading.extra !== null) bytes += 1 + 3 * JSON.stringify(reading.extra).length
  return bytes
}

const absent = (view: DataView, at: number): number => {
  view.setInt32(at, -1)
  return at + 4
}

/** Microseconds since 2000, 64 bits in two halves: a BigInt each would cost more than the rest of the row. */
const instant = (view: DataView, at: number, epochMs: number): number => {
  const micros = (epochMs - EPOCH_2000_MS) * 1_000
  const high = Math.floor(micros / 4_294_967_296)
  view.setInt32(at, 8)
  view.setInt32(at + 4, high)
  view.setUint32(at + 8, micros - high * 4_294_967_296)
  return at + 12
}

const double = (view: DataView, at: number, value: number | null): number => {
  if (value === null) return absent(view, at)
  view.setInt32(at, 8)
  view.setFloat64(at + 4, value)
  return at + 12
}

/** jsonb: its binary version 1, then the text. */
const extra = (out: Buffer, view: DataView, at: number, json: string): number => {
  const bytes = out.write(json, at + 5)
  view.setInt32(at, bytes + 1)
  view.setUint8(at + 4, 1)
  return at + 5 + bytes
}
