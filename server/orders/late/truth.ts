import type { LineFacts, LineTerms } from '../forecast/known.ts'
import { DAY_MS, standingAt } from '../forecast/known.ts'
import { progressOf } from '../forecast/transit.ts'
import { lotOf } from '../said.ts'

/** What was said of a stage, by the time from which it counts; epoch ms. */
export type Word = LineFacts['said'][number] & { since: number }

/** What the terms of a line were at `at` (epoch ms). */
export const termsAt = ({ changes, ...facts }: LineFacts, at: number): LineTerms => {
  const { orderedAt, needBy, quantity, cancelledAt, stages, product } = facts
  const terms: LineTerms = { orderedAt, needBy, quantity, cancelledAt, stages, product }
  for (const change of changes.toSorted((a, b) => b.at - a.at)) if (change.at > at) Object.assign(terms, change.before)
  return terms
}

/** When each stage was first through, by stage; one that was opened again is not. */
export const doneTimes = (words: readonly Word[]): Map<string, number> => {
  const done = new Map<string, number>()
  for (const stage of new Set(words.map((word) => word.stage))) {
    const actuals = words
      .filter((word) => word.stage === stage && word.classifier === 'actual')
      .toSorted((a, b) => a.at - b.at)
    const last = actuals.at(-1)
    const isThrough = ({ progress }: Word): boolean => progress === null || progress >= 1
    const first = actuals.find(isThrough)
    if (first !== undefined && last !== undefined && isThrough(last)) done.set(stage, first.at)
  }
  return done
}

/** Of which lot the line is, by all that is known at `now` (epoch ms); null where nobody said. */
export const lotAt = (facts: LineFacts, now: number): string | null => lotOf(standingAt(facts.said, now))

/** What is on shipments is all of the line when no more than this share is missing. */
const ALL = 0.95

/** Since when nothing is to be made any more: it was received, or has left on shipments; epoch ms, null while it goes on. */
export const madeAt = (facts: LineFacts, now: number): number | null => {
  const receipts = standingAt(facts.receipts, now).filter(({ quantity }) => quantity > 0)
  const received = receipts.some(({ more }) => !more) ? Math.max(...receipts.map(({ at }) => at)) : null
  const attached = facts.shipments.filter(
    ({ attachedAt, detachedAt }) => attachedAt <= now && (detachedAt === null || detachedAt > now),
  )
  const left = attached.map((shipment) => {
    const { departedAt, arrivedAt } = progressOf(shipment, now)
    return departedAt ?? arrivedAt
  })
  const isAll = attached.reduce((sum, { quantity }) => sum + quantity, 0) >= ALL * termsAt(facts, now).quantity
  const gone = left.reduce<number | null>((last, at) => (last === null || at === null ? null : Math.max(last, at)), 0)
  const shipped = attached.length > 0 && isAll ? gone : null
  const ends = [received, shipped].filter((at) => at !== null)
  return ends.length === 0 ? null : Math.min(...ends)
}

/**
 * The same line as if everything had been said when it happened, and rightly at once: what a forecast would have known had
 * nobody been late or wrong in saying it.
 */
export const asItWas = (facts: LineFacts, now: number): LineFacts => ({
  ...facts,
  said: standingAt(facts.said, now).map(({ since, ...one }) => ({
    ...one,
    corrects: null,
    recordedAt: one.classifier === 'actual' ? Math.min(one.recordedAt, one.at) : since,
  })),
  receipts: standingAt(facts.receipts, now).map(({ since: _since, ...one }) => ({
    ...one,
    corrects: null,
    recordedAt: Math.min(one.recordedAt, one.at),
  })),
})

export const daysBetween = (from: number, to: number): number => (to - from) / DAY_MS
