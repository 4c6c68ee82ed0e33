import type { DateOrder } from '../../model/import.ts'
import { plain } from './numbers.ts'
import type { Cell } from './table.ts'

/** A day and perhaps a time of it; `offsetMs` where the text names its own. */
export type Moment = { year: number; month: number; day: number; timeMs: number | null; offsetMs: number | null }
export type DateRead =
  | { ok: true; moment: Moment; shows: 'dmy' | 'mdy' | null }
  /** `can`: the days that it may mean */
  | { ok: false; can: string[] }

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const
const DAY_MS = 86_400_000
/** 1954 to 2119: what a number has to be to be taken for Excel's count of days since 1899-12-30. */
const SERIALS = [20_000, 80_000] as const

const no: DateRead = { ok: false, can: [] }
const yearOf = (digits: string): number =>
  digits.length === 4 ? Number(digits) : Number(digits) + (Number(digits) < 69 ? 2000 : 1900)
const monthOf = (word: string): number => {
  const low = word.toLowerCase()
  const index = MONTHS.findIndex((month) => low.startsWith(month))
  return index + 1
}
const exists = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(2000, month - 1, day))
  date.setUTCFullYear(year, month - 1, day)
  return (
    month >= 1 &&
    month <= 12 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    year >= 1900 &&
    year <= 2199
  )
}
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)? ?(am|pm|上午|下午)?(?: ?(z|utc|[+-]\d{2}:?\d{2}))?$/i

const timeOf = (text: string): Pick<Moment, 'timeMs' | 'offsetMs'> | null => {
  if (text === '') return { timeMs: null, offsetMs: null }
  const parts = TIME.exec(text)
  if (parts === null) return null
  const [, hours = '', minutes = '', seconds = '0', half = '', zone = ''] = parts
  const isLate = /pm|下午/i.test(half)
  const hour = half === '' ? Number(hours) : (Number(hours) % 12) + (isLate ? 12 : 0)
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null
  const timeMs = ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  if (zone === '') return { timeMs, offsetMs: null }
  const offset = /([+-])(\d{2}):?(\d{2})/.exec(zone)
  const minutesOff = offset === null ? 0 : Number(offset[2]) * 60 + Number(offset[3])
  return { timeMs, offsetMs: minutesOff * 60_000 * (offset?.[1] === '-' ? -1 : 1) }
}

const dayOf = (
  year: number,
  month: number,
  day: number,
  rest: string,
  shows: 'dmy' | 'mdy' | null = null,
): DateRead => {
  const time = timeOf(rest.trim())
  return time !== null && exists(year, month, day) ? { ok: true, moment: { year, month, day, ...time }, shows } : no
}

const ofUtc = (date: Date, hasTime: boolean): DateRead =>
  Number.isNaN(date.getTime())
    ? no
    : {
        ok: true,
        moment: {
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          timeMs: hasTime ? ((date.getTime() % DAY_MS) + DAY_MS) % DAY_MS : null,
          offsetMs: null,
        },
        shows: null,
      }

const ofSerial = (serial: number): DateRead => {
  if (serial < SERIALS[0] || serial > SERIALS[1]) return no
  // to the second: a day's fraction is not exact
  const ms = Math.round(((serial - 25_569) * DAY_MS) / 1000) * 1000
  return ofUtc(new Date(ms), !Number.isInteger(serial))
}

