import type { LiveReading } from '../../server/model/live.ts'
import type { Newest, Shipment } from '../../server/model/shipment.ts'

const pick = (fresh: number | null | undefined, before: number | null | undefined): number | null =>
  fresh ?? before ?? null

/** The newest values after a live reading: a measure that did not come keeps its value; an older reading changes nothing. */
export const mergeNewest = (before: Newest | null, reading: LiveReading): Newest => {
  if (before !== null && Date.parse(reading.time) < Date.parse(before.time)) return before
  return {
    time: reading.time,
    receivedAt: reading.receivedAt,
    deviceId: reading.deviceId,
    temperature: pick(reading.temperature, before?.temperature),
    pressure: pick(reading.pressure, before?.pressure),
    level: pick(reading.level, before?.level),
    ambient: pick(reading.ambient, before?.ambient),
    lat: pick(reading.lat, before?.lat),
    lon: pick(reading.lon, before?.lon),
    battery: pick(reading.battery, before?.battery),
  }
}

/** Two readings of one shipment that wait for the same frame become one. */
export const mergeReadings = (before: LiveReading | undefined, after: LiveReading): LiveReading => {
  if (before === undefined) return after
  const [older, newer] = Date.parse(before.time) <= Date.parse(after.time) ? [before, after] : [after, before]
  return {
    ...newer,
    temperature: pick(newer.temperature, older.temperature),
    pressure: pick(newer.pressure, older.pressure),
    level: pick(newer.level, older.level),
    ambient: pick(newer.ambient, older.ambient),
    lat: pick(newer.lat, older.lat),
    lon: pick(newer.lon, older.lon),
    battery: pick(newer.battery, older.battery),
  }
}

/** A shipment with a live reading in it; the very same object where nothing changed. */
export const withReading = (shipment: Shipment, reading: LiveReading): Shipment => {
  const newest = mergeNewest(shipment.newest, reading)
  return newest === shipment.newest ? shipment : { ...shipment, newest }
}
