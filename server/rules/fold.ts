import type { RuleId } from '../model/alarm.ts'
import type { Limits } from '../model/limits.ts'
import type { Reading } from '../model/reading.ts'
import { LIMIT_RULES } from './limit.ts'
import type { Excursion, LimitedMeasure, Rule } from './rule.ts'

/**
 * One stream (one shipment, one device) is folded along a timeline in event time: readings by (time, seq), versions of
 * the limits, and the end of the assignment. So what it says is a function of what is stored, whatever the order of
 * arrival. Everything here is pure.
 */
export type StreamState = {
  /** the last thing folded; a change of limits stands before the readings of its moment (seq -1) */
  at: { time: number; seq: number } | null
  last: Partial<Record<LimitedMeasure, number>>
  open: Partial<Record<RuleId, Excursion>>
}

export type LimitsVersion = { from: number; limits: Limits }

/** What holds beside the readings: limits by `from` ascending, and the half-open range of the assignment, epoch ms. */
export type StreamContext = { versions: readonly LimitsVersion[]; from: number; to: number | null }

export type Change =
  | { kind: 'raised'; rule: RuleId; excursion: Excursion }
  | { kind: 'cleared'; rule: RuleId; excursion: Excursion; clearedAt: number }

export type Folded = { state: StreamState; changes: Change[] }
/** What of a reading is folded. */
export type Sampled = Pick<Reading, 'time' | 'seq' | LimitedMeasure>

export const INITIAL: StreamState = { at: null, last: {}, open: {} }

/** Whether `a` comes before `b` on the timeline. */
export const isBefore = (a: { time: number; seq: number }, b: { time: number; seq: number }): boolean =>
  a.time < b.time || (a.time === b.time && a.seq < b.seq)

const limitsAt = (versions: readonly LimitsVersion[], time: number): Limits => {
  let limits: Limits = {}
  for (const version of versions) {
    if (version.from > time) break
    limits = version.limits
  }
  return limits
}

type InForce = {
  /** those that these limits ask something of */
  rules: readonly Rule[]
  /** of each measure, between which values no rule has anything to say while none is open */
  calm: Record<LimitedMeasure, { low: number; high: number }>
}

/** Found once for a version of the limits rather than once for a reading. */
const inForce = new WeakMap<Limits, InForce>()
const rulesOf = (limits: Limits): InForce => {
  const known = inForce.get(limits)
  if (known !== undefined) return known
  const calm = (measure: LimitedMeasure) => {
    const { low, lowLow, high, highHigh } = limits[measure] ?? {}
    return {
      low: Math.max(low ?? Number.NEGATIVE_INFINITY, lowLow ?? Number.NEGATIVE_INFINITY),
      high: Math.min(high ?? Number.POSITIVE_INFINITY, highHigh ?? Number.POSITIVE_INFINITY),
    }
  }
  const found = {
    rules: LIMIT_RULES.filter((rule) => rule.applies(limits)),
    calm: { temperature: calm('temperature'), pressure: calm('pressure'), level: calm('level') },
  }
  inForce.set(limits, found)
  return found
}

const isWithin = (value: number | null, { low, high }: { low: number; high: number }): boolean =>
  value === null || (value >= low && value <= high)

/** Whether a reading is one of the many that no rule has anything to say about, while nothing is open. */
const isCalm = ({ temperature, pressure, level }: Sampled, { calm }: InForce): boolean =>
  isWithin(temperature, calm.temperature) && isWithin(pressure, calm.pressure) && isWithin(level, calm.level)

const RULES_BY_ID = new Map(LIMIT_RULES.map((rule) => [rule.id, rule]))

/**
 * Folds readings, ascending by (time, seq), all after `state.at` and inside the assignment, and the limits that begin
 * on the way; then, with `until`, whatever else the timeline holds up to that moment (epoch ms).
 * Answers the new state and what was raised and cleared, in order. `state` is not changed.
 */
export const fold = (
  before: StreamState,
  readings: readonly Sampled[],
  context: StreamContext,
  until?: number,
): Folded => {
  const state: StreamState = { at: before.at, last: { ...before.last }, open: { ...before.open } }
  const changes: Change[] = []
  let limits = limitsAt(context.versions, state.at?.time ?? context.from)
  let force = rulesOf(limits)
  let open = Object.keys(state.open).length
  let pending = context.versions.filter((version) => version.from > (state.at?.time ?? context.from))

  const step = (rule: Rule, time: number, value: number): void => {
    const was = state.open[rule.id] ?? null
    const next = rule.step(was, { time, value, limits })
    if (next === was) return
    if (next === null) {
      if (was !== null) changes.push({ kind: 'cleared', rule: rule.id, excursion: was, clearedAt: time })
      delete state.open[rule.id]
      open--
      return
    }
    if (was === null) {
      changes.push({ kind: 'raised', rule: rule.id, excursion: next })
      open++
    }
    state.open[rule.id] = next
  }

  const applyLimitsUpTo = (time: number): void => {
    for (let version = pending[0]; version !== undefined && version.from <= time; version = pending[0]) {
      pending = pending.slice(1)
      // of two with the same beginning the later one holds, the other never did
      if (pending[0]?.from === version.from) continue
      limits = version.limits
      force = rulesOf(limits)
      state.at = { time: version.from, seq: -1 }
      const concerned = new Set([...force.rules, ...openRules(state)])
      for (const rule of concerned) {
        const value = state.last[rule.measure]
        if (value !== undefined) step(rule, version.from, value)
      }
    }
  }

  let remembered = 0
  /** What was said last before the reading at `index`. */
  const remember = (index: number): void => {
    for (const measure of MEASURES)
      for (let i = index - 1; i >= remembered; i--) {
        const value = readings[i]?.[measure] ?? null
        if (value === null) continue
        state.last[measure] = value
        break
      }
    remembered = index
  }

  for (const [index, reading] of readings.entries()) {
    const first = pending[0]
    if (first !== undefined && first.from <= reading.time) {
      remember(index)
      applyLimitsUpTo(reading.time)
    }
    if (open === 0 && isCalm(reading, force)) continue
    for (const rule of force.rules) {
      const value = reading[rule.measure]
      if (value !== null) step(rule, reading.time, value)
    }
  }
  remember(readings.length)
  const newest = readings.at(-1)
  if (newest !== undefined) state.at = { time: newest.time, seq: newest.seq }
  if (until !== undefined) {
    const end = context.to
    applyLimitsUpTo(end === null ? until : Math.min(until, end))
    if (end !== null && end <= until) endAt(end, state, changes)
  }
  return { state, changes }
}

const MEASURES: readonly LimitedMeasure[] = ['temperature', 'pressure', 'level']

const openRules = (state: StreamState): Rule[] =>
  (Object.keys(state.open) as RuleId[]).flatMap((id) => RULES_BY_ID.get(id) ?? [])

/** The device is lent no longer: what it said last holds no more, and nothing stays open on its word. */
const endAt = (end: number, state: StreamState, changes: Change[]): void => {
  for (const rule of openRules(state)) {
    const excursion = state.open[rule.id]
    if (excursion !== undefined) changes.push({ kind: 'cleared', rule: rule.id, excursion, clearedAt: end })
  }
  state.open = {}
  state.at = { time: end, seq: -1 }
}

export const priorityOf = (rule: RuleId) => RULES_BY_ID.get(rule)?.priority ?? 'low'
