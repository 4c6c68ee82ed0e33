import { useList } from '../manage/list.ts'
import { Head, type PageProps } from '../manage/page.tsx'
import { showSettings } from '../shell/settings-state.ts'
import { t } from '../text/manage.ts'
import { useZaitu } from '../zaitu.ts'
import { PasswordForm } from './password-form.tsx'
import { Sessions } from './sessions.tsx'

/** Who one is, what one may do, the password, and where one is signed in. */
export const AccountPage = ({ user, requests }: PageProps) => {
  const zaitu = useZaitu()
  const sessions = useList(requests.sessions)
  return (
    <>
      <Head title={t('manage.account')}>
        <button type="button" onClick={() => void zaitu.signOut()}>
          {t('session.signOut')}
        </button>
      </Head>
      <section class="panel who">
        <p class="who-name">{user.name}</p>
        <p class="muted">{user.email}</p>
        <dl class="pairs">
          <dt>{t('account.organisation')}</dt>
          <dd>
            {user.organisation.name} <span class="muted">({t(`kind.${user.organisation.kind}`)})</span>
          </dd>
          <dt>{t('account.role')}</dt>
          <dd>
            {t(`role.${user.role}`)}
            <span class="muted"> {t(`role.${user.role}.means`)}</span>
          </dd>
          <dt>{t('settings.title')}</dt>
          <dd>
            <button type="button" class="link" onClick={showSettings}>
              {t('account.display')}
            </button>
          </dd>
        </dl>
      </section>
      <section class="stack" aria-labelledby="password-title">
        <h2 id="password-title">{t('session.password')}</h2>
        <div class="panel padded">
          <PasswordForm user={user} requests={requests} onChanged={() => void sessions.reload()} />
        </div>
      </section>
      <Sessions list={sessions} requests={requests} />
    </>
  )
}
