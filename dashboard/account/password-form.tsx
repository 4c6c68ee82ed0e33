import { useSignal } from '@preact/signals'
import type { User } from '../../server/model/session.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import type { Requests } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import { NewPassword } from './new-password.tsx'

/** Changes one's own password; every other session of the account ends with it. */
export const PasswordForm = ({ user, requests, onChanged }: { user: User; requests: Requests; onChanged(): void }) => {
  const { toasts } = useZaitu()
  const current = useSignal('')
  const next = useSignal('')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    const answer = await requests.changePassword(current.value, next.value)
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    current.value = ''
    next.value = ''
    toasts.say(t('account.passwordChanged'))
    onChanged()
  }
  return (
    <form class="stack" onSubmit={submit}>
      <input type="hidden" autocomplete="username" value={user.email ?? ''} />
      <Field
        label={t('account.currentPassword')}
        name="current"
        type="password"
        autocomplete="current-password"
        required
        refused={refused.value}
        value={current}
        onInput={(event) => {
          current.value = event.currentTarget.value
        }}
      />
      <NewPassword
        whose={[user.email, user.name]}
        value={next.value}
        refused={refused.value}
        onInput={(value) => {
          next.value = value
        }}
      />
      <FormProblem refused={refused.value} fields={['current', 'password']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {t('account.changePassword')}
        </button>
        <p class="muted">{t('account.othersEnd')}</p>
      </div>
    </form>
  )
}
