import { reliefStart } from './relief.ts'

/** Standard atmosphere, bar: what a gauge pressure lacks to an absolute one. */
export const ATMOSPHERE_BAR = 1.01325

/** Bar gauge as bar absolute; readings are absolute, plates and certificates are not. */
export const absolute = (gaugeBar: number): number => Math.round((gaugeBar + ATMOSPHERE_BAR) * 1e5) / 1e5

/** A tank's figures in bar gauge. */
export type TankPressures = {
  mawp: number | null
  testPressure: number | null
  relief: number | null
  /** built after chapter 6.7, which says where its relief device opens */
  isPortable: boolean
}

export type Rung = { bar: number; rule: string }

/** Where the relief device starts to open, bar absolute: its setting, or what 6.7.2.9 has it set to; null where not known. */
export const reliefOf = ({ testPressure, relief, isPortable }: TankPressures): Rung | null => {
  if (relief !== null) return { bar: absolute(relief), rule: `relief device set to ${relief} bar gauge` }
  if (testPressure === null || !isPortable) return null
  const share = testPressure <= 4.5 ? '5/6 of it' : '110 % of 2/3 of it'
  return {
    bar: absolute(reliefStart(testPressure)),
    rule: `ADR 6.7.2.9, test pressure ${testPressure} bar gauge: the relief device opens at ${share}`,
  }
}

/** `percent` of the maximum allowable working pressure, bar absolute (an engineering choice, not a regulation's). */
export const shareOfMawp = (mawp: number, percent: number): Rung => ({
  bar: absolute((mawp * percent) / 100),
  rule: `${percent} % of MAWP ${mawp} bar gauge`,
})
