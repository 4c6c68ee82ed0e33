import type { Containment, Filling, LimitKey, TankKind } from '../model/record.ts'
import { type FillingRule, permittedFilling } from '../physics/filling.ts'
import { reliefOf, shareOfMawp, type TankPressures } from '../physics/pressure-ladder.ts'
import { type TemperatureControl, type Thermal, temperatureControl } from '../physics/temperature-control.ts'

/** What limits follow from. Pressures in bar gauge, temperatures in °C, expansion in 1/K; null where not recorded. */
export type LimitRecord = {
  thermal: Thermal
  flashPoint: number | null
  freezingPoint: number | null
  liquefied: boolean
  expansion: number | null
  /** null: nobody has said in what it travels */
  containment: Containment | null
  tank: { kind: TankKind | null; provision: string | null; pressures: TankPressures } | null
  filling: Filling | null
}

export type DerivedLimit = LimitKey & { value: number; rule: string }
export type Disabled = { rule: string; because: string }
export type DerivedLimits = {
  limits: DerivedLimit[]
  /** worth showing, without an alarm of its own */
  advisory: { measure: LimitKey['measure']; value: number; rule: string }[]
  disabled: Disabled[]
  temperatureControl: TemperatureControl
  filling: { fraction: number; celsius: number; highest: number; rule: string; overfilled: boolean } | null
}

/** Shells are made for −40 °C and above (ADR 6.7.2.2.1): what freezes only below that freezes on no journey. */
const COLDEST_DESIGN = -40
/** A liquid of a higher flash point is no flammable one, unless it travels at it or above (ADR 2.2.3.1.1). */
const FLAMMABLE_UP_TO = 60

type Part = { limits: DerivedLimit[]; disabled: Disabled[] }
const only = (...limits: DerivedLimit[]): Part => ({ limits, disabled: [] })
const none = (rule: string, because: string): Part => ({ limits: [], disabled: [{ rule, because }] })

const controlled = (control: TemperatureControl): Part => {
  if (!control.applies) return none('control and emergency temperature (ADR 7.1.7.3)', control.because)
  const sides = [['high', control.control], ['highHigh', control.emergency]] as const // biome-ignore format: a table
  return only(
    ...sides.flatMap(([side, figure]) =>
      figure === null ? [] : [{ measure: 'temperature' as const, side, value: figure.celsius, rule: figure.rule }],
    ),
  )
}

const flash = ({ flashPoint, liquefied }: LimitRecord): Part => {
  const rule = 'flash point (ADR 2.2.3.1.1)'
  if (liquefied) return none(rule, 'A liquefied gas has no flash point to keep below.')
  if (flashPoint === null) return none(rule, 'No flash point is recorded for the substance.')
  if (flashPoint <= FLAMMABLE_UP_TO)
    return none(rule, `It lies at ${flashPoint} °C, where a flammable liquid always travels: no limit follows.`)
  return only({
    measure: 'temperature',
    side: 'high',
    value: flashPoint,
    rule: `ADR 2.2.3.1.1, flash point ${flashPoint} °C: at or above it the liquid is flammable`,
  })
}

const freezing = ({ freezingPoint, thermal }: LimitRecord): Part => {
  const rule = 'freezing or separation'
  if (freezingPoint === null) return none(rule, 'No freezing or separation temperature is recorded for the substance.')
  if (freezingPoint < COLDEST_DESIGN)
    return none(rule, `It lies at ${freezingPoint} °C, below what tanks are made for (−40 °C, ADR 6.7.2.2.1).`)
  const isReactive = thermal.reactivity.kind === 'organic-peroxide' || thermal.reactivity.kind === 'self-reactive'
  return only({
    measure: 'temperature',
    side: isReactive ? 'lowLow' : 'low',
    value: freezingPoint,
    rule: `freezes, crystallises or separates at ${freezingPoint} °C`,
  })
}

