import type { RuleId } from '../../../server/model/alarm.ts'
import type { Verdict } from '../../../server/rules/excursion.ts'
import type { Facts } from '../../../server/rules/facts.ts'
import { type Fold, priorityOf } from '../../../server/rules/fold.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { INITIAL } from '../../../server/rules/state.ts'

/** An alarm of a trip: what it said first, under which causes and at most which priority it went on; epoch ms. */
export type Raised = {
  rule: RuleId
  first: Verdict
  last: Verdict
  onset: number
  clearedAt: number | null
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

/** Folds a whole trip under facts that never change, and answers its alarms in the order in which they were raised. */
export const drive = (fold: Fold, readings: readonly Sampled[], facts: Facts): Raised[] => {
  const from = readings[0]?.time ?? 0
  const { changes } = fold(INITIAL, readings, { versions: [{ from, facts }], from, to: null })
  const raised: Raised[] = []
  const open = new Map<RuleId, Raised>()
  for (const change of changes) {
    const { rule, excursion, kind } = change
    const priority = priorityOf(rule, excursion)
    const standing = open.get(rule)
    if (kind === 'raised') {
      const alarm: Raised = {
        rule, priority, first: excursion, last: excursion, onset: excursion.onset, clearedAt: null,
        causes: excursion.cause === undefined ? [] : [excursion.cause],
      } // biome-ignore format: one alarm, three lines
      raised.push(alarm)
      open.set(rule, alarm)
    } else if (standing !== undefined) {
      standing.last = excursion
      standing.priority = priority
      if (excursion.cause !== undefined && standing.causes.at(-1) !== excursion.cause)
        standing.causes.push(excursion.cause)
      if (kind === 'cleared') {
        standing.clearedAt = change.clearedAt
        open.delete(rule)
      }
    }
  }
  return raised
}
