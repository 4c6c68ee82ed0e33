import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { WhatIfLine } from '../../server/model/order-risk.ts'
import { calendarDay, percentText } from '../orders/forecast-text.ts'
import { t } from '../text/supply.ts'
import type { SupplyRequests } from './requests.ts'
import { TurnSign } from './turn-sign.tsx'

/** A slider is asked about when it rests, ms. */
const REST_MS = 250
const COLUMNS = ['turns', 'line', 'needBy', 'arrival', 'chance'] as const

const chance = (probability: number | null): string =>
  probability === null ? t('app.none') : t('whatIf.percent', { percent: percentText(probability) })
const arrival = (p50: string | null): string => (p50 === null ? t('app.none') : calendarDay(p50))

/** Before and after; read out with which is which. */
const FromTo = ({ from, to }: { from: string; to: string }) => (
  <>
    <span class="hidden">{t('whatIf.now')} </span>
    <span class="muted">{from}</span>
    <span aria-hidden="true"> → </span>
    <span class="hidden"> {t('whatIf.then')} </span>
    <b class={from === to ? 'same' : ''}>{to}</b>
  </>
)

const Row = ({ of }: { of: WhatIfLine }) => (
  <tr class={`row${of.turns === null ? '' : of.turns === 'red' ? ' edge-high' : ' edge-medium'}`}>
    <td>
      <TurnSign of={of} />
    </td>
    <th scope="row">
      <a href={`/orders/${of.orderId}/${encodeURIComponent(of.line)}`}>
        {of.number} <span class="line-no">{t('line.line', { line: of.line })}</span>
      </a>
    </th>
    <td>
      <span class="cell-label">{t('whatIf.column.needBy')} </span>
      {calendarDay(of.needBy)}
    </td>
    <td>
      <span class="cell-label">{t('whatIf.column.arrival')} </span>
      <FromTo from={arrival(of.before.p50)} to={arrival(of.after.p50)} />
    </td>
    <td>
      <span class="cell-label">{t('whatIf.column.chance')} </span>
      <FromTo from={chance(of.before.probabilityLate)} to={chance(of.after.probabilityLate)} />
    </td>
  </tr>
)

const summary = (items: readonly WhatIfLine[]): string => {
  const count = (turns: string): number => items.filter((one) => one.turns === turns).length
  const [red, amber] = [count('red'), count('amber')]
  if (items.length === 0) return t('whatIf.noneHere')
  return red + amber === 0
    ? t('whatIf.turnNone', { of: items.length })
    : t('whatIf.turn', { red, amber, of: items.length })
}

/** Lines that share a lot stand together, where the first of them stands. */
const byLot = (items: readonly WhatIfLine[]): { lot: string | null; items: WhatIfLine[] }[] => {
  const found = new Map<string, WhatIfLine[]>()
  for (const one of items) {
    const key = one.lot === null ? `${one.orderId} ${one.line}` : `lot ${one.lot}`
    found.set(key, [...(found.get(key) ?? []), one])
  }
  return [...found.values()].map((together) => ({
    lot: together.length > 1 ? (together[0]?.lot ?? null) : null,
    items: together,
  }))
}

type Props = {
  supplier: { id: string; name: string }
  /** only its lines of that lot slip; null: all of it */
  lot: string | null
  days: number
  supply: SupplyRequests
}

/** The open lines of one supplier or lot, as they are and as they would be if it slipped; what is needed first first. */
export const WhatIfGroup = ({ supplier, lot, days, supply }: Props) => {
  const items = useSignal<WhatIfLine[] | null>(null)
  const problem = useSignal<string | null>(null)
  const asking = useSignal(true)
  useEffect(() => {
    let stopped = false
    asking.value = true
    const timer = setTimeout(
      () => {
        void supply.whatIf(supplier.id, lot, days).then((answer) => {
          if (stopped) return
          asking.value = false
          problem.value = answer.ok ? null : answer.message
          if (answer.ok) items.value = answer.value.items
        })
      },
      items.peek() === null ? 0 : REST_MS,
    )
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }, [supplier.id, lot, days])
  const id = `what-if-${supplier.id}`
  return (
    <section class="panel" aria-labelledby={id} aria-busy={asking.value}>
      <header class="supply-head">
        <h2 id={id}>
          <a href={`/suppliers/${supplier.id}`}>{supplier.name}</a>
        </h2>
        <p role="status">{asking.value || items.value === null ? t('whatIf.asking') : summary(items.value)}</p>
      </header>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      {items.value !== null && items.value.length > 0 && (
        <table class="supply-table what-if-table" aria-labelledby={id}>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {t(`whatIf.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          {byLot(items.value).map((together) => (
            <tbody key={`${together.items[0]?.orderId} ${together.items[0]?.line}`}>
              {together.lot !== null && (
                <tr class="lot-row">
                  <th scope="rowgroup" colSpan={COLUMNS.length}>
                    {t('line.lot', { lot: together.lot })} · {summary(together.items)}
                  </th>
                </tr>
              )}
              {together.items.map((one) => (
                <Row key={`${one.orderId} ${one.line}`} of={one} />
              ))}
            </tbody>
          ))}
        </table>
      )}
    </section>
  )
}
