import { useSignal } from '@preact/signals'
import type { Exposure, ExposureBudget } from '../../server/model/exposure.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import { units } from '../state/preferences.ts'
import { e } from '../text/exposure-words.ts'
import { unitSign } from '../text/values.ts'
import { fromShown, toShown } from '../units.ts'
import { useZaitu } from '../zaitu.ts'
import { degreeHourSign, degreeHoursFromShown, degreeHoursToShown } from './degree-hours.ts'
import type { ExposureRequests } from './requests.ts'

type Row = { key: number; above: string; minutes: string; degrees: string }
const shown = (value: number): string => String(Math.round(value * 1e3) / 1e3)
const MOST = 10

const rowsOf = (budgets: Exposure['budgets']): Row[] =>
  budgets.map(({ above, allowedMinutes, allowedDegreeHours }, key) => ({
    key,
    above: shown(toShown('temperature', above, units.peek())),
    minutes: allowedMinutes === null ? '' : shown(allowedMinutes),
    degrees: allowedDegreeHours === null ? '' : shown(degreeHoursToShown(allowedDegreeHours, units.peek())),
  }))

const budgetOf = ({ above, minutes, degrees }: Row): ExposureBudget => ({
  above: fromShown('temperature', Number(above), units.peek()),
  ...(minutes !== '' && { minutes: Number(minutes) }),
  ...(degrees !== '' && { degreeHours: degreeHoursFromShown(Number(degrees), units.peek()) }),
})

type Props = {
  substanceId: string
  product: string
  budgets: Exposure['budgets']
  requests: ExposureRequests
  onDone(changed: boolean): void
}

/** How long a product may be above which temperatures over a trip; an empty list takes the budget away. */
export const BudgetForm = ({ substanceId, product, budgets, requests, onDone }: Props) => {
  const { toasts } = useZaitu()
  const rows = useSignal<Row[]>(
    budgets.length === 0 ? [{ key: 0, above: '', minutes: '', degrees: '' }] : rowsOf(budgets),
  )
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const put = (key: number, change: Partial<Row>): void => {
    rows.value = rows.value.map((row) => (row.key === key ? { ...row, ...change } : row))
  }
  const save = async (event: Event): Promise<void> => {
    event.preventDefault()
    busy.value = true
    const answer = await requests.setBudgets(substanceId, rows.value.map(budgetOf))
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (!answer.ok) return
    toasts.say(e('exposure.saved'))
    onDone(true)
  }
  const degrees = e('exposure.fieldDegrees', { unit: degreeHourSign(units.value) })
  return (
    <form class="limit-form" onSubmit={save}>
      <p class="muted">{e('exposure.setLead', { product })}</p>
      {rows.value.map((row) => (
        <div key={row.key} class="exposure-row">
          <Field
            label={e('exposure.fieldAbove', { unit: unitSign('temperature') })}
            name={`above-${row.key}`}
            type="number"
            step="any"
            required
            value={row.above}
            onInput={({ currentTarget }) => put(row.key, { above: currentTarget.value })}
          />
          <Field
            label={e('exposure.fieldMinutes')}
            name={`minutes-${row.key}`}
            type="number"
            step="any"
            min={0}
            required={row.degrees === ''}
            value={row.minutes}
            onInput={({ currentTarget }) => put(row.key, { minutes: currentTarget.value })}
          />
          <Field
            label={degrees}
            name={`degrees-${row.key}`}
            type="number"
            step="any"
            min={0}
            required={row.minutes === ''}
            value={row.degrees}
            onInput={({ currentTarget }) => put(row.key, { degrees: currentTarget.value })}
          />
          <button
            type="button"
            class="plain"
            onClick={() => {
              rows.value = rows.value.filter(({ key }) => key !== row.key)
            }}
          >
            {e('exposure.remove')}
          </button>
        </div>
      ))}
      <FormProblem refused={refused.value} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {e('exposure.save')}
        </button>
        {rows.value.length < MOST && (
          <button
            type="button"
            onClick={() => {
              const key = Math.max(-1, ...rows.value.map((row) => row.key)) + 1
              rows.value = [...rows.value, { key, above: '', minutes: '', degrees: '' }]
            }}
          >
            {e('exposure.add')}
          </button>
        )}
        <button type="button" onClick={() => onDone(false)}>
          {e('exposure.cancel')}
        </button>
      </div>
    </form>
  )
}
