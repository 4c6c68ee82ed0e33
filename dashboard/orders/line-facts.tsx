import type { Order } from '../../server/model/order.ts'
import { locale } from '../text/language.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { arrivalText, calendarDay, causeText, missingForecast, slackText } from './forecast-text.ts'
import { amount, fromNow } from './order-row.tsx'
import type { Line, Risk } from './risk.ts'
import { RiskSign } from './risk-sign.tsx'

const money = (price: number, currency: string): string =>
  new Intl.NumberFormat(locale(), { style: 'currency', currency, maximumFractionDigits: 2 }).format(price)

/** How the line stands, in one look: the risk and why, need-by against what is expected, how much. */
export const LineFacts = ({ order, line, risk, names }: { order: Order; line: Line; risk: Risk; names: OwnStages }) => {
  const over = risk.level === 'received' || risk.level === 'cancelled' || risk.level === 'arrived'
  const { forecast } = line
  const words =
    forecast !== null && risk.level !== 'received' && line.cancelledAt === null
      ? forecast.arrivedAt === null
        ? t('line.forecast.range', { from: calendarDay(forecast.p10), to: calendarDay(forecast.p90) })
        : arrivalText(forecast)
      : over
        ? null
        : t(missingForecast(line) === 'plan' ? 'forecast.none.plan' : 'forecast.none.soon')
  return (
    <section class="line-facts panel" aria-label={t('orders.column.risk')}>
      <div class="fact lead">
        <RiskSign risk={risk} needBy={line.needBy} names={names} />
        {!over && forecast?.cause && <p class="lead-cause">{causeText(forecast.cause, names)}</p>}
      </div>
      <div class="fact">
        <h2>{t('line.needBy')}</h2>
        <p class="big">{calendarDay(line.needBy)}</p>
        {!over && <p class="muted">{fromNow(Date.parse(line.needBy))}</p>}
      </div>
      <div class="fact">
        <h2>{t(over ? 'receipt.title' : 'line.expected')}</h2>
        <p class="big">{risk.expectedAt === null ? t('line.unknown') : calendarDay(risk.expectedAt)}</p>
        {words !== null && <p class="muted">{words}</p>}
        {risk.slackMs !== null && risk.level !== 'cancelled' && <p class="muted">{slackText(risk.slackMs)}</p>}
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
