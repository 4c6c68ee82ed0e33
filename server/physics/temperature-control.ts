import type { Containment } from '../model/record.ts'

/** What may decompose or polymerise by itself, and how it is classified (ADR 2.2.41, 2.2.52). */
export type Reactivity = {
  kind: 'organic-peroxide' | 'self-reactive' | 'polymerising' | 'decomposing' | null
  /** A…G of an organic peroxide or a self-reactive substance */
  type: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G' | null
  /** effect of heating under confinement, which decides for type D */
  heating: 'violent' | 'medium' | 'low' | 'none' | null
}

export type Thermal = {
  /** self-accelerating decomposition temperature, °C */
  sadt: number | null
  /** self-accelerating polymerisation temperature, °C */
  sapt: number | null
  /** control and emergency temperature that it is listed with, °C */
  control: number | null
  emergency: number | null
  reactivity: Reactivity
}

/** °C, and where it comes from. */
export type Figure = { celsius: number; rule: string }
/** Whether temperature control applies, and why. */
export type TemperatureControl =
  | { applies: true; because: string; control: Figure | null; emergency: Figure | null }
  | { applies: false; because: string }

const CONTAINMENT: Record<Containment, string> = { packaging: 'packaging', ibc: 'IBC', tank: 'tank' }

type Row = { below: number | null; control: number; emergency: number }
/** K below SADT or SAPT for control and emergency temperature, ADR 7.1.7.3.6 (UN Model Regulations 7.1.5.3). */
const PACKAGES: readonly Row[] = [
  { below: 20, control: 20, emergency: 10 },
  { below: 35, control: 15, emergency: 10 },
  { below: null, control: 10, emergency: 5 },
]
const TANK: Row = { below: null, control: 10, emergency: 5 }

const rowOf = (containment: Containment, onset: number): Row =>
  containment === 'tank' ? TANK : (PACKAGES.find(({ below }) => below === null || onset <= below) ?? TANK)

/**
 * The highest SADT, °C, at which control is required: type D by its heating test, E and F 45, self-reactive ones 55, the
 * others 50 (ADR 2.2.52.1.15, 2.2.41.1.17). A type that is not known counts as B or C.
 */
const highestControlled = ({ kind, type, heating }: Reactivity): number => {
  if (kind === 'self-reactive') return 55
  if (type === 'E' || type === 'F') return 45
  return type === 'D' && (heating === 'low' || heating === 'none') ? 45 : 50
}

type Onset = { word: 'SADT' | 'SAPT'; celsius: number; highest: number; isWithin: boolean; clause: string }

const decomposition = (celsius: number, reactivity: Reactivity, containment: Containment): Onset => {
  const highest = highestControlled(reactivity)
  // the table has a tank row only below 50 °C
  const isWithin = celsius <= highest && (containment !== 'tank' || celsius < 50)
  const clause = reactivity.kind === 'self-reactive' ? '2.2.41.1.17' : '2.2.52.1.15'
  return { word: 'SADT', celsius, highest, isWithin, clause }
}
const polymerisation = (celsius: number, containment: Containment): Onset => {
  const highest = containment === 'tank' ? 45 : 50
  return { word: 'SAPT', celsius, highest, isWithin: celsius <= highest, clause: '2.2.41.1.21' }
}

/**
 * Control and emergency temperature of a substance in what it travels in. Listed ones (ADR 2.2.52.4, 2.2.41.4) come
 * before derived ones; derived are they only where control is required. Of SADT and SAPT the tighter counts.
 */
export const temperatureControl = (thermal: Thermal, containment: Containment): TemperatureControl => {
  const { sadt, sapt, control, emergency, reactivity } = thermal
  if (control !== null || emergency !== null)
    return {
      applies: true,
      because: 'The substance is listed with its own control and emergency temperature.',
      control: listed('control', control),
      emergency: listed('emergency', emergency),
    }
  if (reactivity.type === 'G')
    return { applies: false, because: 'Type G is not subject to temperature control (ADR 2.2.41.1.9, 2.2.52.1.6).' }
  const onsets = [
    ...(sadt === null ? [] : [decomposition(sadt, reactivity, containment)]),
    ...(sapt === null ? [] : [polymerisation(sapt, containment)]),
  ]
  if (onsets.length === 0)
    return reactivity.kind === null || reactivity.kind === 'decomposing'
      ? { applies: false, because: 'Neither an SADT nor an SAPT is recorded, and the substance is not entered as one that decomposes or polymerises by itself.' } // biome-ignore format: one answer, one line
      : { applies: false, because: 'The substance may react by itself, but neither an SADT nor an SAPT is recorded: enter it to get control and emergency temperature.' } // biome-ignore format: one answer, one line
  const within = onsets.filter((onset) => onset.isWithin)
  if (within.length === 0) return { applies: false, because: onsets.map((o) => tooHigh(o, containment)).join(' ') }
  const derived = within.map((onset) => ({ onset, row: rowOf(containment, onset.celsius) }))
  const [first] = derived.toSorted((a, b) => a.onset.celsius - a.row.control - (b.onset.celsius - b.row.control))
  if (first === undefined) return { applies: false, because: '' }
  const { onset, row } = first
  const offset = (kelvin: number): Figure => ({
    celsius: rounded(onset.celsius - kelvin),
    rule: `ADR 7.1.7.3, ${onset.word} ${onset.celsius} °C, ${CONTAINMENT[containment]}: ${onset.word} − ${kelvin}`,
  })
  return {
    applies: true,
    because: `${onset.word} ${onset.celsius} °C asks for temperature control in this ${CONTAINMENT[containment]} (ADR ${onset.clause}).`,
    control: offset(row.control),
    emergency: offset(row.emergency),
  }
}

const listed = (word: string, celsius: number | null): Figure | null =>
  celsius === null ? null : { celsius, rule: `listed ${word} temperature (ADR 2.2.41.4, 2.2.52.4)` }

const tooHigh = ({ word, celsius, highest, clause }: Onset, containment: Containment): string =>
  containment === 'tank' && word === 'SADT' && celsius >= 50 && celsius <= highest
    ? `SADT ${celsius} °C is not below 50 °C, so no control temperature follows for a tank (ADR 7.1.7.3).`
    : `${word} ${celsius} °C is above ${highest} °C, up to which temperature control is required (ADR ${clause}).`

/** 35.1 − 10 is not 25.1 in binary. */
const rounded = (celsius: number): number => Math.round(celsius * 1000) / 1000
