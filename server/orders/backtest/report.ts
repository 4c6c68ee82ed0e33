import { LEVELS, pinball } from '../forecast/quantile.ts'
import type { Scored } from './walk.ts'

export type Report = {
  lines: number
  coverage80: number | null
  pinball: number | null
  pinballHistory: number | null
  pinballPromise: number | null
  mae: number | null
  brierLate: number | null
  maeHistory: number | null
  maePromise: number | null
  coverageHistory: number | null
  brierBase: number | null
  /** deciles of the probability said: how many, what was said on average, what share was late */
  calibration: { count: number; said: number; late: number }[]
}

/** What the forecasts of a walk were worth; days, shares from 0 to 1; null where there is nothing to tell it from. */
export const reportOf = (scored: readonly Scored[]): Report => {
  const loss = (actual: number, quantiles: readonly number[]): number =>
    LEVELS.reduce((sum, level, index) => sum + pinball(actual, quantiles[index] ?? 0, level), 0) / LEVELS.length
  const within = (days: number, of: readonly number[]): number => Number(days >= (of[0] ?? 0) && days <= (of[2] ?? 0))
  const promised = scored.flatMap(({ moment, late, lateBase }) =>
    moment.promise === null || late === null || lateBase === null
      ? []
      : [
          {
            days: moment.days,
            promise: moment.promise,
            said: late,
            base: lateBase,
            late: Number(moment.days > moment.promise),
          },
        ],
  )
  return {
    lines: scored.length,
    coverage80: meanOf(scored, ({ moment, forecast }) => within(moment.days, forecast)),
    pinball: meanOf(scored, ({ moment, forecast }) => loss(moment.days, forecast)),
    pinballHistory: meanOf(scored, ({ moment, history }) => loss(moment.days, history)),
    pinballPromise: meanOf(promised, ({ days, promise }) => loss(days, [promise, promise, promise])),
    mae: meanOf(scored, ({ moment, forecast }) => Math.abs(moment.days - (forecast[1] ?? 0))),
    brierLate: meanOf(promised, ({ said, late }) => (said - late) ** 2),
    maeHistory: meanOf(scored, ({ moment, history }) => Math.abs(moment.days - (history[1] ?? 0))),
    maePromise: meanOf(promised, ({ days, promise }) => Math.abs(days - promise)),
    coverageHistory: meanOf(scored, ({ moment, history }) => within(moment.days, history)),
    brierBase: meanOf(promised, ({ base, late }) => (base - late) ** 2),
    calibration: Array.from({ length: 10 }, (_, tenth) =>
      promised.filter(({ said }) => Math.min(9, Math.floor(said * 10)) === tenth),
    ).flatMap((of) =>
      of.length === 0
        ? []
        : [{ count: of.length, said: meanOf(of, ({ said }) => said) ?? 0, late: meanOf(of, ({ late }) => late) ?? 0 }],
    ),
  }
}

const meanOf = <T>(of: readonly T[], value: (one: T) => number): number | null =>
  of.length === 0 ? null : of.reduce((sum, one) => sum + value(one), 0) / of.length
