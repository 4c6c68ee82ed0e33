import type { Priority, RuleId } from '../model/alarm.ts'
import { closed, gather, isOver, lengthened, minding } from './course.ts'
import type { Detector, Json } from './detector.ts'
import { DETECTORS } from './detectors.ts'
import type { Verdict } from './excursion.ts'
import { type Facts, plainFacts } from './facts.ts'
import { LIMIT_RULES } from './limit.ts'
import { measured, type Rule, type Sampled, SPOT_MEASURES, type SpotMeasure } from './rule.ts'
import { clear, endAt, gap, type InForce, ids, quiet, type Run, raise, stopWaiting } from './run.ts'
import { SPOT_RULES } from './spot.ts'
import { type FactsVersion, type Folded, factsAt, type StreamContext, type StreamState } from './state.ts'
import { isSuppressed } from './suppression.ts'

/** What the rules have to say about one stream, as a fold over its timeline. Pure. */
export type Fold = (before: StreamState, readings: readonly Sampled[], context: StreamContext, until?: number) => Folded

/** A fold with these rules; `fold` is the one with all of them. */
export const createFold = (spotRules: readonly Rule[], detectors: readonly Detector[]): Fold => {
  const spotById = new Map(spotRules.map((rule) => [rule.id, rule]))
  const known = new WeakMap<Facts, InForce>()

  const inForce = (facts: Facts): InForce => {
    const there = known.get(facts)
    if (there !== undefined) return there
    const spots = spotRules.filter((rule) => rule.threshold(facts) !== undefined)
    const edge = (measure: SpotMeasure, side: Rule['side']) =>
      spots.filter((rule) => rule.measure === measure && rule.side === side).map((rule) => rule.threshold(facts) ?? 0)
    const found: InForce = {
      spots,
      detectors: detectors.filter((detector) => detector.lacks(facts) === null && !isSuppressed(detector.id, facts)),
      calm: SPOT_MEASURES.filter((measure) => spots.some((rule) => rule.measure === measure)).map((measure) => ({
        measure,
        low: Math.max(Number.NEGATIVE_INFINITY, ...edge(measure, 'below')),
        high: Math.min(Number.POSITIVE_INFINITY, ...edge(measure, 'above')),
      })),
      gapMs: 3 * Math.max(facts.reportMs, facts.intervalMs),
    }
    known.set(facts, found)
    return found
  }

  const spot = (run: Run, rule: Rule, time: number, value: number): void => {
    const { open, waiting, back, facts } = run
    const was = open[rule.id]
    if (was === undefined) {
      const next = rule.step(null, { time, value, facts })
      if (next === null) {
        if (waiting[rule.id] !== undefined) stopWaiting(run, rule.id)
        return
      }
      const delay = facts.settings.onDelayMs[rule.id] ?? 0
      const since = waiting[rule.id] ?? next
      if (time - since.onset >= delay) {
        if (waiting[rule.id] !== undefined) stopWaiting(run, rule.id)
        raise(run, rule.id, { ...since, peak: rule.step(since, { time, value, facts })?.peak ?? since.peak })
      } else {
        if (waiting[rule.id] === undefined) run.busy++
        waiting[rule.id] = rule.step(since, { time, value, facts }) ?? since
      }
      return
    }
    const next = rule.step(was, { time, value, facts })
    if (next !== null) {
      if (back[rule.id] !== undefined) delete back[rule.id]
      if (next !== was) open[rule.id] = next
      return
    }
    const delay = rule.threshold(facts) === undefined ? 0 : (facts.settings.offDelayMs[rule.id] ?? 0)
    const since = back[rule.id] ?? time
    if (time - since >= delay) clear(run, rule.id, since)
    else back[rule.id] = since
  }

  const look = (run: Run): void => {
    const minute = closed(run.minute)
    const { state, facts, open } = run
    state.course = lengthened(state.course, minute)
    let memory: StreamState['memory'] | null = null
    for (const detector of run.force.detectors) {
      const was = open[detector.id] ?? null
      const kept = state.memory[detector.id]
      const before: Json = kept === undefined ? detector.initial : kept
      const next = detector.step({ state: before, open: was, minute, course: state.course, facts })
      if (next.state !== before) {
        memory ??= { ...state.memory }
        memory[detector.id] = next.state
      }
      if (next.open === was) continue
      if (next.open === null) clear(run, detector.id, minute.time)
      else if (was === null) raise(run, detector.id, next.open)
      else {
        open[detector.id] = { ...next.open, onset: was.onset }
        if (isNews(was, next.open)) run.changes.push({ kind: 'changed', rule: detector.id, excursion: next.open })
      }
    }
    if (memory !== null) state.memory = memory
  }

  /** New facts from `time` on: spot rules judge the last value by them, detectors that rest now end what they said. */
  const turn = (run: Run, version: FactsVersion): void => {
    const { open, state } = run
    run.facts = version.facts
    run.force = inForce(version.facts)
    state.at = { time: version.from, seq: -1 }
    for (const rule of spotRules) {
      const concerned =
        open[rule.id] !== undefined || run.waiting[rule.id] !== undefined || run.force.spots.includes(rule)
      const value = state.last[rule.measure]
      if (concerned && value !== undefined) spot(run, rule, version.from, value)
    }
    for (const id of [...ids(open), ...ids(state.memory)]) {
      if (id === 'silence' || spotById.has(id) || run.force.detectors.some((detector) => detector.id === id)) continue
      if (open[id] !== undefined) clear(run, id, version.from)
      if (state.memory[id] !== undefined) state.memory = without(state.memory, id)
    }
    if (open.silence !== undefined && isSuppressed('silence', version.facts)) clear(run, 'silence', version.from)
  }

  const turnUpTo = (run: Run, time: number): void => {
    for (let version = run.pending[0]; version !== undefined && version.from <= time; version = run.pending[0]) {
      run.pending = run.pending.slice(1)
      // of two with the same beginning the later one holds, the other never did
      if (run.pending[0]?.from !== version.from) turn(run, version)
    }
  }

  return (before, readings, context, until) => {
    const began = before.at?.time ?? context.from
    const facts = factsAt(context.versions, began) ?? PLAIN
    const run: Run = {
      state: { ...before, last: { ...before.last } },
      open: { ...before.open },
      waiting: { ...before.waiting },
      back: { ...before.back },
      busy: 0,
      minute: minding(before.minute),
      facts,
      force: inForce(facts),
      pending: context.versions.some((version) => version.from > began)
        ? context.versions.filter((version) => version.from > began)
        : [],
      context,
      changes: [],
    }
    run.busy = ids(run.open).length + ids(run.waiting).length
    const { state } = run

    let remembered = 0
    /** What was said last before the reading at `index`. */
    const remember = (index: number): void => {
      for (const measure of SPOT_MEASURES)
        for (let i = index - 1; i >= remembered; i--) {
          const reading = readings[i]
          const value = reading === undefined ? null : measured(reading, measure)
          if (value === null) continue
          state.last[measure] = value
          break
        }
      remembered = index
    }

    for (const [index, reading] of readings.entries()) {
      const first = run.pending[0]
      if (first !== undefined && first.from <= reading.time) {
        remember(index)
        turnUpTo(run, reading.time)
      }
      if (isOver(run.minute, reading.time)) look(run)
      if (state.heard !== null && (reading.time - state.heard > run.force.gapMs || run.open.silence !== undefined))
        gap(run, reading.time)
      state.heard = reading.time
      if (reading.receivedAt > state.contact) state.contact = reading.receivedAt
      gather(run.minute, reading)
      if (run.busy === 0 && isCalm(reading, run.force)) continue
      for (const rule of run.force.spots) {
        const value = measured(reading, rule.measure)
        if (value !== null) spot(run, rule, reading.time, value)
      }
    }
    remember(readings.length)
    const newest = readings.at(-1)
    if (newest !== undefined) state.at = { time: newest.time, seq: newest.seq }
    if (until !== undefined) {
      const end = context.to === null ? until : Math.min(until, context.to)
      turnUpTo(run, end)
      quiet(run, end)
      if (context.to !== null && context.to <= until) endAt(run, context.to)
    }
    const { open, waiting, back, minute, changes } = run
    const { time, count, sums, counts, lat, lon, lagMs } = minute
    return {
      state: {
        ...state,
        open,
        waiting,
        back,
        minute: count === 0 ? null : { time, count, sums, counts, lat, lon, lagMs },
      },
      changes,
    }
  }
}

