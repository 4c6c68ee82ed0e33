import '../style/tokens.css'
import '../style/base.css'
import './supplier.css'
import { render } from 'preact'
import { createAsking } from './asking.ts'
import { createKeeping } from './keeping.ts'
import { locale } from './language.ts'
import { createPageState } from './page-state.ts'
import { SupplierPage } from './supplier-page.tsx'

/** What stands behind the #, where it is a link's token and none of the page's own anchors. */
const tokenInAddress = (): string | null => /^#([\w-]{20,})$/.exec(location.hash)?.[1] ?? null
/** Takes the token out of the address, so that it is not in the bar, the history, or a picture of the screen. */
const clearAddress = (): void => history.replaceState(null, '', location.pathname + location.search)

const place = document.getElementById('page')
if (place !== null) {
  document.documentElement.lang = locale()
  const state = createPageState({ asking: createAsking(), keeping: createKeeping() })
  // what could not be reached is tried again with the same token
  state.listen(() => {
    if (state.get().phase === 'open' && state.get().reached && tokenInAddress() !== null) clearAddress()
  })
  // another link pasted into the same window is opened anew
  addEventListener('hashchange', () => {
    if (tokenInAddress() !== null) location.reload()
  })
  render(<SupplierPage state={state} />, place)
  state.start(tokenInAddress)
  void state.open(tokenInAddress())
  // only over TLS or on this machine; without it the page needs a network to open
  void navigator.serviceWorker?.register('/supplier-worker.js', { scope: '/supplier' }).catch(() => {})
}
