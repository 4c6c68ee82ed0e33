import type { Milestone } from '../model/milestone.ts'
import type { PlannedStage, StageState } from '../model/order.ts'

export type Heard = Pick<Milestone, 'id' | 'stage' | 'classifier' | 'at' | 'progress' | 'corrects'>

/**
 * Where each stage of a plan stands, from everything that was said of the line in the order we learnt it: the last word
 * holds, and what was corrected does not count. An estimate that came before the stage was done says nothing any more.
 */
export const stageStates = (plan: readonly PlannedStage[], heard: readonly Heard[]): StageState[] => {
  const corrected = new Set(heard.map(({ corrects }) => corrects))
  const standing = heard.filter(({ id }) => !corrected.has(id))
  return plan.map(({ stage, weight, plannedAt, usualDays = null }) => {
    const of = standing.filter((one) => one.stage === stage)
    const last = (classifier: Heard['classifier']) => of.findLast((one) => one.classifier === classifier)
    const actual = last('actual')
    // a stage that is begun and not through is no stage done
    const done = actual !== undefined && (actual.progress === null || actual.progress >= 1)
    return {
      stage,
      weight,
      plannedAt: last('planned')?.at ?? plannedAt,
      estimatedAt: done ? null : (last('estimated')?.at ?? null),
      actualAt: done ? actual.at : null,
      usualDays,
      progress: done ? 1 : (of.findLast((one) => one.progress !== null)?.progress ?? null),
    }
  })
}

/** The last stage of the plan that is done: stages are skipped in real life, so an earlier one may be open. */
export const reachedStage = (states: readonly StageState[]): string | null =>
  states.findLast(({ actualAt }) => actualAt !== null)?.stage ?? null

/** Done weight over all weight, 0 to 1. What comes before a stage that is done counts as done. */
export const doneShare = (states: readonly StageState[]): number => {
  const last = states.findLastIndex(({ actualAt }) => actualAt !== null)
  const all = states.reduce((sum, { weight }) => sum + weight, 0)
  const done = states.reduce(
    (sum, { weight, progress }, index) => sum + weight * (index <= last ? 1 : (progress ?? 0)),
    0,
  )
  return all === 0 ? 0 : Math.min(1, done / all)
}
