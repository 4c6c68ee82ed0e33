import './rules.css'
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { useLeadTo } from '../state/lead-to.ts'
import { p } from '../text/shipment-rules-words.ts'
import { number } from '../text/values.ts'
import { useZaitu } from '../zaitu.ts'
import { CorridorForm } from './corridor-form.tsx'
import { rulesRequests } from './requests.ts'
import { lengthKm } from './way.ts'

type Props = { shipment: ShipmentDetail; onChanged(shipment: ShipmentDetail): void }

/** The planned way, which the map shows; the buyer's people set it and take it away. */
export const CorridorPanel = ({ shipment, onChanged }: Props) => {
  const panel = useLeadTo('corridor')
  const { api, runs, toasts } = useZaitu()
  const requests = useMemo(() => rulesRequests(api.ask, shipment.id), [api, shipment.id])
  const changing = useSignal(false)
  const busy = useSignal(false)
  const { corridor } = shipment
  const mayChange = shipment.part === 'buyer' && runs(shipment.id)
  const remove = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.setCorridor(null)
    busy.value = false
    toasts.say(answer.ok ? p('way.removed') : answer.message)
    if (answer.ok) onChanged(answer.value)
  }
  return (
    <section class="panel rules-panel" aria-labelledby="way-title" ref={panel}>
      <header>
        <h2 id="way-title">{p('way.title')}</h2>
        {mayChange && !changing.value && (
          <div class="actions">
            {corridor !== null && (
              <button type="button" disabled={busy.value} onClick={() => void remove()}>
                {p('way.remove')}
              </button>
            )}
            <button
              type="button"
              onClick={() => {
                changing.value = true
              }}
            >
              {p('way.set')}
            </button>
          </div>
        )}
      </header>
      {changing.value && (
        <CorridorForm
          shipment={shipment}
          requests={requests}
          onDone={(changed) => {
            changing.value = false
            if (changed !== null) onChanged(changed)
          }}
        />
      )}
      <p class="muted rules-part">
        {corridor === null
          ? p('way.none')
          : p('way.is', {
              km: number(lengthKm(corridor.points)),
              n: corridor.points.length,
              width: number(corridor.metres / 1000, 1),
            })}
      </p>
    </section>
  )
}
