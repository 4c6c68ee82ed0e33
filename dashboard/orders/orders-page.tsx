import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import { useKeys } from '../shell/keys.ts'
import { param, setParams } from '../state/address.ts'
import { now } from '../state/clock.ts'
import { mayChange } from '../state/may.ts'
import { type OwnStages, t } from '../text/orders.ts'
import { useZaitu } from '../zaitu.ts'
import { OrderRow } from './order-row.tsx'
import type { Requests } from './requests.ts'
import { isAtRisk, isOpen, linesByRisk, type RiskyLine } from './risk.ts'

const SHOW = ['open', 'risk', 'all'] as const
type Show = (typeof SHOW)[number]
const parseShow = (text: string | null): Show => SHOW.find((one) => one === text) ?? 'open'
/** Rows drawn at once; more when asked. */
const STEP = 100
/** The order of the list follows the clock once a minute: nothing jumps under a finger. */
const MINUTE_MS = 60_000

const matches = ({ order, line }: RiskyLine, query: string): boolean => {
  const words = [order.number, order.buyer.name, line.line, line.supplier.name, line.substance.name, line.substance.nameZh ?? '', line.substance.cas, line.family ?? '']
  const text = words.join(' ').toLowerCase()
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word))
} // biome-ignore format: what is searched

type Props = { user: User; requests: Requests; names: OwnStages }

/** Every line that is ordered, what needs somebody first. */
export const OrdersPage = ({ user, requests, names }: Props) => {
  const { book, socket } = useZaitu()
  const loaded = useSignal(false)
  const problem = useSignal<string | null>(null)
  const most = useSignal(STEP)
  const show = parseShow(param('show'))
  const query = param('q') ?? ''
  const connection = socket.connection.value.state
  const all = show === 'all'
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
  }, [connection === 'open', all])
  const minute = useComputed(() => Math.floor(now.value / MINUTE_MS))
  const lines = useComputed(() => {
    minute.value
    return linesByRisk(book.orders.value.values(), now.peek())
  })
  useKeys({
    '/': () => {
      const field = document.querySelector('.toolbar input')
      if (field instanceof HTMLInputElement) field.focus()
    },
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
  })
  const open = lines.value.filter(isOpen)
  const listed = (show === 'all' ? lines.value : show === 'risk' ? open.filter(isAtRisk) : open).filter((one) =>
    matches(one, query),
  )
  const late = open.filter(isAtRisk).length
  const buys = user.organisation.kind === 'buyer' || user.organisation.kind === 'operator'
  return (
    <div class="page orders">
      <header class="manage-head">
        <div>
          <h1>{t('orders.title')}</h1>
          {loaded.value && lines.value.length > 0 && (
            <p class={late > 0 ? '' : 'muted'}>{t('orders.lead', { late, open: open.length })}</p>
          )}
        </div>
        {mayChange(user) && user.organisation.kind !== 'carrier' && (
          <a class="button" href={buys ? '/orders/import' : '/orders/import?kind=milestones'}>
            {t('orders.import')}
          </a>
        )}
      </header>
      <search class="toolbar">
        <input
          type="search"
          name="search"
          aria-label={t('keys.search')}
          placeholder={t('orders.search')}
          value={query}
          onInput={(event) => setParams({ q: event.currentTarget.value })}
        />
        <div class="segments">
          {SHOW.map((choice) => (
            <button
              key={choice}
              type="button"
              aria-pressed={show === choice}
              onClick={() => setParams({ show: choice === 'open' ? null : choice })}
            >
              {t(`orders.show.${choice}`)}
            </button>
          ))}
        </div>
        <span class="muted toolbar-count" role="status">
          {t('orders.count', { shown: listed.length, total: lines.value.length })}
        </span>
      </search>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      {listed.length > 0 && (
        <table class="orders-table panel" aria-label={`${t('orders.title')}: ${t('orders.sorted')}`}>
          <thead>
            <tr>
              {(['risk', 'line', 'course', 'needBy', 'expected'] as const).map((column) => (
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
      {listed.length === 0 && (
        <p class="panel empty">
          {!loaded.value
            ? t('app.loading')
            : lines.value.length === 0
              ? t(all ? 'orders.none' : 'orders.noneOpen')
              : query !== '' || show === 'risk'
                ? t('orders.noMatch')
                : t('orders.noneOpen')}
        </p>
      )}
    </div>
  )
}

/** The next or last line of the list gets the focus. */
const step = (by: number): void => {
  const links = [...document.querySelectorAll('.orders-table a')]
  const at = document.activeElement === null ? -1 : links.indexOf(document.activeElement)
  const next = links[Math.min(links.length - 1, Math.max(0, at + by))]
  if (next instanceof HTMLElement) next.focus()
}
