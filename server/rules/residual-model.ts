import { ATMOSPHERE_BAR } from '../model/reading.ts'
import { type Baseline, type Contents, closedTankPressure, padPressure } from '../physics/closed-tank.ts'
import { holdsAt, vapourPressure, vapourPressureSlope } from '../physics/vapour-pressure.ts'
import type { Columns } from './course.ts'
import type { Facts } from './facts.ts'

/** Beyond the fitted range Antoine's formula still gives the change within some per cent, K. */
const BEYOND_RANGE = 25
const KELVIN = 273.15

/** What pressure goes with a temperature, up to a constant: from the substance's figures, or as it has been learnt. */
export type Model = {
  known: boolean
  expected(celsius: number): number
  /** bar/K of vapour and pad, without the liquid's expansion: what a warmer or colder surface alone does */
  surface: number
  /** pressure of the pad, bar; null where it is not known */
  pad(celsius: number, pressure: number): number | null
  /** by how much what it expects of a kelvin may be wrong, bar/K */
  error: number
}

export type Learnt = { slope: number; error: number }

/** An open vent keeps a tank within this of the air's pressure, wherever it goes; bar. */
const VENTED = 0.06
const FOLLOWS = 0.4

/**
 * Whether the tank may be open to the air, so that its pressure says nothing about what is in it: it began at the air's
 * pressure, and has not shown that pressure goes with temperature.
 */
export const mayBeVented = (model: Model, base: Baseline, learnt: Learnt | null): boolean => {
  if (Math.abs(base.pressure - ATMOSPHERE_BAR) > VENTED) return false
  if (learnt === null) return true
  const expected = model.expected(base.celsius + 0.5) - model.expected(base.celsius - 0.5)
  return (
    learnt.slope < FOLLOWS * (model.known ? expected : PRIOR_SLOPE * base.pressure) || learnt.error > learnt.slope / 2
  )
}

/** From the cargo's figures where there are any that hold here, else from the slope that was learnt, else null. */
export const modelOf = (facts: Facts, base: Baseline, level: number | null, learnt: Learnt | null): Model | null => {
  const antoine = facts.cargo?.antoine ?? null
  if (facts.cargo !== null && antoine !== null && holdsAt(antoine, base.celsius, BEYOND_RANGE)) {
    const { filling, expansion, liquefied } = facts.cargo
    const contents: Contents = {
      antoine,
      expansion: expansion ?? 0,
      filling: filling ?? (level === null ? null : { fraction: level, celsius: base.celsius }),
    }
    const pad = liquefied ? 0 : padPressure(antoine, base)
    const baseline = liquefied ? { ...base, pressure: vapourPressure(antoine, base.celsius) } : base
    const expected = (celsius: number) => closedTankPressure(contents, baseline, celsius)
    return {
      known: true,
      expected,
      surface: vapourPressureSlope(antoine, base.celsius) + (0.5 * pad) / (base.celsius + KELVIN),
      pad: (celsius, pressure) => (liquefied ? null : padPressure(antoine, { celsius, pressure })),
      error: (expansion === null ? 0.4 : 0.15) * Math.abs(expected(base.celsius + 0.5) - expected(base.celsius - 0.5)),
    }
  }
  if (learnt === null) return null
  return {
    known: false,
    expected: (celsius) => learnt.slope * celsius,
    surface: 1.7 * learnt.slope, // it may be a liquefied gas, of which the surface decides
    pad: () => null,
    error: 0.3 * learnt.slope + learnt.error,
  }
}

/**
 * What is plausible before anything is learnt, 1/K of the pressure: from a pad over a heavy liquid to a liquefied gas. And
 * the scatter of a mean of ten minutes, as a share too.
 */
const PRIOR_SLOPE = 0.016
const PRIOR_ERROR = 0.025
const SCATTER = 0.003
const LEAST_TENS = 18

/**
 * How the pressure goes with the temperature, bar/K, learnt from the hours since `from`: least squares on temperature and
 * on time, so that a steady loss of gas is not taken for an effect of temperature, drawn towards what is plausible where
 * the temperature has hardly changed (ridge). Null for the first three hours.
 */
export const learntFrom = (tens: Columns, from: number): Learnt | null => {
  const rows: [hours: number, celsius: number, bar: number][] = []
  for (const [index, time] of tens.time.entries()) {
    const celsius = tens.temperature[index] ?? null
    const bar = tens.pressure[index] ?? null
    if (time >= from && celsius !== null && bar !== null) rows.push([(time - from) / 3_600_000, celsius, bar])
  }
  if (rows.length < LEAST_TENS) return null
  const mean = (column: 0 | 1 | 2) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length
  const [hours0, celsius0, bar0] = [mean(0), mean(1), mean(2)]
  let [hh, hc, cc, hb, cb] = [0, 0, 0, 0, 0]
  for (const [hours, celsius, bar] of rows) {
    const [h, c, b] = [hours - hours0, celsius - celsius0, bar - bar0]
    hh += h * h
    hc += h * c
    cc += c * c
    hb += h * b
    cb += c * b
  }
  const scale = Math.abs(bar0)
  const ridge = (SCATTER / PRIOR_ERROR) ** 2
  // the part of temperature and pressure that time does not explain
  const own = cc - (hc * hc) / hh
  const slope = (cb - (hc * hb) / hh + ridge * PRIOR_SLOPE * scale) / (own + ridge)
  return { slope: Math.max(0, slope), error: (SCATTER * scale) / Math.sqrt(own + ridge) }
}
