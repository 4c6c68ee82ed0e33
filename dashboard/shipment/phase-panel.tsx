import { useSignal } from '@preact/signals'
import type { Phase, ShipmentDetail } from '../../server/model/shipment.ts'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'

const PHASES: readonly Phase[] = ['planned', 'loading', 'in-transit', 'unloading', 'delivered', 'cleaning', 'closed']

/** Where the shipment stands, for those who run it to say so; nothing for those who look. */
export const PhasePanel = ({
  shipment,
  onChanged,
}: {
  shipment: ShipmentDetail
  onChanged(shipment: ShipmentDetail): void
}) => {
  const { api, toasts, runs } = useZaitu()
  const chosen = useSignal<Phase>(shipment.phase)
  const busy = useSignal(false)
  if (!runs(shipment.id)) return null
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    const answer = await api.changePhase(shipment.id, chosen.value)
    busy.value = false
    if (answer.ok) onChanged(answer.value)
    toasts.say(answer.ok ? t('shipment.phaseChanged', { phase: t(`phase.${chosen.value}`) }) : answer.message)
  }
  return (
    <form class="panel phase-panel" onSubmit={save}>
      <label>
        <span>{t('shipment.phase')}</span>
        <select
          name="phase"
          value={chosen}
          onChange={(event) => {
            chosen.value = PHASES.find((phase) => phase === event.currentTarget.value) ?? chosen.value
          }}
        >
          {PHASES.map((phase) => (
            <option key={phase} value={phase}>
              {t(`phase.${phase}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" disabled={busy.value || chosen.value === shipment.phase}>
        {t('shipment.phaseSave')}
      </button>
    </form>
  )
}
