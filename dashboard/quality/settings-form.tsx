import { useSignal } from '@preact/signals'
import type { TriedOut } from '../../server/model/alarm-quality.ts'
import type { Refused } from '../api/client.ts'
import { FormProblem } from '../manage/form.tsx'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import type { QualityRequests, SettingsAnswer } from './requests.ts'
import { type Draft, draftOf, NUMBERS, settingsOf } from './settings-draft.ts'
import { SettingsFields } from './settings-fields.tsx'
import { Tried } from './tried.tsx'

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
      <SettingsFields draft={draft.value} below={answer.defaults} numbers={NUMBERS} onChange={change} />
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
