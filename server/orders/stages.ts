import type { Milestone } from '../model/milestone.ts'
import type { PlannedStage, StageState } from '../model/order.ts'
import { lotOf, standing, toldOf } from './said.ts'

export type Heard = Pick<Milestone, 'id' | 'stage' | 'classifier' | 'at' | 'progress' | 'corrects'> &
  Partial<Pick<Milestone, 'key' | 'lot' | 'saidAt' | 'recordedAt'>>

const wordOf = (one: Heard) => ({
  ...one,
  at: Date.parse(one.at),
  written: one.at,
  saidAt: one.saidAt == null ? null : Date.parse(one.saidAt),
  recordedAt: one.recordedAt === undefined ? 0 : Date.parse(one.recordedAt),
})

/**
 * Where each stage of a plan stands, from everything that was said of the line, by the rules that the forecast goes by
 * (said.ts), in whichever order it is handed over.
 */
export const stageStates = (plan: readonly PlannedStage[], heard: readonly Heard[]): StageState[] => {
  const words = standing(heard.map(wordOf))
  return plan.map(({ stage, weight, plannedAt, usualDays = null }) => {
    const { done, planned, estimated, progress } = toldOf(words.filter((one) => one.stage === stage))
    return {
      stage,
      weight,
      plannedAt: planned?.written ?? plannedAt,
      estimatedAt: estimated?.written ?? null,
      actualAt: done?.written ?? null,
      usualDays,
      progress,
    }
  })
}

/** Of which lot the line is, from everything that was said of it; null where nobody said. */
export const heardLot = (heard: readonly Heard[]): string | null =>
  heard.some(({ lot }) => lot != null) ? lotOf(standing(heard.map(wordOf))) : null

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
