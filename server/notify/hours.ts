import type { Hours } from '../model/notification.ts'

const STEP_MS = 15 * 60_000
/** A window may be open on one day of the week only. */
const LOOK_AHEAD_MS = 8 * 86_400_000
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

/** When they are next open: `at` itself while they are, to the minute otherwise. Epoch ms. */
export const nextOpen = (hours: Hours, at: number): number => {
  if (isOpen(hours, at)) return at
  const start = Math.floor(at / 60_000) * 60_000
  for (let step = start; step < start + LOOK_AHEAD_MS; step += STEP_MS) {
    if (!isOpen(hours, step + STEP_MS)) continue
    let open = step + STEP_MS
    while (isOpen(hours, open - 60_000)) open -= 60_000
    return open
  }
  return at
}
