import '../account/welcome.css'
import '../notifications/notifications.css'
import './manage.css'
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import { AccountPage } from '../account/account-page.tsx'
import { AuditPage } from '../audit/audit-page.tsx'
import { DevicesPage } from '../devices/devices-page.tsx'
import { LettersPage } from '../letters/letters-page.tsx'
import { NotificationsPage } from '../notifications/notifications-page.tsx'
import { PartnersPage } from '../people/partners-page.tsx'
import { PeoplePage } from '../people/people-page.tsx'
import { QualityPage } from '../quality/quality-page.tsx'
import { t } from '../text/manage.ts'
import { TokensPage } from '../tokens/tokens-page.tsx'
import { useZaitu } from '../zaitu.ts'
import type { PageProps } from './page.tsx'
import { createRequests } from './requests.ts'
import { type Section as Name, sectionsOf } from './sections.ts'

const PAGES = {
  account: AccountPage,
  devices: DevicesPage,
  quality: QualityPage,
  people: PeoplePage,
  partners: PartnersPage,
  tokens: TokensPage,
  notifications: NotificationsPage,
  letters: LettersPage,
  audit: AuditPage,
} as const satisfies Record<Name, (props: PageProps) => ComponentChildren>

/** Account, devices, people, partners, tokens, notifications, audit: the places to set things up, side by side. */
export const Section = ({ name, user }: { name: Name; user: User }) => {
  const { api } = useZaitu()
  const requests = useMemo(() => createRequests(api.ask), [api])
  const mine = sectionsOf(user)
  const Page = PAGES[name]
  return (
    <div class="page manage">
      <nav aria-label={t('manage.sections')}>
        <ul>
          {mine.map((section) => (
            <li key={section}>
              <a href={`/${section}`} aria-current={section === name ? 'page' : undefined}>
                {t(`manage.${section}`)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="manage-page">
        {mine.includes(name) ? (
          <Page key={name} user={user} requests={requests} />
        ) : (
          <p class="panel empty">{t('manage.adminsOnly')}</p>
        )}
      </div>
    </div>
  )
}
