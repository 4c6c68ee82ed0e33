import { createRandom, type Seed } from './random.ts'
import { boilsAt, type Substance, vapourPressure } from './substance.ts'
import type { Weather } from './weather.ts'

/** What works on a tank beside the weather; a scenario's hand. */
export type Acts = {
  /** heat from outside (coil left on, fire nearby), as K/h of the whole liquid */
  heating: number
  /** decomposition or polymerisation: K/h it would make at the temperature at which it began; 0 is none */
  selfHeating: number
  /** share of the pad that leaves in an hour, at the overpressure as loaded */
  leak: number
  /** gas that forms or is let in, bar/h of the gas space */
  gas: number
}
export const NO_ACTS: Acts = { heating: 0, selfHeating: 0, leak: 0, gas: 0 }

export type Surroundings = Weather & { atmosphereBar: number; moving: boolean }

export type TankState = {
  /** °C */
  wall: number
  liquid: number
  surface: number
  vapour: number
  /** bar absolute, and filled fraction */
  pressure: number
  level: number
  /** how often the relief device has lifted */
  lifted: number
}

export type TankPlan = {
  seed: Seed
  substance: Substance
  capacityLitres: number
  temperature: number
  fill: number
  pressure: number
  /** W/(m²·K) through the insulation; a bare tank has Infinity */
  insulation: number
  reliefBar: number
  /** share by which the coefficients may be off; 0.1 */
  spread: number
}

const R = 8.314e-5 // m³·bar/(mol·K)
const KELVIN = 273.15
const ACTIVATION_KELVIN = 90_000 / 8.314
const SURFACE_SHARE = 0.05 // of the liquid lies in the warm layer on top
const STEEL_HEAT = 73_000 // J/K per m³ of tank

/**
 * A closed tank as four bodies (wall, liquid, its surface layer, vapour) that exchange heat, and a pad gas that also
 * dissolves. Each step takes weighted means of neighbours, so without `Acts` no body can leave the range of what surrounds it. Vapour pressure follows the surface, not the bulk.
 */
