import type { z } from 'zod'
import type { LinePlan } from '../../server/model/order.ts'

/** A stage as it is being written: figures as typed, the planned day as a date field shows it. */
export type StageDraft = { stage: string; weight: string; usualDays: string; plannedAt: string | null }

type Known = { stage: string; weight: number; usualDays: number | null; plannedAt?: string | null }
export const draftOf = ({ stage, weight, usualDays, plannedAt }: Known): StageDraft => ({
  stage,
  weight: String(weight),
  usualDays: usualDays === null ? '' : String(usualDays),
  plannedAt: plannedAt ?? null,
})

/** The stages with the one at `from` moved by so many places; the same where there is no such place. */
export const moved = (drafts: readonly StageDraft[], from: number, by: number): StageDraft[] => {
  const to = from + by
  const one = drafts[from]
  if (one === undefined || to < 0 || to >= drafts.length) return [...drafts]
  const rest = drafts.filter((_, index) => index !== from)
  return [...rest.slice(0, to), one, ...rest.slice(to)]
}

const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text))

/** What a plan of a family or supplier is set to. */
export const planStages = (drafts: readonly StageDraft[]) =>
  drafts.map(({ stage, weight, usualDays }) => ({
    stage,
    weight: number(weight) ?? 1,
    usualDays: number(usualDays) ?? null,
  }))

/** What a line's plan is set to. */
export const lineStages = (drafts: readonly StageDraft[]): z.input<typeof LinePlan> =>
  drafts.map(({ stage, weight, usualDays, plannedAt }) => {
    const days = number(usualDays)
    return {
      stage,
      weight: number(weight) ?? 1,
      ...(days !== undefined && { usualDays: days }),
      ...(plannedAt !== null && { plannedAt }),
    }
  })

const two = (value: number): string => String(value).padStart(2, '0')
/** A moment as a date field shows it, by the viewer's calendar. */
export const dateField = (when: string | null): string => {
  if (when === null) return ''
  const date = new Date(when)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
/** A date field's day as a moment: at the hour that it had, else the end of the working day. Null where it is empty. */
export const momentOf = (field: string, before: string | null): string | null => {
  const [year, month, day] = field.split('-').map(Number)
  if (year === undefined || month === undefined || day === undefined) return null
  const date = before === null ? new Date(year, month - 1, day, 18) : new Date(before)
  date.setFullYear(year, month - 1, day)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
/** An id for a stage that is called so: its letters where it has any of ours, else one by chance. */
export const stageIdOf = (name: string): string => {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return /[a-z]/.test(slug) ? slug : `own-${Math.random().toString(36).slice(2, 8)}`
}
