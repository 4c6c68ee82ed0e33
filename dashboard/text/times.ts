import { locale, t } from './language.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
const format = (name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${locale()} ${name}`
  const kept = formats.get(key)
  if (kept !== undefined) return kept
  const made = new Intl.DateTimeFormat(locale(), options)
  formats.set(key, made)
  return made
}

type When = number | string | Date
const date = (when: When): Date => (when instanceof Date ? when : new Date(when))

/** The viewer's time zone by name, such as Asia/Shanghai. */
export const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone
/** Its short name at a moment, such as GMT+8: on every chart and header. */
export const zoneShort = (when: When = Date.now()): string =>
  format('zone', { timeZoneName: 'short' })
    .formatToParts(date(when))
    .find((part) => part.type === 'timeZoneName')?.value ?? ''

/** 14:05:09 */
export const clock = (when: When): string =>
  format('clock', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(date(when))
/** 22 Nov, 14:05 */
export const dayTime = (when: When): string =>
  format('dayTime', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    date(when),
  )
/** 22 Nov, 14:05:09 */
export const dayTimeSeconds = (when: When): string =>
  format('dayTimeSeconds', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(date(when))
/** 22 Nov */
export const day = (when: When): string => format('day', { day: 'numeric', month: 'short' }).format(date(when))
/** 14:05 */
export const hourMinute = (when: When): string =>
  format('hourMinute', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(date(when))

/** How long, in the two largest units that matter: 42 s, 8 min, 5 h 12 min, 3 d 4 h. */
export const duration = (seconds: number): string => {
  const s = Math.max(0, Math.round(Math.abs(seconds)))
  if (s < 60) return t('time.s', { n: s })
  const minutes = Math.floor(s / 60)
  if (minutes < 60) return t('time.min', { n: minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? t('time.h', { n: hours }) : t('time.hmin', { h: hours, m: minutes % 60 })
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 || days > 9 ? t('time.d', { n: days }) : t('time.dh', { d: days, h: hours % 24 })
}

/** How long ago, said calmly: within two seconds is now. */
export const ago = (when: When, nowMs: number): string => {
  const seconds = (nowMs - date(when).getTime()) / 1000
  return seconds < 2 ? t('time.now') : t('time.ago', { duration: duration(seconds) })
}
