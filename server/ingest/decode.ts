import { Instant } from '../model/instant.ts'
import { elementsAsWritten, parseLooseJson } from '../model/loose-json.ts'
import {
  ATMOSPHERE_BAR,
  Extra,
  MAX_AHEAD_MS,
  MAX_BEHIND_MS,
  MAX_READINGS,
  MEASURES,
  type Measure,
  RANGES,
  type Reading,
} from '../model/reading.ts'

/** What a person has to look at: the part that was not stored, and why, in a sentence. */
export type Rejected = { payload: Buffer; reason: string }

export type Decoded =
  | {
      ok: true
      readings: Reading[]
      rejected: Rejected[]
      /** numbers of readings that are not stored: they are dealt with, too */
      numbered: { boot: number; seq: number }[]
    }
  /** too much to be taken at all: the connection is closed, HTTP answers 413 */
  | { ok: false; refuse: string }

export type Sender = { id: number; gauge: boolean }

type Body = Record<string, unknown>

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

const UNITS: Record<Measure, string> = {
  temperature: ' °C',
  pressure: ' bar absolute',
  level: '',
  ambient: ' °C',
  lat: '°',
  lon: '°',
  battery: ' %',
  shock: ' g',
}
const KNOWN = new Set<string>(['time', 'seq', 'boot', 'extra', ...MEASURES])

const whole = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 2_147_483_647

/** JSON has no word for what is not finite, and would say null. */
const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value)?.slice(0, 60) ?? 'nothing')

/** Epoch ms of a body's time when it can be believed, else null and the reason among `complaints`. */
const judgeTime = (given: unknown, receivedAt: number, complaints: string[]): number | null => {
  // whole milliseconds are what devices send most, and need no schema
  const time = typeof given === 'number' && Number.isInteger(given) ? given : Instant.safeParse(given).data
  if (time === undefined) {
    complaints.push(
      given === undefined
        ? 'time is missing'
        : `time ${shown(given)} is neither ISO 8601 with an offset nor whole epoch milliseconds`,
    )
    return null
  }
  if (time - receivedAt > MAX_AHEAD_MS) {
    complaints.push(`time ${shownTime(time)} is more than 5 min ahead of the server: check the device's clock`)
    return null
  }
  if (receivedAt - time > MAX_BEHIND_MS) {
    complaints.push(`time ${shownTime(time)} is more than 30 days behind`)
    return null
  }
  return time
}

const shownTime = (time: number): string => (Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time))

/**
 * Judges each measure alone: what is out of its physical range is complained about, the rest is a reading. Null when
 * nothing of it can be stored. Complaints go into one list for all readings of a message: most messages have none.
 */
const judgeReading = (body: unknown, from: Sender, receivedAt: number, complaints: string[]): Reading | null => {
  if (!isBody(body)) {
    complaints.push(`a reading must be an object, not ${shown(body)}`)
    return null
  }
  const time = judgeTime(body.time, receivedAt, complaints)
  if (time === null) return null
  const seq = body.seq ?? 0
  if (!whole(seq)) {
    complaints.push(`seq ${shown(seq)} is not a whole number from 0 to 2147483647`)
    return null
  }
  const boot = body.boot ?? 0
  if (!whole(boot)) {
    complaints.push(`boot ${shown(boot)} is not a whole number from 0 to 2147483647`)
    return null
  }

  const reading: Reading = {
    deviceId: from.id,
    receivedAt,
    time, seq, boot: body.seq === undefined || body.seq === null ? null : boot,
    temperature: null, pressure: null, level: null, ambient: null,
    lat: null, lon: null, battery: null, shock: null, extra: null,
  } // biome-ignore format: one line a group
  // by name, not in a loop over the names: this is the hottest code there is, and a constant name is found at once
  const { gauge } = from
  reading.temperature = judgeMeasure('temperature', body.temperature, false, complaints)
  reading.pressure = judgeMeasure('pressure', body.pressure, gauge, complaints)
  reading.level = judgeMeasure('level', body.level, false, complaints)
  reading.ambient = judgeMeasure('ambient', body.ambient, false, complaints)
  reading.lat = judgeMeasure('lat', body.lat, false, complaints)
  reading.lon = judgeMeasure('lon', body.lon, false, complaints)
  reading.battery = judgeMeasure('battery', body.battery, false, complaints)
  reading.shock = judgeMeasure('shock', body.shock, false, complaints)
  reading.extra = judgeExtra(body, complaints)
  for (const measure of MEASURES) if (reading[measure] !== null) return reading
  if (complaints.length === 0) complaints.push(`no measured value: expected one of ${MEASURES.join(', ')}`)
  return null
}

/** The value as it is stored, or null: not sent, or complained about. */
const judgeMeasure = (measure: Measure, given: unknown, gauge: boolean, complaints: string[]): number | null => {
  if (given === undefined || given === null) return null
  if (typeof given !== 'number' || !Number.isFinite(given)) {
    complaints.push(`${measure} ${shown(given)} is not a ${typeof given === 'number' ? 'finite ' : ''}number`)
    return null
  }
  const value = gauge ? given + ATMOSPHERE_BAR : given
  const range = RANGES[measure]
  if (value >= range[0] && value <= range[1]) return value
  const unit = UNITS[measure]
  complaints.push(`${measure} ${value}${unit} is outside the physical range ${range[0]} to ${range[1]}${unit}`)
  return null
}

