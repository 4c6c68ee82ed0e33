import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useRef } from 'preact/hooks'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'

type Panel = ComponentType<{ shipment: ShipmentDetail; onClose(): void }>

/** For those who may hand a shipment on: opens the panel of its share links, whose script comes with the first use. */
export const ShareButton = ({ shipment }: { shipment: ShipmentDetail }) => {
  const { who, toasts } = useZaitu()
  const panel = useSignal<{ Panel: Panel } | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  if (who.value.state !== 'in' || who.value.user.role === 'viewer' || shipment.part === 'supplier') return null
  const open = async (): Promise<void> => {
    try {
      const { SharePanel } = await import('./share-panel.tsx')
      panel.value = { Panel: SharePanel }
    } catch {
      toasts.say(t('problem.network'))
    }
  }
  const close = (): void => {
    panel.value = null
    button.current?.focus()
  }
  const opened = panel.value
  return (
    <div class="head-actions">
      <button type="button" ref={button} aria-haspopup="dialog" onClick={() => void open()}>
        {t('share.open')}
      </button>
      {opened !== null && <opened.Panel shipment={shipment} onClose={close} />}
    </div>
  )
}
