import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Limits } from '../../../server/model/limits.ts'
import { plainFacts } from '../../../server/rules/facts.ts'
import { fold } from '../../../server/rules/fold.ts'
import { type Change, INITIAL, type StreamContext } from '../../../server/rules/state.ts'
import { sampled } from '../../setup/sampled.ts'

const at = (clock: string): number => Date.parse(`2026-05-01T${clock}Z`)
const context = (limits: Limits, more: Partial<StreamContext> = {}): StreamContext => ({
  versions: [{ from: 0, facts: plainFacts(limits) }],
  from: 0,
  to: null,
  ...more,
})
const celsius = (time: number, temperature: number | null, seq = 0) => sampled({ time, temperature, seq })
const told = (changes: readonly Change[]) => changes.map((change) => `${change.rule} ${change.kind}`)

describe('limits with a deadband', () => {
  it('raises when the value passes, clears when it is back by 0.5 °C', () => {
    const changes = (
      [
        ['10:00:00', 30], // on the limit is not past it
        ['10:01:00', 30.1],
        ['10:02:00', 31],
        ['10:03:00', 29.6], // within the deadband
        ['10:04:00', 29.5],
        ['10:05:00', 30],
      ] as const
    ).map((_, index, rows) =>
      told(
        fold(
          INITIAL,
          rows.slice(0, index + 1).map(([clock, value]) => celsius(at(clock), value)),
          context({ temperature: { high: 30 } }),
        ).changes,
      ).at(-1),
    )
    expect(changes).toEqual([
      undefined,
      'temperature-high raised',
      'temperature-high raised',
      'temperature-high raised',
      'temperature-high cleared',
      'temperature-high cleared',
    ])
  })

  it('says onset, value at the onset, limit and peak', () => {
    const rows = [celsius(at('10:00:00'), 30.1), celsius(at('10:01:00'), 33), celsius(at('10:02:00'), 20)]
    expect(fold(INITIAL, rows, context({ temperature: { high: 30 } })).changes.at(-1)).toEqual({
      kind: 'cleared',
      rule: 'temperature-high',
      excursion: { onset: at('10:00:00'), value: 30.1, limit: 30, peak: 33 },
      clearedAt: at('10:02:00'),
    })
  })

  it('clears a pressure of 5.05 bar under a limit of 5.1, whatever binary fractions make of it', () => {
    const bar = (time: number, pressure: number) => sampled({ time, pressure })
    const { changes } = fold(INITIAL, [bar(1, 5.2), bar(2, 5.05)], context({ pressure: { high: 5.1 } }))
    expect(told(changes)).toEqual(['pressure-high raised', 'pressure-high cleared'])
  })

  it('knows both sides and both stages; a missing limit disables only its own rule', () => {
    const limits: Limits = { temperature: { highHigh: 40, low: 5 } }
    const { changes } = fold(INITIAL, [celsius(1, 35), celsius(2, 41), celsius(3, 4), celsius(4, 6)], context(limits))
    expect(told(changes)).toEqual([
      'temperature-high-high raised',
      'temperature-high-high cleared',
      'temperature-low raised',
      'temperature-low cleared',
    ])
  })

  it('two alarms in one reading', () => {
    const { changes } = fold(INITIAL, [celsius(1, 50)], context({ temperature: { high: 30, highHigh: 40 } }))
    expect(told(changes).sort()).toEqual(['temperature-high raised', 'temperature-high-high raised'])
  })

  it('a reading without the measure changes nothing', () => {
    const { changes } = fold(INITIAL, [celsius(1, 31), celsius(2, null)], context({ temperature: { high: 30 } }))
    expect(told(changes)).toEqual(['temperature-high raised'])
  })
})

describe('a timeline that holds more than readings', () => {
  const versions = [
    { from: 0, facts: plainFacts({ temperature: { high: 30 } }) },
    { from: 10, facts: plainFacts({ temperature: { high: 20 } }) },
    { from: 20, facts: plainFacts({}) },
  ]

  it('judges the last value by a limit that begins, at the moment it begins', () => {
    const { changes } = fold(INITIAL, [celsius(5, 25), celsius(30, 25)], { versions, from: 0, to: null })
    expect(changes).toEqual([
      { kind: 'raised', rule: 'temperature-high', excursion: { onset: 10, value: 25, limit: 20, peak: 25 } },
      {
        kind: 'cleared',
        rule: 'temperature-high',
        excursion: { onset: 10, value: 25, limit: 20, peak: 25 },
        clearedAt: 20,
      },
    ])
  })

  it('comes to the same with `until` while no reading comes', () => {
    const { changes } = fold(INITIAL, [celsius(5, 25)], { versions, from: 0, to: null }, 15)
    expect(told(changes)).toEqual(['temperature-high raised'])
  })

  it('closes what is open when the loan ends', () => {
    const { changes, state } = fold(INITIAL, [celsius(5, 35)], { versions: versions.slice(0, 1), from: 0, to: 8 }, 100)
    expect(changes.at(-1)).toMatchObject({ kind: 'cleared', clearedAt: 8 })
    expect(state.open).toEqual({})
  })
})

const rows = fc
  .uniqueArray(fc.record({ time: fc.integer({ min: 1, max: 200 }), value: fc.integer({ min: 15, max: 45 }) }), {
    selector: (row) => row.time,
    minLength: 1,
    maxLength: 60,
  })
  .map((list) => list.sort((a, b) => a.time - b.time).map(({ time, value }) => celsius(time, value)))
const limited: Limits = { temperature: { high: 30, highHigh: 40, low: 20 } }

describe('for every course of values', () => {
  it('folding in pieces is folding at once', () => {
    fc.assert(
      fc.property(rows, fc.nat(60), (readings, cut) => {
        const whole = fold(INITIAL, readings, context(limited))
        const first = fold(INITIAL, readings.slice(0, cut), context(limited))
        const second = fold(first.state, readings.slice(cut), context(limited))
        expect([...first.changes, ...second.changes]).toEqual(whole.changes)
        expect(second.state).toEqual(whole.state)
      }),
    )
  })

  it('a state that went through JSON, as a checkpoint does, goes on the same', () => {
    fc.assert(
      fc.property(rows, fc.nat(60), (readings, cut) => {
        const first = fold(INITIAL, readings.slice(0, cut), context(limited))
        const restored = JSON.parse(JSON.stringify(first.state))
        expect(fold(restored, readings.slice(cut), context(limited))).toEqual(
          fold(first.state, readings.slice(cut), context(limited)),
        )
      }),
    )
  })

  it('raised and cleared take turns, and noise of a third of the deadband makes one alarm at most', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -166, max: 166 }), { minLength: 1, maxLength: 200 }), (noise) => {
        const readings = noise.map((n, index) => celsius(index + 1, 30 + n / 1000))
        expect(
          told(fold(INITIAL, readings, context({ temperature: { high: 30 } })).changes).length,
        ).toBeLessThanOrEqual(1)
      }),
    )
  })
})
