import { type Effects, type Example, expectedLog, fitEffects } from './effects.ts'
import { asKnown, DAY_MS, type LineFacts } from './known.ts'
import { standsFor } from './mature.ts'

/** The way from the last stage to the receipt, learnt like a stage. */
export const WAY = '~way'

/** Days are never 0 on a scale of ratios. */
export const OFFSET_DAYS = 0.5
/** An estimate for tomorrow is a day off as easily as one for next week. */
export const LEAD_OFFSET_DAYS = 1
const HALF_LIFE_MS = 270 * DAY_MS
/** The plan is believed as much as so many stages that took just as long. */
const PRIOR = 4
/** Standard deviations of the log before anything is learnt, and how many examples they weigh as much as. */
const DURATION = { sigma: 0.4, weight: 8, least: 0.15, most: 1.2, doubt: 0.3 }
const ESTIMATE = { sigma: 0.4, weight: 5, least: 0.1, most: 1.2, doubt: 0.25 }
/** What was fitted is nearer to its own examples than to the next one. */
const WIDER = 1.1
/** A supplier's own spread against everybody's. */
const OWN_WEIGHT = 8

/** A duration that ended, in days; `baseDays`: what the plan said, else what is usual without one. */
export type Duration = {
  stage: string
  days: number
  baseDays: number
  isPlanned: boolean
  began: number
  known: number
}
/** What became of an estimate; days from when it was said. */
export type Kept = { stage: string; days: number; saidDays: number; began: number; known: number }
export type Lesson = { supplierId: string; product: string; durations: Duration[]; estimates: Kept[] }

export type Learnt = {
  durations: Effects
  estimates: Effects
  /** standard deviation of the log of what comes next */
  durationSigma(supplierId: string, stage: string): number
  estimateSigma(supplierId: string, stage: string): number
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
export const estimateLevels = (supplierId: string, stage: string) => [supplierId, `${supplierId} ${stage}`]

/** What a stage takes of which no plan says how long, days, before anything is learnt; one that weighs more takes longer. */
const USUAL_STAGE_DAYS = 5
export const withoutPlan = (standings: readonly { weight: number }[], weight: number): number =>
  (USUAL_STAGE_DAYS * weight * standings.length) / standings.reduce((sum, one) => sum + one.weight, 0)
export const USUAL_WAY_DAYS = 2.5

/** What a line teaches, as far as it was known at `asOf`. */
export const lessonOf = (facts: LineFacts, asOf: number): Lesson => {
  const line = asKnown(facts, asOf)
  const lesson: Lesson = { supplierId: facts.supplierId, product: line.product, durations: [], estimates: [] }
  let began = line.orderedAt
  for (const { stage, weight, planDays, doneAt, learntAt } of line.standings) {
    if (doneAt !== null && learntAt !== null) {
      const said = facts.said.filter(
        (one) =>
          one.stage === stage && one.classifier === 'estimated' && one.recordedAt < doneAt && one.recordedAt <= asOf,
      )
      for (const one of said)
        lesson.estimates.push({
          stage, days: (doneAt - one.recordedAt) / DAY_MS, saidDays: Math.max(0, one.at - one.recordedAt) / DAY_MS,
          began: one.recordedAt, known: learntAt,
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
      log: Math.log((one.days + OFFSET_DAYS) / (one.baseDays + OFFSET_DAYS)),
      levels: durationLevels(supplierId, product, one.stage, one.isPlanned),
    })),
  )
  const estimates = lessons.flatMap(({ supplierId, estimates: all }) =>
    all.map((one) => ({
      supplierId,
      stage: one.stage,
      days: one.days,
      age: (now - one.began) / DAY_MS,
      known: one.known,
      log: Math.log((one.days + LEAD_OFFSET_DAYS) / (one.saidDays + LEAD_OFFSET_DAYS)),
      levels: estimateLevels(supplierId, one.stage),
    })),
  )
  const took = fitted(durations, now, [6, 4, 3, 8, 8, 3], DURATION)
  const kept = fitted(estimates, now, [3, 4], ESTIMATE)
  return {
    durations: took.effects,
    estimates: kept.effects,
    durationSigma: took.sigma,
    estimateSigma: kept.sigma,
    size: durations.length,
  }
}

type Lived = Example & { supplierId: string; stage: string; days: number; age: number }

const fitted = (
  lived: readonly Lived[],
  now: number,
  shrink: readonly number[],
  prior: { sigma: number; weight: number; least: number; most: number; doubt: number },
): { effects: Effects; sigma: (supplierId: string, stage: string) => number } => {
  const recency = lived.map(({ known }) => 2 ** (-(now - known) / HALF_LIFE_MS))
  const factors = standsFor(
    lived.map(({ days, age }) => ({ value: days, age: Math.max(age, days) })),
    recency,
  )
  const examples: Example[] = lived.map(({ log, levels, known }, index) => ({
    log: Math.min(3, Math.max(-3, log)),
    levels,
    known,
    weight: factors[index] ?? 1,
  }))
  // the plan itself, as if it had been kept to so many times
  const none = shrink.map(() => null)
  examples.push({ log: 0, levels: none, known: now, weight: PRIOR })
  const effects = fitEffects(examples, now, { halfLifeMs: HALF_LIFE_MS, shrink }, undefined, 3)
  const of = new Map<string, { squares: number; weight: number }>()
  const all = { squares: prior.weight * prior.sigma ** 2, weight: prior.weight }
  for (const [index, { supplierId, stage, levels }] of lived.entries()) {
    const weight = (recency[index] ?? 0) * (factors[index] ?? 1)
    const squares = weight * ((examples[index]?.log ?? 0) - expectedLog(effects, levels)) ** 2
    for (const key of [supplierId, stage, null]) {
      const sums = key === null ? all : (of.get(key) ?? { squares: 0, weight: 0 })
      if (key !== null) of.set(key, sums)
      sums.squares += squares
      sums.weight += weight
    }
  }
  const variance = all.squares / all.weight
  /** How much more, or less, it spreads than everything does; thin evidence is held to mean little. */
  const ratio = (key: string): number => {
    const { squares, weight } = of.get(key) ?? { squares: 0, weight: 0 }
    return (squares / variance + OWN_WEIGHT) / (weight + OWN_WEIGHT)
  }
  const sigma = (supplierId: string, stage: string): number => {
    // what is known of few is itself in doubt
    const doubt = prior.doubt ** 2 * (OWN_WEIGHT / ((of.get(supplierId)?.weight ?? 0) + OWN_WEIGHT))
    const spread = Math.sqrt(variance * ratio(supplierId) * ratio(stage) + doubt)
    return Math.min(prior.most, Math.max(prior.least, WIDER * spread))
  }
  return { effects, sigma }
}

export const NOTHING_LEARNT: Learnt = learn([], 0)
