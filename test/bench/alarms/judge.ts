import type { Cause, RuleId } from '../../../server/model/alarm.ts'
import type { Raised } from './drive.ts'
import type { StudyScenario, Trip } from './trips.ts'

/** What a scenario's alarm has to be: this rule, under this cause, or (a silence of which all has come since) recovered. */
type Wanted = { rule: RuleId; cause: Cause | null; recovered?: true }
export const WANTED: Partial<Record<StudyScenario, Wanted>> = {
  leak: { rule: 'pressure-residual', cause: 'leak' },
  'leak-unknown-cargo': { rule: 'pressure-residual', cause: 'leak' },
  'gas-evolution': { rule: 'pressure-residual', cause: 'gas-evolution' },
  'relief-lifted': { rule: 'pressure-residual', cause: 'relief-lifted' },
  'self-heating': { rule: 'self-heating', cause: 'self-heating' },
  heating: { rule: 'rate-of-rise', cause: 'heating' },
  'frozen-sensor': { rule: 'sensor-frozen', cause: 'sensor-fault' },
  silence: { rule: 'silence', cause: null },
  'late-backlog': { rule: 'silence', cause: null, recovered: true },
}

/** One trip's result, plain so that it can pass between processes. */
export type Judged = {
  name: string
  days: number
  /** the wanted alarm came after the onset, under its cause */
  named: boolean
  /** min from the onset to the wanted rule's first alarm */
  delay: number | null
  /** an alarm of that rule came, under whatever cause */
  found: boolean
  /** h from onset to emergency temperature as it really was, and from the first warning to it */
  physicsHours: number | null
  leadHours: number | null
  /** rule and cause of what needs action (critical or high) while nothing is wrong: before the onset, or all of a normal trip */
  needless: string[]
  critical: string[]
  /** the same after the onset, beside what is wanted */
  beside: string[]
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const WARNINGS: readonly RuleId[] = ['self-heating', 'rate-of-rise', 'time-to-limit', 'temperature-high']

const label = ({ rule, causes }: Raised): string => [rule, ...causes].join(' ')

/** A minute is looked at when the next one begins: an alarm of a detector is known a minute after its onset. */
const knownAt = ({ onset }: Raised): number => onset + MINUTE_MS

export const judge = (trip: Trip, raised: readonly Raised[]): Judged => {
  const wanted = WANTED[trip.scenario]
  const before = raised.filter(({ onset }) => onset < trip.onsetMs)
  const after = raised.filter(({ onset }) => onset >= trip.onsetMs)
  const needsAction = ({ priority }: Raised): boolean => priority === 'critical' || priority === 'high'
  const ours = wanted === undefined ? [] : after.filter(({ rule }) => rule === wanted.rule)
  const first = ours[0]
  const { emergencyMs } = trip
  // what comes after the emergency temperature warns nobody
  const inTime = (alarm: Raised): boolean =>
    trip.scenario !== 'self-heating' || emergencyMs === null || knownAt(alarm) < emergencyMs
  const warning = after.find(({ rule }) => WARNINGS.includes(rule))
  // once it has been said under its cause, a later cause (gas until the relief device lifts) adds to it
  const isNamed = ({ causes, recovered }: Raised): boolean =>
    wanted !== undefined &&
    (wanted.cause === null || causes.includes(wanted.cause)) &&
    recovered === (wanted.recovered ?? false)
  // of what has come after all, no silence may be left
  const named =
    ours.some((alarm) => isNamed(alarm) && inTime(alarm)) && (wanted?.recovered !== true || ours.every(isNamed))
  return {
    name: trip.name,
    days: trip.days,
    named,
    found: first !== undefined,
    delay: first === undefined ? null : (knownAt(first) - trip.onsetMs) / MINUTE_MS,
    physicsHours: emergencyMs === null ? null : (emergencyMs - trip.onsetMs) / HOUR_MS,
    leadHours: emergencyMs === null || warning === undefined ? null : (emergencyMs - knownAt(warning)) / HOUR_MS,
    needless: before.filter(needsAction).map(label),
    critical: before.filter(({ priority }) => priority === 'critical').map(label),
    beside: after.filter((alarm) => needsAction(alarm) && alarm.rule !== wanted?.rule).map(label),
  }
}
