import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boilsAt, SUBSTANCES, substanceOf, vapourPressure } from '../../../simulators/substance.ts'
import { createTank, NO_ACTS, type Surroundings, type TankPlan } from '../../../simulators/tank.ts'

const methanol = substanceOf('67-56-1')
const air = (changes: Partial<Surroundings> = {}): Surroundings => ({
  ambient: 20,
  wind: 3,
  cloud: 1,
  sun: 0,
  seaLevelBar: 1.01325,
  atmosphereBar: 1.01325,
  moving: false,
  ...changes,
})
const tankOf = (changes: Partial<TankPlan> = {}) =>
  createTank({
    seed: 'tank',
    substance: methanol,
    capacityLitres: 24_000,
    temperature: 20,
    fill: 0.9,
    pressure: 1.3,
    insulation: Number.POSITIVE_INFINITY,
    reliefBar: 3.33,
    spread: 0,
    ...changes,
  })

/** Runs until wall, liquid and vapour are as warm as the air. */
const settleAt = (ambient: number, changes: Partial<TankPlan> = {}) => {
  const tank = tankOf(changes)
  for (let i = 0; i < 60 * 24 * 60; i++) tank.step(60, air({ ambient, wind: 10 }), NO_ACTS)
  return tank.state()
}

describe('substances', () => {
  it.each([...SUBSTANCES.values()])('$name boils at its boiling point', (substance) => {
    expect(vapourPressure(substance, substance.boilingPoint) / 1.01325).toBeGreaterThan(0.96)
    expect(vapourPressure(substance, substance.boilingPoint) / 1.01325).toBeLessThan(1.04)
    expect(boilsAt(substance, vapourPressure(substance, 33))).toBeCloseTo(33, 6)
  })
})

describe('a closed tank', () => {
  const undissolved = { ...methanol, gasSolubility: 0 }

  it.each([
    [25, 1.43],
    [30, 1.58],
    [40, 1.96],
  ])('of methanol, 90 %% full, 1.30 bar at 20 °C, settles at %d °C at the pressure of the textbook', (celsius, bar) => {
    expect(settleAt(celsius, { substance: undissolved }).pressure).toBeCloseTo(bar, 1)
    expect(Math.abs(settleAt(celsius, { substance: undissolved }).pressure - bar)).toBeLessThan(0.03)
  })

  it('lies below the textbook where gas dissolves, and above the vapour alone', () => {
    const { pressure } = settleAt(40)
    expect(pressure).toBeLessThan(1.9)
    expect(pressure).toBeGreaterThan(1.013 + vapourPressure(methanol, 40))
  })

  it('is off by up to a tenth from seed to seed, and the same for the same seed', () => {
    const pressures = Array.from({ length: 12 }, (_, i) => settleAt(35, { seed: i, spread: 0.1 }).pressure)
    expect(new Set(pressures).size).toBe(12)
    expect(settleAt(35, { seed: 3, spread: 0.1 }).pressure).toBe(pressures[3])
    for (const pressure of pressures) expect(pressure).toBeCloseTo(1.7, 0)
  })

  it('never leaves the range of what surrounds it, for every weather', () => {
    const weather = fc.record({
      ambient: fc.double({ min: -20, max: 45, noNaN: true }),
      wind: fc.double({ min: 0.2, max: 12, noNaN: true }),
      cloud: fc.double({ min: 0, max: 1, noNaN: true }),
      sun: fc.double({ min: 0, max: 1000, noNaN: true }),
      moving: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.integer(), fc.array(weather, { minLength: 1, maxLength: 20 }), (seed, hours) => {
        const tank = tankOf({ seed, spread: 0.1, substance: { ...methanol, loaded: methanol.loaded }, reliefBar: 100 })
        let [coldest, warmest] = [20, 20]
        for (const hour of hours) {
          // the sky cools by at most 25 W/m², the sun warms by at most 0.35·1.1·0.45 of itself, through 5.4 W/(m²·K) or more
          coldest = Math.min(coldest, hour.ambient - 25 / 5.3)
          warmest = Math.max(warmest, hour.ambient + (0.174 * hour.sun) / 5.3)
          for (let i = 0; i < 60; i++) tank.step(60, air(hour), NO_ACTS)
          const { wall, liquid, surface, vapour } = tank.state()
          for (const body of [wall, liquid, surface, vapour]) {
            expect(body).toBeGreaterThanOrEqual(coldest - 1e-9)
            expect(body).toBeLessThanOrEqual(warmest + 1e-9)
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  it('has the vapour pressure of its surface plus its pad, squeezed by the liquid, for every seed and weather', () => {
    const hour = fc.record({
      ambient: fc.double({ min: 0, max: 42, noNaN: true }),
      sun: fc.double({ min: 0, max: 1000, noNaN: true }),
      moving: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.integer(), fc.array(hour, { minLength: 1, maxLength: 30 }), (seed, hours) => {
        const tank = tankOf({ seed, spread: 0.1, reliefBar: 100 })
        const padLoaded = 1.3 - vapourPressure(methanol, 20)
        for (const weather of hours) {
          for (let i = 0; i < 60; i++) tank.step(60, air(weather), NO_ACTS)
          const { pressure, surface, vapour, level } = tank.state()
          const squeezed = (((1.02 * padLoaded * (vapour + 273.15)) / 293.15) * 0.1) / (1 - level)
          expect(pressure).toBeGreaterThan(0.9 * vapourPressure(methanol, surface) + 0.5 * padLoaded)
          // gas comes out of the liquid only while the pad is below what it was loaded at
          expect(pressure).toBeLessThan(1.1 * vapourPressure(methanol, surface) + Math.max(squeezed, 1.05 * padLoaded))
        }
      }),
      { numRuns: 50 },
    )
  })

  it('has a warm layer on top in the sun, so that pressure leads what the bulk says', () => {
    const tank = tankOf()
    for (let i = 0; i < 240; i++) tank.step(60, air({ ambient: 32, sun: 900, cloud: 0, wind: 1 }), NO_ACTS)
    const { surface, liquid, wall } = tank.state()
    expect(surface).toBeGreaterThan(liquid + 0.2)
    expect(wall).toBeGreaterThan(liquid)
  })

  it('holds its relief pressure when it is full and hot', () => {
    const tank = tankOf({ fill: 0.97 })
    let highest = 0
    for (let i = 0; i < 6000; i++) {
      tank.step(10, air({ ambient: 30 }), { ...NO_ACTS, heating: 8 })
      highest = Math.max(highest, tank.state().pressure)
    }
    expect(tank.state().lifted).toBeGreaterThan(0)
    expect(highest).toBeLessThan(3.33 + 1.01325 + 0.01)
    expect(tank.state().level).toBeLessThanOrEqual(1)
  })
})
