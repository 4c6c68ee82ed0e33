import type { TripFacts } from '../../../server/rules/facts.ts'
import { createDevice, type DevicePlan, type NumberedReading } from '../../../simulators/device.ts'
import { ROUTES } from '../../../simulators/geography.ts'
import { createRandom } from '../../../simulators/random.ts'
import type { ScenarioName } from '../../../simulators/scenario.ts'
import { SUBSTANCES, type Substance, substanceOf } from '../../../simulators/substance.ts'
import { createTrip } from '../../../simulators/trip.ts'

/** One simulated trip: what its device measured, and what was true and no detector may know. */
export type Trip = {
  name: string
  scenario: StudyScenario
  substance: Substance
  days: number
  /** epoch ms; Infinity in a normal trip */
  onsetMs: number
  /** when the liquid really reached the substance's highest limit, and the relief device first lifted; epoch ms or null */
  emergencyMs: number | null
  liftedMs: number | null
  /** in the order of their times; without those that were lost in a dead zone, where the device keeps none */
  readings: NumberedReading[]
  intervalSeconds: number
  pressureReference: 'absolute' | 'gauge'
  /** what the papers say of the way; none where it does not matter */
  way?: TripFacts
  /** until when the device could not be heard from the onset on, epoch ms; what it kept came then */
  quietUntilMs?: number
}

/**
 * The simulator's scenarios, and what is known of a trip otherwise: a gauge sensor, a cargo without any figures; a device
 * that stops measuring, for a while or for good; one that goes on, is not heard for a while, and sends all of it later.
 */
export type StudyScenario =
  | ScenarioName
  | 'normal-gauge'
  | 'normal-unknown-cargo'
  | 'leak-unknown-cargo'
  | 'silence'
  | 'late-backlog'

const SIMULATED: Partial<Record<StudyScenario, ScenarioName>> = {
  silence: 'normal',
  'late-backlog': 'normal',
  'normal-gauge': 'normal',
  'normal-unknown-cargo': 'normal',
  'leak-unknown-cargo': 'leak',
}
const isScenario = (name: StudyScenario): name is ScenarioName => SIMULATED[name] === undefined
const simulatedAs = (name: StudyScenario): ScenarioName => (isScenario(name) ? name : (SIMULATED[name] ?? 'normal'))

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YEAR_2026 = Date.parse('2026-01-01T00:00:00Z')

/** What each scenario's strength is drawn from, where the simulator's own would not do for the study. */
const STRENGTH: Partial<Record<StudyScenario, (uniform: number) => number>> = {
  leak: () => 0.02,
  'leak-unknown-cargo': () => 0.02,
  // from slow, as a decomposition begins, to the fastest of the simulator's own: K/h at the onset
  'self-heating': (uniform) => 0.5 * 8 ** uniform,
}

const substancesFor = (scenario: StudyScenario): Substance[] => {
  const all = [...SUBSTANCES.values()]
  const acts = simulatedAs(scenario)
  if (acts === 'self-heating') return all.filter(({ reactionHeat }) => reactionHeat !== undefined)
  // a cargo that may warm itself is called self-heating on purpose, wherever the heat comes from
  if (acts === 'heating') return all.filter(({ reactionHeat }) => reactionHeat === undefined)
  const actsOnThePad = acts === 'leak' || acts === 'relief-lifted' || acts === 'gas-evolution'
  return actsOnThePad ? all.filter(({ liquefied }) => liquefied !== true) : all
}

/**
 * A trip of the study, the same for the same seed: any route, substance, day of the year and hour of the day; sensors of
 * −40…100 °C and 0…6 bar (ammonia's: 0…25 bar) with noise of 0.1 % of range; every other device loses what it measures
 * in a dead zone.
 */
