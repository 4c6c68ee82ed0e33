import { distance } from '../../physics/geo.ts'
import { certain, laterOf, meanOf, perhaps, plus, type Spread, stillToGo } from './spread.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

export type Position = { time: number; receivedAt: number; lat: number; lon: number }
/** `raisedAt`, `clearLearntAt`: when we learnt it; epoch ms. */
export type TransitAlarm = {
  rule: string
  priority: string
  onset: number
  raisedAt: number
  clearedAt: number | null
  clearLearntAt: number | null
}

/** A shipment's share of a line, and all that is known of where it is; epoch ms. */
export type ShipmentFacts = {
  id: string
  quantity: number
  /** when the share was put on it and taken off again, as far as that is known */
  attachedAt: number
  detachedAt: number | null
  departAt: number
  eta: number
  /** what `eta` was until then, oldest first */
  etas: readonly { eta: number; until: number }[]
  phases: readonly { phase: string; from: number; recordedAt: number }[]
  origin: { lat: number; lon: number }
  destination: { lat: number; lon: number }
  /** ascending in time, about one an hour */
  positions: readonly Position[]
  alarms: readonly TransitAlarm[]
}

/** Where a shipment is, as it was known at a moment; `spread` of its arrival in days after that. */
export type Coming = {
  id: string
  quantity: number
  arrivedAt: number | null
  spread: Spread
  /** days that the way is behind its planned arrival, beyond those for which production keeps it, and that what it suffers from adds */
  behindDays: number
  conditionDays: number
  hasDeparted: boolean
}

const THERE = new Set(['unloading', 'delivered', 'cleaning', 'closed'])
/** A vehicle that has such an alarm may have to stop: what is in it heats, leaks, or leaves no room. */
const STOPPING = new Set([
  'temperature-high-high', 'temperature-low-low', 'pressure-high-high', 'self-heating', 'liquid-full', 'time-to-limit',
  'pressure-residual', 'rate-of-rise', 'temperature-high', 'pressure-high',
]) // biome-ignore format: a list
/** The chance that it stops for it, and days that it then takes, by priority. */
const STOP: Record<string, { chance: number; days: number }> = {
  critical: { chance: 0.6, days: 1.5 },
  high: { chance: 0.2, days: 0.75 },
}
const STOP_SIGMA = 0.7
/** The last stretch of a geofence is driven slowly and not looked at, m. */
const EDGE_METRES = 500
/** The plan's pace is believed as much as so much driving, ms. */
const PACE_PRIOR_MS = 6 * HOUR_MS
const LONGEST_HOURS = 24 * 60

/** `ready`: when production is through, for what has not departed; days after `asOf`. */
export const comingOf = (facts: ShipmentFacts, ready: Spread, asOf: number): Coming => {
  const eta = facts.etas.find(({ until }) => until > asOf)?.eta ?? facts.eta
  const { arrivedAt, departedAt } = progressOf(facts, asOf)
  const base = {
    id: facts.id,
    quantity: facts.quantity,
    arrivedAt,
    hasDeparted: departedAt !== null || arrivedAt !== null,
  }
  if (arrivedAt !== null) return { ...base, spread: certain(0), behindDays: 0, conditionDays: 0 }
  const plannedMs = Math.max(HOUR_MS, eta - facts.departAt)
  const waiting = laterOf(ready, certain(Math.max(0, (facts.departAt - asOf) / DAY_MS)))
  const way =
    departedAt === null
      ? plus(waiting, stillToGo(plannedMs / DAY_MS, 0.25, 0))
      : underWay(facts, { asOf, departedAt, plannedMs })
  const risk = departedAt === null ? null : riskOf(facts, asOf)
  const late = Math.max(0, meanOf(way) - (eta - asOf) / DAY_MS)
  // what waits for production is late by that, and not by the way: once it is made, a departure that is past counts
  const readyDays = meanOf(ready)
  const kept = departedAt === null && readyDays > 0 ? Math.max(0, readyDays - (facts.departAt - asOf) / DAY_MS) : 0
  const behindDays = Math.max(0, late - kept)
  if (risk === null) return { ...base, spread: way, behindDays, conditionDays: 0 }
  return { ...base, spread: plus(way, risk), behindDays, conditionDays: meanOf(risk) }
}

/** Whether it has departed and not arrived, as far as it was known at `asOf`. */
export const isUnderWay = (facts: Omit<ShipmentFacts, 'positions'>, asOf: number): boolean => {
  const { arrivedAt, departedAt } = progressOf(facts, asOf)
  return arrivedAt === null && departedAt !== null
}

