import { ruleName } from '../alarms/alarm-text.ts'
import { DEADBANDS, draftOf, NUMBERS, usual } from '../quality/settings-draft.ts'
import { p } from '../text/shipment-rules-words.ts'
import { dayTime } from '../text/times.ts'
import type { OwnSettings } from './requests.ts'

type Line = { name: string; value: string; usual: string }

const linesOf = ({ own, defaults }: OwnSettings): Line[] => {
  const { deadband, numbers, delays } = draftOf(own)
  const minutes = (ms: number | undefined): string => String((ms ?? 0) / 60_000)
  return [
    ...DEADBANDS.map((name) => ({
      name: p(`set.deadband.${name}`),
      value: deadband[name] ?? '',
      usual: String(defaults.deadband[name]),
    })),
    ...NUMBERS.map((name) => ({ name: p(`set.${name}`), value: numbers[name] ?? '', usual: usual(defaults, name) })),
    ...delays.flatMap(({ rule, on, off }) => [
      { name: p('rules.onDelay', { rule: ruleName(rule) }), value: on, usual: minutes(defaults.onDelayMs[rule]) },
      { name: p('rules.offDelay', { rule: ruleName(rule) }), value: off, usual: minutes(defaults.offDelayMs[rule]) },
    ]),
  ].filter(({ value }) => value !== '')
}

/** What is set otherwise here than on all shipments, by whom and since when. */
export const OwnSummary = ({ answer }: { answer: OwnSettings }) => {
  const lines = linesOf(answer)
  const last = answer.history.at(-1)
  return (
    <div class="rules-part">
      {lines.length === 0 ? (
        <p class="muted">{p('rules.as')}</p>
      ) : (
        <>
          <h3>{p('rules.own')}</h3>
          <dl class="rules-own">
            {lines.map(({ name, value, usual }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{p('rules.value', { value, usual })}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {last !== undefined && (
        <p class="muted">{p('rules.by', { name: last.setBy ?? p('rules.somebody'), time: dayTime(last.from) })}</p>
      )}
    </div>
  )
}
