import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Demo, Provider, Refused } from '../api/client.ts'
import { address, param, setParams } from '../state/address.ts'
import { t } from '../text/language.ts'
import { duration } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { LanguageSwitch } from './settings.tsx'

/** Why somebody comes back from a provider without being signed in, as the server puts it into the address. */
const REFUSALS = ['no-account', 'cancelled', 'expired', 'failed', 'unreachable'] as const
const refusedThere = (): (typeof REFUSALS)[number] | null => {
  const why = param('refused')
  return why === null ? null : (REFUSALS.find((known) => known === why) ?? 'failed')
}

/** What stands around everything that is shown to somebody who is not signed in. */
export const Threshold = ({ children }: { children: ComponentChildren }) => (
  <main class="sign-in">
    <div class="threshold">
      <div>
        <h1 class="brand">
          Zaitu <span lang="zh">在途</span>
        </h1>
        <p class="muted">{t('session.lead')}</p>
      </div>
      {children}
      <LanguageSwitch />
    </div>
  </main>
)

/** A calm sentence for each way in which signing in fails. */
const whyNot = ({ status, message, retryAfterSeconds }: Refused): string => {
  if (status === 401) return t('session.wrong')
  if (status === 429 && retryAfterSeconds !== null)
    return t('session.locked', { duration: duration(Math.max(60, Math.ceil(retryAfterSeconds / 60) * 60)) })
  return message
}

const Providers = () => {
  const { api } = useZaitu()
  const providers = useSignal<Provider[]>([])
  // once; where nobody can be asked, the form above is what there is
  useEffect(() => {
    void api.providers().then((answer) => {
      if (answer.ok) providers.value = answer.value.items
    })
  }, [])
  if (providers.value.length === 0) return null
  const { path } = address.value
  const query = new URLSearchParams(address.value.query)
  query.delete('refused')
  const to = encodeURIComponent(query.size === 0 ? path : `${path}?${query}`)
  return (
    <div class="providers">
      <p class="or">{t('session.or')}</p>
      {providers.value.map(({ id, name }) => (
        <a key={id} class="button" href={`/api/v1/session/oidc/${encodeURIComponent(id)}?to=${to}`}>
          {t('session.with', { name })}
        </a>
      ))}
    </div>
  )
}

/** The first page of somebody who is not signed in; a demo's sign-in is offered only where the server says it. */
export const SignIn = ({ ended, demo }: { ended: boolean; demo: Demo | null }) => {
  const zaitu = useZaitu()
  const email = useSignal('')
  const password = useSignal('')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)

  useEffect(() => {
    document.title = `${t('session.signIn')} · Zaitu`
  })

  const came = refusedThere()
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    refused.value = await zaitu.signIn(email.value, password.value)
    busy.value = false
    if (refused.value === null && came !== null) setParams({ refused: null })
  }
  return (
    <Threshold>
      {ended && <p class="note-quiet">{t('session.ended')}</p>}
      <form onSubmit={submit}>
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
        <div role="alert">
          {refused.value !== null && <p class="note-bad">{whyNot(refused.value)}</p>}
          {refused.value === null && came !== null && <p class="note-bad">{t(`session.refused.${came}`)}</p>}
        </div>
        <button type="submit" class="primary" disabled={busy}>
          {t('session.signIn')}
        </button>
      </form>
      <Providers />
      {demo !== null && (
        <p class="note-quiet">
          {t('session.demo')}: <code>{demo.email}</code> / <code>{demo.password}</code>
        </p>
      )}
    </Threshold>
  )
}
