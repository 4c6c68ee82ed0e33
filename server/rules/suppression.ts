import type { RuleId } from '../model/alarm.ts'
import type { Phase } from '../model/shipment.ts'
import type { Facts } from './facts.ts'

const AT_REST: readonly Phase[] = ['planned', 'loading', 'unloading', 'delivered', 'cleaning', 'closed']
const HANDLED: readonly Phase[] = ['loading', 'unloading', 'cleaning', 'closed']
const EMPTIED: readonly Phase[] = ['unloading', 'cleaning', 'closed']

/**
 * In which phases a rule is suppressed by design (ISA-18.2): where its condition is what the work there brings about. A
 * limit goes on being judged underneath and its alarm is marked; a detector rests, and begins anew afterwards. The
 * database has the same table (sql/0017), for what it lists and sends.
 */
export const SUPPRESSED_IN: Readonly<Partial<Record<RuleId, readonly Phase[]>>> = {
  'temperature-high': ['cleaning', 'closed'],
  'temperature-high-high': ['cleaning', 'closed'],
  'temperature-low': EMPTIED,
  'temperature-low-low': EMPTIED,
  'pressure-high': ['cleaning', 'closed'],
  'pressure-high-high': ['cleaning', 'closed'],
  'pressure-low': HANDLED,
  'pressure-low-low': HANDLED,
  'level-high': ['closed'],
  'level-high-high': ['closed'],
  'level-low': HANDLED,
  'level-low-low': HANDLED,
  'rate-of-rise': AT_REST,
  'time-to-limit': AT_REST.filter((phase) => phase !== 'delivered'),
  'pressure-residual': AT_REST,
  'self-heating': AT_REST.filter((phase) => phase !== 'delivered'),
  'liquid-full': HANDLED,
  silence: ['planned', 'delivered', 'cleaning', 'closed'],
  'sensor-frozen': AT_REST,
  'sensor-impossible': HANDLED,
  'battery-low': ['closed'],
  shock: ['closed'],
  tilt: ['closed'],
  departure: ['unloading', 'delivered', 'cleaning', 'closed'],
  arrival: ['planned', 'loading', 'delivered', 'cleaning', 'closed'],
  'corridor-left': AT_REST,
  'unplanned-stop': AT_REST,
}

/** Whether a rule is quiet by design, or because somebody took it out of service. */
export const isSuppressed = (rule: RuleId, { phase, outOfService }: Facts): boolean =>
  outOfService.includes(rule) || (SUPPRESSED_IN[rule]?.includes(phase) ?? false)
