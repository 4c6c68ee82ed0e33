import type { Cause, Priority } from '../model/alarm.ts'
import type { Figures } from '../model/figures.ts'
import { countOf, isDue, remembered, rounded } from './cadence.ts'
import type { Detector, Verdict } from './detector.ts'
import type { Facts } from './facts.ts'
import { type Jump, jumpOf, noiseOf } from './pressure-jump.ts'
import { mostUsual, NO_REPEATS, type Repeats, repeated, stillFor } from './repeats.ts'
import { learntFrom, mayBeVented, modelOf } from './residual-model.ts'
import { type Trend, trendOf } from './residual-trend.ts'
import { saidAgain } from './saying.ts'
import { type Help, helpFigures, helpFor, hoursToHelp, type Reach, urgency } from './urgency.ts'
import { meanSince } from './window.ts'

type State = {
  evaluated: number | null
  /** newest minute with a pressure, epoch ms */
  last: number | null
  /** from when on the tank has been closed and watched without a gap; epoch ms */
  since: number
  base: { pressure: number; celsius: number; level: number | null } | null
  /** pressure of the pad as the dissolved gas knows it: it follows over hours; bar */
  slowPad: number | null
  /** how fast it was heated lately, K/h: what was heated from outside cools on its surface afterwards */
  warm: number
  /** bar of a minute's mean; bar/h that the residual usually moves */
  noise: number | null
  usual: number | null
  falls: number
  rises: number
  quiet: number
  jumpedAt: number | null
  temperature: Repeats
  /** where it was when it last had moved on, and when; for sensors that measure against the air around */
  place: readonly [lat: number, lon: number] | null
  movedAt: number | null
}

const INITIAL: State = {
  evaluated: null, last: null, since: 0, base: null, slowPad: null, warm: 0, noise: null, usual: null, falls: 0,
  rises: 0, quiet: 0, jumpedAt: null, temperature: NO_REPEATS, place: null, movedAt: null,
} // biome-ignore format: a property a word

const HOUR_MS = 3_600_000
const EVERY_MS = 5 * 60_000
const BASE_MS = 15 * 60_000
/** A closed tank stays closed over a dead zone; after longer than this nobody knows. */
const GAP_MS = 6 * HOUR_MS
/** As long a step keeps the alarm open that it raised. */
const JUMP_MS = 2 * HOUR_MS
const QUIET = 24
/** So near to the relief device's start that there is no time to wait, h. */
const SOON_HOURS = 1
/** A step shows within three readings, taken as minutes here. */
const STEP_HOURS = 3 / 60
const STILL_MS = 5 * 60_000

/**
 * Pressure that temperature does not explain, in a closed tank with a gas pad: a leak, gas that forms, the relief device
 * lifted, a faulty sensor (domain facts, section 3). It is the slope of the residual that is judged, by its confidence
 * bound, against what coefficients that are a tenth off, a surface that differs from the bulk, dissolving gas and the
 * sensor's own habits can do. Heating from outside is no alarm of this rule. Where the substance's figures are missing,
 * how pressure goes with temperature is learnt in the first three hours.
 *
 * Value and limit: of a leak or gas, bar an hour of residual; of a step, bar before it and the relief device's start (or
 * the step that counts). Figures say more.
 */
