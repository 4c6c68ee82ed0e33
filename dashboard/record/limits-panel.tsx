import './record.css'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { useLeadTo } from '../state/lead-to.ts'
import { t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { useZaitu } from '../zaitu.ts'
import { LimitForm } from './limit-form.tsx'
import { LimitNotes, LimitsTable } from './limits-table.tsx'
import { ProposalItem } from './proposal-item.tsx'
import { type LimitsAnswer, recordRequests } from './requests.ts'

/** Which limits count, where each comes from, and, for the buyer's people, changing them. */
export const LimitsPanel = ({ shipment, onChanged }: { shipment: ShipmentDetail; onChanged(): void }) => {
  const panel = useLeadTo('limits')
  const { api, runs } = useZaitu()
  const requests = recordRequests(api.ask)
  const answer = useSignal<LimitsAnswer | null>(null)
  const problem = useSignal<string | null>(null)
  const changing = useSignal(false)
  const mayChange = shipment.part === 'buyer' && runs(shipment.id)
  const load = async (): Promise<void> => {
    const got = await requests.limits(shipment.id)
    problem.value = got.ok ? null : got.message
    if (got.ok) answer.value = got.value
  }
  useEffect(() => void load(), [shipment.id, JSON.stringify(shipment.limits)])
  const done = (changed: boolean): void => {
    changing.value = false
    if (!changed) return
    void load()
    onChanged()
  }
  const sources = answer.value
  const waiting = sources?.proposals.filter(({ state }) => state === 'pending') ?? []
  return (
    <section class="panel limits-panel" aria-labelledby="limits-title" ref={panel}>
      <header>
        <h2 id="limits-title">{r('limits.title')}</h2>
        {mayChange && !changing.value && (
          <button
            type="button"
            onClick={() => {
              changing.value = true
            }}
          >
            {r('limits.change')}
          </button>
        )}
      </header>
      {problem.value !== null && (
        <p class="note-bad" role="alert">
          {problem}
        </p>
      )}
      {changing.value && <LimitForm shipmentId={shipment.id} requests={requests} onDone={done} />}
      {mayChange && waiting.length > 0 && (
        <ul class="proposals">
          {waiting.map((proposal) => (
            <ProposalItem
              key={proposal.id}
              shipmentId={shipment.id}
              proposal={proposal}
              requests={requests}
              onDone={() => done(true)}
            />
          ))}
        </ul>
      )}
      {sources === null ? (
        problem.value === null && <p class="muted limit-notes">{t('app.loading')}</p>
      ) : (
        <>
          {sources.limits.length === 0 ? (
            <p class="muted limit-notes">{r('limits.none')}</p>
          ) : (
            <div class="scroll-x">
              <LimitsTable sources={sources} />
            </div>
          )}
          <LimitNotes sources={sources} open={false} />
        </>
      )}
    </section>
  )
}
