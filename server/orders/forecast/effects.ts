/** A completed duration: log of it, what it belonged to (one level per factor, null where unknown), when it was known. */
export type Example = { log: number; levels: readonly (string | null)[]; known: number; weight?: number }

export type EffectSettings = {
  /** after so long an example counts half, in the unit of `known`: a time, or a count of orders */
  halfLife: number
  /** a level of so much weight is believed half; per factor, the last one holds for the rest */
  shrink: readonly number[]
}

export type Effects = { mean: number; of: readonly ReadonlyMap<string, number>[] }

export const NO_EFFECTS: Effects = { mean: 0, of: [] }

/**
 * Shrunken additive effects on log duration, by backfitting: each factor's level keeps the part of its weighted mean residual
 * that its weight bears out (n / (n + shrink)), so that a supplier of two orders hardly moves and one of two hundred does.
 * `from` is where to begin (the fit of a moment before), which saves sweeps. Pure.
 */
export const fitEffects = (
  examples: readonly Example[],
  now: number,
  settings: EffectSettings,
  from: Effects = NO_EFFECTS,
  sweeps = 2,
): Effects => {
  const weights = examples.map(({ known, weight = 1 }) => weight * 2 ** (-(now - known) / settings.halfLife))
  const factors = examples[0]?.levels.length ?? 0
  const of = Array.from({ length: factors }, (_, factor) => new Map(from.of[factor] ?? []))
  const rest = Float64Array.from(examples, ({ log, levels }) => log - sumOf(of, levels))
  let mean = 0
  for (let sweep = 0; sweep < sweeps; sweep++) {
    mean = weightedMean(rest, weights)
    for (let factor = 0; factor < factors; factor++) {
      const effect = of[factor] ?? new Map<string, number>()
      const sums = new Map<string, { sum: number; weight: number }>()
      for (let index = 0; index < examples.length; index++) {
        const level = examples[index]?.levels[factor] ?? null
        if (level === null) continue
        const weight = weights[index] ?? 0
        const sum = sums.get(level) ?? { sum: 0, weight: 0 }
        sums.set(level, sum)
        sum.sum += weight * ((rest[index] ?? 0) - mean + (effect.get(level) ?? 0))
        sum.weight += weight
      }
      const shrink = settings.shrink[factor] ?? settings.shrink.at(-1) ?? 10
      const next = new Map([...sums].map(([level, { sum, weight }]) => [level, sum / (weight + shrink)]))
      for (let index = 0; index < examples.length; index++) {
        const level = examples[index]?.levels[factor] ?? null
        if (level !== null) rest[index] = (rest[index] ?? 0) + (effect.get(level) ?? 0) - (next.get(level) ?? 0)
      }
      of[factor] = next
    }
  }
  return { mean: weightedMean(rest, weights), of }
}

/** The expected log duration of something of these levels. */
export const expectedLog = ({ mean, of }: Effects, levels: readonly (string | null)[]): number =>
  mean + sumOf(of, levels)

const sumOf = (of: readonly ReadonlyMap<string, number>[], levels: readonly (string | null)[]): number => {
  let sum = 0
  for (let factor = 0; factor < of.length; factor++) {
    const level = levels[factor] ?? null
    if (level !== null) sum += of[factor]?.get(level) ?? 0
  }
  return sum
}

const weightedMean = (values: Float64Array, weights: readonly number[]): number => {
  let sum = 0
  let all = 0
  for (let index = 0; index < values.length; index++) {
    const weight = weights[index] ?? 0
    sum += weight * (values[index] ?? 0)
    all += weight
  }
  return all === 0 ? 0 : sum / all
}
