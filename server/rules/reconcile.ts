import type { Priority, RuleId } from '../model/alarm.ts'
import type { Verdict } from './excursion.ts'
import { priorityOf } from './fold.ts'
import type { Change } from './state.ts'

/** An excursion as a whole: what a refold says there was. */
export type Whole = { rule: RuleId; excursion: Verdict; clearedAt: number | null }

/** An alarm as it is recorded, with what it takes to compare it. Times in epoch ms. */
export type Recorded = {
  id: string
  rule: RuleId
  onset: number
  clearedAt: number | null
  value: number
  limit: number
  peak: number
  cause: string | null
  figures: Verdict['figures'] | null
  priority: Priority
}

export type Reconciled = {
  missing: Whole[]
  amended: { id: string; whole: Whole; was: Recorded }[]
  /** late data shows that they never were */
  withdrawn: Recorded[]
  /** silences that were none: what was measured has come since */
  recovered: Recorded[]
}

/** The changes of a fold, and what was open when it began, as whole excursions in the order of their onsets. */
export const wholes = (
  openBefore: Partial<Record<RuleId, Verdict>>,
  changes: readonly Change[],
  openAfter: Partial<Record<RuleId, Verdict>>,
): Whole[] => {
  const result: Whole[] = []
  const open = new Map<RuleId, Whole>()
  const begin = (rule: RuleId, excursion: Verdict): void => {
    const whole: Whole = { rule, excursion, clearedAt: null }
    open.set(rule, whole)
    result.push(whole)
  }
  for (const [rule, excursion] of Object.entries(openBefore)) begin(rule as RuleId, excursion)
  for (const change of changes) {
    if (change.kind === 'raised') {
      begin(change.rule, change.excursion)
      continue
    }
    const whole = open.get(change.rule)
    if (whole === undefined) continue
    whole.excursion = change.excursion
    if (change.kind === 'changed') continue
    open.delete(change.rule)
    if (change.kind === 'cleared') whole.clearedAt = change.clearedAt
    else result.splice(result.indexOf(whole), 1)
  }
  for (const [rule, whole] of open) whole.excursion = openAfter[rule] ?? whole.excursion
  return result.sort((a, b) => a.excursion.onset - b.excursion.onset)
}

const overlap = (whole: Whole, recorded: Recorded): number => {
  const from = Math.max(whole.excursion.onset, recorded.onset)
  const to = Math.min(whole.clearedAt ?? Number.POSITIVE_INFINITY, recorded.clearedAt ?? Number.POSITIVE_INFINITY)
  return to - from
}

/**
 * What has to change so that the record says what the fold says. An alarm keeps its id while its stretch overlaps:
 * each excursion takes the recorded alarm that it shares the most time with, the same onset first.
 */
export const reconcile = (folded: readonly Whole[], recorded: readonly Recorded[]): Reconciled => {
  const free = new Set(recorded)
  const missing: Whole[] = []
  const amended: Reconciled['amended'] = []
  const exact = new Map<Whole, Recorded>()
  for (const whole of folded) {
    const same = recorded.find((r) => free.has(r) && r.rule === whole.rule && r.onset === whole.excursion.onset)
    if (same === undefined) continue
    exact.set(whole, same)
    free.delete(same)
  }
  for (const whole of folded) {
    const partner = exact.get(whole) ?? mostOverlapping(whole, free)
    if (partner === undefined) {
      missing.push(whole)
      continue
    }
    free.delete(partner)
    if (differs(whole, partner)) amended.push({ id: partner.id, whole, was: partner })
  }
  return {
    missing,
    amended,
    withdrawn: [...free].filter(({ rule }) => rule !== 'silence'),
    recovered: [...free].filter(({ rule }) => rule === 'silence'),
  }
}

const mostOverlapping = (whole: Whole, free: ReadonlySet<Recorded>): Recorded | undefined => {
  let best: Recorded | undefined
  let most = 0
  for (const recorded of free) {
    if (recorded.rule !== whole.rule) continue
    const shared = overlap(whole, recorded)
    if (shared > most) {
      best = recorded
      most = shared
    }
  }
  return best
}

type Figures = Readonly<Record<string, number>>
const isSame = (a: Figures, b: Figures): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value)

/** The peak of an open excursion moves with every reading and is written when it closes, so it is compared only then. */
const differs = (whole: Whole, recorded: Recorded): boolean =>
  whole.excursion.onset !== recorded.onset ||
  whole.clearedAt !== recorded.clearedAt ||
  whole.excursion.value !== recorded.value ||
  whole.excursion.limit !== recorded.limit ||
  (whole.excursion.cause ?? null) !== recorded.cause ||
  !isSame(whole.excursion.figures ?? {}, recorded.figures ?? {}) ||
  priorityOf(whole.rule, whole.excursion) !== recorded.priority ||
  (whole.clearedAt !== null && whole.excursion.peak !== recorded.peak)
