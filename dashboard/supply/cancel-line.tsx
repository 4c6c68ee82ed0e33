import { useSignal } from '@preact/signals'
import type { Order } from '../../server/model/order.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import type { Line } from '../orders/risk.ts'
import { t } from '../text/supply.ts'
import type { SupplyRequests } from './requests.ts'

type Props = { order: Order; line: Line; supply: SupplyRequests; onDone(changed: Order): void }

/** A line is cancelled by a second press, with the reason; and the cancellation is taken back. */
export const CancelLine = ({ order, line, supply, onDone }: Props) => {
  const asked = useSignal(false)
  const reason = useSignal('')
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const set = async (cancelled: boolean): Promise<void> => {
    busy.value = true
    const why = reason.value.trim()
    const answer = await supply.changeLine(order.id, line.line, { cancelled, ...(why !== '' && { reason: why }) })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    asked.value = false
    reason.value = ''
    onDone(answer.value)
  }
  if (line.cancelledAt !== null)
    return (
      <>
        <button type="button" disabled={busy.value} onClick={() => void set(false)}>
          {t('change.restore')}
        </button>
        <FormProblem refused={refused.value} />
      </>
    )
  if (!asked.value)
    return (
      <button type="button" class="grave" onClick={() => (asked.value = true)}>
        {t('change.cancelLine')}…
      </button>
    )
  return (
    <form
      class="confirm"
      onSubmit={(event) => {
        event.preventDefault()
        void set(true)
      }}
    >
      <p>{t('change.cancelSure')}</p>
      <Field
        label={t('change.reason')}
        name="reason"
        maxLength={1000}
        value={reason.value}
        onInput={(event) => (reason.value = event.currentTarget.value)}
        refused={refused.value}
      />
      <FormProblem refused={refused.value} fields={['reason']} />
      <div class="actions">
        <button type="submit" class="grave-sure" disabled={busy.value}>
          {t('change.cancelLine')}
        </button>
        <button type="button" onClick={() => (asked.value = false)}>
          {t('plans.cancel')}
        </button>
      </div>
    </form>
  )
}
