import type { Hours } from '../model/notification.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A window may be open on one day of the week only, and clocks be put forward over it on that day. */
const DAYS_AHEAD = 15
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const formats = new Map<string, Intl.DateTimeFormat>()
const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const kept = formats.get(timeZone)
  if (kept !== undefined) return kept
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(timeZone, made)
  return made
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** Day of the week (1 Monday) and minute of the day there and then. */
const local = (at: number, timeZone: string): { day: number; minute: number } => {
  const parts = formatOf(timeZone).formatToParts(at)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return { day: DAYS.indexOf(part('weekday')) + 1, minute: Number(part('hour')) * 60 + Number(part('minute')) }
}

/** Whether the hours are open at `at` (epoch ms). From 22:00 to 06:00 belongs to the day on which it begins. */
export const isOpen = ({ timeZone, days, from, to }: Hours, at: number): boolean => {
  const { day, minute } = local(at, timeZone)
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  const yesterday = day === 1 ? 7 : day - 1
  if (begin < end) return days.includes(day) && minute >= begin && minute < end
  return (days.includes(day) && minute >= begin) || (days.includes(yesterday) && minute < end)
}

/** Of two minutes of the day how far the first is after the second, in -720 … 719. */
const ahead = (minute: number, of: number): number => ((minute - of + 720 + 1440) % 1440) - 720

/** When they are next open: `at` itself while they are, to the minute otherwise. Epoch ms. */
export const nextOpen = (hours: Hours, at: number): number => {
  if (isOpen(hours, at)) return at
  const { timeZone, from } = hours
  const begin = minutesOf(from)
  const now = Math.floor(at / MINUTE_MS) * MINUTE_MS
  const first = now + ((begin - local(now, timeZone).minute + 1440) % 1440) * MINUTE_MS
  for (let day = 0; day <= DAYS_AHEAD; day++) {
    const guess = first + day * DAY_MS
    // the clocks may have been put forward or back since
    let open = guess - ahead(local(guess, timeZone).minute, begin) * MINUTE_MS
    // a time that is left out, as clocks are put forward: the first one after it
    if (local(open, timeZone).minute !== begin)
      for (let tries = 0; tries < 180 && !isOpen(hours, open); tries++) open += MINUTE_MS
    if (!isOpen(hours, open) || open <= at) continue
    while (open - MINUTE_MS > at && isOpen(hours, open - MINUTE_MS)) open -= MINUTE_MS
    return open
  }
  return at
}
