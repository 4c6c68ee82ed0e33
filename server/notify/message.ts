import type { Alarm, Priority } from '../model/alarm.ts'
import { inCallingOrder } from '../model/calling.ts'
import { firstStep } from '../model/first-steps.ts'
import type { MessageLanguage } from '../model/notification.ts'
import type { Facts } from './facts.ts'
import { sentence, timeLeft } from './sentence.ts'
import { CAUSE, KIND, PHRASE, PRIORITY, RULE } from './words.ts'

/** One message as every channel says it in its own form; `items` are what it tells of, for machines. */
export type Message = {
  title: string
  lines: string[]
  link: { text: string; url: string } | null
  priority: Priority
  items: readonly Facts[]
  at: string
}

/** Of more than so many, the rest is counted. */
const MOST_LINES = 10

const filled = (text: string, n: number): string => text.replace('{n}', String(n))
/** 2026-11-23 14:05 UTC: a reader may be anywhere. */
const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

const kindWord = (kind: string, language: MessageLanguage): string => {
  const word = KIND[kind]?.[language]
  return word === undefined ? '' : `${word}${language === 'zh' ? '：' : ': '}`
}

const lineName = ({ orderNumber, line }: Alarm): string => `${orderNumber} / ${line}`

/** Of which order line an alarm is, or of how many of which supplier. */
const ofLines = ({ alarm, together }: Facts, language: MessageLanguage): string => {
  if (alarm === null || alarm.orderId === null) return ''
  if (together.length < 2) return ` · ${lineName(together[0] ?? alarm)} · ${alarm.supplierName}`
  const suppliers = new Set(together.map(({ supplierName }) => supplierName))
  const of = suppliers.size === 1 ? ` · ${alarm.supplierName}` : ''
  return ` · ${filled(PHRASE.lines[language], together.length)}${of}`
}

/** What and where in one line. */
const headline = (facts: Facts, language: MessageLanguage): string => {
  const { alarm, shipment, event, kind, priority } = facts
  const reference = shipment === null ? ofLines(facts, language) : ` · ${shipment.reference}`
  const mark = `[${PRIORITY[priority][language]}] `
  if (alarm !== null) return `${mark}${kindWord(kind, language)}${RULE[alarm.rule][language]}${reference}`
  const text = event.text?.[language] ?? event.text?.en ?? event.text?.zh
  return `${mark}${text?.title ?? kind}${reference}`
}

const line = (label: keyof typeof PHRASE, language: MessageLanguage, text: string): string =>
  `${PHRASE[label][language]}${language === 'zh' ? '：' : ': '}${text}`

const shipmentLines = ({ shipment, position }: Facts, language: MessageLanguage): string[] => {
  if (shipment === null) return []
  const substance = (language === 'zh' ? shipment.substanceZh : null) ?? shipment.substance
  const ends = `${shipment.origin.name ?? '?'} → ${shipment.destination.name ?? '?'}`
  return [
    ...(position === null
      ? []
      : [line('where', language, `${position.lat.toFixed(4)}, ${position.lon.toFixed(4)} (${moment(position.at)})`)]),
    line('load', language, shipment.un === null ? substance : `${substance}, UN ${shipment.un}`),
    line('route', language, `${ends}, ${PHRASE.arrival[language]} ${moment(shipment.eta)}`),
  ]
}

const whom = ({ shipment }: Facts, language: MessageLanguage): string[] => {
  const reachable = inCallingOrder(shipment?.contacts ?? [])
    .filter(({ phone }) => phone !== undefined && phone !== '')
    .slice(0, 3)
  if (reachable.length === 0) return []
  const called = reachable.map(({ name, role, phone }) => `${name}${role === undefined ? '' : ` (${role})`} ${phone}`)
  return [line('call', language, called.join(', '))]
}

/** The first measures of the substance's response card, where somebody may have to act now. */
const ofSubstance = ({ shipment, priority, alarm }: Facts, language: MessageLanguage): string[] => {
  const first = shipment?.card?.[language]?.first
  const isUrgent = (priority === 'critical' || priority === 'high') && alarm?.clearedAt === null
  return first === undefined || !isUrgent ? [] : [line('card', language, first)]
}

const alarmLines = (facts: Facts, language: MessageLanguage): string[] => {
  const { alarm, kind, minutes } = facts
  if (alarm === null) return []
  const left = timeLeft(alarm, language)
  const first = firstStep(alarm, language)
  const waited =
    minutes === null ? [] : [filled(PHRASE[kind === 'alarm-again' ? 'stillActive' : 'unanswered'][language], minutes)]
  return [
    sentence(alarm, language),
    ...waited,
    line('since', language, moment(alarm.onset)),
    ...(alarm.clearedAt === null ? [] : [line('until', language, moment(alarm.clearedAt))]),
    ...(left === null ? [] : [line('left', language, left)]),
    ...(alarm.cause === null ? [] : [line('cause', language, CAUSE[alarm.cause][language])]),
    ...(first === null ? [] : [line('first', language, first)]),
    ...ofSubstance(facts, language),
    ...(alarm.clearedAt === null || alarm.retrospective ? whom(facts, language) : []),
  ]
}