/** Whether it has gone and come, by what the geofences saw, else by its phase. */
export const progressOf = (
  facts: Omit<ShipmentFacts, 'positions'>,
  asOf: number,
): { arrivedAt: number | null; departedAt: number | null } => {
  const seen = (rule: string): number | null => {
    const onsets = facts.alarms.filter((one) => one.rule === rule && one.raisedAt <= asOf).map(({ onset }) => onset)
    return onsets.length === 0 ? null : Math.max(...onsets)
  }
  const phases = facts.phases
    .filter(({ recordedAt, from }) => recordedAt <= asOf && from <= asOf)
    .toSorted((a, b) => a.from - b.from || a.recordedAt - b.recordedAt)
  const phase = phases.at(-1)
  const isThere = phase !== undefined && THERE.has(phase.phase)
  const since = phases.find((one) => THERE.has(one.phase))?.from ?? null
  const arrivedAt = seen('arrival') ?? (isThere ? Math.max(since ?? 0, facts.departAt) : null)
  const isMoving = phase?.phase === 'in-transit'
  const departedAt = seen('departure') ?? (isMoving ? Math.max(phase.from, facts.departAt) : null)
  return {
    arrivedAt: arrivedAt === null ? null : Math.min(asOf, arrivedAt),
    departedAt: departedAt === null ? null : Math.min(asOf, departedAt),
  }
}

const underWay = (
  facts: ShipmentFacts,
  { asOf, departedAt, plannedMs }: { asOf: number; departedAt: number; plannedMs: number },
): Spread => {
  const track = facts.positions.filter(
    ({ receivedAt, time }) => receivedAt <= asOf && time >= departedAt && time <= asOf,
  )
  const last = track.at(-1)
  if (last === undefined) return stillToGo(plannedMs / DAY_MS, 0.3, (asOf - departedAt) / DAY_MS)
  const whole = Math.max(1, distance(facts.origin, facts.destination))
  const left = Math.max(EDGE_METRES, distance(last, facts.destination))
  const planned = whole / plannedMs
  const gone = Math.max(0, whole - left)
  const driven = last.time - departedAt
  // the pace over all hours, rests and nights included; never so slow that it would not come
  const pace = Math.max(0.1 * planned, (gone + planned * PACE_PRIOR_MS) / (driven + PACE_PRIOR_MS))
  const ms = timeFor(left, last.time, hourlyPace(track, facts.destination, pace))
  // the longer it was watched, the better its pace is known
  const sigma = 0.12 + 0.2 * Math.exp(-driven / (12 * HOUR_MS))
  return stillToGo(Math.max(ms, HOUR_MS / 4) / DAY_MS, sigma, (asOf - last.time) / DAY_MS)
}

/** How fast it comes nearer in each hour of the day (UTC), m a ms: what was seen, and the whole trip's pace where little was. */
const hourlyPace = (track: readonly Position[], destination: { lat: number; lon: number }, pace: number): number[] => {
  const nearer = Array.from({ length: 24 }, () => pace * HOUR_MS)
  const spent = Array.from({ length: 24 }, () => HOUR_MS)
  for (let index = 1; index < track.length; index++) {
    const [from, to] = [track[index - 1], track[index]]
    if (from === undefined || to === undefined || to.time - from.time > 3 * HOUR_MS) continue
    const hour = new Date(from.time).getUTCHours()
    nearer[hour] = (nearer[hour] ?? 0) + distance(from, destination) - distance(to, destination)
    spent[hour] = (spent[hour] ?? 0) + to.time - from.time
  }
  return nearer.map((metres, hour) => Math.max(0, metres) / (spent[hour] ?? HOUR_MS))
}

const timeFor = (metres: number, from: number, paces: readonly number[]): number => {
  let left = metres
  let at = from
  for (let hours = 0; hours < LONGEST_HOURS; hours++) {
    const end = (Math.floor(at / HOUR_MS) + 1) * HOUR_MS
    const pace = paces[new Date(at).getUTCHours()] ?? 0
    if (pace * (end - at) >= left) return at + left / pace - from
    left -= pace * (end - at)
    at = end
  }
  return at - from
}

const riskOf = ({ alarms }: ShipmentFacts, asOf: number): Spread | null => {
  const active = alarms.filter(
    (one) =>
      STOPPING.has(one.rule) &&
      one.raisedAt <= asOf &&
      (one.clearedAt === null || (one.clearLearntAt ?? one.clearedAt) > asOf),
  )
  const stop = STOP[active.some(({ priority }) => priority === 'critical') ? 'critical' : 'high']
  if (stop === undefined || !active.some(({ priority }) => priority in STOP)) return null
  return perhaps(stop.chance, stillToGo(stop.days, STOP_SIGMA, 0))
}
