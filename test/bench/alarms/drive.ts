import type { RuleId } from '../../../server/model/alarm.ts'
import type { Verdict } from '../../../server/rules/excursion.ts'
import type { Facts } from '../../../server/rules/facts.ts'
import { type Fold, priorityOf } from '../../../server/rules/fold.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { type Change, INITIAL } from '../../../server/rules/state.ts'

/** An alarm of a trip: what it said first, under which causes and at most which priority it went on; epoch ms. */
export type Raised = {
  rule: RuleId
  first: Verdict
  last: Verdict
  onset: number
  clearedAt: number | null
  /** a silence that was none: what was measured has come since */
  recovered: boolean
  causes: string[]
  priority: ReturnType<typeof priorityOf>
}

type Given = { [Key in keyof Sampled]?: Sampled[Key] | undefined } & { time: number }

/** A reading as the rules see it, with nothing in it but what is given. */
export const sampled = (given: Given): Sampled => ({
  time: given.time,
  seq: given.seq ?? 0,
  receivedAt: given.receivedAt ?? given.time,
  temperature: given.temperature ?? null,
  pressure: given.pressure ?? null,
  level: given.level ?? null,
  ambient: given.ambient ?? null,
  lat: given.lat ?? null,
  lon: given.lon ?? null,
  battery: given.battery ?? null,
  shock: given.shock ?? null,
  extra: given.extra ?? null,
})

/** The last moment at which nothing had come yet, of a stretch in which a device could not be heard; epoch ms. */
export type Quiet = { fromMs: number; untilMs: number }

/**
 * Folds a whole trip under facts that never change, and answers its alarms in the order in which they were raised. With
 * `quiet`, time passes in which nothing comes before the rest does, as it does live.
 */
export const drive = (fold: Fold, readings: readonly Sampled[], facts: Facts, quiet?: Quiet): Raised[] => {
  const from = readings[0]?.time ?? 0
  const context = { versions: [{ from, facts }], from, to: null }
  const changes: Change[] = []
  if (quiet === undefined) changes.push(...fold(INITIAL, readings, context).changes)
  else {
    const before = fold(INITIAL, readings.filter(({ time }) => time < quiet.fromMs), context) // biome-ignore format: one call
    const waited = fold(before.state, [], context, quiet.untilMs)
    const rest = readings.filter(({ time }) => time >= quiet.fromMs)
    changes.push(...before.changes, ...waited.changes, ...fold(waited.state, rest, context).changes)
  }
  const raised: Raised[] = []
  const open = new Map<RuleId, Raised>()
  for (const change of changes) {
    const { rule, excursion, kind } = change
    const priority = priorityOf(rule, excursion)
    const standing = open.get(rule)
    if (kind === 'raised') {
      const alarm: Raised = {
        rule, priority, first: excursion, last: excursion, onset: excursion.onset, clearedAt: null,
        recovered: false,
        causes: excursion.cause === undefined ? [] : [excursion.cause],
      } // biome-ignore format: one alarm, three lines
      raised.push(alarm)
      open.set(rule, alarm)
    } else if (standing !== undefined) {
      standing.last = excursion
      standing.priority = priority
      if (excursion.cause !== undefined && standing.causes.at(-1) !== excursion.cause)
        standing.causes.push(excursion.cause)
      if (kind === 'cleared') standing.clearedAt = change.clearedAt
      if (kind === 'recovered') standing.recovered = true
      if (kind !== 'changed') open.delete(rule)
    }
  }
  return raised
}