const working = ({ tank }: LimitRecord): Part => {
  const rule = '90 % of MAWP'
  if (tank === null) return none(rule, 'The shipment has no tank.')
  const { mawp } = tank.pressures
  if (mawp === null) return none(rule, 'The tank has no MAWP recorded.')
  const rung = shareOfMawp(mawp, 90)
  return only({ measure: 'pressure', side: 'high', value: rung.bar, rule: rung.rule })
}

const relieving = ({ tank }: LimitRecord): Part => {
  const rule = 'relief set pressure'
  if (tank === null) return none(rule, 'The shipment has no tank.')
  const rung = reliefOf(tank.pressures)
  if (rung !== null) return only({ measure: 'pressure', side: 'highHigh', value: rung.bar, rule: rung.rule })
  if (tank.pressures.testPressure === null) return none(rule, 'The tank has neither relief setting nor test pressure recorded.') // biome-ignore format: one answer, one line
  return none(rule, 'The test pressure tells where the relief device opens only of a portable tank (ADR 6.7.2.9).')
}

const FILLING: Record<FillingRule, { highest: number; rule: string }> = {
  TP1: { highest: 0.97, rule: 'ADR 4.2.1.9.2 (TP1)' },
  TP2: { highest: 0.95, rule: 'ADR 4.2.1.9.3 (TP2)' },
  packaging: { highest: 0.98, rule: 'ADR 4.1.1.4' },
}

/**
 * By which rule the degree of filling of such a tank is judged, here and by the detector: TP2 where the provision names it,
 * else TP1, the general rule of portable tanks. Null where no one rule follows: of a road tank, or of no kind at all.
 */
export const fillingRule = (tank: Pick<NonNullable<LimitRecord['tank']>, 'kind' | 'provision'>): FillingRule | null => {
  if (tank.kind === 'portable-tank') return /\bTP2\b/.test(tank.provision ?? '') ? 'TP2' : 'TP1'
  return tank.kind === 'ibc' || tank.kind === 'packaging' ? 'packaging' : null
}

const full = ({ tank, liquefied }: LimitRecord): Part => {
  const rule = 'degree of filling'
  if (tank === null) return none(rule, 'The shipment has no tank.')
  if (liquefied) return none(rule, 'A liquefied gas is filled by mass (ADR 4.2.2.7).')
  const found = fillingRule(tank)
  if (found === null)
    return none(
      rule,
      tank.kind === null
        ? 'The tank has no kind recorded, and the highest degree of filling depends on it.'
        : 'Of a road tank it depends on substance and vents (ADR 4.3.2.2.1): set the limit yourself.',
    )
  const { highest, rule: clause } = FILLING[found]
  const text = `${clause}: at most ${highest * 100} % full at 50 °C`
  return only({ measure: 'level', side: 'high', value: highest, rule: text })
}

const judgedFilling = ({ tank, filling, expansion, liquefied }: LimitRecord): DerivedLimits['filling'] => {
  if (tank === null || filling === null || expansion === null || liquefied) return null
  const found = fillingRule(tank)
  if (found === null) return null
  const highest = permittedFilling(found, expansion, filling.celsius)
  const { fraction, celsius } = filling
  const rule = `${FILLING[found].rule}, filled at ${celsius} °C, expansion ${expansion.toPrecision(4)} 1/K`
  return { fraction, celsius, highest, rule, overfilled: fraction > highest }
}

/** All limits that follow from a record, each with its rule, and what could not be derived and why. Pure. */
export const derivedLimits = (record: LimitRecord): DerivedLimits => {
  // nobody said in what: the rows for packagings are the tightest
  const control = temperatureControl(record.thermal, record.containment ?? 'packaging')
  const parts = [
    controlled(control), flash(record), freezing(record), working(record), relieving(record), full(record),
  ] // biome-ignore format: the rules, in their order
  const mawp = record.tank?.pressures.mawp ?? null
  const warning = mawp === null ? null : shareOfMawp(mawp, 80)
  return {
    limits: parts.flatMap(({ limits }) => limits),
    advisory: warning === null ? [] : [{ measure: 'pressure', value: warning.bar, rule: warning.rule }],
    disabled: parts.flatMap(({ disabled }) => disabled),
    temperatureControl: control,
    filling: judgedFilling(record),
  }
}
