import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Order } from '../../server/model/order.ts'
import type { User } from '../../server/model/session.ts'
import type { Line } from '../orders/risk.ts'
import { mayChange } from '../state/may.ts'
import type { OwnStages } from '../text/orders.ts'
import { t } from '../text/supply.ts'
import { useZaitu } from '../zaitu.ts'
import { CancelLine } from './cancel-line.tsx'
import { LineForm } from './line-form.tsx'
import { createSupplyRequests } from './requests.ts'

type Props = { user: User; order: Order; line: Line; names: OwnStages }

/** What its buyer may change of a line; nothing for anybody else. What was stays in the history. */
export const LineChange = ({ user, order, line, names }: Props) => {
  const { api, book } = useZaitu()
  const supply = useMemo(() => createSupplyRequests(api.ask), [api])
  const open = useSignal(false)
  if (order.buyer.id !== user.organisation.id || !mayChange(user)) return null
  const isCancelled = line.cancelledAt !== null
  return (
    <section class="panel padded" aria-labelledby="change-title">
      <h2 id="change-title">{t('change.open')}</h2>
      {open.value && !isCancelled ? (
        <LineForm
          order={order}
          line={line}
          names={names}
          supply={supply}
          onDone={(changed) => {
            open.value = false
            if (changed !== null) book.put([changed])
          }}
        />
      ) : (
        <div class="actions">
          {!isCancelled && (
            <button type="button" onClick={() => (open.value = true)}>
              {t('plans.change')}
            </button>
          )}
          <CancelLine order={order} line={line} supply={supply} onDone={(changed) => book.put([changed])} />
        </div>
      )}
    </section>
  )
}
