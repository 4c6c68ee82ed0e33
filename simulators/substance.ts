/** What a tank can hold here. SI, unless said. The figures are the simulator's own; no detector reads them. */
export type Substance = {
  cas: string
  un: string
  name: string
  hazardClass: string
  packingGroup?: 'I' | 'II' | 'III'
  /** log10(mmHg) = A − B/(C + °C) */
  antoine: readonly [A: number, B: number, C: number]
  /** °C at 1 atm, to check the line above by */
  boilingPoint: number
  /** kg/m³ at 15 °C */
  density: number
  /** cubic expansion, 1/K */
  expansion: number
  /** J/(kg·K) */
  heatCapacity: number
  /** nitrogen that dissolves, mol/(m³·bar) */
  gasSolubility: number
  /** under its own vapour pressure, without a gas pad */
  liquefied?: true
  /** decomposes or polymerises by itself: heat set free, J/kg */
  reactionHeat?: number
  /** as loaded: °C, filled fraction, bar absolute */
  loaded: { temperature: number; fill: number; pressure: number }
  /** relief device starts, bar gauge */
  reliefBar: number
  /** what a desk would watch, °C and bar absolute */
  limits: { temperature: { high: number; highHigh: number }; pressure: { high: number; highHigh: number } }
}

const padded = { fill: 0.9, pressure: 1.3 }
const RELIEF_OF_4_BAR_TANK = 3.33 // 5/6 of test pressure, portable tank 6.7.2.9

const LIST: Substance[] = [
  {
    cas: '67-56-1',
    un: '1230',
    name: 'Methanol',
    hazardClass: '3',
    packingGroup: 'II',
    antoine: [8.08097, 1582.27, 239.73],
    boilingPoint: 64.7,
    density: 796,
    expansion: 0.001236,
    heatCapacity: 2530,
    gasSolubility: 6.5,
    loaded: { temperature: 20, ...padded },
    reliefBar: RELIEF_OF_4_BAR_TANK,
    limits: { temperature: { high: 40, highHigh: 50 }, pressure: { high: 2.4, highHigh: 3.2 } },
  },
  {
    cas: '64-17-5',
    un: '1170',
    name: 'Ethanol',
    hazardClass: '3',
    packingGroup: 'II',
    antoine: [8.1122, 1592.86, 226.18],
    boilingPoint: 78.3,
    density: 794,
    expansion: 0.00109,
    heatCapacity: 2440,
    gasSolubility: 5.9,
    loaded: { temperature: 20, ...padded },
    reliefBar: RELIEF_OF_4_BAR_TANK,
    limits: { temperature: { high: 40, highHigh: 50 }, pressure: { high: 2.4, highHigh: 3.2 } },
  },
  {
    cas: '110-54-3',
    un: '1208',
    name: 'n-Hexane',
    hazardClass: '3',
    packingGroup: 'II',
    antoine: [6.87601, 1171.17, 224.41],
    boilingPoint: 68.7,
    density: 664,
    expansion: 0.00135,
    heatCapacity: 2270,
    gasSolubility: 10,
    loaded: { temperature: 18, ...padded },
    reliefBar: RELIEF_OF_4_BAR_TANK,
    limits: { temperature: { high: 38, highHigh: 48 }, pressure: { high: 2.4, highHigh: 3.2 } },
  },
  {
    cas: '109-66-0',
    un: '1265',
    name: 'n-Pentane',
    hazardClass: '3',
    packingGroup: 'II',
    antoine: [6.87632, 1075.82, 233.36],
    boilingPoint: 36.1,
    density: 631,
    expansion: 0.00158,
    heatCapacity: 2320,
    gasSolubility: 11,
    loaded: { temperature: 15, fill: 0.88, pressure: 1.4 },
    reliefBar: RELIEF_OF_4_BAR_TANK,
    limits: { temperature: { high: 33, highHigh: 40 }, pressure: { high: 2.5, highHigh: 3.3 } },
  },
  {
    cas: '67-64-1',
    un: '1090',
    name: 'Acetone',
    hazardClass: '3',
    packingGroup: 'II',
    antoine: [7.11714, 1210.595, 229.664],
    boilingPoint: 56.1,
    density: 796,
    expansion: 0.00143,
    heatCapacity: 2150,
    gasSolubility: 7.3,
    loaded: { temperature: 18, ...padded },
    reliefBar: RELIEF_OF_4_BAR_TANK,
    limits: { temperature: { high: 38, highHigh: 46 }, pressure: { high: 2.4, highHigh: 3.2 } },
  },
  {
    cas: '100-42-5',
    un: '2055',
    name: 'Styrene monomer, stabilized',
    hazardClass: '3',
    packingGroup: 'III',
    antoine: [7.14016, 1574.51, 224.09],
    boilingPoint: 145.2,
    density: 910,
    expansion: 0.00097,
    heatCapacity: 1750,
    gasSolubility: 5.5,
    reactionHeat: 670_000,
    loaded: { temperature: 16, ...padded },
    reliefBar: RELIEF_OF_4_BAR_TANK,
    limits: { temperature: { high: 30, highHigh: 40 }, pressure: { high: 2.2, highHigh: 3 } },
  },
  {
    cas: '108-05-4',
    un: '1301',
    name: 'Vinyl acetate, stabilized',
    hazardClass: '3',
    packingGroup: 'II',
    antoine: [7.2101, 1296.13, 226.655],
    boilingPoint: 72.7,
    density: 938,
    expansion: 0.00135,
    heatCapacity: 1960,
    gasSolubility: 6.8,
    reactionHeat: 1_035_000,
    loaded: { temperature: 16, ...padded },
    reliefBar: RELIEF_OF_4_BAR_TANK,
    limits: { temperature: { high: 30, highHigh: 38 }, pressure: { high: 2.2, highHigh: 3 } },
  },
  {
    cas: '7664-41-7',
    un: '1005',
    name: 'Ammonia, anhydrous',
    hazardClass: '2.3',
    antoine: [7.74396, 1113.928, 262.741], // NIST 239.6–371.5 K, rewritten for mmHg and °C
    boilingPoint: -33.3,
    density: 618,
    expansion: 0.00245,
    heatCapacity: 4750,
    gasSolubility: 0,
    liquefied: true,
    loaded: { temperature: 15, fill: 0.82, pressure: 7.3 },
    reliefBar: 21.3,
    limits: { temperature: { high: 35, highHigh: 45 }, pressure: { high: 14, highHigh: 18 } },
  },
]

export const SUBSTANCES: ReadonlyMap<string, Substance> = new Map(LIST.map((substance) => [substance.cas, substance]))

/** The substance of a CAS number; one that is not in the list behaves as methanol does, under its own number. */
export const substanceOf = (cas: string): Substance => {
  const known = SUBSTANCES.get(cas)
  if (known) return known
  const [methanol] = LIST
  if (!methanol) throw new Error('the list of substances is empty')
  return { ...methanol, cas }
}

const MMHG_PER_BAR = 750.0617

/** Vapour pressure in bar at °C. */
export const vapourPressure = ({ antoine: [A, B, C] }: Substance, celsius: number): number =>
  10 ** (A - B / (C + celsius)) / MMHG_PER_BAR

/** The °C at which the vapour pressure is this many bar. */
export const boilsAt = ({ antoine: [A, B, C] }: Substance, bar: number): number =>
  B / (A - Math.log10(bar * MMHG_PER_BAR)) - C