export const planTrip = (scenario: StudyScenario, seed: string, index: number, days: number) => {
  const random = createRandom(seed, 'study', scenario, index)
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random.next() * items.length)]
    if (item === undefined) throw new Error('there is nothing to pick from')
    return item
  }
  const substance = pick(substancesFor(scenario))
  const startedAt = Math.round(YEAR_2026 + random.next() * 365 * DAY)
  const onsetMs = Math.round(startedAt + random.between(4, 30) * HOUR)
  // a dead zone is another silence: there it would hide the one that is looked for
  const isQuiet = scenario === 'silence' || scenario === 'late-backlog'
  const strength = STRENGTH[scenario]?.(random.next())
  const plan: DevicePlan = {
    id: `study-${scenario}-${index}`,
    seed: `${seed}/${index}`,
    boot: 0,
    substanceCas: substance.cas,
    route: pick([...ROUTES.keys()]),
    scenario: simulatedAs(scenario),
    onsetMs,
    startedAt,
    intervalSeconds: 60,
    pressureReference: scenario === 'normal-gauge' ? 'gauge' : 'absolute',
    sensors: { temperature: [-40, 100], pressure: substance.liquefied ? [0, 25] : [0, 6], noiseShare: 0.001 },
    ...(strength !== undefined && { strength }),
  }
  return { plan, onsetMs, until: startedAt + days * DAY, keepsReadings: index % 2 === 0 || isQuiet }
}

/** From when to when it is quiet: a quarter of an hour up to half a day, and every third that stops stops for good. */
const quietOf = (scenario: StudyScenario, seed: string, index: number, onsetMs: number): number | undefined => {
  if (scenario !== 'silence' && scenario !== 'late-backlog') return undefined
  if (scenario === 'silence' && index % 3 === 0) return Number.POSITIVE_INFINITY
  return Math.round(onsetMs + createRandom(seed, 'quiet', scenario, index).between(0.25, 12) * HOUR)
}

const circle = (point: { lat: number; lon: number } | undefined) => ({
  lat: point?.lat ?? 0,
  lon: point?.lon ?? 0,
  radiusMetres: 1_000,
})

/** What a desk writes down: the ends, and the arrival to the hour. */
const wayOf = ({ id, route, seed, startedAt }: DevicePlan): TripFacts => {
  const way = ROUTES.get(route)
  if (way === undefined) throw new Error(`there is no route ${route}`)
  return {
    origin: circle(way.waypoints[0]),
    destination: circle(way.waypoints.at(-1)),
    corridor: null,
    stops: [],
    departAt: startedAt,
    eta: Math.ceil(createTrip(way, startedAt, `${seed}/${id}`).arriveAt / HOUR) * HOUR,
  }
}

export const simulate = (scenario: StudyScenario, seed: string, index: number, days: number): Trip => {
  const { plan, onsetMs, until, keepsReadings } = planTrip(scenario, seed, index, days)
  const device = createDevice(plan)
  const substance = substanceOf(plan.substanceCas)
  const readings: NumberedReading[] = []
  const quietUntilMs = quietOf(scenario, seed, index, onsetMs)
  let emergencyMs: number | null = null
  let liftedMs: number | null = null
  for (let ms = plan.startedAt; ms <= until; ms += 60_000) {
    const taken = device.advance(ms)
    if (quietUntilMs !== undefined && ms >= onsetMs && ms < quietUntilMs) {
      if (scenario === 'late-backlog') readings.push(...taken)
    } else if (keepsReadings || device.covered(ms)) readings.push(...taken)
    const { liquid, lifted } = device.inside()
    if (liquid > substance.limits.temperature.highHigh) emergencyMs ??= ms
    if (lifted > 0) liftedMs ??= ms
  }
  const isNormal = plan.scenario === 'normal' && quietUntilMs === undefined
  return {
    name: `${scenario}/${seed}/${index}`,
    scenario,
    substance,
    days,
    onsetMs: isNormal ? Number.POSITIVE_INFINITY : onsetMs,
    emergencyMs,
    liftedMs,
    readings,
    intervalSeconds: plan.intervalSeconds,
    pressureReference: plan.pressureReference,
    way: wayOf(plan),
    ...(quietUntilMs !== undefined && { quietUntilMs }),
  }
}
