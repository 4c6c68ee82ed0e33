import { ATMOSPHERE_BAR, type ReadingBody } from '../server/model/reading.ts'
import { ROUTES } from './geography.ts'
import { createRandom, type Seed } from './random.ts'
import { createScenario, type ScenarioName } from './scenario.ts'
import { createSensor } from './sensor.ts'
import { substanceOf } from './substance.ts'
import { createTank, type TankState } from './tank.ts'
import { createTrip, type Trip } from './trip.ts'
import { createWeather } from './weather.ts'

export type DevicePlan = {
  id: string
  seed: Seed
  /** raised at each start of the real device */
  boot: number
  substanceCas: string
  route: string
  scenario: ScenarioName
  /** epoch ms; one to four hours after the first reading where it isn't given */
  onsetMs?: number
  durationMs?: number
  strength?: number
  /** departure, and the moment at which the tank is as loaded; epoch ms */
  startedAt: number
  /** first reading, epoch ms; `startedAt` where it isn't given. The tank has lived from `startedAt` on in either case */
  readFrom?: number
  intervalSeconds: number
  pressureReference: 'absolute' | 'gauge'
  /** °C and fraction as loaded; those of the substance where they aren't given */
  temperature?: number
  fill?: number
  /** ranges in °C and bar absolute, and noise (standard deviation) as a share of them; good sensors where it isn't given */
  sensors?: {
    temperature: readonly [least: number, most: number]
    pressure: readonly [least: number, most: number]
    noiseShare: number
  }
  /** without coverage, beside the route's dead zones: [from, to) in epoch ms */
  deadTimes?: readonly (readonly [fromMs: number, toMs: number])[]
  /** the route's dead zones count only from this moment on, epoch ms */
  coveredUntil?: number
}

export type NumberedReading = ReadingBody & { time: number; seq: number; boot: number }

/** A device's two sides: what it measures (`advance`), and whether it can send at that moment (`covered`). */
export type Device = {
  id: string
  trip: Trip
  /**
   * Every reading after the last call's moment up to and including this one, in order. How a span is cut into calls
   * makes no difference. `room` bounds how many can be kept; a reading without room is lost before it gets a seq, and
   * counted, so that the numbers have no gap which nobody could ever fill.
   */
  advance(toMs: number, room?: number): NumberedReading[]
  covered(ms: number): boolean
  lost(): number
  /** what is true in the tank at the last moment advanced to, at most ten seconds later */
  inside(): TankState
}

const STEP_MS = 10_000
const WEATHER_EVERY = 6 // steps
const mix = (from: number, to: number, part: number) => from + part * (to - from)
const round = (value: number, perUnit: number) => Math.round(value * perUnit) / perUnit

/**
 * A telematics unit on a tank on its way. Pure: the same plan gives the same readings. Readings are in the units of
 * the wire: °C, bar (gauge against the air around it where the plan says so), fractions, epoch ms.
 */
