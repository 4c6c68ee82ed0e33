import type { Priority, RuleId } from '../model/alarm.ts'
import type { Limits } from '../model/limits.ts'
import type { Facts, Settings } from './facts.ts'
import type { Rule, SpotMeasure } from './rule.ts'

type LimitedMeasure = keyof Limits
type Side = 'high' | 'highHigh' | 'low' | 'lowLow'

/** 5.1 - 0.05 is not 5.05 in binary: a value this near to the edge of the deadband counts as on it. */
const ROUNDING = 1e-9

/**
 * A value against one threshold: raised when it passes (`>` above, `<` below), cleared when it is back inside by the
 * deadband (design, Alarms). `deadband` in the unit of the measure.
 */
export const thresholdRule = ({
  deadband,
  ...rule
}: Omit<Rule, 'step'> & { deadband(settings: Settings): number }): Rule => {
  const sign = rule.side === 'above' ? 1 : -1
  return {
    ...rule,
    step: (open, { time, value, facts }) => {
      const limit = rule.threshold(facts)
      if (limit === undefined) return null
      const beyond = (value - limit) * sign
      if (open === null) return beyond > 0 ? { onset: time, value, limit, peak: value } : null
      if (beyond <= ROUNDING - deadband(facts.settings)) return null
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
  LADDER.map(([side, word, priority]) =>
    thresholdRule({
      id: `${measure}-${word}` as RuleId,
      priority,
      measure: measure satisfies SpotMeasure,
      side: side.startsWith('high') ? 'above' : 'below',
      threshold: (facts: Facts) => facts.limits[measure]?.[side],
      deadband: (settings) => settings.deadband[measure],
    }),
  )

export const LIMIT_RULES: readonly Rule[] = [...ladder('temperature'), ...ladder('pressure'), ...ladder('level')]
