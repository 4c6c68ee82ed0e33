import { useSignal } from '@preact/signals'
import { t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'
import { ruleName } from './alarm-text.ts'

type AcknowledgeProps = {
  alarmId: string
  /** null: of an order line, which is delivered by `supplierId` */
  shipmentId: string | null
  supplierId?: string | null
  rule: string
  reference: string
  primary?: boolean
}

/** Says "seen" for one alarm; nothing where who looks may not. */
export const AcknowledgeButton = ({
  alarmId,
  shipmentId,
  supplierId = null,
  rule,
  reference,
  primary = false,
}: AcknowledgeProps) => {
  const zaitu = useZaitu()
  const busy = useSignal(false)
  const onClick = async (event: Event): Promise<void> => {
    event.stopPropagation()
    busy.value = true
    await zaitu.acknowledge(alarmId)
    busy.value = false
  }
  if (!zaitu.runsAlarm({ shipmentId, supplierId })) return null
  return (
    <button
      type="button"
      class={`acknowledge${primary ? ' primary' : ''}`}
      disabled={busy}
      aria-label={t('alarm.acknowledgeOf', { rule: ruleName(rule), reference })}
      onClick={onClick}
    >
      {t('alarm.acknowledge')}
    </button>
  )
}
