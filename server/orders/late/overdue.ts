import { DAY_MS, type LineFacts, standingAt } from '../forecast/known.ts'
import { doneTimes, madeAt, termsAt, type Word } from './truth.ts'

/** What an overdue stage is measured by: what its supplier said last, the plan's date, or how long it usually takes. */
export type Basis = 'estimate' | 'plan' | 'usual'

/** A stretch of time in which the stage that a line had come to was overdue; epoch ms. `clearedAt` null: it is now. */
export type Overdue = {
  stage: string
  onset: number
  clearedAt: number | null
  dueAt: number
  basis: Basis
  graceDays: number
}

/** Days of grace from a moment on, ascending; the first holds before it, too. */
export type Graces = readonly { from: number; days: number }[]

type Due = { at: number; basis: Basis }

/**
 * When the stage that the line has come to is due, as it stood at `at`. By an estimate, at that; else by the plan's date,
 * but never before its own share of the plan has passed since the stage before was done: who is late once is not late
 * again with every stage that follows.
 */
const dueOf = (
  { stage, before, begunAt, plan }: { stage: string; before: string | null; begunAt: number; plan: Plan },
  words: readonly Word[],
  at: number,
): Due | null => {
  const last = (of: string, classifier: Word['classifier']): number | null =>
    words.findLast((word) => word.stage === of && word.classifier === classifier && word.since <= at)?.at ?? null
  const dated = (of: string): number | null => {
    const planned = plan.get(of)?.plannedAt
    return last(of, 'planned') ?? (planned == null ? null : Date.parse(planned))
  }
  const estimate = last(stage, 'estimated')
  if (estimate !== null) return { at: estimate, basis: 'estimate' }
  const planned = dated(stage)
  const usualDays = plan.get(stage)?.usualDays ?? null
  if (planned === null) return usualDays === null ? null : { at: begunAt + usualDays * DAY_MS, basis: 'usual' }
  const previous = before === null ? null : dated(before)
  const share = previous === null ? (usualDays ?? 0) * DAY_MS : Math.max(0, planned - previous)
  return { at: before === null ? planned : Math.max(planned, begunAt + share), basis: 'plan' }
}
type Plan = ReadonlyMap<string, { plannedAt: string | null; usualDays?: number | null | undefined }>

const graceAt = (graces: Graces, at: number): number =>
  (graces.findLast(({ from }) => from <= at) ?? graces[0])?.days ?? 0

/** A stage at a moment: what the line had come to, and when that was due; null where nothing was. */
const standAt = (facts: LineFacts, words: readonly Word[], done: ReadonlyMap<string, number>, at: number) => {
  const { stages, cancelledAt } = termsAt(facts, at)
  if (cancelledAt !== null && cancelledAt <= at) return null
  const isDone = (stage: string): boolean => (done.get(stage) ?? Number.POSITIVE_INFINITY) <= at
  const reached = stages.findLastIndex(({ stage }) => isDone(stage))
  const next = stages[reached + 1]
  if (next === undefined) return null
  const startedAt = facts.orderedAt ?? facts.createdAt
  // a stage that was done again later holds up what comes after it
  const begunAt = stages.reduce(
    (last, { stage }) => (isDone(stage) ? Math.max(last, done.get(stage) ?? last) : last),
    startedAt,
  )
  const plan: Plan = new Map(stages.map((one) => [one.stage, one]))
  const before = stages[reached]?.stage ?? null
  const due = dueOf({ stage: next.stage, before, begunAt, plan }, words, at)
  return due === null ? null : { stage: next.stage, ...due }
}

/** Moments at which something else may hold from then on, ascending, up to `now`. */
const turns = (facts: LineFacts, words: readonly Word[], graces: Graces, end: number): number[] => {
  const startedAt = facts.orderedAt ?? facts.createdAt
  const all = [
    startedAt,
    ...facts.changes.map(({ at }) => at),
    ...(facts.cancelledAt === null ? [] : [facts.cancelledAt]),
    ...words.flatMap(({ classifier, at, since }) => [classifier === 'actual' ? at : since]),
    ...graces.map(({ from }) => from),
  ]
  return [...new Set(all)].filter((at) => at >= startedAt && at < end).toSorted((a, b) => a - b)
}

/**
 * Every stretch in which a stage was overdue, by all that is known at `now` (epoch ms), oldest first. Pure, and a function
 * of what is known alone: in whichever order it was learnt, the same facts give the same stretches.
 */
export const overdueStretches = (facts: LineFacts, graces: Graces, now: number): Overdue[] => {
  const words = standingAt(facts.said, now)
  const done = doneTimes(words)
  const made = madeAt(facts, now)
  const end = Math.min(now, made ?? now)
  const from = turns(facts, words, graces, end)
  const found: Overdue[] = []
  for (const [index, at] of from.entries()) {
    const until = from[index + 1] ?? end
    const stand = standAt(facts, words, done, at)
    if (stand === null) continue
    const graceDays = graceAt(graces, at)
    const onset = Math.max(at, stand.at + graceDays * DAY_MS)
    const isLast = until === end
    if (onset >= until && !(isLast && onset <= until)) continue
    const last = found.at(-1)
    const { stage, at: dueAt, basis } = stand
    const clearedAt = isLast && made === null ? null : until
    if (last?.stage === stage && last.clearedAt === onset) Object.assign(last, { clearedAt, dueAt, basis, graceDays })
    else if (clearedAt === null || clearedAt > onset) found.push({ stage, onset, clearedAt, dueAt, basis, graceDays })
  }
  return found
}

/** When the stage that the line has come to is overdue if nothing is said until then; epoch ms after `now`, or null. */
export const overdueNext = (facts: LineFacts, graces: Graces, now: number): number | null => {
  const words = standingAt(facts.said, now)
  const stand = madeAt(facts, now) === null ? standAt(facts, words, doneTimes(words), now) : null
  const at = stand === null ? null : stand.at + graceAt(graces, now) * DAY_MS
  return at === null || at <= now ? null : at
}

/** The stage that the line has come to; null where production is over. */
export const stageReached = (facts: LineFacts, now: number): string | null => {
  if (madeAt(facts, now) !== null) return null
  const { stages } = termsAt(facts, now)
  const done = doneTimes(standingAt(facts.said, now))
  const reached = stages.findLastIndex(({ stage }) => (done.get(stage) ?? Number.POSITIVE_INFINITY) <= now)
  return stages[reached + 1]?.stage ?? null
}
