import './rules.css'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { useLeadTo } from '../state/lead-to.ts'
import { t } from '../text/language.ts'
import { p } from '../text/shipment-rules-words.ts'
import { useZaitu } from '../zaitu.ts'
import { OwnForm } from './own-form.tsx'
import { OwnSummary } from './own-summary.tsx'
import { type OwnSettings, rulesRequests, type Service } from './requests.ts'
import { ServicePart } from './service-part.tsx'

/** What the rules go by on this shipment and which are out of service; for the buyer's people to see, and to change. */
export const RulesPanel = ({ shipment }: { shipment: ShipmentDetail }) => {
  const panel = useLeadTo('rules')
  const { api, runs } = useZaitu()
  const requests = useMemo(() => rulesRequests(api.ask, shipment.id), [api, shipment.id])
  const own = useSignal<OwnSettings | null>(null)
  const service = useSignal<Service | null>(null)
  const problem = useSignal<string | null>(null)
  const changing = useSignal(false)
  useEffect(() => {
    let stopped = false
    void Promise.all([requests.settings(), requests.service()]).then(([set, out]) => {
      if (stopped) return
      problem.value = set.ok ? (out.ok ? null : out.message) : set.message
      if (set.ok) own.value = set.value
      if (out.ok) service.value = out.value
    })
    return () => {
      stopped = true
    }
  }, [requests])
  const mayChange = runs(shipment.id)
  return (
    <section class="panel rules-panel" aria-labelledby="rules-title" ref={panel}>
      <header>
        <h2 id="rules-title">{p('rules.title')}</h2>
        {mayChange && own.value !== null && !changing.value && (
          <button
            type="button"
            onClick={() => {
              changing.value = true
            }}
          >
            {p('rules.change')}
          </button>
        )}
      </header>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      {own.value === null ? (
        problem.value === null && <p class="muted rules-part">{t('app.loading')}</p>
      ) : changing.value ? (
        <OwnForm
          answer={own.value}
          requests={requests}
          onDone={(changed) => {
            if (changed !== null) own.value = changed
            changing.value = false
          }}
        />
      ) : (
        <OwnSummary answer={own.value} />
      )}
      {service.value !== null && (
        <ServicePart
          items={service.value.items}
          requests={requests}
          mayChange={mayChange}
          onChanged={(changed) => {
            service.value = changed
          }}
        />
      )}
    </section>
  )
}
