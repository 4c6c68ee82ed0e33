import { useSignal } from '@preact/signals'
import type { StagePlan } from '../../server/model/stage-plan.ts'
import type { Refused } from '../api/client.ts'
import { Field, FormPanel, FormProblem } from '../manage/form.tsx'
import type { OwnStages } from '../text/orders.ts'
import { t } from '../text/supply.ts'
import { usualStages } from './known-stages.ts'
import { namer } from './own-names.ts'
import { planName } from './plan-item.tsx'
import type { SupplyRequests } from './requests.ts'
import { draftOf, planStages, type StageDraft } from './stage-draft.ts'
import { StageEditor } from './stage-editor.tsx'

type Props = {
  /** null: a new one */
  plan: StagePlan | null
  plans: readonly StagePlan[]
  suppliers: readonly { id: string; name: string }[]
  families: readonly string[]
  names: OwnStages
  supply: SupplyRequests
  onDone(saved: boolean): void
}

/** A plan as it is written: for which lines, and which stages in which order. */
export const PlanForm = ({ plan, plans, suppliers, families, names, supply, onDone }: Props) => {
  const family = useSignal(plan?.family ?? '')
  const supplierId = useSignal(plan?.supplierId ?? '')
  const drafts = useSignal<StageDraft[]>(
    (plan?.stages ?? usualStages.map((stage) => ({ stage, weight: 1, usualDays: null }))).map(draftOf),
  )
  const refused = useSignal<Refused | null>(null)
  const busy = useSignal(false)
  const meant = { family: family.value.trim() || null, supplierId: supplierId.value || null }
  const replaces =
    plan === null && plans.some((one) => one.family === meant.family && one.supplierId === meant.supplierId)
  const save = async (): Promise<void> => {
    busy.value = true
    const answer = await supply.setPlan({ ...meant, stages: planStages(drafts.value) })
    busy.value = false
    refused.value = answer.ok ? null : answer
    if (answer.ok) onDone(true)
  }
  return (
    <FormPanel title={plan === null ? t('plans.new') : t('plans.changing')} onSubmit={save}>
      {plan === null ? (
        <div class="fields">
          <Field
            label={t('plans.family')}
            name="family"
            list="families"
            maxLength={100}
            hint={t('plans.familyHint')}
            value={family.value}
            onInput={(event) => (family.value = event.currentTarget.value)}
            refused={refused.value}
          />
          <datalist id="families">
            {families.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
          <label>
            <span>{t('plans.supplier')}</span>
            <select
              name="supplierId"
              value={supplierId.value}
              onChange={(event) => (supplierId.value = event.currentTarget.value)}
            >
              <option value="">{t('plans.anySupplier')}</option>
              {suppliers.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </div>
      ) : (
        <p>{planName(plan)}</p>
      )}
      {replaces && <p role="status">{t('plans.replaces')}</p>}
      <StageEditor
        drafts={drafts.value}
        names={names}
        onName={namer(supply)}
        onChange={(changed) => (drafts.value = changed)}
      />
      <FormProblem refused={refused.value} fields={['family']} />
      <footer class="actions">
        <button type="submit" class="primary" disabled={busy.value}>
          {t('plans.save')}
        </button>
        <button type="button" onClick={() => onDone(false)}>
          {t('plans.cancel')}
        </button>
      </footer>
    </FormPanel>
  )
}
