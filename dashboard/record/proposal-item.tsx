import { useSignal } from '@preact/signals'
import type { Proposal } from '../../server/model/record.ts'
import { ClockIcon } from '../shell/icons.tsx'
import { t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { dayTime } from '../text/times.ts'
import { withUnit } from '../text/values.ts'
import { useZaitu } from '../zaitu.ts'
import type { RecordRequests } from './requests.ts'

type Props = { shipmentId: string; proposal: Proposal; requests: RecordRequests; onDone(): void }

/** A loosening that waits for a second person. */
export const ProposalItem = ({ shipmentId, proposal, requests, onDone }: Props) => {
  const { toasts } = useZaitu()
  const busy = useSignal(false)
  const { measure, side, value, against, mine } = proposal
  const decide = async (word: 'consent' | 'decline'): Promise<void> => {
    busy.value = true
    const answer = await requests.decide(shipmentId, proposal.id, word)
    busy.value = false
    toasts.say(answer.ok ? r(word === 'consent' ? 'limits.consented' : 'limits.declined') : answer.message)
    onDone()
  }
  return (
    <li class="proposal">
      <p class="proposal-state">
        <ClockIcon /> <b>{r('limits.waiting')}</b> <span class="muted">{dayTime(proposal.proposedAt)}</span>
      </p>
      <p>
        {r('limits.proposal', {
          name: proposal.proposedBy,
          measure: t(`measure.${measure}`),
          side: r(`side.${side}`),
          value: withUnit(measure, value),
          against: withUnit(measure, against),
        })}
      </p>
      <p class="limit-reason">“{proposal.reason}”</p>
      <div class="actions">
        {mine ? (
          <span class="muted">{r('limits.mine')}</span>
        ) : (
          <button type="button" class="primary" disabled={busy.value} onClick={() => void decide('consent')}>
            {r('limits.consent')}
          </button>
        )}
        <button type="button" disabled={busy.value} onClick={() => void decide('decline')}>
          {r(mine ? 'limits.takeBack' : 'limits.decline')}
        </button>
      </div>
    </li>
  )
}
