import '../record/record.css'
import './exposure.css'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Exposure } from '../../server/model/exposure.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { now } from '../state/clock.ts'
import { e } from '../text/exposure-words.ts'
import { language, t } from '../text/language.ts'
import { useZaitu } from '../zaitu.ts'
import { BudgetForm } from './budget-form.tsx'
import { ExposureFacts } from './exposure-facts.tsx'
import { exposureRequests } from './requests.ts'

/** It is counted by the minute, so twice a minute is live. */
const EVERY_MS = 30_000

/** What the cargo has been through, live, and the budget of its product, which the buyer's people set. */
export const ExposurePanel = ({ shipment }: { shipment: ShipmentDetail }) => {
  const { api, runs } = useZaitu()
  const requests = exposureRequests(api.ask)
  const exposure = useSignal<Exposure | null>(null)
  const problem = useSignal<string | null>(null)
  const changing = useSignal(false)
  const asked = useSignal(0)
  const turn = Math.floor(now.value / EVERY_MS)
  useEffect(() => {
    if (document.hidden && exposure.peek() !== null) return
    let stopped = false
    void requests.exposure(shipment.id).then((answer) => {
      if (stopped) return
      problem.value = answer.ok ? null : answer.message
      if (answer.ok) exposure.value = answer.value
    })
    return () => {
      stopped = true
    }
  }, [shipment.id, JSON.stringify(shipment.limits), asked.value, turn])
  const { substance } = shipment
  const product = (language.value === 'zh' ? substance.nameZh : null) ?? substance.name
  return (
    <section class="panel exposure-panel" aria-labelledby="exposure-title">
      <header>
        <h2 id="exposure-title">{e('exposure.title')}</h2>
        {shipment.part === 'buyer' && runs(shipment.id) && exposure.value !== null && !changing.value && (
          <button
            type="button"
            onClick={() => {
              changing.value = true
            }}
          >
            {e('exposure.set')}
          </button>
        )}
      </header>
      {problem.value !== null && (
        <p class="note-bad" role="alert">
          {problem}
        </p>
      )}
      {changing.value && (
        <BudgetForm
          substanceId={substance.id}
          product={product}
          budgets={exposure.value?.budgets ?? []}
          requests={requests}
          onDone={(changed) => {
            changing.value = false
            if (changed) asked.value++
          }}
        />
      )}
      {exposure.value === null ? (
        problem.value === null && <p class="muted exposure-part">{t('app.loading')}</p>
      ) : (
        <ExposureFacts exposure={exposure.value} product={product} />
      )}
    </section>
  )
}
