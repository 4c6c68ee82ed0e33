import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import { useKeys } from '../shell/keys.ts'
import { param, setParams } from '../state/address.ts'
import { now } from '../state/clock.ts'
import { mayChange } from '../state/may.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { useZaitu } from '../zaitu.ts'
import { alarmsByLine } from './alarms-of-lines.ts'
import { type Filter, filtered, parseShow, partnersOf, SHOW } from './list-filter.ts'
import { OrderRow } from './order-row.tsx'
import type { Requests } from './requests.ts'
import { isAtRisk, isOpen, linesByRisk, type RiskyLine } from './risk.ts'

/** Rows drawn at once; more when asked. */
const STEP = 100
/** The order of the list follows the clock once a minute: nothing jumps under a finger. */
const MINUTE_MS = 60_000

type Props = { user: User; requests: Requests; names: OwnStages }
type ToolbarProps = { filter: Filter; lines: readonly RiskyLine[]; shown: number; seller: boolean }

/** What is listed; it stands in the address. */
const Toolbar = ({ filter, lines, shown, seller }: ToolbarProps) => {
  const partners = partnersOf(lines, seller)
  return (
    <search class="toolbar">
      <input
        type="search"
        name="search"
        aria-label={t('keys.search')}
        placeholder={t('orders.search')}
        value={filter.query}
        onInput={(event) => setParams({ q: event.currentTarget.value })}
      />
      <div class="segments">
        {SHOW.map((choice) => (
          <button
            key={choice}
            type="button"
            aria-pressed={filter.show === choice}
            onClick={() => setParams({ show: choice === 'open' ? null : choice })}
          >
            {t(`orders.show.${choice}`)}
          </button>
        ))}
      </div>
      {(partners.length > 1 || filter.partner !== null) && (
        <select
          name="supplier"
          aria-label={t(seller ? 'orders.allBuyers' : 'orders.allSuppliers')}
          value={filter.partner ?? ''}
          onChange={(event) => setParams({ supplier: event.currentTarget.value })}
        >
          <option value="">{t(seller ? 'orders.allBuyers' : 'orders.allSuppliers')}</option>
          {partners.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
      <span class="muted toolbar-count" role="status">
        {t('orders.count', { shown, total: lines.length })}
      </span>
    </search>
  )
}

/** Why nothing is listed. */
const emptyText = ({ show, query, partner }: Filter, some: boolean): string => {
  if (query !== '' || partner !== null) return t('orders.noMatch')
  if (show === 'all') return t('orders.none')
  if (show === 'arrived') return t('orders.noneArrived')
  return t(show === 'risk' && some ? 'orders.noneAtRisk' : 'orders.noneOpen')
}

/** Every line that is ordered, what needs somebody first. */
export const OrdersPage = ({ user, requests, names }: Props) => {
  const { book, socket, world } = useZaitu()
  const loaded = useSignal(false)
  const problem = useSignal<string | null>(null)
  const attempt = useSignal(0)
  const most = useSignal(STEP)
  const filter: Filter = { show: parseShow(param('show')), partner: param('supplier'), query: param('q') ?? '' }
  const connection = socket.connection.value.state
  const all = filter.show === 'all' || filter.show === 'arrived'
  useEffect(() => {
    document.title = `${t('orders.title')} · Zaitu`
  })
  // again when the connection comes back: what was said meanwhile was not heard
  useEffect(() => {
    let stopped = false
    void requests
      .orders(!all, (items) => !stopped && book.put(items))
      .then((answer) => {
        if (stopped) return
        problem.value = answer.ok ? null : answer.message
        loaded.value = true
      })
    return () => {
      stopped = true
    }
  }, [connection === 'open', all, attempt.value])
  const minute = useComputed(() => Math.floor(now.value / MINUTE_MS))
  const lines = useComputed(() => {
    minute.value
    return linesByRisk(book.orders.value.values(), now.peek(), alarmsByLine(world.openAlarms.value))
  })
  useKeys({
    '/': () => {
      const field = document.querySelector('.toolbar input')
      if (field instanceof HTMLInputElement) field.focus()
    },
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
  })
  const buys = user.organisation.kind === 'buyer' || user.organisation.kind === 'operator'
  const open = lines.value.filter(isOpen)
  const late = open.filter(isAtRisk).length
  const listed = filtered(lines.value, filter, !buys)
  return (
    <div class="page orders">
      <header class="manage-head">
        <div>
          <h1>{t('orders.title')}</h1>
          {loaded.value && lines.value.length > 0 && (
            <p class={late > 0 ? '' : 'muted'}>
              {late > 0 ? t('orders.lead', { late, open: open.length }) : t('orders.lead.none', { open: open.length })}
            </p>
          )}
        </div>
        {mayChange(user) && user.organisation.kind !== 'carrier' && (
          <a class="button" href={buys ? '/orders/import' : '/orders/import?kind=milestones'}>
            {t('orders.import')}
          </a>
        )}
      </header>
      <Toolbar filter={filter} lines={lines.value} shown={listed.length} seller={!buys} />
      <div role="alert">
        {problem.value !== null && (
          <p class="note-bad">
            {problem.value}{' '}
            <button type="button" class="link" onClick={() => attempt.value++}>
              {t('orders.again')}
            </button>
          </p>
        )}
      </div>
      {listed.length > 0 && (
        <table class="orders-table panel" aria-label={`${t('orders.title')}: ${t('orders.sorted')}`}>
          <thead>
            <tr>
              {(['risk', 'line', 'comes', 'needBy', 'cause'] as const).map((column) => (
                <th key={column} scope="col" class={`c-${column}`}>
                  {t(`orders.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {listed.slice(0, most.value).map((one) => (
              <OrderRow key={`${one.order.id}/${one.line.line}`} of={one} names={names} seller={!buys} />
            ))}
          </tbody>
        </table>
      )}
      {listed.length > most.value && (
        <p class="more">
          <button type="button" onClick={() => (most.value += STEP)}>
            {t('orders.more', { n: Math.min(STEP, listed.length - most.value) })}
          </button>
        </p>
      )}
      {listed.length === 0 && problem.value === null && (
        <p class="panel empty">{loaded.value ? emptyText(filter, open.length > 0) : t('app.loading')}</p>
      )}
    </div>
  )
}

/** The next or last line of the list gets the focus. */
const step = (by: number): void => {
  const links = [...document.querySelectorAll('.orders-table .line-link')]
  const at = document.activeElement === null ? -1 : links.indexOf(document.activeElement)
  const next = links[Math.min(links.length - 1, Math.max(0, at + by))]
  if (next instanceof HTMLElement) next.focus()
}