/** The number of a body that carries one, whatever else is wrong with it: a device need not send it again. */
const numberOf = (body: unknown): { boot: number; seq: number }[] =>
  isBody(body) && whole(body.seq) && (body.boot === undefined || body.boot === null || whole(body.boot))
    ? [{ boot: body.boot ?? 0, seq: body.seq }]
    : []

/** What no PostgreSQL text or jsonb holds: NUL, and half of a surrogate pair. */
const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text)

const isStorableExtra = (extra: Extra): boolean => {
  for (const key in extra) {
    const value = extra[key]
    if (!isStorable(key) || (typeof value === 'string' && !isStorable(value))) return false
  }
  return true
}

/** `extra`, and any field that we do not know: what a device cares to send is kept. */
const judgeExtra = (body: Body, complaints: string[]): Extra | null => {
  const { extra: given } = body
  let extra: Extra | null = null
  if (isBody(given)) {
    const parsed = Extra.safeParse(given)
    extra =
      parsed.success && isStorableExtra(parsed.data) ? parsed.data : judgeFields(given, NONE, 'extra ', complaints)
  } else if (given !== undefined && given !== null)
    complaints.push(`extra ${shown(given)} is not a flat object of numbers, strings and booleans`)
  for (const key in body)
    if (!KNOWN.has(key)) {
      const unknown = judgeFields(body, KNOWN, '', complaints)
      return unknown === null ? extra : { ...unknown, ...extra }
    }
  return extra
}

const NONE: ReadonlySet<string> = new Set()

/** Each field alone: one that can't be kept does not take the others with it. Null when none can. */
const judgeFields = (fields: Body, known: ReadonlySet<string>, within: string, complaints: string[]): Extra | null => {
  const kept: Extra = {}
  const odd: string[] = []
  const unstorable: string[] = []
  for (const key in fields) {
    if (known.has(key)) continue
    const parsed = Extra.safeParse({ [key]: fields[key] })
    if (!parsed.success) odd.push(key)
    else if (isStorableExtra(parsed.data)) Object.assign(kept, parsed.data)
    else unstorable.push(key)
  }
  const expected =
    within === '' ? 'not a known measure, nor a number, string or boolean' : 'not a number, string or boolean'
  if (odd.length > 0) complaints.push(`${within}${namesOf(odd)}: ${expected} that could be kept as extra`)
  if (unstorable.length > 0)
    complaints.push(
      `${within}${namesOf(unstorable)}: text with a NUL or half a character (a lone surrogate), which cannot be stored`,
    )
  return Object.keys(kept).length > 0 ? kept : null
}

/** Keys come from anywhere: what cannot be shown is escaped as JSON does it. */
const namesOf = (keys: string[]): string => {
  const names = keys.slice(0, 5).map((key) => (isStorable(key) ? key.slice(0, 64) : JSON.stringify(key.slice(0, 64))))
  return keys.length > 5 ? `${names.join(', ')} and ${keys.length - 5} more` : names.join(', ')
}

/**
 * Bytes of one message to readings (pressure absolute, in bar) and to what is rejected with its reason. Pure.
 * @param from the device that the topic names: `devices.id`, and whether its pressure lacks the atmosphere
 * @param receivedAt epoch milliseconds, what `time` is judged against
 */
export const decode = (payload: Buffer, from: Sender, receivedAt: number): Decoded => {
  const parsed = parseLooseJson(payload)
  if (!parsed.ok) return whollyRejected(payload, parsed.reason)
  const { value: body, text } = parsed
  if (!isBody(body)) {
    if (Array.isArray(body) && body.length > MAX_READINGS) return { ok: false, refuse: tooMany(body.length) }
    return whollyRejected(payload, 'expected one reading or {"readings":[…]}')
  }
  if (!('readings' in body)) return judgeAll([body], () => payload, from, receivedAt)
  if (!Array.isArray(body.readings) || body.readings.length === 0) {
    return whollyRejected(payload, 'readings must be a list of at least one reading')
  }
  if (body.readings.length > MAX_READINGS) return { ok: false, refuse: tooMany(body.readings.length) }
  let written: string[] | undefined
  const bytesOf = (index: number): Buffer => {
    written ??= elementsAsWritten(text, 'readings')
    return Buffer.from(written[index] ?? '')
  }
  return judgeAll(body.readings, bytesOf, from, receivedAt)
}

const whollyRejected = (payload: Buffer, reason: string): Decoded => ({
  ok: true,
  readings: [],
  rejected: [{ payload, reason }],
  numbered: [],
})

const judgeAll = (bodies: unknown[], bytesOf: (index: number) => Buffer, from: Sender, receivedAt: number): Decoded => {
  const readings: Reading[] = []
  const rejected: Rejected[] = []
  const numbered: { boot: number; seq: number }[] = []
  const complaints: string[] = []
  let index = 0
  for (const body of bodies) {
    const at = index++
    const reading = judgeReading(body, from, receivedAt, complaints)
    if (reading !== null) readings.push(reading)
    else numbered.push(...numberOf(body))
    if (complaints.length === 0) continue
    // one letter a reading, whatever is wrong with it: its bytes are kept once
    rejected.push({ payload: bytesOf(at), reason: complaints.join('; ') })
    complaints.length = 0
  }
  return { ok: true, readings, rejected, numbered }
}

const tooMany = (count: number): string => `${count} readings in one message: at most ${MAX_READINGS} are taken`
