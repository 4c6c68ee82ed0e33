import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Scorecard } from '../../server/model/order-risk.ts'
import type { User } from '../../server/model/session.ts'
import type { Requests } from '../orders/requests.ts'
import { isAtRisk } from '../orders/risk.ts'
import type { OwnStages } from '../text/orders.ts'
import { t } from '../text/supply.ts'
import { useOpenLines } from './known-lines.ts'
import type { SupplyRequests } from './requests.ts'
import { ScorecardFacts } from './scorecard-facts.tsx'
import { SupplierLines } from './supplier-lines.tsx'

type Props = { user: User; id: string; requests: Requests; supply: SupplyRequests; names: OwnStages }

/** A supplier: how it has done, and what is still to come from it. */
export const SupplierPage = ({ user, id, requests, supply, names }: Props) => {
  const { lines, loaded } = useOpenLines(requests)
  const card = useSignal<Scorecard | null>(null)
  const problem = useSignal<string | null>(null)
  const listedName = useSignal<string | null>(null)
  const isSelf = id === user.organisation.id
  useEffect(() => {
    let stopped = false
    void supply.scorecard(id).then((answer) => {
      if (stopped) return
      if (answer.ok) card.value = answer.value
      else problem.value = answer.status === 404 || answer.status === 400 ? t('card.missing') : answer.message
    })
    if (!isSelf)
      void requests.organisations().then((answer) => {
        if (!stopped && answer.ok) listedName.value = answer.value.items.find((one) => one.id === id)?.name ?? null
      })
    return () => {
      stopped = true
    }
  }, [id])
  const open = lines.value.filter((one) => one.line.supplier.id === id)
  const name = isSelf ? user.organisation.name : (listedName.value ?? open[0]?.line.supplier.name ?? '')
  useEffect(() => {
    document.title = `${name} · Zaitu`
  })
  return (
    <div class="page orders supply">
      <header class="manage-head">
        <div>
          {!isSelf && (
            <nav aria-label={t('suppliers.back')}>
              <a href="/suppliers">← {t('suppliers.back')}</a>
            </nav>
          )}
          <h1>{name === '' ? t('suppliers.title') : name}</h1>
          {card.value !== null && (
            <p class="muted">
              {t('card.title')} · {t('card.lines', { n: card.value.lines })}
              {isSelf && ` · ${t('card.self')}`}
            </p>
          )}
        </div>
        {!isSelf && open.length > 0 && (
          <a class="button" href={`/orders/what-if?supplier=${id}`}>
            {t('card.whatIf')}
          </a>
        )}
      </header>
      {problem.value !== null && (
        <p class="panel empty" role="alert">
          {problem}
        </p>
      )}
      {card.value !== null && <ScorecardFacts card={card.value} />}
      {problem.value === null && (
        <section class="panel" aria-labelledby="open-title">
          <header class="supply-head">
            <h2 id="open-title">{t('card.open')}</h2>
            {open.length > 0 && (
              <p class="muted">
                {[t('suppliers.open', { open: open.length })]
                  .concat(open.some(isAtRisk) ? t('suppliers.atRisk', { n: open.filter(isAtRisk).length }) : [])
                  .join(' · ')}
              </p>
            )}
          </header>
          {open.length > 0 ? (
            <SupplierLines lines={open} names={names} />
          ) : (
            <p class="empty">{loaded.value ? t('card.openNone') : t('app.loading')}</p>
          )}
        </section>
      )}
    </div>
  )
}
