import { useSignal } from '@preact/signals'
import type { RuleId } from '../../server/model/alarm.ts'
import type { TriedOut } from '../../server/model/alarm-quality.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import type { QualityRequests, SettingsAnswer } from './requests.ts'
import { DEADBANDS, type Draft, draftOf, NUMBERS, settingsOf, usual } from './settings-draft.ts'
import { Tried } from './tried.tsx'

const DELAYED: RuleId[] = [
  'temperature-high', 'temperature-low', 'temperature-low-low', 'temperature-high-high', 'pressure-high', 'pressure-low',
  'pressure-low-low', 'pressure-high-high', 'level-high', 'level-low', 'level-low-low', 'level-high-high', 'shock', 'tilt',
] // biome-ignore format: a list

type Props = { answer: SettingsAnswer; requests: QualityRequests; mayChange: boolean; onSaved(): void }

/** Deadbands, delays and thresholds: change them, see what they would have done, then save. */
export const SettingsForm = ({ answer, requests, mayChange, onSaved }: Props) => {
  const { toasts } = useZaitu()
  const draft = useSignal<Draft>(draftOf(answer.own))
  const tried = useSignal<TriedOut | null>(null)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const change = (next: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...next }
    tried.value = null
  }
  const run = async (save: boolean): Promise<void> => {
    busy.value = true
    const settings = settingsOf(draft.value)
    const done = save ? await requests.save(settings) : await requests.tryOut(settings)
    busy.value = false
    refused.value = done.ok ? null : done
    if (!done.ok) return
    if ('come' in done.value) tried.value = done.value
    else {
      toasts.say(t('set.saved'))
      onSaved()
    }
  }
  const delays = draft.value.delays
  const free = DELAYED.filter((rule) => !delays.some((delay) => delay.rule === rule))

  return (
    <form
      id="settings-rules"
      class="panel form-panel settings-rules"
      onSubmit={(event) => {
        event.preventDefault()
        void run(false)
      }}
    >
      <h2>{t('settings.rules')}</h2>
      <p class="muted">{t('settings.rulesLead')}</p>
      <FormProblem refused={refused.value} />
      <div class="settings-grid">
        {DEADBANDS.map((name) => (
          <Field
            key={name}
            label={t(`set.deadband.${name}`)}
            name={`deadband-${name}`}
            inputMode="decimal"
            placeholder={String(answer.defaults.deadband[name])}
            value={draft.value.deadband[name] ?? ''}
            onInput={({ currentTarget }) =>
              change({ deadband: { ...draft.value.deadband, [name]: currentTarget.value } })
            }
          />
        ))}
        {NUMBERS.map((name) => (
          <Field
            key={name}
            label={t(`set.${name}`)}
            name={name}
            inputMode="decimal"
            placeholder={usual(answer.defaults, name)}
            value={draft.value.numbers[name] ?? ''}
            onInput={({ currentTarget }) =>
              change({ numbers: { ...draft.value.numbers, [name]: currentTarget.value } })
            }
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
      <div class="do">
        <button type="submit" disabled={busy}>
          {t('set.try')}
        </button>
        {mayChange && (
          <button type="button" class="primary" disabled={busy} onClick={() => void run(true)}>
            {t('set.save')}
          </button>
        )}
      </div>
      {tried.value !== null && <Tried tried={tried.value} />}
    </form>
  )
}
