import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { IntakeNotices } from '../intake/intake-notices.tsx'
import { useKeys } from '../shell/keys.ts'
import { navigate, param, setParams } from '../state/address.ts'
import { mayChange } from '../state/may.ts'
import { useNarrow } from '../state/screen.ts'
import { t } from '../text/language.ts'
import { unitSign } from '../text/values.ts'
import { useZaitu } from '../zaitu.ts'
import { parseShow, SHOW } from './filter.ts'
import { useFleetOrder } from './order.ts'
import { FleetRow } from './row.tsx'
import { Summary } from './summary.tsx'
import { useWindow } from './window.ts'

/** Heights in px; the style sheet has the same numbers. */
const ROW_HEIGHT = { wide: 64, narrow: 172 } as const
/** What stays at the top of the list while it scrolls, px. */
const STICKY_HEIGHT = { wide: 88, narrow: 104 } as const

const Head = () => (
  <thead>
    <tr>
      <th scope="col">{t('fleet.column.status')}</th>
      <th scope="col">{t('fleet.column.shipment')}</th>
      {(['temperature', 'pressure', 'level'] as const).map((measure) => (
        <th scope="col" key={measure} class={`c-${measure}`}>
          {t(`fleet.column.${measure}`)} <span class="unit-head">{unitSign(measure)}</span>
        </th>
      ))}
      <th scope="col">{t('fleet.column.contact')}</th>
      <th scope="col">{t('fleet.column.arrival')}</th>
      <th scope="col">
        <span class="hidden">{t('alarm.acknowledge')}</span>
      </th>
    </tr>
  </thead>
)

const Toolbar = ({ shown, total }: { shown: number; total: number }) => {
  const who = useZaitu().who.value
  const mayEnter = who.state === 'in' && mayChange(who.user)
  const show = parseShow(param('show'))
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && event.currentTarget instanceof HTMLElement) event.currentTarget.blur()
  }
  return (
    <search class="toolbar">
      <input
        type="search"
        name="search"
        aria-label={t('keys.search')}
        placeholder={t('fleet.search')}
        value={param('q') ?? ''}
        onInput={(event) => setParams({ q: event.currentTarget.value })}
        onKeyDown={onKey}
      />
      <div class="segments">
        {SHOW.map((choice) => (
          <button
            key={choice}
            type="button"
            aria-pressed={show === choice}
            onClick={() => setParams({ show: choice === 'all' ? null : choice })}
          >
            {t(`fleet.show.${choice}`)}
          </button>
        ))}
      </div>
      <span class="muted toolbar-count" role="status">
        {t('fleet.count', { shown, total })}
      </span>
      {mayEnter && (
        <a class="button" href="/shipments/new">
          {t('fleet.new')}
        </a>
      )}
    </search>
  )
}

/** The fleet: one look at the top, then every shipment, what needs attention first. */
export const FleetPage = () => {
  const { world, acknowledge } = useZaitu()
  const body = useRef<HTMLTableSectionElement>(null)
  const current = useSignal<string | null>(null)
  const narrow = useNarrow()
  const size = narrow ? 'narrow' : 'wide'
  const order = useFleetOrder(world, param('q') ?? '', parseShow(param('show')), () => body.current)
  const ids = order.ids.value
  const { start, end } = useWindow(body, ids.length, ROW_HEIGHT[size])
  const onFocus = useCallback(
    (id: string) => {
      current.value = id
    },
    [current],
  )
  useEffect(() => {
    document.title = `${t('fleet.title')} · Zaitu`
  })

  const move = (step: number): void => {
    const at = current.value === null ? -1 : ids.indexOf(current.value)
    const index = Math.min(ids.length - 1, Math.max(0, at + step))
    const id = ids[index]
    const scroller = body.current?.closest('main')
    if (id === undefined || body.current === null || scroller === null || scroller === undefined) return
    current.value = id
    const top =
      body.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + index * ROW_HEIGHT[size]
    const below = top + ROW_HEIGHT[size] - scroller.clientHeight
    if (top < STICKY_HEIGHT[size]) scroller.scrollTop += top - STICKY_HEIGHT[size]
    else if (below > 0) scroller.scrollTop += below
    requestAnimationFrame(() => {
      const link = body.current?.querySelector(`[data-id="${id}"]`)
      if (link instanceof HTMLElement) link.focus({ preventScroll: true })
    })
  }
  useKeys({
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(10),
    PageUp: () => move(-10),
    '/': () => {
      const field = document.querySelector('.toolbar input')
      if (field instanceof HTMLInputElement) field.focus()
    },
    a: () => {
      const alarm = current.value === null ? null : world.entries.get(current.value)?.shipment.peek().worstAlarm
      if (alarm && !alarm.acknowledged) void acknowledge(alarm.id)
    },
  })

  const total = world.ids.value.length
  const firstFocusable = current.value !== null && ids.includes(current.value) ? current.value : ids[start]
  return (
    <div class="page fleet">
      <h1 class="hidden">{t('fleet.title')}</h1>
      <IntakeNotices />
      <Summary />
      <Toolbar shown={ids.length} total={total} />
      {order.held.value && (
        <div class="reorder">
          <button type="button" class="primary" onClick={order.sortNow}>
            {t('fleet.reorder')}
          </button>
        </div>
      )}
      <table
        class="fleet-table panel"
        aria-label={`${t('fleet.title')}: ${t('fleet.sorted')}`}
        aria-rowcount={ids.length + 1}
        onPointerMove={order.pointerIn}
        onPointerLeave={(event) => {
          // on its way to the button that sorts, the pointer has not left yet
          if (event.relatedTarget instanceof Element && event.relatedTarget.closest('.reorder') !== null) return
          order.pointerOut()
        }}
      >
        <Head />
        <tbody
          ref={body}
          style={{ paddingTop: `${start * ROW_HEIGHT[size]}px`, height: `${ids.length * ROW_HEIGHT[size]}px` }}
        >
          {ids.slice(start, end).map((id, i) => {
            const entry = world.entries.get(id)
            if (entry === undefined) return null
            return (
              <FleetRow key={id} entry={entry} index={start + i} current={id === firstFocusable} onFocus={onFocus} />
            )
          })}
        </tbody>
      </table>
      {ids.length === 0 && (
        <p class="empty">
          {!world.ready.value ? t('app.loading') : total === 0 ? t('fleet.empty') : t('fleet.noMatch')}{' '}
          {total > 0 && (
            <button type="button" onClick={() => navigate('/')}>
              {t('fleet.clearFilter')}
            </button>
          )}
        </p>
      )}
    </div>
  )
}
