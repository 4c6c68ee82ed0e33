import type { Figures } from '../model/figures.ts'
import { LIMIT_FIGURES } from '../model/limit-name.ts'
import type { Slope } from '../physics/slope.ts'
import { rounded } from './cadence.ts'
import type { Columns, Course } from './course.ts'
import type { Facts } from './facts.ts'
import type { Model } from './residual-model.ts'
import { meanSince, type Series, seriesOf, slopeOf, windowMs } from './window.ts'

type Kept = {
  since: number
  slowPad: number | null
  warm: number
  usual: number | null
  movedAt: number | null
}

export type Trend = {
  verdict: 'falls' | 'rises' | null
  /** of the residual, bar/h, and how much of that is nothing to speak of */
  slope: number
  allowed: number
  /** as far as can be seen nothing goes on */
  isQuiet: boolean
  figures: Figures
  /** where it rises and a relief device is known, until that lifts */
  hoursToRelief: number | null
  slowPad: number | null
  warm: number
  usual: number | null
}

const MINUTE_MS = 60_000
const EVALUATED_HOURS = 1 / 12
/** What the residual usually does is learnt over hours, and slowly upwards, so that a leak that begins is not learnt. */
const USUAL_TIMES = 2.5
const USUAL_WEIGHT = 0.02
const USUAL_STEP = 1.5
/** Gas goes into solution, and out of it, over that many hours; and by up to that share of what it has to, an hour. */
const DISSOLVING_HOURS = 18
const DISSOLVING_SHARE = 0.2
/** Bar/h that no model is right within. */
const FLOOR = 0.0025
/** A surface that becomes warmer or colder than the bulk, K/h: weather, starting, stopping. */
const SURFACE = 0.12
/** Of a substance that is all vapour the surface decides, not the bulk. */
const SURFACE_LIQUEFIED = 0.5
/** A rise of the temperature beyond this (lower bound, K/h) is heating: the surface is ahead of the thermometer. */
const HEATING = 0.6
const WARM_HOURS = 2
/** Per K/h of heating the surface was this many kelvin warmer than the bulk, and gives that back. */
const WARM_SURFACE = 3
/** A gauge sensor on the road: 0.12 bar a kilometre, and a road climbs little more than that in an hour. */
const ROAD = 0.15

/** How the residual goes, over the last hour and over the last two and a half; null where there is too little to tell. */
export const trendOf = (course: Course, time: number, facts: Facts, model: Model, kept: Kept): Trend | null => {
  const { minutes, tens } = course
  const interval = facts.intervalMs
  const from = (minutesBack: number): number => Math.max(kept.since, time - windowMs(minutesBack, interval))
  const hour = residuals(minutes, from(60), 20, model)
  const trend = slopeOf(hour, interval, 0.99)
  const warming = slopeOf(
    seriesOf(minutes, from(60), 20, (index) => minutes.temperature[index] ?? null),
    interval,
    0.95,
  )
  const celsius = meanSince(minutes, minutes.temperature, from(10))
  const pressure = meanSince(minutes, minutes.pressure, from(10))
  if (trend === null || warming === null || celsius === null || pressure === null) return null
  const long = slopeOf(residuals(tens, from(150), 15, model), Math.max(interval, 10 * MINUTE_MS), 0.99)

  const pad = model.pad(celsius, pressure)
  const slowPad =
    pad === null
      ? null
      : kept.slowPad === null
        ? pad
        : kept.slowPad + (pad - kept.slowPad) * (1 - Math.exp(-EVALUATED_HOURS / DISSOLVING_HOURS))
  const heating = warming.low > HEATING
  const warm = Math.max(kept.warm * Math.exp(-EVALUATED_HOURS / WARM_HOURS), heating ? warming.slope : 0)
  const liquefied = facts.cargo?.liquefied === true
  const usual = kept.usual ?? FLOOR / USUAL_TIMES
  const common =
    FLOOR +
    (liquefied ? SURFACE_LIQUEFIED : SURFACE) * model.surface +
    model.error * Math.abs(warming.slope) +
    Math.max(0, USUAL_TIMES * usual - FLOOR) +
    (facts.gauge === true && kept.movedAt !== null && kept.movedAt >= from(150) ? ROAD : 0)
  const dissolving = pad === null || slowPad === null ? 0 : DISSOLVING_SHARE * (pad - slowPad)
  const cooling = warm > HEATING ? WARM_SURFACE * warm * model.surface : 0
  const mayFall = common + Math.max(0, dissolving) + cooling
  const mayRise = common + Math.max(0, -dissolving)

  const falls = (slope: Slope | null): boolean => slope !== null && slope.high < -mayFall
  const rises = (slope: Slope | null): boolean => slope !== null && slope.low > mayRise
  const falling = (falls(trend) && isSteady(hour, -1)) || (falls(long) && trend.slope < -mayFall / 2)
  const rising = !heating && ((rises(trend) && isSteady(hour, 1)) || (rises(long) && trend.slope > mayRise / 2))
  const relief = facts.tank?.relief ?? null
  const verdict = falling ? 'falls' : rising ? 'rises' : null
  const isLong = long !== null && ((falling && !falls(trend)) || (rising && !rises(trend)))
  const shown = isLong ? long : trend
  const hoursToRelief = relief !== null && rising ? Math.max(0, relief - pressure) / shown.slope : null
  return {
    verdict,
    slope: shown.slope,
    allowed: falling ? mayFall : mayRise,
    isQuiet: Math.abs((long ?? trend).slope) < common,
    figures: {
      barPerHour: rounded(shown.slope, 3),
      kelvinPerHour: rounded(warming.slope, 2),
      pressure: rounded(pressure, 3),
      celsius: rounded(celsius, 1),
      ...(hoursToRelief !== null && {
        hoursToRelief: rounded(hoursToRelief, 1),
        [LIMIT_FIGURES.relief]: rounded(relief ?? 0, 3),
      }),
      ...(pad !== null && pad > 0.02 && { padPercentPerHour: rounded((100 * shown.slope) / pad, 1) }),
    },
    hoursToRelief,
    slowPad: slowPad === null ? null : rounded(slowPad),
    warm: rounded(warm, 3),
    usual:
      verdict === null && !heating && long !== null
        ? rounded(usual + USUAL_WEIGHT * (Math.min(Math.abs(long.slope), USUAL_STEP * usual) - usual), 6)
        : kept.usual,
  }
}

/** Measured less expected, up to a constant. A minute without a temperature takes the one before. */
const residuals = (columns: Columns, from: number, most: number, model: Model): Series => {
  let celsius: number | null = null
  return seriesOf(columns, from, most, (index) => {
    celsius = columns.temperature[index] ?? celsius
    const bar = columns.pressure[index] ?? null
    return bar === null || celsius === null ? null : bar - model.expected(celsius)
  })
}

/** Whether it goes on from the first third of the stretch to the second and on to the third: a step does not. */
const isSteady = ({ values }: Series, sign: 1 | -1): boolean => {
  const third = Math.floor(values.length / 3)
  if (third < 2) return false
  const mean = (from: number, to: number): number =>
    values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from)
  const [a, b, c] = [mean(0, third), mean(third, values.length - third), mean(values.length - third, values.length)]
  return sign * (b - a) > 0 && sign * (c - b) > 0
}