const pathOf = ({ alarm, together, shipment, event }: Facts): string => {
  if (event.path !== undefined) return event.path
  if (together.length > 1) return alarm === null ? '/alarms' : `/alarms?alarm=${alarm.id}`
  if (alarm !== null && alarm.orderId !== null)
    return `/orders/${alarm.orderId}/${encodeURIComponent(alarm.line ?? '')}`
  if (alarm !== null) return `/shipments/${alarm.shipmentId}?alarm=${alarm.id}`
  return shipment === null ? '/' : `/shipments/${shipment.id}`
}

const lotLine = ({ lot }: Alarm, language: MessageLanguage): string[] =>
  lot === null ? [] : [line('lot', language, lot)]

/** Lines that are one matter, the gravest first: each in a line, and how many more there are. */
const groupLines = ({ alarm, together, minutes, kind }: Facts, language: MessageLanguage): string[] => {
  const told = together
    .slice(0, MOST_LINES)
    .map((one) => `• ${lineName(one)}${language === 'zh' ? '：' : ': '}${sentence(one, language)}`)
  const rest = together.length - told.length
  const first = alarm === null ? null : firstStep(alarm, language)
  return [
    ...(alarm === null ? [] : lotLine(alarm, language)),
    ...(minutes === null
      ? []
      : [filled(PHRASE[kind === 'alarm-again' ? 'stillActive' : 'unanswered'][language], minutes)]),
    ...told,
    ...(rest > 0 ? [filled(PHRASE.more[language], rest)] : []),
    ...(first === null ? [] : [line('first', language, first)]),
  ]
}

/** One thing told in full: what, where, since when, value against limit, how long left, what to do first, whom to call. */
const full = (facts: Facts, language: MessageLanguage, origin: string): Message => {
  // of a group it may be another one by now that holds
  const told = { ...facts, alarm: facts.together[0] ?? facts.alarm }
  const text = facts.event.text?.[language] ?? facts.event.text?.en ?? facts.event.text?.zh
  return {
    title: headline(facts, language),
    lines: [
      ...(facts.together.length > 1 ? groupLines(facts, language) : alarmLines(told, language)),
      ...(facts.alarm === null ? (text?.lines ?? []) : []),
      ...shipmentLines(facts, language),
    ],
    link: { text: PHRASE.open[language], url: `${origin}${pathOf(told)}` },
    priority: facts.priority,
    items: [facts],
    at: facts.createdAt,
  }
}

const ORDER: readonly Priority[] = ['critical', 'high', 'medium', 'low']

/** Several told in one message, the gravest first: each in a line, and how many more there are. */
const summed = (items: readonly Facts[], language: MessageLanguage, origin: string): Message => {
  const sorted = items.toSorted(
    (a, b) => ORDER.indexOf(a.priority) - ORDER.indexOf(b.priority) || a.createdAt.localeCompare(b.createdAt),
  )
  const counts = ORDER.map((priority) => ({ priority, n: items.filter((one) => one.priority === priority).length }))
    .filter(({ n }) => n > 0)
    .map(({ priority, n }) => `${n} ${PRIORITY[priority][language]}`)
  const told = sorted.slice(0, MOST_LINES).map((facts) => {
    const said = facts.alarm === null ? '' : `${language === 'zh' ? '：' : ': '}${sentence(facts.alarm, language)}`
    return `• ${headline(facts, language)}${said}`
  })
  const rest = items.length - told.length
  return {
    title: `${filled(PHRASE.many[language], items.length)}: ${counts.join(', ')}`,
    lines: rest > 0 ? [...told, filled(PHRASE.more[language], rest)] : told,
    link: { text: PHRASE.openList[language], url: `${origin}/alarms` },
    priority: sorted[0]?.priority ?? 'low',
    items: sorted,
    at: sorted[0]?.createdAt ?? '',
  }
}

/** `origin`: where people reach the page, without a slash at the end. */
export const compose = (items: readonly Facts[], language: MessageLanguage, origin: string): Message => {
  const [only, ...others] = items
  return only !== undefined && others.length === 0 ? full(only, language, origin) : summed(items, language, origin)
}

export const testMessage = (language: MessageLanguage, origin: string, at: string): Message => ({
  title: PHRASE.test[language],
  lines: [PHRASE.testLine[language]],
  link: { text: PHRASE.openList[language], url: `${origin}/alarms` },
  priority: 'low',
  items: [],
  at,
})
