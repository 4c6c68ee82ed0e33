import { createRandom, type Seed } from './random.ts'
import { type Acts, NO_ACTS } from './tank.ts'

/** One table: what each scenario does from its onset on, and what it looks like from outside. */
export const SCENARIOS = {
  normal: { acts: 'nothing', looksLike: 'temperature follows weather and sun; pressure follows temperature' },
  heating: {
    acts: 'physics: heat from outside, 3–8 K/h of the liquid, for 2–5 h',
    looksLike: 'temperature and pressure rise together, faster than the weather can drive them',
  },
  leak: {
    acts: 'physics: the pad leaves, 4–20 % an hour',
    looksLike: 'pressure falls although temperature does not',
  },
  'self-heating': {
    acts: 'physics: Arrhenius heat of 2–4 K/h at its start, and some gas, until all has reacted',
    looksLike:
      'temperature rises faster and faster, above ambient; pressure rises beyond vapour pressure; relief lifts',
  },
  'relief-lifted': {
    acts: 'physics: gas comes in until the relief device has lifted once, after 40–90 min',
    looksLike: 'pressure climbs without temperature, then steps down by about a tenth of the relief pressure',
  },
  'gas-evolution': {
    acts: 'physics: gas forms, 0.04–0.15 bar of the gas space an hour (decomposition without much heat, off-gas)',
    looksLike: 'pressure climbs for hours although temperature does not',
  },
  'frozen-sensor': {
    acts: 'device: the temperature repeats its value of the onset',
    looksLike: 'exactly constant temperature, while pressure and ambient go on',
  },
  silence: { acts: 'device: off, nothing is measured or sent', looksLike: 'no readings at all, will `offline`' },
  duplicates: {
    acts: 'device: one reading in three is given twice, same seq and values',
    looksLike: 'repeated seq; the stored rows are the same as without',
  },
  'skewed-clock': {
    acts: 'device: the clock is 7–40 min behind or 1–4 min ahead (never so far that it is refused)',
    looksLike: 'times jump at the onset and keep their distance from the time of receipt',
  },
} as const

export type ScenarioName = keyof typeof SCENARIOS
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as [ScenarioName, ...ScenarioName[]]

export type Scenario = {
  onsetMs: number
  /** `lifted`: how often the relief device has lifted so far */
  acts(ms: number, lifted: number): Acts
  /** the temperature no longer moves */
  frozen(ms: number): boolean
  /** nothing is measured */
  silent(ms: number): boolean
  /** how often a reading is given, by its seq */
  copies(ms: number, seq: number): number
  /** ms to add to the true time */
  clockOffset(ms: number): number
}

export type ScenarioPlan = {
  name: ScenarioName
  onsetMs: number
  /** how long it lasts; for ever where it isn't given, but heating for as long as in the table */
  durationMs?: number
  /** K/h, share/h, K/h or bar/h: heating, leak, self-heating, relief-lifted, gas-evolution; from the seed where it isn't given */
  strength?: number
  /** bar gauge that relief-lifted has to reach */
  reliefBar: number
}

/** A scenario's hand on physics and device. Before the onset, and after its duration, it does nothing. */
export const createScenario = (plan: ScenarioPlan, seed: Seed): Scenario => {
  const random = createRandom(seed, 'scenario', plan.name)
  const lasts = plan.name === 'heating' ? random.between(2, 5) * 3_600_000 : Number.POSITIVE_INFINITY
  const endMs = plan.onsetMs + (plan.durationMs ?? lasts)
  const on = (name: ScenarioName, ms: number) => name === plan.name && ms >= plan.onsetMs && ms < endMs
  const drawn = { heating: random.between(3, 8), leak: random.between(0.04, 0.2), selfHeating: random.between(2, 4) }
  const minutesToRelief = random.between(40, 90)
  const offsetMs = Math.round((random.next() < 0.5 ? -random.between(7, 40) : random.between(1, 4)) * 60_000)
  const gas = random.between(0.04, 0.15)
  const rise = (plan.reliefBar - 0.2) / (minutesToRelief / 60)
  return {
    onsetMs: plan.onsetMs,
    acts(ms, lifted) {
      if (on('heating', ms)) return { ...NO_ACTS, heating: plan.strength ?? drawn.heating }
      if (on('leak', ms)) return { ...NO_ACTS, leak: plan.strength ?? drawn.leak }
      if (on('self-heating', ms)) return { ...NO_ACTS, selfHeating: plan.strength ?? drawn.selfHeating }
      if (on('relief-lifted', ms) && lifted === 0) return { ...NO_ACTS, gas: plan.strength ?? rise }
      if (on('gas-evolution', ms)) return { ...NO_ACTS, gas: plan.strength ?? gas }
      return NO_ACTS
    },
    frozen: (ms) => on('frozen-sensor', ms),
    silent: (ms) => on('silence', ms),
    copies: (ms, seq) => (on('duplicates', ms) && seq % 3 === 0 ? 2 : 1),
    clockOffset: (ms) => (on('skewed-clock', ms) ? offsetMs : 0),
  }
}
