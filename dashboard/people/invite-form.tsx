import { useSignal } from '@preact/signals'
import type { Refused } from '../api/client.ts'
import { Choice, Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { Requests, Role } from '../manage/requests.ts'
import { t } from '../text/manage.ts'
import type { Handed } from './link-panel.tsx'

export const ROLES: readonly Role[] = ['viewer', 'member', 'admin']
export const roleOptions = () =>
  ROLES.map((value) => ({ value, label: t(`role.${value}`), detail: t(`role.${value}.means`) }))

type InviteFormProps = {
  requests: Requests
  /** another organisation that has nobody yet: whoever is invited there is its first administrator */
  organisation?: { id: string; name: string }
  onMade(made: Handed): void
  onCancel(): void
}

/** Makes an invitation; the link that comes back is handed on. */
export const InviteForm = ({ requests, organisation, onMade, onCancel }: InviteFormProps) => {
  const email = useSignal('')
  const name = useSignal('')
  const role = useSignal<Role>(organisation === undefined ? 'member' : 'admin')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const submit = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.invite({
      email: email.value.trim(),
      name: name.value.trim(),
      role: role.value,
      ...(organisation === undefined ? {} : { organisationId: organisation.id }),
    })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onMade({ ...answer.value, name: name.value.trim(), purpose: 'invitation' })
  }
  return (
    <FormPanel
      title={organisation === undefined ? t('people.invite') : t('partners.inviteTo', { name: organisation.name })}
      onSubmit={submit}
    >
      <div class="fields">
        <Field
          label={t('people.name')}
          name="name"
          required
          maxLength={200}
          autocomplete="off"
          refused={refused.value}
          value={name}
          onInput={(event) => {
            name.value = event.currentTarget.value
          }}
        />
        <Field
          label={t('session.email')}
          name="email"
          type="email"
          required
          maxLength={254}
          autocomplete="off"
          refused={refused.value}
          value={email}
          onInput={(event) => {
            email.value = event.currentTarget.value
          }}
        />
      </div>
      {organisation === undefined ? (
        <Choice
          label={t('account.role')}
          name="role"
          options={roleOptions()}
          chosen={role.value}
          onChoose={(value) => {
            role.value = value
          }}
        />
      ) : (
        <p class="muted">{t('partners.firstAdmin')}</p>
      )}
      <FormProblem refused={refused.value} fields={['name', 'email', 'role']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {t('people.makeLink')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('manage.cancel')}
        </button>
      </div>
    </FormPanel>
  )
}
