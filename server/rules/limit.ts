import type { Priority, RuleId } from '../model/alarm.ts'
import { DEADBAND, type Limits } from '../model/limits.ts'
import type { LimitedMeasure, Rule } from './rule.ts'

type Side = 'high' | 'highHigh' | 'low' | 'lowLow'

/** 5.1 - 0.05 is not 5.05 in binary: a value this near to the edge of the deadband counts as on it. */
const ROUNDING = 1e-9

/**
 * A value against one limit: raised when it passes (`>` high, `<` low), cleared when it is back inside by the deadband
 * (design, Alarms). A limit set by a person has no on-delay.
 */
export const limitRule = (id: RuleId, measure: LimitedMeasure, side: Side, priority: Priority): Rule => {
  const sign = side === 'high' || side === 'highHigh' ? 1 : -1
  const limitOf = (limits: Limits): number | undefined => limits[measure]?.[side]
  return {
    id,
    priority,
    measure,
    applies: (limits) => limitOf(limits) !== undefined,
    step: (open, { time, value, limits }) => {
      const limit = limitOf(limits)
      if (limit === undefined) return null
      const beyond = (value - limit) * sign
      if (open === null) return beyond > 0 ? { onset: time, value, limit, peak: value } : null
      if (beyond <= ROUNDING - DEADBAND[measure]) return null
      return (value - open.peak) * sign > 0 ? { ...open, peak: value } : open
    },
  }
}

const LADDER: [Side, string, Priority][] = [
  ['highHigh', 'high-high', 'critical'],
  ['high', 'high', 'high'],
  ['lowLow', 'low-low', 'high'],
  ['low', 'low', 'medium'],
]

const ladder = (measure: LimitedMeasure): Rule[] =>
  LADDER.map(([side, word, priority]) => limitRule(`${measure}-${word}` as RuleId, measure, side, priority))

export const LIMIT_RULES: readonly Rule[] = [...ladder('temperature'), ...ladder('pressure'), ...ladder('level')]
