import type { Alarm } from '../../server/model/alarm.ts'
import type { Limits } from '../../server/model/limits.ts'
import { t } from '../text/language.ts'
import { withUnit } from '../text/values.ts'

const NAMES = ['emergency', 'control', 'highHigh', 'high'] as const
type Name = (typeof NAMES)[number]

/** As the rule itself calls it, where it does; `high-high` and `highHigh` are one. */
const named = (alarm: Alarm): Name | null => {
  const said: unknown = Object.entries(alarm.figures ?? {}).find(([name]) => name === 'limitName')?.[1]
  const text = typeof said === 'string' ? said.replace('high-high', 'highHigh') : ''
  return NAMES.find((name) => text.startsWith(name)) ?? null
}

/** The temperature limit that an alarm says will be reached, by name: "its emergency temperature of 35.0 °C". */
export const limitName = (alarm: Alarm, celsius: number, limits: Limits | null): string => {
  const { high, highHigh } = limits?.temperature ?? {}
  const name = named(alarm) ?? (highHigh === celsius ? 'highHigh' : high === celsius ? 'high' : null)
  const limit = withUnit('temperature', celsius)
  return t(`limit.${name ?? 'unnamed'}`, { limit })
}

export const isOfEmergency = (alarm: Alarm): boolean => named(alarm) === 'emergency'
