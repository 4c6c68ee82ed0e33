import type { Priority, RuleId } from '../model/alarm.ts'
import type { Reading } from '../model/reading.ts'
import type { Verdict } from './excursion.ts'
import type { Facts } from './facts.ts'

/** What of a reading the rules look at. `tilt` comes in `extra`, degrees. */
export type Sampled = Pick<
  Reading,
  | 'time' | 'seq' | 'receivedAt' | 'temperature' | 'pressure' | 'level' | 'ambient' | 'lat' | 'lon' | 'battery' | 'shock'
> & { extra: Reading['extra'] } // biome-ignore format: a list

/** What a value against a threshold can be about. */
export const SPOT_MEASURES = ['temperature', 'pressure', 'level', 'shock', 'tilt', 'battery'] as const
export type SpotMeasure = (typeof SPOT_MEASURES)[number]

export const measured = (reading: Sampled, measure: SpotMeasure): number | null => {
  if (measure !== 'tilt') return reading[measure]
  const tilt = reading.extra?.tilt
  return typeof tilt === 'number' ? tilt : null
}

/** What a spot rule looks at: one measured value at one moment of event time (epoch ms), with the facts of then. */
export type Sample = { time: number; value: number; facts: Facts }

/**
 * A value against a threshold, reading by reading. Pure: state and sample in, state out; no clock, no I/O. Its state is
 * the excursion that is open, or null. Delays are the fold's, not the rule's.
 */
export type Rule = {
  id: RuleId
  priority: Priority
  measure: SpotMeasure
  /** beyond this value, on this side, it has something to say; undefined: these facts ask nothing of it */
  threshold(facts: Facts): number | undefined
  side: 'above' | 'below'
  step(open: Verdict | null, sample: Sample): Verdict | null
}
