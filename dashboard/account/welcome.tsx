import './welcome.css'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Refused, Welcome as Seen } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import { Threshold } from '../shell/sign-in.tsx'
import { navigate } from '../state/address.ts'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import { NewPassword } from './new-password.tsx'

const Ended = ({ why }: { why: string }) => (
  <div class="stack">
    <p class="note-quiet" role="alert">
      {why}
    </p>
    <a class="button" href="/">
      {t('session.signIn')}
    </a>
  </div>
)

const Enter = ({ token, seen }: { token: string; seen: Seen }) => {
  const zaitu = useZaitu()
  const name = useSignal(seen.name)
  const password = useSignal('')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const invited = seen.purpose === 'invitation'
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    refused.value = await zaitu.welcome({
      token,
      password: password.value,
      ...(invited ? { name: name.value.trim() } : {}),
    })
    busy.value = false
    if (refused.value === null) navigate('/', { replace: true })
  }
  if (refused.value?.status === 404) return <Ended why={t('welcome.ended')} />
  return (
    <form onSubmit={submit}>
      <div>
        <h2>{invited ? t('welcome.title', { organisation: seen.organisation }) : t('welcome.resetTitle')}</h2>
        <p class="muted">{invited ? t('welcome.lead') : t('welcome.resetLead', { organisation: seen.organisation })}</p>
      </div>
      <Field label={t('session.email')} name="email" type="email" autocomplete="username" readOnly value={seen.email} />
      {invited && (
        <Field
          label={t('people.name')}
          name="name"
          autocomplete="name"
          required
          maxLength={200}
          refused={refused.value}
          value={name}
          onInput={(event) => {
            name.value = event.currentTarget.value
          }}
        />
      )}
      <NewPassword
        whose={[seen.email, name.value]}
        value={password.value}
        refused={refused.value}
        onInput={(value) => {
          password.value = value
        }}
      />
      <FormProblem refused={refused.value} fields={['name', 'password']} />
      <button type="submit" class="primary" disabled={busy}>
        {invited ? t('welcome.accept') : t('welcome.set')}
      </button>
    </form>
  )
}

/**
 * Where a link of an administrator leads: an invitation, or a new password. The token is in the fragment, which no
 * server and no log sees; `token` is '' where there is none (the page was loaded again).
 */
export const Welcome = ({ token }: { token: string }) => {
  const { api } = useZaitu()
  const seen = useSignal<Seen | null>(null)
  const refused = useSignal<Refused | null>(null)
  useEffect(() => {
    document.title = `${t('welcome.page')} · Zaitu`
  })
  useEffect(() => {
    if (token === '') return
    void api.lookAtInvitation(token).then((answer) => {
      if (answer.ok) seen.value = answer.value
      else refused.value = answer
    })
  }, [token])
  return (
    <Threshold>
      {token === '' ? (
        <Ended why={t('welcome.again')} />
      ) : refused.value !== null ? (
        <Ended why={refused.value.status === 404 ? t('welcome.ended') : refused.value.message} />
      ) : seen.value === null ? (
        <p class="muted">{t('app.loading')}</p>
      ) : (
        <Enter token={token} seen={seen.value} />
      )}
    </Threshold>
  )
}
