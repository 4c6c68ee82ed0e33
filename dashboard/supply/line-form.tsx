import { useSignal } from '@preact/signals'
import type { Order } from '../../server/model/order.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormProblem } from '../manage/form.tsx'
import type { Line } from '../orders/risk.ts'
import type { OwnStages } from '../text/orders.ts'
import { t } from '../text/supply.ts'
import { namer } from './own-names.ts'
import type { SupplyRequests } from './requests.ts'
import { dateField, draftOf, lineStages, momentOf, type StageDraft } from './stage-draft.ts'
import { StageEditor } from './stage-editor.tsx'

type Props = {
  order: Order
  line: Line
  names: OwnStages
  supply: SupplyRequests
  onDone(changed: Order | null): void
}

/** What may be changed of a line, as it is, to be changed; only what is another is sent. */
export const LineForm = ({ order, line, names, supply, onDone }: Props) => {
  const needBy = useSignal(dateField(line.needBy))
  const quantity = useSignal(String(line.quantity))
  const unit = useSignal(line.unit)
  const family = useSignal(line.family ?? '')
  const reason = useSignal('')
  const stages = useSignal<StageDraft[] | null>(null)
  const problem = useSignal<string | null>(null)
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const before = line.stages.map(draftOf)
  const isOtherPlan = stages.value !== null && JSON.stringify(stages.value) !== JSON.stringify(before)
  const save = async (): Promise<void> => {
    const due = momentOf(needBy.value, line.needBy)
    const kind = family.value.trim() || null
    const patch = {
      ...(due !== null && needBy.value !== dateField(line.needBy) && { needBy: due }),
      ...(Number(quantity.value) !== line.quantity && { quantity: Number(quantity.value) }),
      ...(unit.value.trim() !== line.unit && { unit: unit.value.trim() }),
      ...(kind !== line.family && { family: kind }),
      ...(isOtherPlan && stages.value !== null && { stages: lineStages(stages.value) }),
    }
    if (Object.keys(patch).length === 0) {
      problem.value = t('change.same')
      return
    }
    problem.value = null
    busy.value = true
    const why = reason.value.trim()
    const answer = await supply.changeLine(order.id, line.line, { ...patch, ...(why !== '' && { reason: why }) })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onDone(answer.value)
  }
  return (
    <form
      class="receipt-form"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <div class="fields">
        <Field
          label={t('change.needBy')}
          name="needBy"
          type="date"
          required
          value={needBy.value}
          onInput={(event) => (needBy.value = event.currentTarget.value)}
          refused={refused.value}
        />
        <Field
          label={t('change.quantity')}
          name="lineQuantity"
          type="number"
          inputMode="decimal"
          step="any"
          min="0"
          required
          value={quantity.value}
          onInput={(event) => (quantity.value = event.currentTarget.value)}
        />
        <Field
          label={t('change.unit')}
          name="unit"
          required
          maxLength={20}
          value={unit.value}
          onInput={(event) => (unit.value = event.currentTarget.value)}
          refused={refused.value}
        />
        <Field
          label={t('change.family')}
          name="family"
          maxLength={100}
          value={family.value}
          onInput={(event) => (family.value = event.currentTarget.value)}
          refused={refused.value}
        />
      </div>
      {stages.value === null ? (
        <button type="button" onClick={() => (stages.value = before)}>
          {t('change.stages')}
        </button>
      ) : (
        <StageEditor
          dated
          drafts={stages.value}
          names={names}
          onName={namer(supply)}
          onChange={(changed) => (stages.value = changed)}
        />
      )}
      <label>
        <span>{t('change.reason')}</span>
        <textarea
          name="reason"
          rows={2}
          maxLength={1000}
          value={reason.value}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
      </label>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      <FormProblem refused={refused.value} fields={['needBy', 'unit', 'family']} />
      <footer class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {t('change.save')}
        </button>
        <button type="button" onClick={() => onDone(null)}>
          {t('plans.cancel')}
        </button>
      </footer>
    </form>
  )
}
