import type { RuleId } from '../model/alarm.ts'
import { type Course, type Gathering, NO_COURSE } from './course.ts'
import type { Json } from './detector.ts'
import type { Verdict } from './excursion.ts'
import type { Facts } from './facts.ts'
import type { SpotMeasure } from './rule.ts'
import type { Outage } from './silence.ts'

/**
 * One stream (one shipment, one device) is folded along a timeline in event time: readings by (time, seq), versions of
 * the facts (limits, phase, settings), and the end of the loan. So what it says is a function of what is stored, whatever
 * the order of arrival. A state is plain JSON: checkpoints hold it.
 */
export type StreamState = {
  /** the last thing folded; a change of the facts stands before the readings of its moment (seq -1) */
  at: { time: number; seq: number } | null
  /** time of the last reading, epoch ms */
  heard: number | null
  /** when we last received one, whatever its time, epoch ms: a device that sends what it kept is not silent */
  contact: number
  last: Partial<Record<SpotMeasure, number>>
  open: Partial<Record<RuleId, Verdict>>
  /** excursions that wait for their on-delay, and since when open ones are back and wait for their off-delay */
  waiting: Partial<Record<RuleId, Verdict>>
  back: Partial<Record<RuleId, number>>
  /** the minute that is going on, what was before, and what each detector keeps */
  minute: Gathering | null
  course: Course
  memory: Partial<Record<RuleId, Json>>
}

export const INITIAL: StreamState = {
  at: null,
  heard: null,
  contact: 0,
  last: {},
  open: {},
  waiting: {},
  back: {},
  minute: null,
  course: NO_COURSE,
  memory: {},
}

/** A state as a checkpoint holds it: its JSON, or what earlier versions left, the object itself. */
export type Stored = string | Partial<StreamState>

/** A state as it was stored, by this version of the rules or an earlier one. */
export const restored = (stored: Stored): StreamState => ({
  ...INITIAL,
  ...(typeof stored === 'string' ? (JSON.parse(stored) as Partial<StreamState>) : stored),
})

/** Of two versions with the same beginning the one recorded later holds, and the other never did. */
export type FactsVersion = { from: number; facts: Facts }

/** What holds beside the readings: versions by `from` ascending (at least one), and the half-open range of the loan, epoch ms. */
export type StreamContext = {
  versions: readonly FactsVersion[]
  from: number
  to: number | null
  /** ascending */
  outages?: readonly Outage[]
}

/**
 * `changed`: an excursion goes on under another cause, priority or figures. `recovered`: a silence that was none: the
 * readings were kept and have come since.
 */
export type Change =
  | { kind: 'raised' | 'changed'; rule: RuleId; excursion: Verdict }
  | { kind: 'cleared'; rule: RuleId; excursion: Verdict; clearedAt: number }
  | { kind: 'recovered'; rule: RuleId; excursion: Verdict }

export type Folded = { state: StreamState; changes: Change[] }

/** Whether `a` comes before `b` on the timeline. */
export const isBefore = (a: { time: number; seq: number }, b: { time: number; seq: number }): boolean =>
  a.time < b.time || (a.time === b.time && a.seq < b.seq)

/** The facts in force at a moment: before the first version begins, that one. */
export const factsAt = (versions: readonly FactsVersion[], time: number): Facts | undefined => {
  let facts = versions[0]?.facts
  for (const version of versions) {
    if (version.from > time) break
    facts = version.facts
  }
  return facts
}
