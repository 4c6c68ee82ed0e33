import type { StageState } from '../model/order.ts'
import { stageName } from './stage-name.ts'

/** The calendar by which suppliers' days are counted, and the hours of the day in which they are reminded. */
const ZONE = 'Asia/Shanghai'
const HOURS = [8, 20] as const

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23',
}) // biome-ignore format: one date

/** The day there as 2026-05-01. */
export const dayThere = (when: number): string => {
  const [year, month, day] = ['year', 'month', 'day'].map(
    (type) => parts.formatToParts(when).find((part) => part.type === type)?.value,
  )
  return `${year}-${month}-${day}`
}

/** Whether it is a time of day at which somebody may be written to. */
export const isDaytime = (when: number): boolean => {
  const hour = Number(parts.formatToParts(when).find(({ type }) => type === 'hour')?.value)
  return hour >= HOURS[0] && hour < HOURS[1]
}

/** The stage that comes next, where its day has come: the date last promised, else planned. Null where nothing is due. Pure. */
export const dueStage = (stages: readonly StageState[], now: number): { stage: string; due: string } | null => {
  const next = stages[stages.findLastIndex(({ actualAt }) => actualAt !== null) + 1]
  const due = next?.estimatedAt ?? next?.plannedAt ?? null
  if (next === undefined || due === null || dayThere(Date.parse(due)) > dayThere(now)) return null
  return { stage: next.stage, due }
}

export type DueLine = {
  orderId: string
  number: string
  line: string
  substance: string
  substanceZh: string | null
  stage: string
  due: string
}

const MOST_LINES = 20

/** What a reminder says, in each language. */
export const reminderText = (buyer: string, lines: readonly DueLine[]) => {
  const told = lines.slice(0, MOST_LINES)
  const rest = lines.length - told.length
  const zh = told.map((one) => {
    const name = stageName(one.stage, 'zh')
    return `${one.number} / ${one.line} ${one.substanceZh ?? one.substance}：${name}，应于 ${dayThere(Date.parse(one.due))} 完成`
  })
  const en = told.map((one) => {
    const name = stageName(one.stage)
    return `${one.number} / ${one.line} ${one.substance}: ${name}, due ${dayThere(Date.parse(one.due))}`
  })
  return {
    zh: {
      title: `${buyer}：${lines.length} 项生产进度待更新`,
      lines: [...zh, ...(rest > 0 ? [`另有 ${rest} 项`] : []), '点一下即可：已完成，或给出新的日期。'],
    },
    en: {
      title: `${buyer}: how far are these ${lines.length}?`,
      lines: [...en, ...(rest > 0 ? [`and ${rest} more`] : []), 'One tap says that it is done, or a new date.'],
    },
  }
}
