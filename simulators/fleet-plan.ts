import type { DevicePlan } from './device.ts'
import { ROUTES } from './geography.ts'
import { createRandom, type Seed } from './random.ts'
import { SCENARIO_NAMES, type ScenarioName } from './scenario.ts'
import { SUBSTANCES, type Substance } from './substance.ts'

export type Mix = ReadonlyMap<ScenarioName, number>

/** `normal=80,heating=5` → weights, or what is wrong with it. */
export const parseMix = (text: string): { mix: Mix } | { problem: string } => {
  const mix = new Map<ScenarioName, number>()
  for (const part of text.split(',')) {
    const [name = '', weight = '1'] = part.split('=')
    const scenario = SCENARIO_NAMES.find((known) => known === name.trim())
    if (!scenario) return { problem: `${name.trim()} is no scenario; there are ${SCENARIO_NAMES.join(', ')}` }
    if (!(Number(weight) >= 0)) return { problem: `${scenario} needs a weight, as in ${scenario}=5` }
    mix.set(scenario, Number(weight))
  }
  if (![...mix.values()].some((weight) => weight > 0)) return { problem: 'every weight is 0' }
  return { mix }
}

/** As many of each as the weights say (largest remainder), so that one device in a hundred is one, and not perhaps none. */
export const share = (mix: Mix, devices: number): ScenarioName[] => {
  const total = [...mix.values()].reduce((sum, weight) => sum + weight, 0)
  const wanted = [...mix].map(([name, weight]) => {
    const exact = (devices * weight) / total
    return { name, count: Math.floor(exact), rest: exact % 1 }
  })
  let left = devices - wanted.reduce((sum, { count }) => sum + count, 0)
  for (const entry of [...wanted].sort((a, b) => b.rest - a.rest)) {
    if (left <= 0) break
    entry.count += 1
    left -= 1
  }
  return wanted.flatMap(({ name, count }) => Array.from({ length: count }, () => name))
}

export type FleetRequest = {
  devices: number
  mix: Mix
  seed: Seed
  intervalSeconds: number
  /** first reading, epoch ms */
  readFrom: number
  /** scenarios begin between a tenth and six tenths of the way from `readFrom` to here, epoch ms */
  until: number
  boot: number
  pressureReference: 'absolute' | 'gauge'
}

const HOUR = 3_600_000

/** A fleet of plans: routes, substances, departures within the six hours before the first reading, and onsets from the seed. */
export const planFleet = (request: FleetRequest): DevicePlan[] => {
  const random = createRandom(request.seed, 'fleet')
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random.next() * items.length)]
    if (item === undefined) throw new Error('there is nothing to pick from')
    return item
  }
  const routes = [...ROUTES.keys()]
  const all: Substance[] = [...SUBSTANCES.values()]
  const reactive = all.filter((substance) => substance.reactionHeat !== undefined)
  const padded = all.filter((substance) => !substance.liquefied)
  const substancesFor = (scenario: ScenarioName) => {
    if (scenario === 'self-heating') return reactive
    return ['leak', 'relief-lifted', 'gas-evolution'].includes(scenario) ? padded : all // these act on the pad
  }
  return share(request.mix, request.devices).map((scenario, index) => ({
    id: `sim-${request.seed}-${String(index + 1).padStart(4, '0')}`,
    seed: request.seed,
    boot: request.boot,
    scenario,
    route: pick(routes),
    substanceCas: pick(substancesFor(scenario)).cas,
    startedAt: Math.round(request.readFrom - random.between(0, 6) * HOUR),
    readFrom: Math.round(request.readFrom + random.between(0, request.intervalSeconds * 1000)),
    onsetMs: Math.round(request.readFrom + random.between(0.1, 0.6) * (request.until - request.readFrom)),
    intervalSeconds: request.intervalSeconds,
    pressureReference: request.pressureReference,
  }))
}
