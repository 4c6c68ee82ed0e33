import { useSignal } from '@preact/signals'
import { useCallback, useEffect } from 'preact/hooks'
import { SettingsIcon } from '../shell/icons.tsx'
import { LiveSign, LostBanner } from '../shell/live-sign.tsx'
import { Settings } from '../shell/settings.tsx'
import { ShipmentPage } from '../shipment/shipment-page.tsx'
import { t } from '../text/language.ts'
import { dayTime, zoneShort } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import { Ended } from './ended.tsx'

/** What stands behind the #, where it is none of the page's own anchors. */
const tokenInAddress = (): string | null => /^#([\w-]{20,})$/.exec(location.hash)?.[1] ?? null
/** Takes the token out of the address, so that it is not in the bar, the history, or a picture of the screen. */
const clearAddress = (): void => history.replaceState(null, '', location.pathname + location.search)

const Bar = ({ organisation, expiresAt }: { organisation: string; expiresAt: string }) => {
  const settings = useSignal(false)
  const closeSettings = useCallback(() => {
    settings.value = false
  }, [settings])
  return (
    <>
      <header class="bar">
        <a class="skip button" href="#content">
          {t('app.skip')}
        </a>
        <span class="brand">
          Zaitu <span lang="zh">在途</span>
        </span>
        <p class="shared-by">
          <b>{t('shared.by', { organisation })}</b> ·{' '}
          <span class="muted">{t('shared.until', { time: dayTime(expiresAt), zone: zoneShort(expiresAt) })}</span>
        </p>
        <LiveSign />
        <button
          type="button"
          class="plain"
          aria-expanded={settings}
          aria-controls="settings"
          aria-label={t('settings.title')}
          onClick={() => {
            settings.value = !settings.value
          }}
        >
          <SettingsIcon />
        </button>
      </header>
      {settings.value && <Settings onClose={closeSettings} />}
    </>
  )
}

/**
 * What a share link opens: its shipment, to look at only. The token stands behind the # of the address, where no server
 * and no log sees it, is exchanged once for a session in a cookie, and then taken out of the address.
 */
export const SharedPage = () => {
  const zaitu = useZaitu()
  const problem = useSignal<string | null>(null)
  const organisation = useSignal<string | null>(null)
  const open = async (): Promise<void> => {
    problem.value = await zaitu.openShare(tokenInAddress())
    // what could not be reached is tried again with the same token
    if (problem.value === null) clearAddress()
    const who = zaitu.who.peek()
    if (who.state === 'in') organisation.value = who.user.organisation.name
  }
  // once; another link pasted into the same window is opened anew
  useEffect(() => {
    const anew = (): void => {
      if (tokenInAddress() !== null) location.reload()
    }
    addEventListener('hashchange', anew)
    void open()
    return () => removeEventListener('hashchange', anew)
  }, [])
  const who = zaitu.who.value
  useEffect(() => {
    if (who.state !== 'in') document.title = `${t('shared.title')} · Zaitu`
  })
  if (problem.value !== null) return <Ended organisation={null} problem={problem.value} onAgain={() => void open()} />
  if (who.state === 'asking') return null
  if (who.state === 'out' || who.user.shipmentId === null)
    return <Ended organisation={who.state === 'out' && who.ended ? organisation.value : null} />
  return (
    <div class={zaitu.socket.connection.value.state === 'lost' ? 'shell shared lost' : 'shell shared'}>
      <Bar organisation={who.user.organisation.name} expiresAt={who.expiresAt} />
      <LostBanner />
      <main id="content" tabIndex={-1}>
        <ShipmentPage key={who.user.shipmentId} id={who.user.shipmentId} />
      </main>
    </div>
  )
}
