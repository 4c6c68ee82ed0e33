import type { Alarm, RuleId } from '../../server/model/alarm.ts'
import type { Newest, Shipment } from '../../server/model/shipment.ts'
import { isHolding } from '../live/alarm-book.ts'
import { now } from '../state/clock.ts'
import { catalogue, type Key } from '../text/catalogue.ts'
import { t } from '../text/language.ts'
import { withUnit } from '../text/values.ts'
import type { Measure } from '../units.ts'
import { ruleText } from './rule-text.ts'

const isRuleKey = (key: string): key is Extract<Key, `rule.${string}`> => key in catalogue

/** The name of a rule; of one that is newer than this page, its id. */
export const ruleName = (rule: string): string => {
  const key = `rule.${rule}`
  return isRuleKey(key) ? t(key) : rule
}

const LIMIT_RULE = /^(temperature|pressure|level)-(high|low)(?:-high|-low)?$/

/** The measure and side that a limit rule watches; null for every other rule. */
export const limitRule = (rule: RuleId): { measure: Measure; high: boolean } | null => {
  const found = LIMIT_RULE.exec(rule)
  const measure = found?.[1]
  if (measure !== 'temperature' && measure !== 'pressure' && measure !== 'level') return null
  return { measure, high: found?.[2] === 'high' }
}

const beyond = (high: boolean, value: number | null | undefined, limit: number): value is number =>
  typeof value === 'number' && (high ? value > limit : value < limit)

/**
 * What an alarm says, in the reader's language and units, built from the same facts as the server's English sentence;
 * of a rule that is newer than this page the server's own sentence is shown. While it lasts, the value is the newest of
 * its shipment, whose limits name the one that will be reached.
 */
export const alarmText = (alarm: Alarm, shipment: Pick<Shipment, 'newest' | 'limits'> | null = null): string => {
  const watched = limitRule(alarm.rule)
  if (watched === null) return ruleText(alarm, now.value, shipment?.limits ?? null) ?? alarm.explanation
  const { measure, high } = watched
  const values = { measure: t(`measure.${measure}`), limit: withUnit(measure, alarm.limit) }
  if (!isHolding(alarm)) return t(high ? 'alarm.wasAbove' : 'alarm.wasBelow', values)
  const current = shipment?.newest?.[measure]
  const shown = beyond(high, current, alarm.limit) ? current : alarm.value
  return t(high ? 'alarm.aboveHigh' : 'alarm.belowLow', { ...values, value: withUnit(measure, shown) })
}

/** The value furthest beyond the limit, with its unit; null where the rule has no plain limit. */
export const peakText = (alarm: Alarm, newest: Newest | null = null): string | null => {
  const watched = limitRule(alarm.rule)
  if (watched === null) return null
  // the alarm is sent when its state changes: the newest reading may have gone further meanwhile
  const current = isHolding(alarm) ? newest?.[watched.measure] : null
  const furthest = beyond(watched.high, current, alarm.peak) ? current : alarm.peak
  return t('alarm.peak', { value: withUnit(watched.measure, furthest) })
}