const iso = (year: number, month: number, day: number): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`

/** Three numbers of which the last is the year, or may be the day: 3/4/12. */
const ofThree = (one: number, two: number, last: string, rest: string, order: DateOrder | undefined): DateRead => {
  const year = yearOf(last)
  if (order === 'ymd' && last.length === 2) return dayOf(yearOf(String(one).padStart(2, '0')), two, Number(last), rest)
  const dmy = exists(year, two, one)
  const mdy = exists(year, one, two)
  if (order === 'dmy' || order === 'mdy')
    return order === 'dmy' ? dayOf(year, two, one, rest, 'dmy') : dayOf(year, one, two, rest, 'mdy')
  if (dmy && mdy && one !== two) return { ok: false, can: [iso(year, two, one), iso(year, one, two)] }
  if (dmy) return dayOf(year, two, one, rest, one === two ? null : 'dmy')
  return mdy ? dayOf(year, one, two, rest, 'mdy') : no
}

/**
 * A day out of a cell: 2012-03-04, 2012/3/4, 2012年3月4日, 20120304, 4-Mar-12, March 4, 2012, 4.3.2012 (with points the day
 * stands first), 3/4/12, each with or without a time, Excel's serial number, or a date of a spreadsheet. Where 3/4/12 may
 * be either, `order` decides; without it `can` names both. Pure.
 */
export const parseDate = (cell: Cell, order?: DateOrder): DateRead => {
  if (cell === null) return no
  if (cell instanceof Date) return ofUtc(cell, cell.getTime() % DAY_MS !== 0)
  if (typeof cell === 'number') return ofSerial(cell)
  const text = plain(cell)
  const found = (pattern: RegExp): string[] | null =>
    pattern
      .exec(text)
      ?.slice(1)
      .map((part) => part ?? '') ?? null
  const yearFirst = found(/^(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})日?(?:(?:T| )?(.*))?$/i)
  if (yearFirst !== null) {
    const [year = '', month = '', day = '', rest = ''] = yearFirst
    return dayOf(Number(year), Number(month), Number(day), rest)
  }
  const compact = found(/^(\d{4})(\d{2})(\d{2})$/)
  if (compact !== null) return dayOf(Number(compact[0]), Number(compact[1]), Number(compact[2]), '')
  if (/^\d{5}([.,]\d+)?$/.test(text)) return ofSerial(Number(text.replace(',', '.')))
  const named = found(/^(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([a-z]{3,9})\.?,?[-/. ]*(\d{4}|\d{2})(?: +(.*))?$/i)
  if (named !== null) {
    const [day = '', month = '', year = '', rest = ''] = named
    return dayOf(yearOf(year), monthOf(month), Number(day), rest)
  }
  const american = found(/^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}|\d{2})(?: +(.*))?$/i)
  if (american !== null) {
    const [month = '', day = '', year = '', rest = ''] = american
    return dayOf(yearOf(year), monthOf(month), Number(day), rest)
  }
  const three = found(/^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?: +(.*))?$/)
  if (three === null) return no
  const [one = '', sign = '', two = '', last = '', rest = ''] = three
  return ofThree(Number(one), Number(two), last, rest, sign === '.' ? (order ?? 'dmy') : order)
}

/** Which order the dates of a file show: that of those that can be read in one way only, where they agree. Pure. */
export const guessOrder = (cells: Iterable<Cell>): { order: DateOrder | undefined; asks: boolean } => {
  const shown = new Set<'dmy' | 'mdy'>()
  let open = false
  for (const cell of cells) {
    const read = parseDate(cell)
    if (!read.ok) open ||= read.can.length > 0
    else if (read.shows !== null) shown.add(read.shows)
  }
  const [order] = shown
  return shown.size === 1 ? { order, asks: false } : { order: undefined, asks: open }
}

/** How far a zone is ahead of UTC at a moment, ms. */
const offsetAt = (zone: Intl.DateTimeFormat, epochMs: number): number => {
  const part = Object.fromEntries(zone.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(epochMs / 1000) * 1000
}

/**
 * Moments in a time zone to epoch ms. A day without a time is `dayMs` into that day. Where the clock was turned, the
 * offset of shortly before holds.
 */
export const momentReader = (zoneName: string): ((moment: Moment, dayMs: number) => number) => {
  const zone = new Intl.DateTimeFormat('en-US', {
    timeZone: zoneName, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
    second: 'numeric',
  }) // biome-ignore format: its parts
  const offsets = new Map<number, number>()
  return ({ year, month, day, timeMs, offsetMs }, dayMs) => {
    const wall = Date.UTC(year, month - 1, day) + (timeMs ?? dayMs)
    if (offsetMs !== null) return wall - offsetMs
    // asked once an hour of wall time: the formatter is what takes long
    const hour = Math.floor(wall / 3_600_000)
    let offset = offsets.get(hour)
    if (offset === undefined) {
      offset = offsetAt(zone, wall - offsetAt(zone, wall))
      offsets.set(hour, offset)
    }
    return wall - offset
  }
}
