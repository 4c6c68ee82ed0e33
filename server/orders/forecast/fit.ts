import { type Effects, type Example, expectedLog, fitEffects } from './effects.ts'
import { standsFor } from './mature.ts'

const HALF_LIFE_MS = 270 * 86_400_000
/** The plan is believed as much as so many stages that took just as long. */
const PRIOR = 4
/** A supplier's own spread and honesty against everybody's: so many examples of its own are believed half. */
const OWN_WEIGHT = 8
/** What was fitted is nearer to its own examples than to the next one. */
const WIDER = 1.1

/**
 * What took so long, `log` being by how much more than was promised; `age`: how long it could have taken at most, days.
 * `onTime`: whether it ended on the day that was promised; null where none was.
 */
export type Lived = Example & {
  supplierId: string
  stage: string
  days: number
  age: number
  onTime: boolean | null
}

/** Before anything is learnt: standard deviation of the log and the share that is on time, and what they weigh as much as. */
export type Prior = { sigma: number; weight: number; least: number; most: number; doubt: number; kept: number }

export type Fit = {
  effects: Effects
  /** standard deviation of the log of what comes next, where it is not on time */
  sigma(supplierId: string, stage: string): number
  /** the share that is on time to the day */
  kept(supplierId: string): number
}

type Sums = { squares: number; weight: number; onTime: number; promised: number }
const NONE: Sums = { squares: 0, weight: 0, onTime: 0, promised: 0 }

/**
 * How promises are kept: to the day by so many, and how far off the others are, by level, with how much that varies. Each
 * supplier's and stage's own figures are held to be everybody's as far as they are few. `now` in epoch ms. Pure.
 */
export const fitPromises = (lived: readonly Lived[], now: number, shrink: readonly number[], prior: Prior): Fit => {
  const recency = lived.map(({ known }) => 2 ** (-(now - known) / HALF_LIFE_MS))
  const factors = standsFor(
    lived.map(({ days, age }) => ({ value: days, age: Math.max(age, days) })),
    recency,
  )
  const weighted = lived.map((one, index) => ({ one, factor: factors[index] ?? 1, recency: recency[index] ?? 0 }))
  const off = weighted.filter(({ one }) => one.onTime !== true)
  const logOf = ({ log }: Lived): number => Math.min(3, Math.max(-3, log))
  const examples: Example[] = off.map(({ one, factor }) => ({
    log: logOf(one), levels: one.levels, known: one.known, weight: factor,
  })) // biome-ignore format: an example
  // the plan itself, as if it had been kept to so many times
  examples.push({ log: 0, levels: shrink.map(() => null), known: now, weight: PRIOR })
  const effects = fitEffects(examples, now, { halfLife: HALF_LIFE_MS, shrink }, undefined, 3)

  const of = new Map<string, Sums>()
  const all: Sums = {
    squares: prior.weight * prior.sigma ** 2, weight: prior.weight,
    onTime: prior.weight * prior.kept, promised: prior.weight,
  } // biome-ignore format: sums
  for (const { one, factor, recency: recent } of weighted) {
    const weight = recent * factor
    const squares = weight * (logOf(one) - expectedLog(effects, one.levels)) ** 2
    for (const key of [one.supplierId, one.stage, null]) {
      const sums = key === null ? all : (of.get(key) ?? { ...NONE })
      if (key !== null) of.set(key, sums)
      if (one.onTime !== null) sums.promised += weight
      if (one.onTime === true) sums.onTime += weight
      else {
        sums.squares += squares
        sums.weight += weight
      }
    }
  }
  const variance = all.squares / all.weight
  /** How much more, or less, it spreads than everything does. */
  const ratio = (key: string): number => {
    const { squares, weight } = of.get(key) ?? NONE
    return (squares / variance + OWN_WEIGHT) / (weight + OWN_WEIGHT)
  }
  return {
    effects,
    sigma: (supplierId, stage) => {
      // what is known of few is itself in doubt
      const doubt = prior.doubt ** 2 * (OWN_WEIGHT / ((of.get(supplierId)?.weight ?? 0) + OWN_WEIGHT))
      const spread = Math.sqrt(variance * ratio(supplierId) * ratio(stage) + doubt)
      return Math.min(prior.most, Math.max(prior.least, WIDER * spread))
    },
    kept: (supplierId) => {
      const { onTime, promised } = of.get(supplierId) ?? NONE
      return (onTime + OWN_WEIGHT * (all.onTime / all.promised)) / (promised + OWN_WEIGHT)
    },
  }
}
