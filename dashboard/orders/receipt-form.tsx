import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Order, Receipt } from '../../server/model/order.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import { t } from '../text/orders.ts'
import type { Requests } from './requests.ts'
import type { Line } from './risk.ts'

const CONDITIONS = ['good', 'damaged', 'contaminated', 'refused'] as const
/** Less than this share of what is left, and more is likely to come. */
const MOST_OF_IT = 0.9

/** For an input of type datetime-local: the viewer's own time, to the minute. */
const localMinute = (when: Date): string =>
  new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)

type Props = { order: Order; line: Line; corrects: Receipt | null; requests: Requests; onDone(recorded: boolean): void }

/** What arrived, when, in which condition; or what it should have said. */
export const ReceiptForm = ({ order, line, corrects, requests, onDone }: Props) => {
  const left = Math.max(0, line.quantity - (line.received?.quantity ?? 0))
  const at = useSignal(localMinute(corrects === null ? new Date() : new Date(corrects.at)))
  const quantity = useSignal(String(corrects?.quantity ?? Number(left.toPrecision(9))))
  const condition = useSignal<string>(corrects?.condition ?? 'good')
  const remark = useSignal(corrects?.remark ?? '')
  const more = useSignal<boolean | null>(corrects?.more ?? null)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  // one for this form, so that pressing twice records once
  const key = useMemo(() => crypto.randomUUID(), [])
  const comesMore = more.value ?? Number(quantity.value) < left * MOST_OF_IT
  const save = async (): Promise<void> => {
    busy.value = true
    const answer = await requests.receive(order.id, line.line, {
      at: new Date(at.value).toISOString(),
      quantity: Number(quantity.value),
      condition: condition.value,
      more: comesMore,
      key,
      ...(remark.value.trim() === '' ? {} : { remark: remark.value.trim() }),
      ...(corrects === null ? {} : { corrects: corrects.id }),
    })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onDone(true)
  }
  return (
    <form
      class="receipt-form"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {corrects !== null && <h3>{t('receipt.correcting')}</h3>}
      <div class="fields">
        <Field
          label={t('receipt.at')}
          name="at"
          type="datetime-local"
          required
          max={localMinute(new Date(Date.now() + 60_000))}
          value={at.value}
          onInput={(event) => (at.value = event.currentTarget.value)}
          refused={refused.value}
        />
        <Field
          label={t('receipt.quantity', { unit: line.unit })}
          name="quantity"
          type="number"
          inputMode="decimal"
          step="any"
          min="0"
          required
          value={quantity.value}
          onInput={(event) => (quantity.value = event.currentTarget.value)}
          refused={refused.value}
        />
        <label>
          <span>{t('receipt.condition')}</span>
          <select
            name="condition"
            value={condition.value}
            onChange={(event) => (condition.value = event.currentTarget.value)}
          >
            {CONDITIONS.map((one) => (
              <option key={one} value={one}>
                {t(`receipt.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <label>
        <span>{t('receipt.remark')}</span>
        <textarea
          name="remark"
          rows={2}
          maxLength={2000}
          value={remark.value}
          onInput={(event) => (remark.value = event.currentTarget.value)}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          name="more"
          checked={comesMore}
          onChange={(event) => (more.value = event.currentTarget.checked)}
        />
        <span>{t('receipt.more')}</span>
      </label>
      <FormProblem refused={refused.value} fields={['at', 'quantity']} />
      <footer class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {t('receipt.save')}
        </button>
        <button type="button" onClick={() => onDone(false)}>
          {t('receipt.cancel')}
        </button>
      </footer>
    </form>
  )
}
