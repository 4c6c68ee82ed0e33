import type { Cause, Forecast } from '../../model/forecast.ts'
import { causesOf, type Told } from './causes.ts'
import { expectedLog } from './effects.ts'
import { asKnown, DAY_MS, type KnownLine, type LineFacts, type Standing } from './known.ts'
import {
  durationLevels,
  estimateLevels,
  LEAD_OFFSET_DAYS,
  type Learnt,
  OFFSET_DAYS,
  USUAL_WAY_DAYS,
  WAY,
  withoutPlan,
} from './learn.ts'
import { between, certain, chanceAbove, keptOrNot, laterOf, plus, type Spread, stillToGo, valueAt } from './spread.ts'
import { type Coming, comingOf } from './transit.ts'

/** What is on shipments is all of the line when no more than this share is missing: a tank is never filled to the litre. */
const ALL = 0.95
/** An effect that is learnt may stretch or shorten a stage so far, on the log. */
const MOST_EFFECT = 2

/**
 * When a line arrives, from what was known at `asOf` (epoch ms) and what had been learnt by then. Pure, and nothing is
 * drawn: the same facts give the same forecast. Never before `asOf`, unless it has arrived.
 *
 * Production is a sum of stages, each a log-logistic duration about what this supplier takes for it (the plan's own figure
 * where little is known); the stage that is going on is conditioned on the time it has taken already; an estimate is
 * blended in as far as this supplier's estimates have been kept. What is on its way comes at its observed pace, and the
 * line is there when the last of its shipments is.
 *
 * `slipDays`: what if its supplier slipped by so much with what has not left it yet.
 */
export const forecastLine = (facts: LineFacts, learnt: Learnt, asOf: number, slipDays = 0): Forecast => {
  const base = { asOf: new Date(asOf).toISOString() }
  const line = asKnown(facts, asOf)
  if (asOf < facts.createdAt || (line.cancelledAt !== null && line.cancelledAt <= asOf))
    return { ...base, p10: null, p50: null, p90: null, probabilityLate: null, causes: [], arrivedAt: null }
  const received = arrivalByReceipt(line)
  if (received !== null) return arrived(base, received, line.needBy)

  const production = produce(facts, line, { learnt, asOf, slipDays })
  const attached = facts.shipments.filter(
    ({ attachedAt, detachedAt }) => attachedAt <= asOf && (detachedAt === null || detachedAt > asOf),
  )
  const coming = attached.map((shipment) => comingOf(shipment, production.ready, asOf))
  const isAllShipped = covered(line, coming) >= ALL * line.quantity
  const last = lastArrival(coming)
  if (isAllShipped && last !== null) return arrived(base, last, line.needBy)

  const rest = isAllShipped ? certain(0) : plus(production.ready, production.way)
  const spread = coming.reduce((all, one) => laterOf(all, one.spread), rest)
  const instant = (level: number): string => new Date(asOf + Math.round(valueAt(spread, level) * DAY_MS)).toISOString()
  // once all of it is on its way, how its stages went is past mending
  const isUnderWay = isAllShipped && coming.every(({ hasDeparted }) => hasDeparted)
  const causes: Cause[] = causesOf({
    told: isUnderWay ? [] : production.told,
    coming,
    planEnd: isUnderWay ? null : planEnd(line, production.planWayDays),
    expected: asOf + valueAt(spread, 0.5) * DAY_MS,
    needBy: line.needBy,
  })
  return {
    ...base,
    p10: instant(0.1),
    p50: instant(0.5),
    p90: instant(0.9),
    probabilityLate: rounded(chanceAbove(spread, (line.needBy - asOf) / DAY_MS)),
    causes,
    arrivedAt: null,
  }
}

const rounded = (share: number): number => Math.round(share * 1e4) / 1e4

const arrived = (base: { asOf: string }, at: number, needBy: number): Forecast => {
  const then = new Date(at).toISOString()
  return { ...base, p10: then, p50: then, p90: then, probabilityLate: at > needBy ? 1 : 0, causes: [], arrivedAt: then }
}

const arrivalByReceipt = ({ receipts }: KnownLine): number | null => {
  const some = receipts.filter(({ quantity }) => quantity > 0)
  return some.some(({ more }) => !more) ? Math.max(...some.map(({ at }) => at)) : null
}

/** How much is on shipments, or here: what was received may have come on those that are there, or without any. */
const covered = ({ receipts }: KnownLine, coming: readonly Coming[]): number => {
  const sum = (all: readonly { quantity: number }[]): number => all.reduce((total, { quantity }) => total + quantity, 0)
  return Math.max(sum(coming), sum(receipts) + sum(coming.filter(({ arrivedAt }) => arrivedAt === null)))
}

/** When the last of them came, where all have. */
const lastArrival = (coming: readonly Coming[]): number | null =>
  coming.reduce<number | null>(
    (last, { arrivedAt }) => (last === null || arrivedAt === null ? null : Math.max(last, arrivedAt)),
    coming.length === 0 ? null : Number.NEGATIVE_INFINITY,
  )

/** Where the plan ends, with the usual way after it; null where it says nothing of its end. */
const planEnd = ({ standings, startedAt }: KnownLine, wayDays: number): number | null => {
  const planned = standings.at(-1)?.plannedAt
  if (planned != null) return planned + wayDays * DAY_MS
  const days = standings.reduce<number | null>(
    (sum, { planDays }) => (sum === null || planDays === null ? null : sum + planDays),
    0,
  )
  return days === null ? null : startedAt + (days + wayDays) * DAY_MS
}

