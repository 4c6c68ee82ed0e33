import { useSignal } from '@preact/signals'
import type { RuleId } from '../../server/model/alarm.ts'
import type { OutOfService } from '../../server/model/rule-settings.ts'
import { ruleName } from '../alarms/alarm-text.ts'
import { now } from '../state/clock.ts'
import { p } from '../text/shipment-rules-words.ts'
import { dayTime } from '../text/times.ts'
import { useZaitu } from '../zaitu.ts'
import type { RulesRequests, Service } from './requests.ts'
import { ServiceForm } from './service-form.tsx'

const by = (name: string | null): string => name ?? p('rules.somebody')
const isOut = ({ to }: OutOfService): boolean => to === null || Date.parse(to) > now.value

type Props = {
  items: readonly OutOfService[]
  requests: RulesRequests
  mayChange: boolean
  onChanged(service: Service): void
}

/** Rules that are out of service on a shipment, why and until when, and those that were. */
export const ServicePart = ({ items, requests, mayChange, onChanged }: Props) => {
  const { toasts } = useZaitu()
  const taking = useSignal(false)
  const busy = useSignal(false)
  const out = items.filter(isOut)
  const earlier = items.filter((item) => !isOut(item))
  const putBack = async (rule: RuleId): Promise<void> => {
    busy.value = true
    const answer = await requests.putBack(rule)
    busy.value = false
    toasts.say(answer.ok ? p('service.back', { rule: ruleName(rule) }) : answer.message)
    if (answer.ok) onChanged(answer.value)
  }
  return (
    <div class="rules-part service-part">
      <div class="service-head">
        <h3>{p('service.title')}</h3>
        {mayChange && !taking.value && (
          <button
            type="button"
            onClick={() => {
              taking.value = true
            }}
          >
            {p('service.take')}
          </button>
        )}
      </div>
      {taking.value && (
        <ServiceForm
          requests={requests}
          out={out.map(({ rule }) => rule)}
          onDone={(service) => {
            taking.value = false
            if (service !== null) onChanged(service)
          }}
        />
      )}
      {out.length === 0 && <p class="muted">{p('service.none')}</p>}
      <ul>
        {out.map((item) => (
          <li key={item.rule} class="service-item">
            <div>
              <b>{ruleName(item.rule)}</b>: {item.reason}
              <p class="muted">
                {p('service.since', { time: dayTime(item.from), name: by(item.takenBy) })},{' '}
                {item.to === null ? p('service.putBack') : p('service.to', { time: dayTime(item.to) })}
              </p>
            </div>
            {mayChange && (
              <button
                type="button"
                disabled={busy.value}
                aria-label={p('service.putBackOf', { rule: ruleName(item.rule) })}
                onClick={() => void putBack(item.rule)}
              >
                {p('service.doPutBack')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {earlier.length > 0 && (
        <details>
          <summary>{p('service.earlier', { n: earlier.length })}</summary>
          <ul>
            {earlier.map((item) => (
              <li key={`${item.rule}${item.from}`}>
                {ruleName(item.rule)}: {item.reason}
                <p class="muted">
                  {p('service.ended', { from: dayTime(item.from), to: dayTime(item.to ?? ''), name: by(item.takenBy) })}
                  {item.putBackBy !== null && `, ${p('service.endedBy', { name: item.putBackBy })}`}
                </p>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