export const pressureResidual: Detector<State> = {
  id: 'pressure-residual',
  priority: 'high',
  lacks: () => null,
  needs: () => ['pressure', 'temperature'],
  misses: ({ cargo, tank }) => {
    if (cargo?.antoine == null)
      return 'The substance has no vapour pressure recorded: how its pressure goes with temperature is learnt in the first three hours, and nothing is said before.'
    return tank?.relief == null
      ? 'Neither relief setting nor test pressure of a tank is recorded: how long until the relief device opens is not said.'
      : null
  },
  blind: (state, course, facts) => {
    if (state.base === null) return null
    const learnt = learntFrom(course.tens, state.since)
    const model = modelOf(facts, state.base, state.base.level, learnt)
    return model !== null && mayBeVented(model, state.base, learnt)
      ? 'The pressure is that of the air, and does not follow the temperature: the tank may be vented, and then its pressure tells nothing of what is in it.'
      : null
  },
  initial: INITIAL,
  step({ state: before, open, minute, course, facts }) {
    const { time, pressure } = minute
    if (pressure === null) return { state: before, open }
    const state: State = {
      ...before,
      temperature: repeated(before.temperature, time, minute.temperature, facts.intervalMs),
      ...placed(before, minute.lat, minute.lon, time),
      last: time,
    }
    if (before.last === null || time - before.last > Math.max(GAP_MS, 6 * facts.intervalMs))
      return { state: { ...state, since: time, base: null, falls: 0, rises: 0, evaluated: time }, open }

    const blind = before.noise === null || isMoving(state, facts)
    const jump = blind ? null : jumpOf(course, facts, before.noise ?? 0, before.base?.pressure ?? null)
    // in a runaway pressure leaps too: no sensor is blamed while gas forms, or while the thermometer is at its end
    const isDoubtful = open?.cause === 'gas-evolution' || stillFor(state.temperature) > STILL_MS
    if (jump !== null && !(jump.cause === 'sensor-fault' && isDoubtful)) {
      // what was learnt of this tank before the step holds no more: a new baseline
      const next: State = { ...state, since: time, base: null, falls: 0, rises: 0, quiet: 0, jumpedAt: time }
      return { state: next, open: saidOfJump(open, time, jump) }
    }
    if (!isDue(before.evaluated, time, EVERY_MS)) return { state, open }
    return evaluated({ ...state, evaluated: time }, open)

    function evaluated(state: State, open: Verdict | null): { state: State; open: Verdict | null } {
      const noise = noiseOf(course.minutes.pressure) ?? state.noise
      const base = state.base ?? baseline()
      if (base === null) return { state: { ...state, noise }, open }
      // a stuck thermometer says nothing about what the pressure should be
      if (stillFor(state.temperature) > mostUsual(state.temperature, facts.intervalMs) / 2)
        return { state: { ...state, noise, base, falls: 0, rises: 0 }, open }
      const learnt = learntFrom(course.tens, state.since)
      const model = modelOf(facts, base, base.level, learnt)
      const blind = model === null || mayBeVented(model, base, learnt)
      const trend = blind ? null : trendOf(course, time, facts, model, state)
      if (trend === null) return { state: { ...state, noise, base }, open }
      const next: State = {
        ...state,
        noise,
        base,
        slowPad: trend.slowPad,
        warm: trend.warm,
        usual: trend.usual,
        falls: remembered(state.falls, trend.verdict === 'falls', 3),
        rises: remembered(state.rises, trend.verdict === 'rises', 3),
        quiet: trend.verdict === null && trend.isQuiet ? state.quiet + 1 : 0,
      }
      return judged(next, open, trend)
    }

    /** Where the relief device is to lift: its hours against those until help is there. */
    function urged({ figures, hoursToRelief: hours }: Trend): [Record<string, number>, Reach | null, Help?] {
      if (hours === null) return [figures, null]
      const help = helpFor(facts, time, state.place)
      const { hoursToLimit: ahead } = facts.settings
      return [{ ...figures, ...helpFigures(help) }, { likely: hours, least: hours, ahead, soon: SOON_HOURS }, help]
    }

    function baseline(): State['base'] {
      const from = Math.max(state.since, time - 2 * Math.max(BASE_MS, 5 * facts.intervalMs))
      if (time - from < Math.max(BASE_MS, 4 * facts.intervalMs)) return null
      const bar = meanSince(course.minutes, course.minutes.pressure, from)
      const celsius = meanSince(course.minutes, course.minutes.temperature, from)
      const level = meanSince(course.minutes, course.minutes.level, from)
      return bar === null || celsius === null
        ? null
        : { pressure: rounded(bar), celsius: rounded(celsius), level: level === null ? null : rounded(level) }
    }

    function judged(state: State, open: Verdict | null, trend: Trend): { state: State; open: Verdict | null } {
      const standsFromJump = state.jumpedAt !== null && time - state.jumpedAt < JUMP_MS
      const cause: Cause | null =
        countOf(state.falls) >= 2 ? 'leak' : countOf(state.rises) >= 2 ? 'gas-evolution' : null
      if (cause !== null && trend.verdict !== null && !standsFromJump) {
        const limit = cause === 'leak' ? -trend.allowed : trend.allowed
        return {
          state: { ...state, quiet: 0 },
          open: said(open, time, cause, rounded(trend.slope), rounded(limit), ...urged(trend)),
        }
      }
      if (open === null || standsFromJump || state.quiet < QUIET) return { state, open }
      return { state: { ...state, base: null, since: time, falls: 0, rises: 0, quiet: 0 }, open: null }
    }
  },
}

/** A step; a leak's is said as what it is in an hour, as every leak's is. */
const saidOfJump = (open: Verdict | null, time: number, { cause, from, to, limit }: Jump): Verdict => {
  const steps = { fromBar: rounded(from, 3), toBar: rounded(to, 3) }
  if (cause !== 'leak') return said(open, time, cause, from, limit, steps)
  const barPerHour = rounded((to - from) / STEP_HOURS, 3)
  return said(open, time, cause, barPerHour, -limit / STEP_HOURS, { ...steps, barPerHour })
}

/** A new verdict, or the one that stands with what is known now. A step outranks a slope, and is not taken back by one. */
const said = (
  open: Verdict | null,
  time: number,
  cause: Cause,
  value: number,
  limit: number,
  figures: Figures,
  reach: Reach | null = null,
  help: Help = { arrival: null, stop: null },
): Verdict => {
  const priority: Priority =
    cause === 'relief-lifted'
      ? 'critical'
      : cause === 'sensor-fault'
        ? 'medium'
        : reach === null
          ? 'high'
          : urgency('severe', reach, hoursToHelp(help))
  if (open === null)
    return { onset: time, value: rounded(value), limit: rounded(limit), peak: rounded(value), cause, priority, figures }
  const outranked = open.cause === 'relief-lifted' && cause !== 'relief-lifted'
  if (outranked) return open
  // value, limit and peak stay in the unit in which they began
  const peak = open.cause === cause && Math.abs(value) > Math.abs(open.peak) ? rounded(value) : open.peak
  return saidAgain(open, { cause, priority, figures }, peak)
}

const MOVED_DEGREES = 0.02
const SETTLE_MS = HOUR_MS

const placed = (
  { place, movedAt }: State,
  lat: number | null,
  lon: number | null,
  time: number,
): Pick<State, 'place' | 'movedAt'> => {
  if (lat === null || lon === null) return { place, movedAt }
  if (place !== null && Math.abs(place[0] - lat) < MOVED_DEGREES && Math.abs(place[1] - lon) < MOVED_DEGREES)
    return { place, movedAt }
  return { place: [lat, lon], movedAt: place === null ? movedAt : time }
}

/** A gauge sensor on the road also measures the height of the road: 0.12 bar a kilometre. */
const isMoving = ({ movedAt, last }: State, { gauge }: Facts): boolean =>
  gauge === true && movedAt !== null && last !== null && last - movedAt < SETTLE_MS
