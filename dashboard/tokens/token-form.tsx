import { useSignal } from '@preact/signals'
import type { TokenScope } from '../../server/model/session.ts'
import type { ApiToken } from '../../server/model/token.ts'
import type { Refused } from '../api/client.ts'
import { Choice, Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'

const SCOPES: readonly TokenScope[] = ['read', 'write', 'telemetry', 'milestones']
const DAY_MS = 86_400_000
/** The server's longest (model/token.ts) is 400 days; the day that is chosen ends at midnight, so one is kept back. */
const MOST_DAYS = 399

/** The local day at `ms` as a date input has it. */
const dayText = (ms: number): string => {
  const date = new Date(ms)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
}

type TokenFormProps = { requests: Requests; onMade(made: ApiToken & { token: string }): void; onCancel(): void }

/** Makes an API token: for what, what it may do, until when. */
export const TokenForm = ({ requests, onMade, onCancel }: TokenFormProps) => {
  const name = useSignal('')
  const scope = useSignal<TokenScope>('read')
  const end = useSignal(dayText(Date.now() + 90 * DAY_MS))
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const submit = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.makeToken({
      name: name.value.trim(),
      scope: scope.value,
      // the whole chosen day, in the zone of whoever chooses it
      expiresAt: new Date(`${end.value}T23:59:59`).toISOString(),
    })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onMade(answer.value)
  }
  return (
    <FormPanel title={t('tokens.make')} onSubmit={submit}>
      <div class="fields">
        <Field
          label={t('tokens.name')}
          name="name"
          hint={t('tokens.nameHint')}
          required
          maxLength={100}
          autocomplete="off"
          refused={refused.value}
          value={name}
          onInput={(event) => {
            name.value = event.currentTarget.value
          }}
        />
        <Field
          label={t('tokens.end')}
          name="expiresAt"
          type="date"
          required
          min={dayText(Date.now())}
          max={dayText(Date.now() + MOST_DAYS * DAY_MS)}
          refused={refused.value}
          value={end}
          onInput={(event) => {
            end.value = event.currentTarget.value
          }}
        />
      </div>
      <Choice
        label={t('tokens.scope')}
        name="scope"
        options={SCOPES.map((value) => ({ value, label: t(`scope.${value}`), detail: t(`scope.${value}.means`) }))}
        chosen={scope.value}
        onChoose={(value) => {
          scope.value = value
        }}
      />
      <FormProblem refused={refused.value} fields={['name', 'expiresAt', 'scope']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {t('tokens.make')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}
