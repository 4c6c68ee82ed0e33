import './record.css'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Report } from '../../server/model/report.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { useZaitu } from '../zaitu.ts'
import { AdrLine, Card, People } from './papers-parts.tsx'
import { recordRequests } from './requests.ts'

/** Response card, people and ADR line of one shipment, and the way to all of it on paper. */
export const PapersPanel = ({ shipment }: { shipment: ShipmentDetail }) => {
  const { api } = useZaitu()
  const report = useSignal<Report | null>(null)
  const problem = useSignal<string | null>(null)
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
          <People report={report.value} />
          <h3>{r('papers.adr')}</h3>
          <AdrLine report={report.value} />
        </>
      )}
    </section>
  )
}
