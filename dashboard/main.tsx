import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/alarm.css'
import './style/fleet.css'
import './style/shipment.css'
import './style/share.css'
import { render } from 'preact'
import { AlarmsPage } from './alarms/alarms-page.tsx'
import { DevicesPage } from './devices/devices-page.tsx'
import { FleetPage } from './fleet/fleet-page.tsx'
import { SharedPage } from './share/shared-page.tsx'
import { NotFound } from './shell/not-found.tsx'
import { Shell } from './shell/shell.tsx'
import { SignIn } from './shell/sign-in.tsx'
import { ShipmentPage } from './shipment/shipment-page.tsx'
import { param, path, startAddress } from './state/address.ts'
import { startAppearance } from './state/appearance.ts'
import { startClock } from './state/clock.ts'
import { startPreferences } from './state/preferences.ts'
import { createZaitu, ZaituContext } from './zaitu.ts'

const Page = () => {
  const at = path.value
  const shipment = /^\/shipments\/([^/]+)\/?$/.exec(at)?.[1]
  if (at === '/') return <FleetPage />
  if (shipment !== undefined) return <ShipmentPage key={shipment} id={shipment} />
  if (at === '/alarms') return <AlarmsPage />
  if (at === '/devices') return <DevicesPage />
  return <NotFound />
}

/** This address alone is opened by a link instead of a sign-in. */
const shared = /^\/shared\/?$/.test(location.pathname)
const zaitu = createZaitu({ shared })

const Root = () => {
  if (shared) return <SharedPage />
  const who = zaitu.who.value
  if (who.state === 'asking') return null
  if (who.state === 'out') return <SignIn ended={who.ended} demo={who.demo} />
  return (
    <Shell>
      <Page />
    </Shell>
  )
}

const place = document.getElementById('page')
if (place !== null) {
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
