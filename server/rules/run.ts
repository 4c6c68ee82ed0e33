import type { RuleId } from '../model/alarm.ts'
import { type Minding, minding, NO_COURSE } from './course.ts'
import type { Detector } from './detector.ts'
import type { Verdict } from './excursion.ts'
import type { Facts } from './facts.ts'
import type { Rule, SpotMeasure } from './rule.ts'
import { silenceAfter } from './silence.ts'
import type { Change, FactsVersion, StreamContext, StreamState } from './state.ts'
import { isSuppressed } from './suppression.ts'

/** Of a version of the facts, found once for it rather than once for a reading. */
export type InForce = {
  spots: readonly Rule[]
  detectors: readonly Detector[]
  /** of each measure, between which values no spot rule has anything to say while none is open or waits */
  calm: readonly { measure: SpotMeasure; low: number; high: number }[]
  /** longer than this between two readings, nothing is known of the time between them, ms */
  gapMs: number
}

/** What a fold works on: a state that is not shared with anybody yet. */
export type Run = {
  state: StreamState
  open: StreamState['open']
  waiting: StreamState['waiting']
  back: StreamState['back']
  /** excursions that are open or wait: while there are none, calm readings are passed over */
  busy: number
  minute: Minding
  facts: Facts
  force: InForce
  pending: readonly FactsVersion[]
  context: StreamContext
  changes: Change[]
}

export const ids = (record: object): RuleId[] => Object.keys(record) as RuleId[]

export const raise = (run: Run, rule: RuleId, excursion: Verdict): void => {
  run.open[rule] = excursion
  run.busy++
  run.changes.push({ kind: 'raised', rule, excursion })
}

export const drop = (run: Run, rule: RuleId, change: Change): void => {
  delete run.open[rule]
  delete run.back[rule]
  run.busy--
  run.changes.push(change)
}

export const clear = (run: Run, rule: RuleId, clearedAt: number): void => {
  const excursion = run.open[rule]
  if (excursion !== undefined)
    drop(run, rule, { kind: 'cleared', rule, excursion, clearedAt: Math.max(clearedAt, excursion.onset) })
}

export const stopWaiting = (run: Run, rule: RuleId): void => {
  delete run.waiting[rule]
  run.busy--
}

/** Nothing has come up to `until`. It is said only where somebody has spoken before: a device that is silent from the start has no last word. */
export const quiet = (run: Run, until: number): void => {
  const { heard, contact } = run.state
  if (heard === null || run.open.silence !== undefined || isSuppressed('silence', run.facts)) return
  const silence = silenceAfter(Math.max(heard, contact), until, run.facts, run.context.outages ?? [])
  if (silence !== null) raise(run, 'silence', silence)
}

/** The device is lent no longer: what it said last holds no more, and nothing stays open on its word. */
export const endAt = (run: Run, end: number): void => {
  for (const rule of ids(run.open)) clear(run, rule, end)
  run.waiting = {}
  run.back = {}
  run.busy = 0
  run.minute = minding(null)
  run.state.heard = null
  run.state.course = NO_COURSE
  run.state.memory = {}
  run.state.at = { time: end, seq: -1 }
}

/** What lies between the last reading and this one. */
export const gap = (run: Run, time: number): void => {
  const { state, open, waiting } = run
  const heard = state.heard
  if (heard === null) return
  if (time - heard > run.force.gapMs) {
    // of the time in between nothing is known, so no delay runs through it
    for (const id of ids(waiting)) stopWaiting(run, id)
    for (const id of ids(run.back)) run.back[id] = time
  }
  const said = open.silence
  const silence = isSuppressed('silence', run.facts)
    ? null
    : silenceAfter(heard, time, run.facts, run.context.outages ?? [])
  if (silence !== null) {
    if (said === undefined) raise(run, 'silence', silence)
    else open.silence = { ...said, peak: silence.peak }
    clear(run, 'silence', time)
  } else if (said !== undefined) drop(run, 'silence', { kind: 'recovered', rule: 'silence', excursion: said })
}
