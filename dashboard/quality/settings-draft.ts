import type { RuleId } from '../../server/model/alarm.ts'
import type { RuleSettings, RuleSettingsChange } from '../../server/model/rule-settings.ts'

export const NUMBERS = [
  'rateOfRise', 'hoursToLimit', 'silenceIntervals', 'shock', 'tilt', 'battery', 'dwellMinutes', 'stopMinutes',
  'overdueGraceDays', 'lateProbability', 'slippedDays',
] as const // biome-ignore format: a list
export const DEADBANDS = ['temperature', 'pressure', 'level'] as const

/** A form's fields as text: empty where nothing is set. Delays in minutes. */
export type Draft = {
  numbers: Partial<Record<(typeof NUMBERS)[number], string>>
  deadband: Partial<Record<(typeof DEADBANDS)[number], string>>
  delays: { rule: RuleId; on: string; off: string }[]
}

const MINUTE_MS = 60_000
const text = (value: number | undefined): string => (value === undefined ? '' : String(value))
const numeric = (value: string | undefined): number | undefined =>
  value === undefined || value.trim() === '' ? undefined : Number(value)

export const draftOf = (own: RuleSettingsChange): Draft => {
  const rules = new Set([...Object.keys(own.onDelayMs ?? {}), ...Object.keys(own.offDelayMs ?? {})]) as Set<RuleId>
  const minutes = (ms: number | undefined) => text(ms === undefined ? undefined : ms / MINUTE_MS)
  return {
    numbers: Object.fromEntries(NUMBERS.map((name) => [name, text(own[name])])),
    deadband: Object.fromEntries(DEADBANDS.map((name) => [name, text(own.deadband?.[name])])),
    delays: [...rules].map((rule) => ({
      rule,
      on: minutes(own.onDelayMs?.[rule]),
      off: minutes(own.offDelayMs?.[rule]),
    })),
  }
}

/** What is set, as the server takes it; a field that is no number goes as it is, so that the server says what is wrong. */
export const settingsOf = ({ numbers, deadband, delays }: Draft): RuleSettingsChange => {
  const given = <K extends string>(names: readonly K[], fields: Partial<Record<K, string>>) =>
    Object.fromEntries(
      names.flatMap((name) => (numeric(fields[name]) === undefined ? [] : [[name, numeric(fields[name])]])),
    )
  const delayed = (side: 'on' | 'off') =>
    Object.fromEntries(
      delays.flatMap((delay) => {
        const value = numeric(delay[side])
        return value === undefined ? [] : [[delay.rule, value * MINUTE_MS]]
      }),
    )
  return {
    ...given(NUMBERS, numbers),
    deadband: given(DEADBANDS, deadband),
    onDelayMs: delayed('on'),
    offDelayMs: delayed('off'),
  }
}

/** What a field is where nothing is set. */
export const usual = (defaults: RuleSettings, name: (typeof NUMBERS)[number]): string => String(defaults[name])
