import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/alarm.css'
import './style/fleet.css'
import './style/shipment.css'
import { signal } from '@preact/signals'
import './style/share.css'
import { render } from 'preact'
import type { User } from '../server/model/session.ts'
import { AlarmsPage } from './alarms/alarms-page.tsx'
import { FleetPage } from './fleet/fleet-page.tsx'
import { sectionAt } from './manage/sections.ts'
import { SharedPage } from './share/shared-page.tsx'
import { later } from './shell/later.tsx'
import { NotFound } from './shell/not-found.tsx'
import { Shell } from './shell/shell.tsx'
import { SignIn } from './shell/sign-in.tsx'
import { ShipmentPage } from './shipment/shipment-page.tsx'
import { param, path, startAddress } from './state/address.ts'
import { startAppearance } from './state/appearance.ts'
import { startClock } from './state/clock.ts'
import { startPreferences } from './state/preferences.ts'
import { createZaitu, ZaituContext } from './zaitu.ts'

/** Opened now and then, so loaded then. */
const Section = later(async () => (await import('./manage/section.tsx')).Section)
const Orders = later(async () => (await import('./orders/section.tsx')).Section)
const NewShipment = later(async () => (await import('./record/new-shipment.tsx')).NewShipment)
const Welcome = later(async () => (await import('./account/welcome.tsx')).Welcome)

/** What an invitation's link holds; out of the address before anything else runs, so that nobody reads or copies it there. */
const invitation = signal('')
const takeInvitation = (): void => {
  if (location.pathname !== '/welcome' || location.hash === '') return
  invitation.value = location.hash.slice(1)
  history.replaceState(null, '', '/welcome')
}

const Page = ({ user }: { user: User }) => {
  const at = path.value
  const shipment = /^\/shipments\/([^/]+)\/?$/.exec(at)?.[1]
  if (at === '/') return <FleetPage />
  if (at === '/shipments/new') return <NewShipment />
  if (shipment !== undefined) return <ShipmentPage key={shipment} id={shipment} />
  if (at === '/alarms') return <AlarmsPage />
  if (/^\/(orders|suppliers)(\/|$)/.test(at)) return <Orders user={user} />
  const section = sectionAt(at)
  if (section !== null) return <Section name={section} user={user} />
  return <NotFound />
}

/** This address alone is opened by a link instead of a sign-in. */
const shared = /^\/shared\/?$/.test(location.pathname)
const zaitu = createZaitu({ shared })

const Root = () => {
  if (shared) return <SharedPage />
  const who = zaitu.who.value
  if (path.value === '/welcome') return <Welcome key={invitation.value} token={invitation.value} />
  if (who.state === 'asking') return null
  if (who.state === 'out') return <SignIn ended={who.ended} demo={who.demo} />
  return (
    <Shell user={who.user}>
      <Page user={who.user} />
    </Shell>
  )
}

const place = document.getElementById('page')
if (place !== null) {
  takeInvitation()
  addEventListener('hashchange', takeInvitation)
  startAddress()
  startPreferences(param('units'))
  startAppearance()
  startClock()
  render(
    <ZaituContext.Provider value={zaitu}>
      <Root />
    </ZaituContext.Provider>,
    place,
  )
  void zaitu.start()
}
