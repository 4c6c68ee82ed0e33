import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { User } from '../../server/model/session.ts'
import type { StagePlan } from '../../server/model/stage-plan.ts'
import type { Requests } from '../orders/requests.ts'
import { param, setParams } from '../state/address.ts'
import { mayChange } from '../state/may.ts'
import type { OwnStages } from '../text/orders.ts'
import { t } from '../text/supply.ts'
import { useOpenLines } from './known-lines.ts'
import { PlanForm } from './plan-form.tsx'
import { PlanItem } from './plan-item.tsx'
import type { SupplyRequests } from './requests.ts'

const NEW = 'new'
type Props = { user: User; requests: Requests; supply: SupplyRequests; names: OwnStages }

/** The plans by which new lines get their stages. */
export const PlansPage = ({ user, requests, supply, names }: Props) => {
  const { lines } = useOpenLines(requests)
  const plans = useSignal<StagePlan[] | null>(null)
  const suppliers = useSignal<{ id: string; name: string }[]>([])
  const problem = useSignal<string | null>(null)
  const mayEdit = mayChange(user) && user.organisation.kind !== 'carrier'
  const open = mayEdit ? param('plan') : null
  const load = async (): Promise<void> => {
    const answer = await supply.plans()
    problem.value = answer.ok ? null : answer.message
    if (answer.ok) plans.value = answer.value.items
  }
  useEffect(() => {
    void load()
    void requests.organisations().then((answer) => {
      if (answer.ok) suppliers.value = answer.value.items.filter(({ kind }) => kind === 'supplier')
    })
  }, [])
  useEffect(() => {
    document.title = `${t('plans.title')} · Zaitu`
  })
  const families = [...new Set(lines.value.flatMap(({ line }) => (line.family === null ? [] : [line.family])))].sort()
  const show = (plan: string | null): void => setParams({ plan }, { replace: false })
  const changed = plans.value?.find(({ id }) => id === open) ?? null
  const form = (plan: StagePlan | null) => (
    <PlanForm
      key={plan?.id ?? NEW}
      plan={plan}
      plans={plans.value ?? []}
      suppliers={suppliers.value}
      families={families}
      names={names}
      supply={supply}
      onDone={(saved) => {
        show(null)
        if (saved) void load()
      }}
    />
  )
  const end = async (id: string): Promise<string | null> => {
    const answer = await supply.endPlan(id)
    if (!answer.ok) return answer.message
    await load()
    return null
  }
  return (
    <div class="page orders supply">
      <header class="manage-head">
        <div>
          <h1>{t('plans.title')}</h1>
          <p class="muted">{t('plans.lead')}</p>
          <p class="muted">{t('plans.order')}</p>
        </div>
        {mayEdit ? (
          open === null && (
            <button type="button" class="primary" onClick={() => show(NEW)}>
              {t('plans.new')}
            </button>
          )
        ) : (
          <p class="muted">{t('plans.lookOnly')}</p>
        )}
      </header>
      <div role="alert">{problem.value !== null && <p class="note-bad">{problem}</p>}</div>
      {open === NEW && form(null)}
      {plans.value === null
        ? problem.value === null && <p class="panel empty">{t('app.loading')}</p>
        : plans.value.length === 0 && open !== NEW && <p class="panel empty">{t('plans.none')}</p>}
      <ul class="plans">
        {plans.value?.map((plan) =>
          plan === changed ? (
            <li key={plan.id}>{form(plan)}</li>
          ) : (
            <PlanItem
              key={plan.id}
              plan={plan}
              names={names}
              mayEdit={mayEdit && open === null}
              onChange={() => show(plan.id)}
              onEnd={() => end(plan.id)}
            />
          ),
        )}
      </ul>
    </div>
  )
}