export const createTank = (plan: TankPlan) => {
  const { substance, reliefBar } = plan
  const random = createRandom(plan.seed, 'tank')
  const off = () => random.off(plan.spread)
  const volume = plan.capacityLitres / 1000
  const length = 5.8 * Math.cbrt(volume / 24)
  const diameter = Math.sqrt((4 * volume) / (Math.PI * length))
  const area = Math.PI * diameter * length + (Math.PI / 2) * diameter ** 2
  const expansion = substance.expansion * off()
  const activity = substance.liquefied ? 1 : off() // mixtures and impurities
  const liquidAsLoaded = volume * plan.fill
  const liquidHeat = liquidAsLoaded * substance.density * substance.heatCapacity * off()
  const wallHeat = volume * STEEL_HEAT * off()
  const vapourHeat = volume * (1 - plan.fill) * 1300
  const absorptance = 0.35 * off()
  const wetFilm = 120 * off()
  const dryFilm = 6 * off()
  const mixing = 60 * off()
  const solubility = substance.gasSolubility * off()
  const dissolving = off()
  const surfaceArea = length * diameter * 2 * Math.sqrt(plan.fill * (1 - plan.fill))

  let wall = plan.temperature
  let liquid = plan.temperature
  let surface = plan.temperature
  let vapour = plan.temperature
  let lifted = 0
  let reacted = 0
  let reactionStart: number | undefined
  const vapourBar = () => activity * vapourPressure(substance, surface)
  const liquidVolume = () => liquidAsLoaded * (1 + expansion * (liquid - plan.temperature))
  // liquid-full: the last half per cent stands for the give of shell and liquid
  const gasVolume = () => Math.max(0.005 * volume, volume - liquidVolume())
  const padBar = () => (pad * R * (vapour + KELVIN)) / gasVolume()
  const padLoaded = substance.liquefied ? 0 : Math.max(0.02, plan.pressure - vapourBar())
  let pad = (padLoaded * gasVolume()) / (R * (vapour + KELVIN))
  let dissolved = solubility * padLoaded * liquidVolume()
  const overpressureLoaded = Math.max(0.05, plan.pressure - 1.01325)

  const exchangeHeat = (seconds: number, around: Surroundings) => {
    const film = (5.7 + 3.8 * around.wind + (around.moving ? 18 : 0)) / 1.2
    const outer = area / (1 / film + 1 / plan.insulation)
    // sun and the cold sky act through the film as a warmer or colder air would
    const air = around.ambient + (absorptance * 0.45 * around.sun - 25 * (1 - around.cloud)) / film
    const wet = wetFilm * area * plan.fill
    const toSurface = 0.15 * wet
    const dry = dryFilm * area * (1 - plan.fill)
    const across = 5 * surfaceArea
    const stir = mixing * surfaceArea * (around.moving ? 12 : 1)
    // each body becomes the mean of itself, weighed by how slow it is, and of its neighbours
    const [wallOwn, liquidOwn, surfaceOwn, vapourOwn] = [
      wallHeat / seconds,
      (liquidHeat * (1 - SURFACE_SHARE)) / seconds,
      (liquidHeat * SURFACE_SHARE) / seconds,
      vapourHeat / seconds,
    ]
    const toLiquid = wet - toSurface
    const next = [
      (wallOwn * wall + outer * air + toLiquid * liquid + toSurface * surface + dry * vapour) /
        (wallOwn + outer + toLiquid + toSurface + dry),
      (liquidOwn * liquid + toLiquid * wall + stir * surface) / (liquidOwn + toLiquid + stir),
      (surfaceOwn * surface + toSurface * wall + stir * liquid + across * vapour) /
        (surfaceOwn + toSurface + stir + across),
      (vapourOwn * vapour + dry * wall + across * surface) / (vapourOwn + dry + across),
    ] as const
    ;[wall, liquid, surface, vapour] = next
  }

  const react = (hours: number, kelvinPerHour: number) => {
    reactionStart ??= liquid
    const adiabaticRise = (substance.reactionHeat ?? 400_000) / substance.heatCapacity
    const speed = Math.exp(ACTIVATION_KELVIN * (1 / (reactionStart + KELVIN) - 1 / (liquid + KELVIN)))
    const rise = Math.min(kelvinPerHour * speed * (1 - reacted) * hours, (1 - reacted) * adiabaticRise, 5)
    reacted += rise / adiabaticRise
    liquid += rise
    surface += rise
    pad += (0.02 * rise * gasVolume()) / (R * (vapour + KELVIN)) // some of it splits off as gas
  }

  const exchangeGas = (hours: number, acts: Acts, around: Surroundings) => {
    const over = acts.leak > 0 ? padBar() + vapourBar() - around.atmosphereBar : 0
    if (over > 0) pad *= Math.exp(-acts.leak * hours * Math.sqrt(over / overpressureLoaded))
    pad += (acts.gas * hours * gasVolume()) / (R * (vapour + KELVIN))
    // slow at rest, faster while it sloshes
    const share = hours / ((around.moving ? 16 : 48) * dissolving)
    const moved = (solubility * padBar() * liquidVolume() - dissolved) * share
    const taken = Math.max(-dissolved, Math.min(moved, 0.5 * pad))
    pad -= taken
    dissolved += taken
  }

  const relieve = (atmosphereBar: number) => {
    const opensAt = reliefBar + atmosphereBar
    if (padBar() + vapourBar() <= opensAt) return
    lifted += 1
    const closesAt = 0.9 * reliefBar + atmosphereBar
    if (vapourBar() > closesAt) surface = boilsAt(substance, closesAt / activity) // it boils itself cold
    pad *= Math.max(0, closesAt - vapourBar()) / Math.max(1e-9, padBar())
  }

  return {
    step(seconds: number, around: Surroundings, acts: Acts): void {
      const hours = seconds / 3600
      exchangeHeat(seconds, around)
      wall += (acts.heating * hours * liquidHeat) / wallHeat
      if (acts.selfHeating > 0) react(hours, acts.selfHeating)
      exchangeGas(hours, acts, around)
      relieve(around.atmosphereBar)
    },
    lifted: () => lifted,
    state: (): TankState => ({
      wall,
      liquid,
      surface,
      vapour,
      lifted,
      pressure: padBar() + vapourBar(),
      level: Math.min(1, liquidVolume() / volume),
    }),
  }
}
export type Tank = ReturnType<typeof createTank>
