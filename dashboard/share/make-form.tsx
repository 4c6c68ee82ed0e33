import { useSignal } from '@preact/signals'
import type { ShareLinkMade } from '../../server/model/share-link.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { now } from '../state/clock.ts'
import { t } from '../text/language.ts'
import { dayTime, zoneShort } from '../text/times.ts'
import { ENDS, type End, endOf } from './ends.ts'
import type { shareRequests } from './requests.ts'

type MakeFormProps = {
  shipment: ShipmentDetail
  make: ReturnType<typeof shareRequests>['make']
  onMade(link: ShareLinkMade): void
}

/** Until when, and for whom. */
export const MakeForm = ({ shipment, make, onMade }: MakeFormProps) => {
  const end = useSignal<End>('24h')
  const note = useSignal('')
  const problem = useSignal<string | null>(null)
  const busy = useSignal(false)
  const until = (which: End): number | null => endOf(which, now.value, Date.parse(shipment.eta))
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const expiresAt = until(end.value)
    if (expiresAt === null) return
    busy.value = true
    const text = note.value.trim()
    const answer = await make({
      shipmentId: shipment.id,
      expiresAt: new Date(expiresAt).toISOString(),
      ...(text === '' ? {} : { note: text }),
    })
    busy.value = false
    problem.value = answer.ok ? null : answer.message
    if (!answer.ok) return
    note.value = ''
    onMade(answer.value)
  }
  const chosen = until(end.value)
  return (
    <form class="share-form" onSubmit={submit}>
      <fieldset>
        <legend>{t('share.ends')}</legend>
        <div class="segments">
          {ENDS.filter((which) => until(which) !== null).map((which) => (
            <button
              key={which}
              type="button"
              aria-pressed={end.value === which}
              onClick={() => {
                end.value = which
              }}
            >
              {t(`share.end.${which}`)}
            </button>
          ))}
        </div>
        {chosen !== null && <p class="muted">{t('share.until', { time: dayTime(chosen), zone: zoneShort(chosen) })}</p>}
      </fieldset>
      <label>
        <span>{t('share.note')}</span>
        <input
          name="note"
          maxLength={500}
          autocomplete="off"
          value={note}
          onInput={(event) => {
            note.value = event.currentTarget.value
          }}
        />
      </label>
      <button type="submit" class="primary" disabled={busy}>
        {t('share.make')}
      </button>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
    </form>
  )
}
