import type { ComponentChildren } from 'preact'
import type { Phase } from '../../server/model/shipment.ts'
import { t } from '../text/orders.ts'
import { dayTime } from '../text/times.ts'
import { amount } from './order-row.tsx'
import type { Line } from './risk.ts'

const PHASES: readonly Phase[] = ['planned', 'loading', 'in-transit', 'unloading', 'delivered', 'cleaning', 'closed']
const phaseText = (phase: string): string => {
  const known = PHASES.find((one) => one === phase)
  return known === undefined ? phase : t(`phase.${known}`)
}

/** On which shipments the line is, and how much of it on none. */
export const LineShipments = ({ line, children }: { line: Line; children?: ComponentChildren }) => {
  const left = line.quantity - line.shipments.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <section class="panel padded" aria-labelledby="ships-title">
      <h2 id="ships-title">{t('ships.title')}</h2>
      {line.shipments.length === 0 ? (
        <p class="muted">{t('ships.none')}</p>
      ) : (
        <ul class="ships">
          {line.shipments.map((ship) => (
            <li key={ship.id}>
              <a href={`/shipments/${ship.id}`}>{ship.reference}</a>
              <span>{amount(ship.quantity, line.unit)}</span>
              <span class="muted">
                {phaseText(ship.phase)} · {t('ships.eta', { time: dayTime(ship.eta) })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {line.shipments.length > 0 && left > line.quantity * 1e-9 && (
        <p class="muted">{t('ships.left', { quantity: Number(left.toPrecision(6)), unit: line.unit })}</p>
      )}
      {children}
    </section>
  )
}
