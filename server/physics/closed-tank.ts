import { type Filling, fractionAt } from './filling.ts'
import { type Antoine, vapourPressure } from './vapour-pressure.ts'

const KELVIN = 273.15
/** Shell and liquid give a little: a gas space below this share is not believed (it would be an infinite pressure). */
const LEAST_GAS_SPACE = 0.005

/** A state in which pressure and temperature have been measured together: bar absolute, °C. */
export type Baseline = { pressure: number; celsius: number }

export type Contents = {
  antoine: Antoine
  /** cubic expansion, 1/K; 0 where it is not known */
  expansion: number
  /** filled fraction at a temperature; null where it is not known: then the gas space counts as constant */
  filling: Filling | null
}

/** The gas space as a share of the tank at °C. */
export const gasSpace = ({ filling, expansion }: Contents, celsius: number): number =>
  filling === null ? 1 : Math.max(LEAST_GAS_SPACE, 1 - fractionAt(filling, expansion, celsius))

/** The pad's own pressure, bar: what is left of the whole when the vapour is taken away; never negative. */
export const padPressure = (antoine: Antoine, { pressure, celsius }: Baseline): number =>
  Math.max(0, pressure - vapourPressure(antoine, celsius))

/**
 * Pressure, bar absolute, that a closed tank with a gas pad has at `celsius` if it had `baseline` before:
 * P(T) = (P0 − Psat(T0)) · (T/T0) · V_gas(T0)/V_gas(T) + Psat(T), the ideal gas law for the pad and Dalton's law.
 * Without dissolved gas, layers and lag: a real tank differs by some per cent of the change.
 */
export const closedTankPressure = (contents: Contents, baseline: Baseline, celsius: number): number =>
  padPressure(contents.antoine, baseline) *
    ((celsius + KELVIN) / (baseline.celsius + KELVIN)) *
    (gasSpace(contents, baseline.celsius) / gasSpace(contents, celsius)) +
  vapourPressure(contents.antoine, celsius)

/** What is measured less what the model says, bar. Negative: gas is missing; positive: there is more than heat explains. */
export const residual = (contents: Contents, baseline: Baseline, measured: Baseline): number =>
  measured.pressure - closedTankPressure(contents, baseline, measured.celsius)
