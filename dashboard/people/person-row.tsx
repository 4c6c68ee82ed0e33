import { useSignal } from '@preact/signals'
import type { Person } from '../../server/model/account.ts'
import type { Answer } from '../api/client.ts'
import { Choice, FormProblem } from '../manage/form.tsx'
import { useOpened } from '../manage/opened.ts'
import { Row } from '../manage/page.tsx'
import type { Requests, Role } from '../manage/requests.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/manage.ts'
import { ago } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { roleOptions } from './invite-form.tsx'
import type { Handed } from './link-panel.tsx'

type PersonRowProps = {
  person: Person
  self: boolean
  requests: Requests
  onChanged(): void
  onLink(made: Handed): void
}

const Change = ({ person, self, requests, onChanged, onLink }: PersonRowProps) => {
  const { toasts } = useZaitu()
  const role = useSignal<Role>(person.role)
  const refused = useSignal<Extract<Answer<unknown>, { ok: false }> | null>(null)
  const busy = useSignal(false)
  const change = async (what: { role?: Role; disabled?: boolean }, said: string): Promise<void> => {
    busy.value = true
    const answer = await requests.changePerson(person.id, what)
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    toasts.say(said)
    onChanged()
  }
  const reset = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.resetPassword(person.id)
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onLink({ ...answer.value, name: person.name, purpose: 'reset' })
  }
  return (
    <div class="stack">
      <FormProblem refused={refused.value} />
      <Choice
        label={t('account.role')}
        name={`role-${person.id}`}
        options={roleOptions()}
        chosen={role.value}
        onChoose={(value) => {
          role.value = value
        }}
      />
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={busy.value || role.value === person.role}
          onClick={() => void change({ role: role.value }, t('people.changed', { name: person.name }))}
        >
          {t('people.saveRole')}
        </button>
        <button type="button" disabled={busy.value || person.disabled} onClick={() => void reset()}>
          {t('people.reset')}
        </button>
        {!self && (
          <button
            type="button"
            class={person.disabled ? undefined : 'grave'}
            disabled={busy}
            onClick={() =>
              void change(
                { disabled: !person.disabled },
                t(person.disabled ? 'people.enabledNow' : 'people.disabledNow', { name: person.name }),
              )
            }
          >
            {person.disabled ? t('people.enable') : t('people.disable')}
          </button>
        )}
      </div>
      {!self && !person.disabled && <p class="hint">{t('people.disableMeans')}</p>}
    </div>
  )
}

/** One person of the organisation; opened, role, access and a new password can be changed. */
export const PersonRow = (props: PersonRowProps) => {
  const { person, self } = props
  const opened = useOpened(person.id)
  return (
    <Row
      id={person.id}
      title={
        <>
          {person.name} {self && <span class="muted">{t('people.you')}</span>}
        </>
      }
      facts={`${person.email} · ${
        person.lastSeenAt === null
          ? t('people.neverSeen')
          : t('account.lastSeen', { ago: ago(person.lastSeenAt, now.value) })
      }`}
      state={
        <>
          {person.disabled && <span class="tag strong">{t('people.disabled')}</span>}
          <span class="tag">{t(`role.${person.role}`)}</span>
        </>
      }
      faded={person.disabled}
      change={{ ...opened, name: person.name }}
    >
      <Change {...props} />
    </Row>
  )
}
