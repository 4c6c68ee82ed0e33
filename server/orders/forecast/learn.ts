import type { Effects } from './effects.ts'
import { fitPromises } from './fit.ts'
import { asKnown, DAY_MS, type LineFacts, standingAt } from './known.ts'
import { graceOf } from './spread.ts'

/** The way from the last stage to the receipt, learnt like a stage. */
export const WAY = '~way'

/** Days are never 0 on a scale of ratios. */
export const OFFSET_DAYS = 0.5
/** An estimate for tomorrow is a day off as easily as one for next week. */
export const LEAD_OFFSET_DAYS = 1
/** Standard deviations of the log before anything is learnt, and how many examples they weigh as much as. */
const DURATION = { sigma: 0.4, weight: 8, least: 0.15, most: 1.2, doubt: 0.3, kept: 0.1 }
const ESTIMATE = { sigma: 0.4, weight: 5, least: 0.1, most: 1.2, doubt: 0.25, kept: 0.1 }

/** A duration that ended, in days; `baseDays`: what the plan said, else what is usual without one. */
export type Duration = {
  stage: string
  days: number
  baseDays: number
  isPlanned: boolean
  began: number
  known: number
}
/** What became of an estimate; days from when it was said. `by`: who said it, for nobody answers for another's word. */
export type Kept = { by: string; stage: string; days: number; saidDays: number; began: number; known: number }
export type Lesson = { supplierId: string; product: string; durations: Duration[]; estimates: Kept[] }

export type Learnt = {
  durations: Effects
  estimates: Effects
  /** standard deviation of the log of what comes next */
  durationSigma(supplierId: string, stage: string): number
  /** `by`: who estimates, which may be the buyer */
  estimateSigma(by: string, stage: string): number
  /** the share of plans, and of estimates, that are kept to the day */
  durationKept(supplierId: string): number
  estimateKept(by: string): number
  /** how many stages were learnt from */
  size: number
}

export const durationLevels = (supplierId: string, product: string, stage: string, isPlanned: boolean) => [
  stage,
  supplierId,
  `${supplierId} ${stage}`,
  product,
  `${product} ${stage}`,
  isPlanned ? null : stage,
]
export const estimateLevels = (by: string, stage: string) => [by, `${by} ${stage}`]

/** What a stage takes of which no plan says how long, days, before anything is learnt; one that weighs more takes longer. */
const USUAL_STAGE_DAYS = 5
export const withoutPlan = (standings: readonly { weight: number }[], weight: number): number =>
  (USUAL_STAGE_DAYS * weight * standings.length) / standings.reduce((sum, one) => sum + one.weight, 0)
export const USUAL_WAY_DAYS = 2.5

/** What a line teaches, as far as it was known at `asOf`. */
export const lessonOf = (facts: LineFacts, asOf: number): Lesson => {
  const line = asKnown(facts, asOf)
  const lesson: Lesson = { supplierId: facts.supplierId, product: line.product, durations: [], estimates: [] }
  const words = standingAt(facts.said, asOf)
  let began = line.orderedAt
  for (const { stage, weight, planDays, doneAt, learntAt } of line.standings) {
    if (doneAt !== null && learntAt !== null) {
      const said = words.filter((one) => one.stage === stage && one.classifier === 'estimated' && one.since < doneAt)
      for (const one of said)
        lesson.estimates.push({
          by: one.by ?? facts.supplierId, stage, days: (doneAt - one.since) / DAY_MS,
          saidDays: Math.max(0, one.at - one.since) / DAY_MS, began: one.since, known: learntAt,
        }) // biome-ignore format: an estimate, and what became of it
      if (began !== null && doneAt >= began)
        lesson.durations.push({
          stage, days: (doneAt - began) / DAY_MS, baseDays: planDays ?? withoutPlan(line.standings, weight), isPlanned: planDays !== null,
          began, known: learntAt,
        }) // biome-ignore format: a duration, and what the plan said
    }
    // after a stage that was skipped nobody knows how long the next one took
    began = doneAt
  }
  const complete = line.receipts.filter(({ quantity, more }) => quantity > 0 && !more)
  const arrived = complete.reduce((last, one) => Math.max(last, one.at), Number.NEGATIVE_INFINITY)
  if (began !== null && arrived >= began)
    lesson.durations.push({
      stage: WAY, days: (arrived - began) / DAY_MS, baseDays: USUAL_WAY_DAYS, isPlanned: false, began,
      known: Math.max(...complete.map(({ recordedAt }) => recordedAt)),
    }) // biome-ignore format: the way
  return lesson
}

/** Learns from what was known at `now`; epoch ms. Pure: the same lessons in any order teach the same, but for rounding. */
export const learn = (lessons: readonly Lesson[], now: number): Learnt => {
  const durations = lessons.flatMap(({ supplierId, product, durations: all }) =>
    all.map((one) => ({
      supplierId,
      stage: one.stage,
      days: one.days,
      age: (now - one.began) / DAY_MS,
      known: one.known,
      onTime: one.isPlanned ? Math.abs(one.days - one.baseDays) <= graceOf(one.baseDays) : null,
      log: Math.log((one.days + OFFSET_DAYS) / (one.baseDays + OFFSET_DAYS)),
      levels: durationLevels(supplierId, product, one.stage, one.isPlanned),
    })),
  )
  const estimates = lessons.flatMap(({ estimates: all }) =>
    all.map((one) => ({
      supplierId: one.by,
      stage: one.stage,
      days: one.days,
      age: (now - one.began) / DAY_MS,
      known: one.known,
      onTime: Math.abs(one.days - one.saidDays) <= graceOf(one.saidDays),
      log: Math.log((one.days + LEAD_OFFSET_DAYS) / (one.saidDays + LEAD_OFFSET_DAYS)),
      levels: estimateLevels(one.by, one.stage),
    })),
  )
  const took = fitPromises(durations, now, [6, 4, 3, 8, 8, 3], DURATION)
  const kept = fitPromises(estimates, now, [3, 4], ESTIMATE)
  return {
    durations: took.effects,
    estimates: kept.effects,
    durationSigma: took.sigma,
    durationKept: took.kept,
    estimateKept: kept.kept,
    estimateSigma: kept.sigma,
    size: durations.length,
  }
}

export const NOTHING_LEARNT: Learnt = learn([], 0)
