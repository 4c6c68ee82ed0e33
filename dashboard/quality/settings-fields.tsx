import type { RuleId } from '../../server/model/alarm.ts'
import type { RuleSettings } from '../../server/model/rule-settings.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import { Field } from '../manage/form.tsx'
import { translator } from '../text/language.ts'
import { ruleSettingWords } from '../text/rule-setting-words.ts'
import { DEADBANDS, type Draft, type NUMBERS, usual } from './settings-draft.ts'

const t = translator(ruleSettingWords)
const DELAYED: RuleId[] = [
  'temperature-high', 'temperature-low', 'temperature-low-low', 'temperature-high-high', 'pressure-high', 'pressure-low',
  'pressure-low-low', 'pressure-high-high', 'level-high', 'level-low', 'level-low-low', 'level-high-high', 'shock', 'tilt',
] // biome-ignore format: a list

type Props = {
  draft: Draft
  /** what holds where a field is empty */
  below: RuleSettings
  numbers: readonly (typeof NUMBERS)[number][]
  onChange(next: Partial<Draft>): void
}

/** Deadbands, thresholds and delays, as text. */
export const SettingsFields = ({ draft, below, numbers, onChange: change }: Props) => {
  const { delays } = draft
  const free = DELAYED.filter((rule) => !delays.some((delay) => delay.rule === rule))
  return (
    <>
      <div class="settings-grid">
        {DEADBANDS.map((name) => (
          <Field
            key={name}
            label={t(`set.deadband.${name}`)}
            name={`deadband-${name}`}
            inputMode="decimal"
            placeholder={String(below.deadband[name])}
            value={draft.deadband[name] ?? ''}
            onInput={({ currentTarget }) => change({ deadband: { ...draft.deadband, [name]: currentTarget.value } })}
          />
        ))}
        {numbers.map((name) => (
          <Field
            key={name}
            label={t(`set.${name}`)}
            name={name}
            inputMode="decimal"
            placeholder={usual(below, name)}
            value={draft.numbers[name] ?? ''}
            onInput={({ currentTarget }) => change({ numbers: { ...draft.numbers, [name]: currentTarget.value } })}
          />
        ))}
      </div>
      <fieldset class="delays">
        <legend>{t('set.delays')}</legend>
        {delays.map((delay) => {
          const put = (next: Partial<typeof delay>) =>
            change({ delays: delays.map((one) => (one === delay ? { ...one, ...next } : one)) })
          return (
            <div key={delay.rule} class="delay">
              <b>{ruleName(delay.rule)}</b>
              <Field
                label={t('set.onDelay')}
                name={`on-${delay.rule}`}
                inputMode="decimal"
                value={delay.on}
                onInput={({ currentTarget }) => put({ on: currentTarget.value })}
              />
              <Field
                label={t('set.offDelay')}
                name={`off-${delay.rule}`}
                inputMode="decimal"
                value={delay.off}
                onInput={({ currentTarget }) => put({ off: currentTarget.value })}
              />
              <button
                type="button"
                class="plain"
                aria-label={t('set.removeDelay', { rule: ruleName(delay.rule) })}
                onClick={() => change({ delays: delays.filter((one) => one !== delay) })}
              >
                ×
              </button>
            </div>
          )
        })}
        {free.length > 0 && (
          <select
            aria-label={t('set.addDelay')}
            value=""
            onChange={({ currentTarget }) => {
              const rule = free.find((one) => one === currentTarget.value)
              if (rule !== undefined) change({ delays: [...delays, { rule, on: '', off: '' }] })
            }}
          >
            <option value="">{t('set.addDelay')}</option>
            {free.map((rule) => (
              <option key={rule} value={rule}>
                {ruleName(rule)}
              </option>
            ))}
          </select>
        )}
      </fieldset>
    </>
  )
}
