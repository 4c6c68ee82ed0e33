import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { StagePlan } from '../../server/model/stage-plan.ts'
import { type OwnStages, stageName } from '../text/orders.ts'
import { t } from '../text/supply.ts'
import { daysText } from './scorecard-text.ts'

/** For which lines a plan is. */
export const planName = ({ family, supplierName }: Pick<StagePlan, 'family' | 'supplierName'>): string => {
  if (family !== null && supplierName !== null) return t('plans.forBoth', { family, supplier: supplierName })
  if (family !== null) return t('plans.forFamily', { family })
  return supplierName === null ? t('plans.forAll') : t('plans.forSupplier', { supplier: supplierName })
}

const total = ({ stages }: StagePlan): string => {
  // the first stage begins when the order is entered
  const days = stages.map(({ usualDays }) => usualDays)
  if (days.some((one) => one === null)) return t('plans.daysUnknown')
  return t('plans.days', { days: Math.round(days.reduce<number>((sum, one) => sum + (one ?? 0), 0)) })
}

/** What was pressed is gone: the harmless one of what stands there now has the focus. */
const takeFocus = (button: HTMLButtonElement | null): void => button?.focus()

type Props = { plan: StagePlan; names: OwnStages; mayEdit: boolean; onChange(): void; onEnd(): Promise<string | null> }

/** A plan: for what, its stages in their order, and what can be done with it. */
export const PlanItem = ({ plan, names, mayEdit, onChange, onEnd }: Props) => {
  const asked = useSignal(false)
  const problem = useSignal<string | null>(null)
  // where all weigh the same, the weight says nothing
  const weighed = new Set(plan.stages.map(({ weight }) => weight)).size > 1
  const actions: ComponentChildren = asked.value ? (
    <div class="plan-end">
      <p>{t('plans.endSure')}</p>
      <button
        type="button"
        class="grave-sure"
        onClick={() => void onEnd().then((message) => (problem.value = message))}
      >
        {t('plans.end')}
      </button>
      <button type="button" ref={takeFocus} onClick={() => (asked.value = false)}>
        {t('plans.cancel')}
      </button>
    </div>
  ) : (
    <>
      <button type="button" onClick={onChange}>
        {t('plans.change')} <span class="hidden">{planName(plan)}</span>
      </button>
      <button type="button" class="grave" onClick={() => (asked.value = true)}>
        {t('plans.end')}… <span class="hidden">{planName(plan)}</span>
      </button>
    </>
  )
  return (
    <li class="panel plan" data-item={plan.id}>
      <header>
        <h2>{planName(plan)}</h2>
        <p class="muted">{total(plan)}</p>
      </header>
      <ol class="plan-stages">
        {plan.stages.map(({ stage, weight, usualDays }) => (
          <li key={stage}>
            <b>{stageName(stage, names)}</b>
            <span class="limit">
              {[
                usualDays === null ? null : t('editor.days', { days: daysText(usualDays) }),
                weighed ? t('editor.weighs', { weight }) : null,
              ]
                .filter((fact) => fact !== null)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ol>
      {mayEdit && <footer class="actions">{actions}</footer>}
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
    </li>
  )
}
