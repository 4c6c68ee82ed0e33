import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TANK_DETECTORS } from '../../../server/rules/detectors.ts'
import { createFold } from '../../../server/rules/fold.ts'
import type { Sampled } from '../../../server/rules/rule.ts'
import { INITIAL, type StreamState } from '../../../server/rules/state.ts'
import { sampled } from '../../bench/alarms/drive.ts'
import { factsWith, METHANOL, MINUTE, START, TANK } from './tank-trip.ts'

const fold = createFold([], TANK_DETECTORS)

const maybe = (min: number, max: number) =>
  fc.option(fc.double({ min, max, noNaN: true, noDefaultInfinity: true }), { nil: null, freq: 6 })

/** A stretch of readings: how far apart, how many, and between which values they wander. */
const stretch = fc.record({
  everyMs: fc.constantFrom(1_000, 60_000, 600_000, 7_200_000),
  count: fc.integer({ min: 1, max: 120 }),
  gapMs: fc.constantFrom(0, 60_000, 3_600_000, 86_400_000),
  temperature: fc.tuple(maybe(-273.15, 1000), maybe(-5, 5)),
  pressure: fc.tuple(maybe(0, 1000), maybe(-1, 1)),
  level: maybe(0, 1),
  ambient: maybe(-100, 100),
})

type Stretch = typeof stretch extends fc.Arbitrary<infer T> ? T : never

const readingsOf = (stretches: Stretch[]): Sampled[] => {
  const readings: Sampled[] = []
  let time = START
  for (const { everyMs, count, gapMs, temperature, pressure, level, ambient } of stretches) {
    time += gapMs
    for (let i = 0; i < count; i++) {
      time += everyMs
      const wander = ([value, step]: readonly [number | null, number | null], low: number) =>
        value === null || (i % 11 === 0 && step === null) ? null : Math.max(low, value + i * (step ?? 0))
      readings.push(
        sampled({ time, temperature: wander(temperature, -273.15), pressure: wander(pressure, 0), level, ambient }),
      )
    }
  }
  return readings
}

const facts = fc
  .record({
    antoine: fc.boolean(), expansion: fc.boolean(), liquefied: fc.boolean(), filled: maybe(0, 1), reactive: fc.boolean(),
    relief: maybe(1.1, 30), tank: fc.boolean(), cargo: fc.boolean(), gauge: fc.boolean(), high: maybe(-50, 200),
    intervalMs: fc.constantFrom(1_000, 60_000, 600_000),
  }) // biome-ignore format: a property a word
  .map((drawn) =>
    factsWith({
      limits: drawn.high === null ? {} : { temperature: { high: drawn.high, highHigh: drawn.high + 10 } },
      cargo: drawn.cargo
        ? {
            ...METHANOL,
            antoine: drawn.antoine ? METHANOL.antoine : null,
            expansion: drawn.expansion ? METHANOL.expansion : null,
            liquefied: drawn.liquefied,
            filling: drawn.filled === null ? null : { fraction: drawn.filled, celsius: 20 },
            reactive: drawn.reactive,
          }
        : null,
      tank: drawn.tank ? { ...TANK, relief: drawn.relief } : null,
      gauge: drawn.gauge,
      intervalMs: drawn.intervalMs,
      reportMs: drawn.intervalMs,
    }),
  )

it('whatever is measured, and whatever is known: no detector breaks, and state and alarms survive JSON', () => {
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 6 }), facts, (stretches, known) => {
      const context = { versions: [{ from: START, facts: known }], from: START, to: null }
      const { state, changes } = fold(INITIAL, readingsOf(stretches), context)
      const back: StreamState = JSON.parse(JSON.stringify(state))
      expect(back.memory).toEqual(state.memory)
      expect(back.open).toEqual(state.open)
      expect(JSON.parse(JSON.stringify(changes))).toEqual(changes)
      for (const { excursion } of changes) {
        expect(excursion.onset % MINUTE === 0 || excursion.onset > START).toBe(true)
        expect([excursion.value, excursion.limit, excursion.peak].every(Number.isFinite)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
}, 60_000)
