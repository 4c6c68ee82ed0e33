import type { Random } from './random.ts'

export type SensorPlan = {
  /** time constant of the first-order lag, s */
  lagSeconds: number
  /** standard deviation of the noise, and smallest step; in the unit of the measure */
  noise: number
  quantum: number
  /** constant error, in the unit of the measure */
  bias?: number
  /** what it can show at all; a value beyond is shown as the end of it */
  range?: readonly [least: number, most: number]
}

/** A sensor that lags (first order), is noisy and counts in steps. `follow` moves its inside, `read` draws one value. */
export const createSensor = ({ lagSeconds, noise, quantum, bias = 0, range }: SensorPlan, random: Random) => {
  let inside: number | undefined
  const perUnit = Math.round(1 / quantum)
  const [least, most] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return {
    follow(value: number, seconds: number): void {
      inside = inside === undefined ? value : value + (inside - value) * Math.exp(-seconds / lagSeconds)
    },
    /** where the lag has brought it, without noise */
    inside: () => inside,
    read(value: number): number {
      // divides by a whole number, so that 23.4 is 23.4 and not 23.400000000000002
      const shown = Math.min(most, Math.max(least, value + bias + noise * random.normal()))
      return Math.round(shown * perUnit) / perUnit
    },
  }
}
