import { substanceName } from '../fleet/row.tsx'
import { isUnacknowledged } from '../live/alarm-book.ts'
import { PriorityIcon } from '../shell/icons.tsx'
import { now } from '../state/clock.ts'
import { locale } from '../text/language.ts'
import { type OwnStages, stageName, t } from '../text/orders.ts'
import { duration } from '../text/times.ts'
import { courseOf } from './course.ts'
import { arrivalText, calendarDay, causeText, missingForecast, slackText } from './forecast-text.ts'
import type { Line, Risk, RiskyLine } from './risk.ts'
import { RiskSign, toneOf } from './risk-sign.tsx'
import { SmallTrack } from './track.tsx'

export const amount = (quantity: number, unit: string): string =>
  `${new Intl.NumberFormat(locale(), { maximumFractionDigits: 3 }).format(quantity)}\u00a0${unit}`

const DAY_S = 86_400

/** In 3 d, or 2 d ago. */
export const fromNow = (when: number): string => {
  const exact = (when - now.value) / 1000
  // a day or two ahead, hours say more than anybody knows
  const seconds = Math.abs(exact) > 2 * DAY_S ? Math.round(exact / DAY_S) * DAY_S : exact
  return t(seconds >= 0 ? 'line.in' : 'line.since', { duration: duration(seconds) })
}

/** When it comes, in words: by its forecast, else by what was said and planned. */
const comes = (line: Line, risk: Risk): string => {
  if (line.received?.complete === true) return t('forecast.arrived', { day: calendarDay(line.received.at) })
  if (line.cancelledAt !== null) return t('risk.cancelled')
  if (line.forecast !== null) return arrivalText(line.forecast)
  return t(missingForecast(line) === 'plan' && risk.expectedAt === null ? 'forecast.none.plan' : 'forecast.none.soon')
}

const causeOf = (line: Line, risk: Risk, names: OwnStages): { text: string; quiet: boolean } => {
  const cause = line.forecast?.cause
  if (cause) return { text: causeText(cause, names), quiet: false }
  if (risk.overdue !== null) {
    const since = duration((now.value - risk.overdue.since) / 1000)
    return {
      text: t('risk.why.overdue', { stage: stageName(risk.overdue.stage, names), duration: since }),
      quiet: false,
    }
  }
  return { text: line.forecast === null ? t('app.none') : t('orders.noCause'), quiet: true }
}

/** The open alarms of the line: how many, and how bad the worst is. */
const AlarmCount = ({ alarms }: Pick<RiskyLine, 'alarms'>) => {
  const worst = alarms[0]
  if (worst === undefined) return null
  return (
    <span class="limit line-alarm-count">
      <PriorityIcon priority={worst.priority} quiet={!alarms.some(isUnacknowledged)} />{' '}
      {t('orders.alarms', { n: alarms.length })}
    </span>
  )
}

type Props = { of: RiskyLine; names: OwnStages; seller: boolean }

/** One line in the list; its link covers the row. `seller`: the reader delivers it, so the buyer is named. */
export const OrderRow = ({ of: { order, line, risk, alarms }, names, seller }: Props) => {
  const tone = toneOf(risk.level)
  const over = risk.level === 'received' || risk.level === 'cancelled' || risk.level === 'arrived'
  const cause = causeOf(line, risk, names)
  return (
    <tr class={`row${tone === null ? '' : ` edge-${tone}`}${over ? ' resting' : ''}`}>
      <td class="c-risk">
        <RiskSign risk={risk} needBy={line.needBy} names={names} />
        <AlarmCount alarms={alarms} />
      </td>
      <th scope="row" class="c-line">
        <a class="line-link" href={`/orders/${order.id}/${encodeURIComponent(line.line)}`}>
          {order.number} <span class="line-no">{t('line.line', { line: line.line })}</span>
        </a>
        <span class="what">
          {amount(line.quantity, line.unit)} {substanceName(line)}
        </span>
        {line.lot !== null && (
          <span class="limit">
            {line.sharesLot.length === 0
              ? t('line.lot', { lot: line.lot })
              : t('orders.lotWith', { lot: line.lot, n: line.sharesLot.length })}
          </span>
        )}
        {seller ? (
          <span class="limit">{order.buyer.name}</span>
        ) : (
          <a class="limit supplier-link" href={`/suppliers/${line.supplier.id}`}>
            {line.supplier.name}
          </a>
        )}
      </th>
      <td class="c-comes">
        <SmallTrack course={courseOf(order, line, risk, now.peek())} />
        <span class="arrival-words">{comes(line, risk)}</span>
      </td>
      <td class="c-needBy">
        <span class="cell-label">{t('line.needBy')} </span>
        {calendarDay(line.needBy)}
        {!over && <span class="limit">{fromNow(Date.parse(line.needBy))}</span>}
      </td>
      <td class="c-cause">
        {!over && (
          <>
            <span class="cell-label">{t('orders.column.cause')} </span>
            <span class={cause.quiet ? 'muted' : ''}>{cause.text}</span>
            <span class="limit">
              {risk.slackMs !== null && `${slackText(risk.slackMs)} · `}
              {t('line.share', { percent: Math.round(line.done * 100) })}
            </span>
          </>
        )}
      </td>
    </tr>
  )
}