const PLAIN = plainFacts({})

const without = <T>(record: Partial<Record<RuleId, T>>, id: RuleId): Partial<Record<RuleId, T>> => {
  const { [id]: _gone, ...rest } = record
  return rest as Partial<Record<RuleId, T>>
}

/** Whether a reading is one of the many that no spot rule has anything to say about, while nothing is open. */
const isCalm = (reading: Sampled, { calm }: InForce): boolean => {
  for (const { measure, low, high } of calm) {
    const value = measured(reading, measure)
    if (value !== null && (value < low || value > high)) return false
  }
  return true
}

const isNews = (was: Verdict, is: Verdict): boolean =>
  was.cause !== is.cause ||
  was.priority !== is.priority ||
  JSON.stringify(was.figures ?? null) !== JSON.stringify(is.figures ?? null)

/** All rules of the product. */
export const fold: Fold = createFold([...LIMIT_RULES, ...SPOT_RULES], DETECTORS)

const PRIORITIES: ReadonlyMap<RuleId, Priority> = new Map<RuleId, Priority>([
  ...[...LIMIT_RULES, ...SPOT_RULES].map(({ id, priority }) => [id, priority] as const),
  ...DETECTORS.map(({ id, priority }) => [id, priority] as const),
  ['silence', 'medium'],
])

/** An excursion's own priority, or its rule's. */
export const priorityOf = (rule: RuleId, excursion: Verdict): Priority =>
  excursion.priority ?? PRIORITIES.get(rule) ?? 'low'