type Production = {
  /** when the last stage is done, and how long from there to the destination where no shipment says it; days after `asOf` */
  ready: Spread
  way: Spread
  planWayDays: number
  told: Told[]
}

const produce = (
  facts: LineFacts,
  line: KnownLine,
  { learnt, asOf, slipDays }: { learnt: Learnt; asOf: number; slipDays: number },
): Production => {
  const { supplierId } = facts
  const { product } = line
  const sigma = (stage: string): number => learnt.durationSigma(supplierId, stage)
  const durationKept = learnt.durationKept(supplierId)
  // whoever said it is believed as far as they are: the buyer's own estimate is none of the supplier's
  const speakerOf = ({ estimate }: Standing): string => estimate?.by ?? supplierId
  // by precision: a supplier whose estimates are far off has less of a say than how long things take
  const belief = (standing: Standing): number => {
    const { stage } = standing
    const by = speakerOf(standing)
    const taken = (1 - durationKept) * sigma(stage) ** 2
    const told = (1 - learnt.estimateKept(by)) * learnt.estimateSigma(by, stage) ** 2
    return taken / (taken + told)
  }
  const effect = (stage: string, isPlanned: boolean): number =>
    Math.exp(bounded(expectedLog(learnt.durations, durationLevels(supplierId, product, stage, isPlanned))))
  /** Where it is not on time to the day. */
  const otherwise = ({ stage, planDays, weight }: Standing): number =>
    Math.max(
      0.1,
      ((planDays ?? withoutPlan(line.standings, weight)) + OFFSET_DAYS) * effect(stage, planDays !== null) -
        OFFSET_DAYS,
    )
  const usual = (standing: Standing): number =>
    standing.planDays === null
      ? otherwise(standing)
      : durationKept * standing.planDays + (1 - durationKept) * otherwise(standing)
  const going = (standing: Standing, elapsedDays: number): Spread => {
    const rest = { median: otherwise(standing), sigma: sigma(standing.stage), elapsed: elapsedDays }
    return standing.planDays === null
      ? stillToGo(rest.median, rest.sigma, rest.elapsed)
      : keptOrNot({ promised: standing.planDays, kept: durationKept }, rest)
  }
  const promised = (standing: Standing): Spread | null => {
    const { stage, estimate } = standing
    if (estimate === null) return null
    const by = speakerOf(standing)
    const lead = Math.max(0, estimate.at - estimate.saidAt) / DAY_MS + LEAD_OFFSET_DAYS
    const habit = Math.exp(bounded(expectedLog(learnt.estimates, estimateLevels(by, stage))))
    const elapsedDays = (asOf - estimate.saidAt) / DAY_MS + LEAD_OFFSET_DAYS
    return keptOrNot(
      { promised: lead, kept: learnt.estimateKept(by) },
      { median: lead * habit, sigma: learnt.estimateSigma(by, stage), elapsed: elapsedDays },
    )
  }

  const done = line.standings.findLastIndex(({ doneAt }) => doneAt !== null)
  // a stage that was done again later holds up what comes after it
  const since = line.standings.reduce((last, { doneAt }) => Math.max(last, doneAt ?? last), line.startedAt)
  const begun = done === -1 ? line.startedAt : since
  const elapsed = Math.max(0, asOf - begun) / DAY_MS
  const told: Told[] = pastOf(line, usual, done)
  let ready: Spread = certain(0)
  for (const [index, standing] of line.standings.entries()) {
    if (index <= done) continue
    const usualDays = usual(standing)
    const isNext = index === done + 1
    const pace = going(standing, isNext ? elapsed : 0)
    const left = 1 - Math.min(0.95, standing.progress ?? 0)
    const byPace = plus(ready, left === 1 ? pace : pace.map((value) => value * left))
    const estimated = promised(standing)
    ready = estimated === null ? byPace : between(byPace, estimated, belief(standing))
    const { stage, planDays, estimate } = standing
    told.push({
      stage,
      usualDays,
      planDays,
      elapsedDays: isNext ? elapsed : null,
      isDone: false,
      estimate: estimate === null ? null : { at: estimate.at, laterDays: valueAt(ready, 0.5) - valueAt(byPace, 0.5) },
    })
  }
  const wayDays = Math.max(0.1, (USUAL_WAY_DAYS + OFFSET_DAYS) * effect(WAY, false) - OFFSET_DAYS)
  const isMade = done === line.standings.length - 1
  return {
    ready: ready.map((value) => value + slipDays),
    way: stillToGo(wayDays, sigma(WAY), isMade ? elapsed : 0),
    planWayDays: Math.min(wayDays, USUAL_WAY_DAYS),
    told,
  }
}

const bounded = (effect: number): number => Math.min(MOST_EFFECT, Math.max(-MOST_EFFECT, effect))

/** How long the stages took that are done, where the one before each is known. */
const pastOf = (line: KnownLine, usual: (standing: Standing) => number, done: number): Told[] => {
  let began: number | null = line.startedAt
  return line.standings.slice(0, done + 1).map((standing) => {
    const { stage, planDays, doneAt } = standing
    const elapsedDays = began === null || doneAt === null || doneAt < began ? null : (doneAt - began) / DAY_MS
    began = doneAt
    return { stage, usualDays: usual(standing), planDays, elapsedDays, isDone: true, estimate: null }
  })
}
