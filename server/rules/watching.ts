import type { RuleId } from '../model/alarm.ts'
import type { Needed } from './detector.ts'
import { DETECTORS } from './detectors.ts'
import type { Facts } from './facts.ts'
import type { StreamState } from './state.ts'
import { isSuppressed } from './suppression.ts'

/** `partly`: it watches, but not for all that it could. */
export type NotWatching = { rule: RuleId; because: string; partly: boolean }

const MISSING: Record<Needed, string> = {
  temperature: 'No temperature is measured.',
  pressure: 'No pressure is measured.',
  level: 'No level is measured.',
  ambient: 'No ambient temperature is measured.',
  position: 'No position is measured.',
}

/**
 * Which rules do not watch a shipment, or not for all that they could, and for want of what: a missing value disables only
 * the rule that needs it, and that is shown. What rests by design in this phase is none of it. `measured`: what has come
 * of it, null while nothing has; `states`: where the streams of its devices stand.
 */
export const rulesNotWatching = (
  facts: Facts,
  measured: ReadonlySet<Needed> | null,
  states: readonly StreamState[],
): NotWatching[] =>
  DETECTORS.filter(({ id }) => !isSuppressed(id, facts)).flatMap(
    ({ id, lacks, needs, misses, blind, initial }): NotWatching[] => {
      const no = lacks(facts)
      if (no !== null) return [{ rule: id, because: no, partly: false }]
      const gone = measured === null ? undefined : needs?.(facts).find((needed) => !measured.has(needed))
      if (gone !== undefined) return [{ rule: id, because: MISSING[gone], partly: false }]
      // one device that sees is enough
      const kept = states.map((state) => blind?.(state.memory[id] ?? initial, state.course, facts) ?? null)
      const [because] = kept
      if (because !== undefined && kept.every((one) => one !== null))
        return [{ rule: id, because: because ?? '', partly: false }]
      const part = misses?.(facts) ?? null
      return part === null ? [] : [{ rule: id, because: part, partly: true }]
    },
  )
