import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadingBody } from '../../../server/model/reading.ts'
import { createDevice, history } from '../../../simulators/device.ts'
import { SCENARIO_NAMES } from '../../../simulators/scenario.ts'
import { HOUR, NOON, planOf } from './plans.ts'

describe('a device', () => {
  it('gives the same readings for the same plan, others for another seed', () => {
    const run = (seed: string) => createDevice(planOf({ seed })).advance(NOON + 6 * HOUR)
    expect(run('a')).toEqual(run('a'))
    expect(run('a').map((reading) => reading.temperature)).not.toEqual(run('b').map((reading) => reading.temperature))
  })

  it('gives the same readings however the time is cut, for every scenario', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SCENARIO_NAMES),
        fc.array(fc.integer({ min: 1, max: 90 * 60_000 }), { minLength: 1, maxLength: 12 }),
        (scenario, spans) => {
          const plan = planOf({ scenario, onsetMs: NOON + HOUR })
          const device = createDevice(plan)
          let now = NOON
          const pieces = spans.flatMap((span) => {
            now += span
            return device.advance(now)
          })
          expect(pieces).toEqual(createDevice(plan).advance(now))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('speaks the language of the wire, with an unbroken seq', () => {
    const readings = createDevice(planOf()).advance(NOON + 12 * HOUR)
    expect(readings).toHaveLength(12 * 60 + 1)
    for (const [index, reading] of readings.entries()) {
      expect(ReadingBody.safeParse(reading).success).toBe(true)
      expect(reading.seq).toBe(index)
      expect(reading.time).toBe(NOON + index * 60_000)
    }
  })

  it('reads physical values of a quiet trip, in steps of its sensors', () => {
    for (const { temperature, pressure, level, battery } of createDevice(planOf()).advance(NOON + 24 * HOUR)) {
      expect(temperature).toBeGreaterThan(15)
      expect(temperature).toBeLessThan(32)
      expect(pressure).toBeGreaterThan(1.1)
      expect(pressure).toBeLessThan(1.8)
      expect(level).toBeGreaterThan(0.87)
      expect(level).toBeLessThan(0.93)
      expect(battery).toBeGreaterThan(60)
      expect(String(temperature).length).toBeLessThan(7)
    }
  })

  it('registered as gauge, measures against the air around it', () => {
    const absolute = createDevice(planOf()).advance(NOON + HOUR)
    const gauge = createDevice(planOf({ pressureReference: 'gauge' })).advance(NOON + HOUR)
    for (const [index, reading] of gauge.entries()) {
      const air = (absolute[index]?.pressure ?? 0) - (reading.pressure ?? 0)
      expect(air).toBeGreaterThan(0.97)
      expect(air).toBeLessThan(1.04)
    }
  })

  it('without room for a reading, loses the newest before it is numbered', () => {
    const device = createDevice(planOf())
    expect(device.advance(NOON + 9 * 60_000, 4).map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
    expect(device.lost()).toBe(6)
    expect(device.advance(NOON + 10 * 60_000)).toMatchObject([{ seq: 4, time: NOON + 10 * 60_000 }])
  })

  it('measures on in a dead zone, and knows that it cannot send', () => {
    const device = createDevice(planOf({ deadTimes: [[NOON + HOUR, NOON + 2 * HOUR]] }))
    expect(device.covered(NOON + HOUR - 1)).toBe(true)
    expect(device.covered(NOON + HOUR)).toBe(false)
    expect(device.covered(NOON + 2 * HOUR)).toBe(true)
    expect(device.advance(NOON + 3 * HOUR)).toHaveLength(181)
  })

  it('has a history of any stretch of its life', () => {
    const past = history(planOf(), NOON + 5 * HOUR, NOON + 6 * HOUR, 10)
    expect(past).toHaveLength(361)
    expect(past[0]).toMatchObject({ seq: 0, time: NOON + 5 * HOUR })
    const whole = createDevice(planOf())
      .advance(NOON + 6 * HOUR)
      .at(-1)
    expect(Math.abs((past.at(-1)?.temperature ?? 0) - (whole?.temperature ?? 0))).toBeLessThan(0.4)
  })

  it('says which routes there are when asked for another', () => {
    expect(() => createDevice(planOf({ route: 'moon' }))).toThrow(/shanghai-chengdu/)
  })
})
