import { substanceName } from '../fleet/row.tsx'
import { now } from '../state/clock.ts'
import { locale } from '../text/language.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { duration } from '../text/times.ts'
import { courseOf } from './course.ts'
import type { RiskyLine } from './risk.ts'
import { RiskSign, toneOf } from './risk-sign.tsx'
import { SmallTrack } from './track.tsx'

/** 24 Dec 2026; the year only where it is another one. */
export const calendarDay = (when: string | number): string => {
  const date = new Date(when)
  const year = date.getFullYear() === new Date(now.peek()).getFullYear() ? {} : { year: 'numeric' as const }
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', ...year }).format(date)
}
export const amount = (quantity: number, unit: string): string =>
  `${new Intl.NumberFormat(locale(), { maximumFractionDigits: 3 }).format(quantity)}\u00a0${unit}`

const DAY_S = 86_400
const SOON_MS = 6 * 3_600_000
/** What is expected, in words: what is overdue comes today at the earliest. */
export const expectedText = (expectedAt: number): string =>
  expectedAt - now.value < SOON_MS ? t('line.earliest') : fromNow(expectedAt)

/** In 3 d, or 2 d ago. */
export const fromNow = (when: number): string => {
  const exact = (when - now.value) / 1000
  // a day or two ahead, hours say more than anybody knows
  const seconds = Math.abs(exact) > 2 * DAY_S ? Math.round(exact / DAY_S) * DAY_S : exact
  return t(seconds >= 0 ? 'line.in' : 'line.since', { duration: duration(seconds) })
}

/** One line in the list; its link covers the row. `seller`: the reader delivers it, so the buyer is named. */
export const OrderRow = ({
  of: { order, line, risk },
  names,
  seller,
}: {
  of: RiskyLine
  names: OwnStages
  seller: boolean
}) => {
  const tone = toneOf(risk.level)
  const over = risk.level === 'received' || risk.level === 'cancelled'
  const course = courseOf(order, line, risk, now.peek())
  return (
    <tr class={`row${tone === null ? '' : ` edge-${tone}`}${over ? ' resting' : ''}`}>
      <td class="c-risk">
        <RiskSign risk={risk} needBy={line.needBy} names={names} />
      </td>
      <th scope="row" class="c-line">
        <a href={`/orders/${order.id}/${encodeURIComponent(line.line)}`}>
          {order.number} <span class="line-no">{t('line.line', { line: line.line })}</span>
        </a>
        <span class="what">
          {amount(line.quantity, line.unit)} {substanceName(line)}
        </span>
        <span class="limit">{seller ? order.buyer.name : line.supplier.name}</span>
      </th>
      <td class="c-course">
        <SmallTrack course={course} />
        {!over && <span class="limit">{t('line.share', { percent: Math.round(line.done * 100) })}</span>}
      </td>
      <td class="c-needBy">
        <span class="cell-label">{t('line.needBy')} </span>
        {calendarDay(line.needBy)}
        {!over && <span class="limit">{fromNow(Date.parse(line.needBy))}</span>}
      </td>
      <td class="c-expected">
        <span class="cell-label">{t(over ? 'receipt.title' : 'line.expected')} </span>
        {risk.expectedAt === null ? <span class="muted">{t('app.none')}</span> : calendarDay(risk.expectedAt)}
        {!over && risk.expectedAt !== null && <span class="limit">{expectedText(risk.expectedAt)}</span>}
      </td>
    </tr>
  )
}
