import { useSignal } from '@preact/signals'
import type { Order, Receipt } from '../../server/model/order.ts'
import { t } from '../text/orders.ts'
import { dayTime } from '../text/times.ts'
import { amount } from './order-row.tsx'
import { ReceiptForm } from './receipt-form.tsx'
import type { Requests } from './requests.ts'
import type { Line } from './risk.ts'

const CONDITIONS = ['good', 'damaged', 'contaminated', 'refused'] as const
export const conditionText = (condition: string): string => {
  const known = CONDITIONS.find((one) => one === condition)
  return known === undefined ? condition : t(`receipt.${known}`)
}

type Props = {
  order: Order
  line: Line
  receipts: Receipt[] | null
  mayRecord: boolean
  requests: Requests
  onRecorded(): void
}

/** What arrived of the line, and the form that says so. */
export const Receipts = ({ order, line, receipts, mayRecord, requests, onRecorded }: Props) => {
  /** what the form is for: a new one, a correction, or nothing */
  const form = useSignal<{ corrects: Receipt | null } | null>(null)
  const corrected = new Set(receipts?.map(({ corrects }) => corrects))
  const open = line.received?.complete !== true && line.cancelledAt === null
  return (
    <section class="panel padded" aria-labelledby="receipts-title">
      <h2 id="receipts-title">{t('receipt.title')}</h2>
      {receipts?.length === 0 && <p class="muted">{t('receipt.none')}</p>}
      {receipts !== null && receipts.length > 0 && (
        <ul class="entries">
          {receipts.map((receipt) => {
            const isWrong = corrected.has(receipt.id)
            return (
              <li key={receipt.id} class={isWrong ? 'struck' : ''}>
                <p>
                  <b class="said-what">{amount(receipt.quantity, line.unit)}</b> {dayTime(receipt.at)} ·{' '}
                  {conditionText(receipt.condition)}
                  {isWrong && <span class="tag">{t('receipt.corrected')}</span>}
                  {receipt.corrects !== null && <span class="tag">{t('receipt.correction')}</span>}
                  {receipt.more && !isWrong && <span class="tag">{t('receipt.toCome')}</span>}
                </p>
                {receipt.remark !== null && <p class="said-note">{receipt.remark}</p>}
                <p class="limit">
                  {t('said.by', { name: receipt.by.name, time: dayTime(receipt.recordedAt) })}{' '}
                  {mayRecord && !isWrong && (
                    <button
                      type="button"
                      class="link"
                      onClick={() => {
                        form.value = { corrects: receipt }
                      }}
                    >
                      {t('receipt.correct')}
                    </button>
                  )}
                </p>
              </li>
            )
          })}
        </ul>
      )}
      {mayRecord && open && form.value === null && (
        <button
          type="button"
          class="primary"
          onClick={() => {
            form.value = { corrects: null }
          }}
        >
          {t('receipt.record')}
        </button>
      )}
      {form.value !== null && (
        <ReceiptForm
          key={form.value.corrects?.id ?? 'new'}
          order={order}
          line={line}
          corrects={form.value.corrects}
          requests={requests}
          onDone={(recorded) => {
            form.value = null
            if (recorded) onRecorded()
          }}
        />
      )}
    </section>
  )
}
