import { useSignal } from '@preact/signals'
import type { LimitKey, Side } from '../../server/model/record.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import { units } from '../state/preferences.ts'
import { t } from '../text/language.ts'
import { r } from '../text/record-words.ts'
import { unitSign } from '../text/values.ts'
import { fromShown } from '../units.ts'
import { useZaitu } from '../zaitu.ts'
import type { RecordRequests } from './requests.ts'

const MEASURES = ['temperature', 'pressure', 'level'] as const
const SIDES: readonly Side[] = ['highHigh', 'high', 'low', 'lowLow']
const KEYS: readonly LimitKey[] = MEASURES.flatMap((measure) => SIDES.map((side) => ({ measure, side })))
const nameOf = ({ measure, side }: LimitKey): string => `${measure}.${side}`

type Props = { shipmentId: string; requests: RecordRequests; onDone(changed: boolean): void }

/** One limit: set where it is tighter, proposed where it is looser than the record asks for. */
export const LimitForm = ({ shipmentId, requests, onDone }: Props) => {
  const { toasts } = useZaitu()
  const chosen = useSignal<LimitKey>({ measure: 'temperature', side: 'high' })
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const { measure, side } = chosen.value
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const data = new FormData(event.currentTarget)
    const value = fromShown(measure, Number(data.get('value')), units.value)
    busy.value = true
    const answer = await requests.propose(shipmentId, { measure, side, value, reason: String(data.get('reason')) })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    toasts.say(r(answer.value.state === 'in-force' ? 'limits.held' : 'limits.waits'))
    onDone(true)
  }
  return (
    <form class="limit-form" onSubmit={save}>
      <div class="limit-fields">
        <label>
          <span>{r('limits.which')}</span>
          <select
            name="which"
            value={nameOf(chosen.value)}
            onChange={(event) => {
              chosen.value = KEYS.find((key) => nameOf(key) === event.currentTarget.value) ?? chosen.value
            }}
          >
            {MEASURES.map((one) => (
              <optgroup key={one} label={t(`measure.${one}`)}>
                {SIDES.map((stage) => (
                  <option key={stage} value={`${one}.${stage}`}>
                    {t(`measure.${one}`)}, {r(`side.${stage}`)}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
        <Field
          label={r('limits.new', { unit: unitSign(measure) })}
          name="value"
          type="number"
          step="any"
          required
          refused={refused.value}
        />
        <Field label={r('limits.reason')} name="reason" required maxLength={500} refused={refused.value} />
      </div>
      <p class="muted">{r('limits.hint')}</p>
      <FormProblem refused={refused.value} fields={['value', 'reason']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {r('limits.save')}
        </button>
        <button type="button" onClick={() => onDone(false)}>
          {r('limits.cancel')}
        </button>
      </div>
    </form>
  )
}
