import type { Priority } from '../../server/model/alarm.ts'
import type { NotificationRule } from '../../server/model/notification.ts'
import { translator } from '../text/language.ts'
import { t } from '../text/manage.ts'
import { notifyWords } from '../text/notify-words.ts'
import { duration } from '../text/times.ts'

export const PRIORITIES: readonly Priority[] = ['critical', 'high', 'medium', 'low']

type PlainKey = Extract<keyof typeof notifyWords, `${'problem' | 'drop' | 'kind'}.${string}`>
const isPlain = (key: string): key is PlainKey => key in notifyWords
const plain = translator(notifyWords)
/** A word by its key; of what is newer than this page, what the server calls it. */
export const word = (group: 'problem' | 'drop' | 'kind', name: string): string => {
  const key = `${group}.${name}`
  return isPlain(key) ? plain(key) : name
}

export const minutesText = (minutes: number): string => duration(minutes * 60).replaceAll(' ', '\u00a0')
export const prioritiesText = (priorities: readonly Priority[]): string =>
  PRIORITIES.filter((one) => priorities.includes(one))
    .map((one) => t(`priority.${one}`))
    .join(' · ')

const WORKDAYS = '12345'
const daysText = (days: readonly number[]): string => {
  const text = days.toSorted().join('')
  if (text === '1234567') return t('notify.everyDay')
  if (text === WORKDAYS) return t('notify.workdays')
  // 5 January 1970 was a Monday
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'short', timeZone: 'UTC' })
  return days.map((day) => format.format((3 + day) * 86_400_000 + 1)).join(' ')
}

/** What a rule asks and how it tells, part by part. */
export const ruleText = (rule: NotificationRule): string[] => {
  const { kinds, phases, shipmentIds, substanceIds, hours, digestMinutes, language } = rule
  return [
    kinds.map((kind) => t(`kind.${kind}`)).join(', '),
    ...(phases === null ? [] : [phases.map((phase) => t(`phase.${phase}`)).join(', ')]),
    ...(shipmentIds === null ? [] : [t('notify.some', { n: shipmentIds.length })]),
    ...(substanceIds === null ? [] : [t('notify.someSubstances', { n: substanceIds.length })]),
    hours === null
      ? t('notify.always')
      : `${daysText(hours.days)} ${hours.from}–${hours.to} ${t('notify.zone', { zone: hours.timeZone })}`,
    digestMinutes === 0 ? t('notify.atOnce') : t('notify.every', { time: minutesText(digestMinutes) }),
    ...(language === null ? [] : [language === 'zh' ? '中文' : 'English']),
  ]
}
