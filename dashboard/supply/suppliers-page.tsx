import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Scorecard } from '../../server/model/order-risk.ts'
import type { Requests } from '../orders/requests.ts'
import { t } from '../text/supply.ts'
import { bySupplier, useOpenLines, type WithLines } from './known-lines.ts'
import type { SupplyRequests } from './requests.ts'
import { isFew, shareText, silenceText } from './scorecard-text.ts'

/** So many scorecards are asked for at once. */
const AT_ONCE = 4
const COLUMNS = ['name', 'onTime', 'estimates', 'silence', 'open'] as const

const Share = ({ of }: { of: Scorecard['onTime'] }) => (
  <>
    <span class={of.of === 0 ? 'muted' : ''}>{shareText(of)}</span>
    {isFew(of) && <span class="limit">{t('card.few')}</span>}
  </>
)

const Row = ({ supplier, card }: { supplier: WithLines; card: Scorecard | undefined }) => (
  <tr class="row">
    <th scope="row">
      <a href={`/suppliers/${supplier.id}`}>{supplier.name}</a>
    </th>
    <td>
      <span class="cell-label">{t('suppliers.column.onTime')} </span>
      {card === undefined ? t('app.none') : <Share of={card.onTime} />}
    </td>
    <td>
      <span class="cell-label">{t('suppliers.column.estimates')} </span>
      {card === undefined ? t('app.none') : <Share of={card.estimates} />}
    </td>
    <td>
      <span class="cell-label">{t('suppliers.column.silence')} </span>
      {card === undefined ? t('app.none') : silenceText(card.silence)}
      {card !== undefined && card.silence.openSilent > 0 && (
        <span class="limit">{t('card.silent', { n: card.silence.openSilent })}</span>
      )}
    </td>
    <td>
      <span class="cell-label">{t('suppliers.column.open')} </span>
      {supplier.open.length}
      {supplier.atRisk > 0 && <b class="limit at-risk">{t('suppliers.atRisk', { n: supplier.atRisk })}</b>}
    </td>
  </tr>
)

/** Every supplier that has lines, the one with most at risk first. */
export const SuppliersPage = ({ requests, supply }: { requests: Requests; supply: SupplyRequests }) => {
  const { lines, loaded, problem } = useOpenLines(requests)
  const known = useSignal<{ id: string; name: string }[]>([])
  const cards = useSignal<ReadonlyMap<string, Scorecard>>(new Map())
  const withLines = bySupplier(lines.value)
  // those of which nothing is open may have lines that arrived: their scorecards say
  const idle = known.value.filter(
    ({ id }) => !withLines.some((one) => one.id === id) && (cards.value.get(id)?.lines ?? 0) > 0,
  )
  const rows = [...withLines, ...idle.map((one) => ({ ...one, open: [], atRisk: 0 }))]
  useEffect(() => {
    document.title = `${t('suppliers.title')} · Zaitu`
  })
  useEffect(() => {
    void requests.organisations().then((answer) => {
      if (answer.ok) known.value = answer.value.items.filter(({ kind }) => kind === 'supplier')
    })
  }, [])
  const wanted = [...new Set([...withLines.map(({ id }) => id), ...known.value.map(({ id }) => id)])]
  useEffect(() => {
    let stopped = false
    const waiting = wanted.filter((id) => !cards.peek().has(id))
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && !stopped; id = waiting.shift()) {
        const answer = await supply.scorecard(id)
        if (answer.ok && !stopped) cards.value = new Map(cards.peek()).set(id, answer.value)
      }
    }
    for (let i = 0; i < AT_ONCE; i++) void work()
    return () => {
      stopped = true
    }
  }, [wanted.join()])
  return (
    <div class="page orders supply">
      <header class="manage-head">
        <div>
          <h1>{t('suppliers.title')}</h1>
          <p class="muted">{t('suppliers.lead')}</p>
        </div>
      </header>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      {rows.length > 0 ? (
        <table class="panel supply-table suppliers-table" aria-label={t('suppliers.title')}>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {t(`suppliers.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((supplier) => (
              <Row key={supplier.id} supplier={supplier} card={cards.value.get(supplier.id)} />
            ))}
          </tbody>
        </table>
      ) : (
        <p class="panel empty">{loaded.value ? t('suppliers.none') : t('app.loading')}</p>
      )}
    </div>
  )
}
