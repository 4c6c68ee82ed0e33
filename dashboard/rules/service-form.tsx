import { useSignal } from '@preact/signals'
import type { RuleId } from '../../server/model/alarm.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import { p } from '../text/shipment-rules-words.ts'
import { useZaitu } from '../zaitu.ts'
import type { RulesRequests, Service } from './requests.ts'

const RULES: readonly RuleId[] = [
  'temperature-high', 'temperature-high-high', 'temperature-low', 'temperature-low-low', 'pressure-high',
  'pressure-high-high', 'pressure-low', 'pressure-low-low', 'level-high', 'level-high-high', 'level-low', 'level-low-low',
  'rate-of-rise', 'time-to-limit', 'pressure-residual', 'self-heating', 'liquid-full', 'silence', 'sensor-frozen',
  'sensor-impossible', 'clock-skew', 'shock', 'tilt', 'battery-low', 'departure', 'arrival', 'corridor-left', 'unplanned-stop',
] // biome-ignore format: a list
const HOUR_MS = 3_600_000
const CHOICES = ['h8', 'h24', 'd7', 'putBack'] as const
const LASTING: Record<(typeof CHOICES)[number], number | null> = { h8: 8, h24: 24, d7: 7 * 24, putBack: null }

type Props = { requests: RulesRequests; out: readonly RuleId[]; onDone(service: Service | null): void }

/** Takes one rule out of service, with a reason and, better, an end. */
export const ServiceForm = ({ requests, out, onDone }: Props) => {
  const { toasts } = useZaitu()
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const take = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const data = new FormData(event.currentTarget)
    const rule = RULES.find((one) => one === data.get('rule'))
    const lasting = LASTING[CHOICES.find((one) => one === data.get('until')) ?? 'h24']
    if (rule === undefined) return
    busy.value = true
    const answer = await requests.takeOut({
      rule,
      reason: String(data.get('reason')),
      until: lasting === null ? null : new Date(Date.now() + lasting * HOUR_MS).toISOString(),
    })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    toasts.say(p('service.taken', { rule: ruleName(rule) }))
    onDone(answer.value)
  }
  return (
    <form class="limit-form service-form" onSubmit={take}>
      <p class="muted">{p('service.lead')}</p>
      <div class="limit-fields">
        <label class="field">
          <span>{p('service.rule')}</span>
          <select name="rule" required>
            <option value="">{p('service.choose')}</option>
            {RULES.filter((rule) => !out.includes(rule)).map((rule) => (
              <option key={rule} value={rule}>
                {ruleName(rule)}
              </option>
            ))}
          </select>
        </label>
        <Field
          label={p('service.reason')}
          name="reason"
          required
          minLength={3}
          maxLength={1000}
          refused={refused.value}
        />
        <label class="field">
          <span>{p('service.until')}</span>
          <select name="until">
            {CHOICES.map((choice) => (
              <option key={choice} value={choice} selected={choice === 'h24'}>
                {p(`service.${choice}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <FormProblem refused={refused.value} fields={['reason']} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {p('service.doTake')}
        </button>
        <button type="button" onClick={() => onDone(null)}>
          {p('rules.cancel')}
        </button>
      </div>
    </form>
  )
}
