import type { Order } from '../../server/model/order.ts'
import { locale } from '../text/language.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { amount, calendarDay, expectedText, fromNow } from './order-row.tsx'
import type { Line, Risk } from './risk.ts'
import { RiskSign } from './risk-sign.tsx'

const money = (price: number, currency: string): string =>
  new Intl.NumberFormat(locale(), { style: 'currency', currency, maximumFractionDigits: 2 }).format(price)

/** How the line stands, in one look: the risk and why, need-by against what is expected, how much. */
export const LineFacts = ({ order, line, risk, names }: { order: Order; line: Line; risk: Risk; names: OwnStages }) => {
  const over = risk.level === 'received' || risk.level === 'cancelled'
  return (
    <section class="line-facts panel" aria-label={t('orders.column.risk')}>
      <div class="fact lead">
        <RiskSign risk={risk} needBy={line.needBy} names={names} />
      </div>
      <div class="fact">
        <h2>{t('line.needBy')}</h2>
        <p class="big">{calendarDay(line.needBy)}</p>
        {!over && <p class="muted">{fromNow(Date.parse(line.needBy))}</p>}
      </div>
      <div class="fact">
        <h2>{t(risk.level === 'received' ? 'receipt.title' : 'line.expected')}</h2>
        <p class="big">{risk.expectedAt === null ? t('line.unknown') : calendarDay(risk.expectedAt)}</p>
        {line.forecast && !over ? (
          <p class="muted">
            {t('line.forecast.range', { from: calendarDay(line.forecast.p10), to: calendarDay(line.forecast.p90) })}
          </p>
        ) : (
          !over && risk.expectedAt !== null && <p class="muted">{expectedText(risk.expectedAt)}</p>
        )}
      </div>
      <div class="fact">
        <h2>{t('line.quantity')}</h2>
        <p class="big">{amount(line.quantity, line.unit)}</p>
        <p class="muted">
          {[
            order.orderedAt === null ? null : `${t('line.ordered')} ${calendarDay(order.orderedAt)}`,
            line.price === null || line.currency === null ? null : money(line.price, line.currency),
          ]
            .filter((one) => one !== null)
            .join(' · ')}
        </p>
      </div>
    </section>
  )
}