export const createDevice = (plan: DevicePlan): Device => {
  const route = ROUTES.get(plan.route)
  if (!route) throw new Error(`there is no route ${plan.route}; there are ${[...ROUTES.keys()].join(', ')}`)
  const substance = substanceOf(plan.substanceCas)
  const random = createRandom(plan.seed, plan.id, 'device')
  const seed = `${plan.seed}/${plan.id}`
  const readFrom = plan.readFrom ?? plan.startedAt
  const trip = createTrip(route, plan.startedAt, seed)
  const weather = createWeather(plan.seed)
  const tank = createTank({
    seed,
    substance,
    capacityLitres: 24_000,
    temperature: plan.temperature ?? substance.loaded.temperature + random.between(-1.5, 1.5),
    fill: plan.fill ?? substance.loaded.fill,
    pressure: substance.loaded.pressure,
    insulation: random.next() < 0.5 ? 6 : 0.8,
    reliefBar: substance.reliefBar,
    spread: 0.1,
  })
  const onsetMs = plan.onsetMs ?? readFrom + random.between(1, 4) * 3_600_000
  const scenario = createScenario(
    {
      name: plan.scenario,
      onsetMs,
      reliefBar: substance.reliefBar,
      ...(plan.durationMs !== undefined && { durationMs: plan.durationMs }),
      ...(plan.strength !== undefined && { strength: plan.strength }),
    },
    seed,
  )
  const sensors = plan.sensors
  const ranged = (range: readonly [number, number] | undefined) =>
    range !== undefined && sensors !== undefined
      ? { range, noise: sensors.noiseShare * (range[1] - range[0]) }
      : undefined
  const thermometer = createSensor(
    {
      lagSeconds: 90 * random.off(0.3), noise: 0.04, quantum: 0.01, bias: 0.15 * random.normal(),
      ...ranged(sensors?.temperature),
    },
    random,
  ) // biome-ignore format: a property a word
  const gauge = createSensor(
    { lagSeconds: 2, noise: 0.002, quantum: 0.001, bias: 0.004 * random.normal(), ...ranged(sensors?.pressure) },
    random,
  )
  const dipstick = createSensor({ lagSeconds: 20, noise: 0.001, quantum: 0.001, bias: 0.003 * random.normal() }, random)
  const shade = createSensor({ lagSeconds: 300, noise: 0.08, quantum: 0.1 }, random)
  const nearWall = 0.12 * random.off(0.3)
  const charge = random.between(72, 100)
  const drain = random.between(0.02, 0.08)

  let now = plan.startedAt
  let steps = 0
  let place = trip.at(now)
  const surroundings = () => {
    const air = weather(now, place.lat, place.lon)
    const atmosphereBar = air.seaLevelBar * Math.exp(-place.height / 8434)
    return { ...air, atmosphereBar, moving: place.kind === 'driving' }
  }
  let around = surroundings()
  let before: Inside | undefined
  let after: Inside | undefined
  let sent = 0
  let lost = 0
  let next = readFrom
  let frozenAt: number | undefined
  type Inside = { ms: number; temperature: number; pressure: number; level: number; ambient: number; air: number }

  const step = () => {
    if (steps % WEATHER_EVERY === 0) {
      place = trip.at(now)
      around = surroundings()
    }
    steps += 1
    tank.step(STEP_MS / 1000, around, scenario.acts(now, tank.lifted()))
    now += STEP_MS
    const { wall, liquid, pressure, level } = tank.state()
    thermometer.follow(liquid + nearWall * (wall - liquid), STEP_MS / 1000)
    gauge.follow(pressure, STEP_MS / 1000)
    dipstick.follow(level, STEP_MS / 1000)
    shade.follow(around.ambient, STEP_MS / 1000)
    before = after
    after = {
      ms: now,
      temperature: thermometer.inside() ?? liquid,
      pressure: gauge.inside() ?? pressure,
      level: dipstick.inside() ?? level,
      ambient: shade.inside() ?? around.ambient,
      air: around.atmosphereBar,
    }
  }

  const readAt = (ms: number): NumberedReading => {
    while (!before || !after || after.ms < ms) step()
    const from = before
    const to = after
    const part = Math.min(1, Math.max(0, (ms - from.ms) / STEP_MS))
    const where = trip.at(ms)
    const temperature = thermometer.read(mix(from.temperature, to.temperature, part))
    if (!scenario.frozen(ms)) frozenAt = undefined
    else frozenAt ??= temperature
    // a gauge sensor measures against the air around it, not against the standard atmosphere that is added later
    const reference = plan.pressureReference === 'gauge' ? mix(from.air, to.air, part) : 0
    const moving = where.kind === 'driving'
    return {
      time: ms + scenario.clockOffset(ms),
      seq: sent,
      boot: plan.boot,
      temperature: frozenAt ?? temperature,
      pressure: Math.max(
        plan.pressureReference === 'gauge' ? -ATMOSPHERE_BAR : 0,
        gauge.read(mix(from.pressure, to.pressure, part) - reference),
      ),
      level: Math.min(1, Math.max(0, dipstick.read(mix(from.level, to.level, part)))),
      ambient: shade.read(mix(from.ambient, to.ambient, part)),
      lat: round(where.lat + 4e-5 * random.normal(), 1e5),
      lon: round(where.lon + 4e-5 * random.normal(), 1e5),
      battery: Math.max(1, Math.round(charge - (drain * (ms - plan.startedAt)) / 3_600_000)),
      shock: round(moving ? 0.15 + 0.12 * random.normal() ** 2 : 0.02 + 0.01 * random.next(), 100),
    }
  }

  return {
    id: plan.id,
    trip,
    inside: tank.state,
    lost: () => lost,
    covered: (ms) =>
      !scenario.silent(ms) &&
      (ms < (plan.coveredUntil ?? 0) || trip.at(ms).covered) &&
      !(plan.deadTimes ?? []).some(([from, to]) => ms >= from && ms < to),
    advance(toMs, room = Number.POSITIVE_INFINITY) {
      const readings: NumberedReading[] = []
      while (next <= toMs) {
        const ms = next
        next += Math.round(plan.intervalSeconds * 1000)
        if (scenario.silent(ms)) continue
        const reading = readAt(ms)
        if (readings.length >= room) {
          lost += 1
          continue
        }
        for (let copy = scenario.copies(ms, sent); copy > 0; copy--) readings.push(reading)
        sent += 1
      }
      return readings
    },
  }
}

/** The readings that a device with this plan takes from one moment to another (both included), numbered from 0. */
export const history = (plan: DevicePlan, fromMs: number, toMs: number, intervalSeconds: number): NumberedReading[] =>
  createDevice({ ...plan, readFrom: fromMs, intervalSeconds }).advance(toMs)
