import { type PlannedStage, USUAL_PLAN } from '../model/order.ts'

/** A plan that an organisation keeps: for a product family and a supplier, for one of them, or (both null) for the rest. */
export type KeptPlan = {
  family: string | null
  supplierId: string | null
  stages: readonly { stage: string; weight: number; usualDays: number | null }[]
}

const DAY_MS = 86_400_000

/**
 * The stages of a new line that names none: of the plan for its family and supplier, else for its family (what is made
 * decides more of how than who makes it), else for its supplier, else for all, else the usual ones. Where it is known when
 * the line was ordered (epoch ms), the usual durations give the planned dates, as far as they go without a gap. Pure.
 */
export const stagesFor = (
  plans: readonly KeptPlan[],
  { family, supplierId, orderedAt }: { family: string | null; supplierId: string; orderedAt: number | null },
): PlannedStage[] => {
  const wanted = family?.toLowerCase() ?? null
  const fits = (ofFamily: string | null, ofSupplier: string | null): KeptPlan | undefined =>
    plans.find((plan) => (plan.family?.toLowerCase() ?? null) === ofFamily && plan.supplierId === ofSupplier)
  const plan =
    (wanted === null ? undefined : (fits(wanted, supplierId) ?? fits(wanted, null))) ??
    fits(null, supplierId) ??
    fits(null, null)
  if (plan === undefined) return [...USUAL_PLAN]
  let at = orderedAt
  return plan.stages.map(({ stage, weight, usualDays }) => {
    at = at === null || usualDays === null ? null : at + usualDays * DAY_MS
    return { stage, weight, plannedAt: at === null ? null : new Date(at).toISOString(), usualDays }
  })
}
