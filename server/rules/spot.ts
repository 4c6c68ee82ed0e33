import { thresholdRule } from './limit.ts'
import type { Rule } from './rule.ts'

/** A battery that recovers by a few per cent in the sun is still an old battery. */
const BATTERY_DEADBAND = 5

/** What a device says of itself, reading by reading, against thresholds that an organisation sets. */
export const SPOT_RULES: readonly Rule[] = [
  thresholdRule({
    id: 'shock',
    priority: 'medium',
    measure: 'shock',
    side: 'above',
    threshold: ({ settings }) => settings.shock,
    deadband: () => 0,
  }),
  thresholdRule({
    id: 'tilt',
    priority: 'medium',
    measure: 'tilt',
    side: 'above',
    threshold: ({ settings }) => settings.tilt,
    deadband: () => 2,
  }),
  thresholdRule({
    id: 'battery-low',
    priority: 'low',
    measure: 'battery',
    side: 'below',
    threshold: ({ settings }) => settings.battery,
    deadband: () => BATTERY_DEADBAND,
  }),
]
