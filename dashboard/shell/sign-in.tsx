import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Demo } from '../api/client.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'
import { LanguageSwitch } from './settings.tsx'

/** The first page of somebody who is not signed in; a demo's sign-in is offered only where the server says it. */
export const SignIn = ({ ended, demo }: { ended: boolean; demo: Demo | null }) => {
  const zaitu = useZaitu()
  const email = useSignal('')
  const password = useSignal('')
  const problem = useSignal<string | null>(null)
  const busy = useSignal(false)

  useEffect(() => {
    document.title = `${t('session.signIn')} · Zaitu`
  })

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    problem.value = await zaitu.signIn(email.value, password.value)
    busy.value = false
  }
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <div>
          <h1 class="brand">
            Zaitu <span lang="zh">在途</span>
          </h1>
          <p class="muted">{t('session.lead')}</p>
        </div>
        {ended && <p class="note-quiet">{t('session.ended')}</p>}
        <label>
          <span>{t('session.email')}</span>
          <input
            type="email"
            name="email"
            autocomplete="username"
            required
            value={email}
            onInput={(event) => {
              email.value = event.currentTarget.value
            }}
          />
        </label>
        <label>
          <span>{t('session.password')}</span>
          <input
            type="password"
            name="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(event) => {
              password.value = event.currentTarget.value
            }}
          />
        </label>
        <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
        <button type="submit" class="primary" disabled={busy}>
          {t('session.signIn')}
        </button>
        {demo !== null && (
          <p class="note-quiet">
            {t('session.demo')}: <code>{demo.email}</code> / <code>{demo.password}</code>
          </p>
        )}
        <LanguageSwitch />
      </form>
    </main>
  )
}
