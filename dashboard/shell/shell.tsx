import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { User } from '../../server/model/session.ts'
import { isUnacknowledged } from '../live/alarm-book.ts'
import { sectionAt } from '../manage/sections.ts'
import { navigate, path } from '../state/address.ts'
import type { Key } from '../text/catalogue.ts'
import { t } from '../text/language.ts'
import { zoneShort } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { AlarmIcon, FleetIcon, ManageIcon, OrdersIcon, PersonIcon, SettingsIcon } from './icons.tsx'
import { KeyHelp } from './key-help.tsx'
import { useKeys } from './keys.ts'
import { LiveSign, LostBanner } from './live-sign.tsx'
import { Settings } from './settings.tsx'
import { closeSettings, settingsShown } from './settings-state.ts'
import { ToastList } from './toast-list.tsx'

type Place = {
  href: string
  key: Exclude<Extract<Key, `nav.${string}`>, 'nav.account'>
  icon: () => ComponentChildren
  owns(path: string): boolean
}

/** The places of the page; a later one is one line here and one in `main.tsx`. */
const PLACES: Place[] = [
  { href: '/', key: 'nav.fleet', icon: FleetIcon, owns: (at) => at === '/' || at.startsWith('/shipments/') },
  { href: '/alarms', key: 'nav.alarms', icon: AlarmIcon, owns: (at) => at.startsWith('/alarms') },
  { href: '/orders', key: 'nav.orders', icon: OrdersIcon, owns: (at) => /^\/(orders|suppliers)(\/|$)/.test(at) },
  { href: '/devices', key: 'nav.manage', icon: ManageIcon, owns: (at) => sectionAt(at) !== null },
]

const UnacknowledgedCount = () => {
  const waiting = useZaitu().world.openAlarms.value.filter(isUnacknowledged)
  const worst = waiting[0]
  if (worst === undefined) return null
  return (
    <span class={`count fill-${worst.priority}`}>
      {waiting.length}
      <span class="hidden"> {t('alarms.unacknowledged')}</span>
    </span>
  )
}

const Navigation = () => (
  <nav aria-label={t('nav.label')}>
    {PLACES.map(({ href, key, icon: Icon, owns }) => (
      <a key={href} href={href} aria-current={owns(path.value) ? 'page' : undefined}>
        <Icon />
        {t(key)}
        {key === 'nav.alarms' && <UnacknowledgedCount />}
      </a>
    ))}
  </nav>
)

/** What stands around every page: the bar, the sign of what is old, new alarms, settings, the keys. */
export const Shell = ({ user, children }: { user: User; children: ComponentChildren }) => {
  const { socket } = useZaitu()
  const help = useSignal(false)
  const showHelp = (): void => {
    closeSettings()
    help.value = true
  }
  useKeys({
    '?': showHelp,
    '1': () => navigate('/'),
    '2': () => navigate('/alarms'),
    '3': () => navigate('/orders'),
    '4': () => navigate('/devices'),
  })
  return (
    <div class={socket.connection.value.state === 'lost' ? 'shell lost' : 'shell'}>
      <header class="bar">
        <a class="skip button" href="#content">
          {t('app.skip')}
        </a>
        <a class="brand" href="/">
          Zaitu <span lang="zh">在途</span>
        </a>
        <Navigation />
        <LiveSign />
        <span class="zone">{zoneShort()}</span>
        <a class="button plain" href="/account" aria-label={t('nav.account', { name: user.name })} title={user.name}>
          <PersonIcon />
        </a>
        <button
          type="button"
          class="plain"
          aria-expanded={settingsShown}
          aria-controls="settings"
          aria-label={t('settings.title')}
          onClick={() => {
            settingsShown.value = !settingsShown.value
          }}
        >
          <SettingsIcon />
        </button>
      </header>
      <LostBanner />
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <ToastList />
      {settingsShown.value && <Settings onClose={closeSettings} onKeys={showHelp} />}
      {help.value && (
        <KeyHelp
          onClose={() => {
            help.value = false
          }}
        />
      )}
    </div>
  )
}
