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

/** A reading as the rules see it, with nothing in it but what is given. */
export const sampled = (given: Partial<Sampled> & { time: number }): Sampled => ({
  seq: 0,
  receivedAt: given.time,
  temperature: null,
  pressure: null,
  level: null,
  ambient: null,
  lat: null,
  lon: null,
  battery: null,
  shock: null,
  extra: null,
  ...given,
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
