import { useEffect } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import type { Requests } from '../orders/requests.ts'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/supply.ts'
import { bySupplier, lotsOf, useOpenLines } from './known-lines.ts'
import type { SupplyRequests } from './requests.ts'
import { WhatIfGroup } from './what-if-group.tsx'

const USUAL_DAYS = 3
const MOST_DAYS = 30
/** Suppliers that are asked about together. */
const MOST_TOGETHER = 20

const wholeDays = (text: string | null): number => {
  const days = Math.round(Number(text ?? USUAL_DAYS))
  return Number.isFinite(days) && text !== '' ? Math.min(MOST_DAYS, Math.max(1, days)) : USUAL_DAYS
}

type Props = { user: User; requests: Requests; supply: SupplyRequests }

/** If a supplier, or one lot of it, slipped by so many days: which lines would turn red or amber. Changes nothing. */
export const WhatIfPage = ({ user, requests, supply }: Props) => {
  const { lines, loaded, problem } = useOpenLines(requests)
  const suppliers = bySupplier(lines.value.filter(({ order }) => order.buyer.id === user.organisation.id))
  const asked = param('supplier')
  const chosen = asked === 'all' ? 'all' : (suppliers.find(({ id }) => id === asked)?.id ?? suppliers[0]?.id)
  const lots = lotsOf(suppliers.find(({ id }) => id === chosen)?.open ?? [])
  const lot = lots.find((one) => one === param('lot')) ?? null
  const days = wholeDays(param('days'))
  useEffect(() => {
    document.title = `${t('whatIf.title')} · Zaitu`
  })
  const shown = chosen === 'all' ? suppliers.slice(0, MOST_TOGETHER) : suppliers.filter(({ id }) => id === chosen)
  const setDays = (text: string): void => {
    if (text !== '') setParams({ days: String(wholeDays(text)) })
  }
  return (
    <div class="page orders supply">
      <header class="manage-head">
        <div>
          <h1>{t('whatIf.title')}</h1>
          <p class="muted">{t('whatIf.lead')}</p>
        </div>
      </header>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      {suppliers.length === 0 ? (
        <p class="panel empty">{loaded.value ? t('whatIf.none') : t('app.loading')}</p>
      ) : (
        <>
          <fieldset class="panel what-if-choice">
            <legend class="hidden">{t('whatIf.title')}</legend>
            <label>
              <span>{t('whatIf.supplier')}</span>
              <select
                name="supplier"
                value={chosen}
                onChange={(event) => setParams({ supplier: event.currentTarget.value, lot: null })}
              >
                {suppliers.map(({ id, name, open }) => (
                  <option key={id} value={id}>
                    {name} · {t('suppliers.open', { open: open.length })}
                  </option>
                ))}
                {suppliers.length > 1 && <option value="all">{t('whatIf.all')}</option>}
              </select>
            </label>
            {lots.length > 0 && (
              <label>
                <span>{t('whatIf.lot')}</span>
                <select
                  name="lot"
                  value={lot ?? ''}
                  onChange={(event) => setParams({ lot: event.currentTarget.value || null })}
                >
                  <option value="">{t('whatIf.allLots')}</option>
                  {lots.map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
                </select>
              </label>
            )}
            <label class="slide">
              <span>{t('whatIf.slider')}</span>
              <input
                type="range"
                name="slider"
                min="1"
                max={MOST_DAYS}
                value={days}
                onInput={(event) => setDays(event.currentTarget.value)}
              />
            </label>
            <label>
              <span>{t('whatIf.days')}</span>
              <input
                type="number"
                name="days"
                inputMode="numeric"
                min="1"
                max={MOST_DAYS}
                value={days}
                onInput={(event) => setDays(event.currentTarget.value)}
              />
            </label>
          </fieldset>
          {shown.map((supplier) => (
            <WhatIfGroup key={supplier.id} supplier={supplier} lot={lot} days={days} supply={supply} />
          ))}
        </>
      )}
    </div>
  )
}
