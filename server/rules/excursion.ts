import type { Cause, Priority } from '../model/alarm.ts'
import type { Figures } from '../model/figures.ts'

/** A stretch during which a rule's condition holds. `value` and `limit` are those at the onset, `peak` the furthest so far. */
export type Excursion = { onset: number; value: number; limit: number; peak: number }

/** What a rule says: an excursion that stands, with its cause where it knows one. */
export type Verdict = Excursion & {
  cause?: Cause
  /** where it is not the detector's own */
  priority?: Priority
  /** what explains it, by names that carry their unit, such as `hoursLikely`; rounded, since they are stored and compared */
  figures?: Figures
}
