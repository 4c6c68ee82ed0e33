import type { Exposure } from '../../server/model/exposure.ts'
import { e } from '../text/exposure-words.ts'
import { dayTime, duration } from '../text/times.ts'
import { number, withUnit } from '../text/values.ts'
import { degreeHours } from './degree-hours.ts'

type Budget = Exposure['budgets'][number]

const minutes = (value: number): string => duration(value * 60)
/** Never 100 % where something is missing, never 0 % where something is there. */
const percent = (share: number): string => {
  const whole = Math.round(share * 100)
  return (whole === 100 && share < 1) || (whole === 0 && share > 0) || share < 0.1
    ? number(share < 1 ? Math.min(share, 0.9999) * 100 : share * 100, share > 0.9 ? 2 : 1)
    : number(whole)
}

const Beyond = ({ beyond }: Pick<Exposure, 'beyond'>) => (
  <table class="limits-table exposure-table">
    <thead>
      <tr>
        <th scope="col">{e('exposure.limit')}</th>
        <th scope="col" class="numeric">
          {e('exposure.time')}
        </th>
        <th scope="col" class="numeric">
          {e('exposure.degrees')}
        </th>
      </tr>
    </thead>
    <tbody>
      {beyond.map(({ side, limit, minutes: was, degreeHours: degrees }) => (
        <tr key={side}>
          <th scope="row">
            {limit === null ? e('exposure.was') : e(`exposure.${side}`, { value: withUnit('temperature', limit) })}
          </th>
          {was === 0 ? (
            <td class="numeric muted" colSpan={2}>
              {e('exposure.never')}
            </td>
          ) : (
            <>
              <td class="numeric">{minutes(was)}</td>
              <td class="numeric">{degreeHours(degrees)}</td>
            </>
          )}
        </tr>
      ))}
    </tbody>
  </table>
)

const BudgetItem = ({ budget }: { budget: Budget }) => {
  const { above, used, allowedMinutes, allowedDegreeHours } = budget
  const isOver = used > 1
  const said = e(isOver ? 'exposure.over' : 'exposure.used', { share: percent(used) })
  return (
    <li class={isOver ? 'over' : undefined}>
      <span>{e('exposure.above', { value: withUnit('temperature', above) })}</span>
      <b>{said}</b>
      {/* the words say it; the bar is for the eye */}
      <span class="exposure-bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, used * 100)}%` }} />
      </span>
      <span class="muted">
        {[
          allowedMinutes === null
            ? null
            : e('exposure.ofTime', { was: minutes(budget.minutes), allowed: minutes(allowedMinutes) }),
          allowedDegreeHours === null
            ? null
            : e('exposure.ofTime', { was: degreeHours(budget.degreeHours), allowed: degreeHours(allowedDegreeHours) }),
        ]
          .filter((part) => part !== null)
          .join(' · ')}
      </span>
    </li>
  )
}

/** How warm a cargo has been for how long, how much of the time is known, and what is used of the product's budget. */
export const ExposureFacts = ({ exposure, product }: { exposure: Exposure; product: string }) => {
  const { meanKineticCelsius, coverage, from, to, knownMinutes, beyond, budgets } = exposure
  if (meanKineticCelsius === null) return <p class="muted exposure-part">{e('exposure.none')}</p>
  const unknown = (Date.parse(to) - Date.parse(from)) / 60_000 - knownMinutes
  return (
    <>
      <dl class="exposure-part exposure-figures">
        <div>
          <dt>{e('exposure.kinetic')}</dt>
          <dd>{withUnit('temperature', meanKineticCelsius)}</dd>
        </div>
        <div>
          <dt>{e('exposure.coverage')}</dt>
          <dd>
            {e('exposure.known', { share: percent(coverage) })}
            {unknown >= 1 && <span class="muted"> · {e('exposure.gap', { time: minutes(unknown) })}</span>}
          </dd>
        </div>
      </dl>
      {beyond.length === 0 ? <p class="muted exposure-part">{e('exposure.noLimits')}</p> : <Beyond beyond={beyond} />}
      <div class="exposure-part">
        <h3>{e('exposure.budgets')}</h3>
        {budgets.length === 0 ? (
          <p class="muted">{e('exposure.noBudget', { product })}</p>
        ) : (
          <ul class="exposure-budgets">
            {budgets.map((budget) => (
              <BudgetItem key={budget.above} budget={budget} />
            ))}
          </ul>
        )}
        <p class="muted exposure-lead">{e('exposure.lead', { from: dayTime(from) })}</p>
      </div>
    </>
  )
}
