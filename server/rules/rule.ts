import type { Priority, RuleId } from '../model/alarm.ts'
import type { Limits } from '../model/limits.ts'

export type LimitedMeasure = keyof Limits

/** What a rule looks at: one measured value at one moment of event time (epoch ms), with the limits in force then. */
export type Sample = { time: number; value: number; limits: Limits }

/** A stretch during which a rule's condition holds. `value` and `limit` are those at the onset, `peak` the furthest so far. */
export type Excursion = { onset: number; value: number; limit: number; peak: number }

/**
 * A rule is pure: state and sample in, state out; no clock, no I/O. Its state is the excursion that is open, or null.
 * The fold compares the state before and after: an excursion that appears is raised, one that goes is cleared.
 */
export type Rule = {
  id: RuleId
  priority: Priority
  measure: LimitedMeasure
  /** whether these limits ask anything of this rule; a missing limit disables only the rule that needs it */
  applies(limits: Limits): boolean
  step(open: Excursion | null, sample: Sample): Excursion | null
}
