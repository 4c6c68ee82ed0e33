import type { Reading } from '../model/reading.ts'

const MINUTE_MS = 60_000
const TEN_MS = 600_000
/** Minutes, and stretches of ten minutes, that are remembered: those in which something was measured. */
const MOST_MINUTES = 60
const MOST_TENS = 144

/** One clock minute of event time in which something was measured. Means, rounded; null where a measure was not. */
export type Minute = {
  /** its beginning, epoch ms */
  time: number
  /** readings in it */
  count: number
  temperature: number | null
  pressure: number | null
  level: number | null
  ambient: number | null
  /** the last position in it */
  lat: number | null
  lon: number | null
  /** least time between measuring and receiving, ms: what was kept, or a clock that is wrong */
  lagMs: number
}

/** Columns of equal length, ascending in time (epoch ms, the beginning of the stretch). Gaps are simply not there. */
export type Columns = {
  readonly time: readonly number[]
  readonly temperature: readonly (number | null)[]
  readonly pressure: readonly (number | null)[]
  readonly level: readonly (number | null)[]
  readonly ambient: readonly (number | null)[]
}

/** What has been measured lately: the last 60 minutes that hold anything, and the last 144 stretches of ten minutes. */
export type Course = { readonly minutes: Columns; readonly tens: Columns }

const NOTHING: Columns = { time: [], temperature: [], pressure: [], level: [], ambient: [] }
export const NO_COURSE: Course = { minutes: NOTHING, tens: NOTHING }

const MEASURES = ['temperature', 'pressure', 'level', 'ambient'] as const
type Measure = (typeof MEASURES)[number]

/** The minute that is going on: sums and counts by measure, in the order of MEASURES. Plain JSON. */
export type Gathering = {
  time: number
  count: number
  sums: readonly number[]
  counts: readonly number[]
  lat: number | null
  lon: number | null
  lagMs: number
}

type Measured = Pick<Reading, 'time' | 'receivedAt' | Measure | 'lat' | 'lon'>

export const minuteOf = (time: number): number => Math.floor(time / MINUTE_MS) * MINUTE_MS

/** The minute that a fold works on, in place between two readings. */
export type Minding = {
  -readonly [K in keyof Gathering]: Gathering[K] extends readonly number[] ? number[] : Gathering[K]
}

/** A copy to work on. */
export const minding = (from: Gathering | null): Minding =>
  from === null
    ? { time: 0, count: 0, sums: [0, 0, 0, 0], counts: [0, 0, 0, 0], lat: null, lon: null, lagMs: 0 }
    : { ...from, sums: from.sums.slice(), counts: from.counts.slice() }

/** Whether a reading of this time belongs to a later minute than the one that is gathered. */
export const isOver = ({ count, time }: Minding, at: number): boolean => count > 0 && at >= time + MINUTE_MS

const take = (minute: Minding, index: number, value: number | null): void => {
  if (value === null) return
  minute.sums[index] = (minute.sums[index] ?? 0) + value
  minute.counts[index] = (minute.counts[index] ?? 0) + 1
}

export const gather = (minute: Minding, reading: Measured): void => {
  const lag = reading.receivedAt - reading.time
  if (minute.count === 0) {
    minute.time = minuteOf(reading.time)
    minute.lagMs = lag
  } else if (lag < minute.lagMs) minute.lagMs = lag
  minute.count++
  take(minute, 0, reading.temperature)
  take(minute, 1, reading.pressure)
  take(minute, 2, reading.level)
  take(minute, 3, reading.ambient)
  if (reading.lat !== null && reading.lon !== null) {
    minute.lat = reading.lat
    minute.lon = reading.lon
  }
}

/** What was gathered as a minute; the next one begins with nothing. */
export const closed = (minute: Minding): Minute => {
  const { time, count, sums, counts, lat, lon, lagMs } = minute
  const mean = (index: number): number | null => {
    const n = counts[index] ?? 0
    return n === 0 ? null : rounded((sums[index] ?? 0) / n)
  }
  const whole: Minute = {
    time, count, temperature: mean(0), pressure: mean(1), level: mean(2), ambient: mean(3), lat, lon, lagMs,
  } // biome-ignore format: one minute, one line
  minute.count = 0
  sums.fill(0)
  counts.fill(0)
  minute.lat = null
  minute.lon = null
  return whole
}

// a negative zero would not come back from JSON
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4 + 0

const appended = (columns: Columns, minute: Minute, most: number): Columns => {
  const push = <T>(column: readonly T[], value: T): T[] => {
    const next = column.length >= most ? column.slice(column.length - most + 1) : column.slice()
    next.push(value)
    return next
  }
  return {
    time: push(columns.time, minute.time),
    temperature: push(columns.temperature, minute.temperature),
    pressure: push(columns.pressure, minute.pressure),
    level: push(columns.level, minute.level),
    ambient: push(columns.ambient, minute.ambient),
  }
}

/** The mean of the minutes of one stretch of ten, weighed alike. */
const tenOf = (minutes: Columns, from: number): Minute => {
  const first = minutes.time.findIndex((time) => time >= from)
  const mean = (measure: Measure): number | null => {
    const values = minutes[measure].slice(first).filter((value) => value !== null)
    return values.length === 0 ? null : rounded(values.reduce((sum, value) => sum + value, 0) / values.length)
  }
  return {
    time: from, count: minutes.time.length - first, temperature: mean('temperature'), pressure: mean('pressure'),
    level: mean('level'), ambient: mean('ambient'), lat: null, lon: null, lagMs: 0,
  } // biome-ignore format: one stretch, two lines
}

/** The course with one more minute. A stretch of ten is over when a minute of a later one comes. */
export const lengthened = (course: Course, minute: Minute): Course => {
  const before = course.minutes.time.at(-1)
  const stretch = before === undefined ? null : Math.floor(before / TEN_MS) * TEN_MS
  const isOver = stretch !== null && minute.time >= stretch + TEN_MS
  const tens = isOver ? appended(course.tens, tenOf(course.minutes, stretch), MOST_TENS) : course.tens
  return { minutes: appended(course.minutes, minute, MOST_MINUTES), tens }
}
