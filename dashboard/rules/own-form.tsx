import { useSignal } from '@preact/signals'
import type { TriedOut } from '../../server/model/alarm-quality.ts'
import type { RuleSettings, RuleSettingsChange } from '../../server/model/rule-settings.ts'
import type { Answer, Refused } from '../api/client.ts'
import { FormProblem } from '../manage/form.tsx'
import { type Draft, draftOf, NUMBERS, settingsOf } from '../quality/settings-draft.ts'
import { SettingsFields } from '../quality/settings-fields.tsx'
import { Tried } from '../quality/tried.tsx'
import { t } from '../text/manage.ts'
import { p } from '../text/shipment-rules-words.ts'
import { useZaitu } from '../zaitu.ts'
import type { OwnSettings, RulesRequests } from './requests.ts'

/** Those of orders are none of a shipment's. */
const OF_TRIPS = NUMBERS.filter((name) => !['overdueGraceDays', 'lateProbability', 'slippedDays'].includes(name))

/** What would hold here: the try-out takes nothing of what is set for all shipments. */
const over = (below: RuleSettings, own: RuleSettingsChange): RuleSettingsChange => ({
  ...below,
  ...own,
  deadband: { ...below.deadband, ...own.deadband },
  onDelayMs: { ...below.onDelayMs, ...own.onDelayMs },
  offDelayMs: { ...below.offDelayMs, ...own.offDelayMs },
})

type Props = { answer: OwnSettings; requests: RulesRequests; onDone(changed: OwnSettings | null): void }

/** What is set otherwise on one shipment: change it, see what it would have done, save; or have it as on all again. */
export const OwnForm = ({ answer, requests, onDone }: Props) => {
  const { toasts } = useZaitu()
  const draft = useSignal<Draft>(draftOf(answer.own))
  const tried = useSignal<TriedOut | null>(null)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const asked = async <T,>(work: Promise<Answer<T>>): Promise<T | null> => {
    busy.value = true
    const done = await work
    busy.value = false
    refused.value = done.ok ? null : done
    return done.ok ? done.value : null
  }
  const save = async (settings: RuleSettingsChange): Promise<void> => {
    const changed = await asked(requests.save(settings))
    if (changed === null) return
    toasts.say(p('rules.saved'))
    onDone(changed)
  }
  return (
    <form
      class="limit-form"
      onSubmit={(event) => {
        event.preventDefault()
        void save(settingsOf(draft.value))
      }}
    >
      <p class="muted">{p('rules.lead')}</p>
      <SettingsFields
        draft={draft.value}
        below={answer.defaults}
        numbers={OF_TRIPS}
        onChange={(next) => {
          draft.value = { ...draft.value, ...next }
          tried.value = null
        }}
      />
      <FormProblem refused={refused.value} />
      {tried.value !== null && <Tried tried={tried.value} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {p('rules.save')}
        </button>
        <button
          type="button"
          disabled={busy.value}
          onClick={() =>
            void asked(requests.tryOut(over(answer.defaults, settingsOf(draft.value)))).then((done) => {
              tried.value = done
            })
          }
        >
          {t('set.try')}
        </button>
        {Object.keys(answer.own).length > 0 && (
          <button type="button" disabled={busy.value} onClick={() => void save({})}>
            {p('rules.asAll')}
          </button>
        )}
        <button type="button" onClick={() => onDone(null)}>
          {p('rules.cancel')}
        </button>
      </div>
    </form>
  )
}
