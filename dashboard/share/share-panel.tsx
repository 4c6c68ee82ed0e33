import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ShareLink, ShareLinkMade } from '../../server/model/share-link.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { Copyable } from '../manage/copyable.tsx'
import { Qr } from '../manage/qr.tsx'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'
import { LinkItem } from './link-item.tsx'
import { MakeForm } from './make-form.tsx'
import { shareRequests } from './requests.ts'

/** So that a use shows while the panel is open. */
const REFRESH_MS = 5_000

/** The links to one shipment: make one, take it away with you, see their use, withdraw them. */
export const SharePanel = ({ shipment, onClose }: { shipment: ShipmentDetail; onClose(): void }) => {
  const { api } = useZaitu()
  const requests = shareRequests(api.ask)
  const dialog = useRef<HTMLDialogElement>(null)
  const links = useSignal<readonly ShareLink[] | null>(null)
  const made = useSignal<ShareLinkMade | null>(null)
  const problem = useSignal<string | null>(null)
  const said = useSignal<string | null>(null)

  const load = async (): Promise<void> => {
    const answer = await requests.list(shipment.id)
    problem.value = answer.ok ? null : answer.message
    if (answer.ok) links.value = answer.value.items
  }
  const withdrawn = async (id: string, message: string | null): Promise<void> => {
    said.value = message === null ? t('share.withdrawn') : null
    if (message === null && made.value?.id === id) made.value = null
    await load()
    if (message !== null) problem.value = message
    // the button that had the focus is gone
    dialog.current?.querySelector<HTMLElement>('.share-list h3')?.focus()
  }
  // once
  useEffect(() => {
    dialog.current?.showModal()
    void load()
    const timer = setInterval(() => void load(), REFRESH_MS)
    return () => clearInterval(timer)
  }, [])

  return (
    <dialog class="share-panel" ref={dialog} aria-labelledby="share-title" onClose={onClose}>
      <header>
        <h2 id="share-title">{t('share.title', { reference: shipment.reference })}</h2>
        <form method="dialog">
          <button type="submit" class="plain">
            {t('app.close')}
          </button>
        </form>
      </header>
      <p class="muted">{t('share.lead')}</p>
      <MakeForm
        shipment={shipment}
        make={requests.make}
        onMade={(link) => {
          made.value = link
          said.value = null
          void load()
        }}
      />
      {made.value !== null && (
        <section class="share-made" aria-live="polite">
          <div>
            <Copyable text={made.value.link} label={t('share.made')} />
            <p class="muted">{t('share.once')}</p>
          </div>
          <Qr text={made.value.link} label={t('share.qr')} />
        </section>
      )}
      <section class="share-list">
        <h3 tabIndex={-1}>{t('share.list')}</h3>
        <div role="status">{said.value !== null && <p class="note-quiet">{said}</p>}</div>
        <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
        {links.value === null ? (
          problem.value === null && <p class="muted">{t('app.loading')}</p>
        ) : links.value.length === 0 ? (
          <p class="muted">{t('share.none')}</p>
        ) : (
          <ul>
            {links.value.map((link) => (
              <LinkItem
                key={link.id}
                link={link}
                requests={requests}
                onWithdrawn={(message) => void withdrawn(link.id, message)}
              />
            ))}
          </ul>
        )}
      </section>
    </dialog>
  )
}
