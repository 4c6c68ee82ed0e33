import { quantilesBy } from './alike.ts'
import { type Effects, expectedLog, fitEffects, NO_EFFECTS } from './effects.ts'
import type { Past } from './past.ts'
import { byPlace, insertBy } from './quantile.ts'

/**
 * Shrunken additive effects on the log of days, and the residuals of what it had expected: each of a forecast that was made
 * before its outcome was known. `shrink`: a level of so many orders is believed half.
 */
export const createAdditive = (past: Past, shrink: number) => {
  /** what was expected before it was known, days; NaN where nothing was */
  const expected: number[] = []
  let offset = 1
  let effects: Effects = NO_EFFECTS
  let residuals: number[] = []
  /** places that have a residual, by it */
  let ascending: number[] = []

  const logOf = (days: number): number => Math.log(days + offset)
  const residualOf = (place: number): number => logOf(past.days[place] ?? 0) - logOf(expected[place] ?? Number.NaN)

  return {
    /** Learns from all that is there. */
    fit: (): void => {
      offset = past.offset()
      const examples = past.days.map((days, place) => ({
        log: logOf(days),
        levels: past.codes.map((codes) => String(codes[place])),
        known: 0,
        weight: past.share[place] ?? 0,
      }))
      effects = fitEffects(examples, 0, { halfLife: Number.POSITIVE_INFINITY, shrink: [shrink] }, effects)
      residuals = past.days.map((_, place) => residualOf(place))
      ascending = past.days.flatMap((_, place) => (Number.isNaN(residuals[place]) ? [] : [place]))
      ascending.sort(byPlace(residuals))
    },
    /** days */
    expect: (codes: readonly number[]): number =>
      Math.max(0, Math.exp(expectedLog(effects, codes.map(String))) - offset),
    /** One more is in the past; `days` is what had been expected of it, null where nothing was. */
    learn: (days: number | null): void => {
      const place = expected.push(days ?? Number.NaN) - 1
      residuals[place] = residualOf(place)
      if (days !== null) insertBy(ascending, place, byPlace(residuals))
    },
    quantiles: (days: number, weight: (place: number) => number): number[] =>
      quantilesBy(ascending, (place) => residuals[place] ?? 0, weight).map((residual) =>
        Number.isNaN(residual) ? days : Math.max(0, Math.exp(logOf(days) + residual) - offset),
      ),
    /** The share of residuals by which it would take longer than `days`. */
    longerThan: (expecting: number, days: number): number => {
      const limit = logOf(Math.max(0, days)) - logOf(expecting)
      let [above, all] = [0, 0]
      for (const place of ascending) {
        const weight = past.share[place] ?? 0
        all += weight
        if ((residuals[place] ?? 0) > limit) above += weight
      }
      return all === 0 ? 0.5 : above / all
    },
  }
}
