import './record.css'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Report } from '../../server/model/report.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { param, setParams } from '../state/address.ts'
import { t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { useZaitu } from '../zaitu.ts'
import { ContactsForm } from './contacts-form.tsx'
import { AdrLine, Card, People } from './papers-parts.tsx'
import { recordRequests } from './requests.ts'

/** Response card, people and ADR line of one shipment, and the way to all of it on paper. */
export const PapersPanel = ({
  shipment,
  onChanged,
}: {
  shipment: ShipmentDetail
  onChanged(shipment: ShipmentDetail): void
}) => {
  const { api, runs } = useZaitu()
  const report = useSignal<Report | null>(null)
  const problem = useSignal<string | null>(null)
  const mayChange = shipment.part === 'buyer' && runs(shipment.id)
  // an alarm that finds nobody to call leads here
  const changing = mayChange && param('contacts') !== null
  const form = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!changing) return
    form.current?.scrollIntoView({ block: 'center' })
    form.current?.querySelector('input')?.focus({ preventScroll: true })
  }, [changing, report.value === null])
  useEffect(() => {
    let stopped = false
    void recordRequests(api.ask)
      .report(shipment.id)
      .then((answer) => {
        if (stopped) return
        if (answer.ok) report.value = answer.value
        problem.value = answer.ok ? null : answer.message
      })
    return () => {
      stopped = true
    }
  }, [shipment.id, JSON.stringify(shipment.contacts)])
  return (
    <section class="panel papers-panel" aria-labelledby="papers-title">
      <header>
        <h2 id="papers-title">{r('papers.title')}</h2>
        <a class="button" href="?papers=1">
          {r('papers.open')}
        </a>
      </header>
      {report.value === null ? (
        <p class="muted" role={problem.value === null ? undefined : 'alert'}>
          {problem.value ?? t('app.loading')}
        </p>
      ) : (
        <>
          <Card report={report.value} />
          {changing ? (
            <div ref={form}>
              <ContactsForm
                shipment={shipment}
                onDone={(changed) => {
                  setParams({ contacts: null })
                  if (changed !== null) onChanged(changed)
                }}
              />
            </div>
          ) : (
            <>
              <People report={report.value} />
              {mayChange && (
                <p>
                  <a href={`/shipments/${shipment.id}?contacts=1`}>{r('contacts.change')}</a>
                </p>
              )}
            </>
          )}
          <h3>{r('papers.adr')}</h3>
          <AdrLine report={report.value} />
        </>
      )}
    </section>
  )
}
