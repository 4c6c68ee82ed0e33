import { substanceName } from '../fleet/row.tsx'
import { arrivalText, calendarDay } from '../orders/forecast-text.ts'
import { amount, fromNow } from '../orders/order-row.tsx'
import type { RiskyLine } from '../orders/risk.ts'
import { RiskSign, toneOf } from '../orders/risk-sign.tsx'
import type { OwnStages } from '../text/orders.ts'
import { t } from '../text/supply.ts'

const Row = ({ of: { order, line, risk }, names }: { of: RiskyLine; names: OwnStages }) => {
  const tone = toneOf(risk.level)
  return (
    <li class={tone === null ? '' : `edge-${tone}`}>
      <p class="what">
        <a href={`/orders/${order.id}/${encodeURIComponent(line.line)}`}>
          {order.number} <span class="line-no">{t('line.line', { line: line.line })}</span>
        </a>{' '}
        {amount(line.quantity, line.unit)} {substanceName(line)}
      </p>
      <RiskSign risk={risk} needBy={line.needBy} names={names} />
      <p>
        {t('line.needBy')} {calendarDay(line.needBy)} <span class="muted">{fromNow(Date.parse(line.needBy))}</span>
      </p>
      <p class={line.forecast === null ? 'muted' : ''}>
        {line.forecast === null ? t('line.unknown') : arrivalText(line.forecast)}
      </p>
    </li>
  )
}

/** What is still to come from a supplier, what needs somebody first. */
export const SupplierLines = ({ lines, names }: { lines: readonly RiskyLine[]; names: OwnStages }) => (
  <ul class="supplier-lines">
    {lines.map((one) => (
      <Row key={`${one.order.id}/${one.line.line}`} of={one} names={names} />
    ))}
  </ul>
)
