import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backFor, createClock, LONGEST_BACK_MS } from '../../../simulators/clock.ts'
import { DemoDevices, planDemo } from '../../../simulators/demo.ts'
import { createDevice } from '../../../simulators/device.ts'
import { parseMix, planFleet, share } from '../../../simulators/fleet-plan.ts'
import { SCENARIO_NAMES } from '../../../simulators/scenario.ts'
import { HOUR, NOON } from './plans.ts'

const MINUTE = 60_000

describe('the clock of a sped-up run', () => {
  it('starts at most 29 days back, is never ahead, never goes backwards, and catches up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 * 86_400_000 }),
        fc.double({ min: 1.01, max: 10_000, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 40 * 86_400_000 })),
        (backMs, speedUp, moments) => {
          const clock = createClock(NOON, backMs, speedUp)
          expect(clock.startMs).toBeGreaterThanOrEqual(NOON - LONGEST_BACK_MS)
          expect(clock.at(NOON)).toBe(clock.startMs)
          let before = Number.NEGATIVE_INFINITY
          for (const moment of moments.sort((a, b) => a - b)) {
            const now = clock.at(NOON + moment)
            expect(now).toBeLessThanOrEqual(NOON + moment)
            expect(now).toBeGreaterThanOrEqual(before)
            before = now
          }
          expect(clock.at(clock.caughtUpAt + 1)).toBeCloseTo(clock.caughtUpAt + 1, -1)
        },
      ),
    )
  })

  it('goes back as far as the duration lets it catch up; a day without one; not at all at normal speed', () => {
    const back = backFor(60, 10 * MINUTE)
    expect(createClock(NOON, back, 60).caughtUpAt).toBeLessThanOrEqual(NOON + 10 * MINUTE)
    expect(back).toBeGreaterThan(8 * HOUR)
    expect(backFor(60, undefined)).toBe(24 * HOUR)
    expect(backFor(1, 10 * MINUTE)).toBe(0)
    expect(backFor(10_000, 24 * HOUR)).toBe(LONGEST_BACK_MS)
  })
})

describe('a fleet', () => {
  it('has as many of each scenario as the weights say, for every mix', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...SCENARIO_NAMES), fc.integer({ min: 0, max: 100 }), { minKeys: 1 }),
        fc.integer({ min: 1, max: 500 }),
        (weights, devices) => {
          const parsed = parseMix(
            Object.entries(weights)
              .map(([name, weight]) => `${name}=${weight}`)
              .join(','),
          )
          expect('problem' in parsed).toBe(Object.values(weights).every((weight) => weight === 0))
          if ('problem' in parsed) return
          const shared = share(parsed.mix, devices)
          const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
          expect(shared).toHaveLength(devices)
          for (const [name, weight] of parsed.mix)
            expect(Math.abs(shared.filter((one) => one === name).length - (devices * weight) / total)).toBeLessThan(1)
        },
      ),
    )
  })

  it.each([
    ['normal=80,flood=3', /flood is no scenario; there are normal/],
    ['normal=many', /normal needs a weight/],
    ['normal=0', /every weight is 0/],
  ])('refuses the mix %s with a reason', (text, reason) => {
    const parsed = parseMix(text)
    expect('problem' in parsed && parsed.problem).toMatch(reason)
  })

  it('is the same for the same seed, and each of its plans can run', () => {
    const request = {
      devices: 30,
      mix: new Map(SCENARIO_NAMES.map((name) => [name, 1])),
      seed: 's',
      intervalSeconds: 30,
      readFrom: NOON,
      until: NOON + HOUR,
      boot: 1,
      pressureReference: 'absolute' as const,
    }
    const plans = planFleet(request)
    expect(planFleet(request)).toEqual(plans)
    expect(planFleet({ ...request, seed: 't' })).not.toEqual(plans)
    expect(new Set(plans.map(({ id }) => id)).size).toBe(30)
    for (const plan of plans) {
      expect(plan.onsetMs).toBeGreaterThan(NOON)
      expect(plan.onsetMs).toBeLessThan(NOON + HOUR)
      expect(createDevice(plan).advance(NOON + 5 * MINUTE).length).toBeGreaterThan(8)
    }
  })
})

describe('the demo', () => {
  const device = (deviceId: string, changes: object = {}) => ({
    deviceId,
    secret: 's',
    substanceCas: '67-56-1',
    route: 'shanghai-chengdu',
    startedAt: new Date(NOON - 20 * HOUR).toISOString(),
    ...changes,
  })
  const plansOf = (...devices: object[]) => planDemo(DemoDevices.parse(devices), NOON)

  it.each([25, 30, 40])('has a tank that passes %d °C two to three minutes after the start', (temperatureHigh) => {
    const [plan] = plansOf(device('hot', { scenario: 'heating', temperatureHigh }))
    if (!plan) throw new Error('no plan')
    const readings = createDevice(plan).advance(NOON + 15 * MINUTE)
    const above = readings.filter(({ temperature }) => (temperature ?? 0) > temperatureHigh)
    expect(above[0]?.time).toBeGreaterThan(NOON + MINUTE)
    expect(above[0]?.time).toBeLessThan(NOON + 3 * MINUTE)
    expect(above.at(-1)?.time).toBe(NOON + 15 * MINUTE)
    expect(Math.max(...readings.map(({ temperature }) => temperature ?? 0))).toBeLessThan(temperatureHigh + 5)
  })

  it('brings six hours of history, or what the server says it lacks', () => {
    const [plan, known] = plansOf(device('a'), device('b', { sendFrom: NOON - 5 * MINUTE }))
    expect(plan && createDevice(plan).advance(NOON)).toHaveLength(6 * 720 + 1)
    expect(known && createDevice(known).advance(NOON)).toHaveLength(60)
  })

  it('shows every device at first, wherever its route leads it, but the one in the tunnel', () => {
    for (let hours = 0; hours < 24; hours += 0.5) {
      const [normal, leaking] = plansOf(
        device('n', { startedAt: NOON - hours * HOUR }),
        device('l', { startedAt: NOON - hours * HOUR, scenario: 'leak' }),
      )
      if (!normal || !leaking) throw new Error('no plan')
      for (const minute of [0, 5, 9]) {
        expect(createDevice(leaking).covered(NOON + minute * MINUTE)).toBe(true)
        expect(createDevice(normal).covered(NOON + minute * MINUTE)).toBe(true)
      }
      expect(createDevice(normal).covered(NOON + 2 * MINUTE)).toBe(false)
    }
  })

  it('has one device that drives into a tunnel, and a leak that can be seen', () => {
    const [leaking, normal] = plansOf(device('l', { scenario: 'leak' }), device('n'))
    if (!leaking || !normal) throw new Error('no plan')
    expect(normal.deadTimes).toEqual([[NOON + MINUTE, NOON + 4 * MINUTE]])
    const pressures = createDevice(leaking)
      .advance(NOON)
      .map(({ pressure }) => pressure ?? 0)
    expect((pressures[2160] ?? 0) - (pressures.at(-1) ?? 0)).toBeGreaterThan(0.05)
  })

  it('says what is wrong with a list', () => {
    expect(DemoDevices.safeParse([device('a', { route: 'moon' })]).error?.message).toMatch(/route/)
  })
})
