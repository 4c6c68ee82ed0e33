import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Limits } from '../../../server/model/limits.ts'
import { derivedLimits, type LimitRecord } from '../../../server/rules/derived-limits.ts'
import { limitsInForce, listed, type OwnLimit } from '../../../server/rules/limits-in-force.ts'

const RECORD: LimitRecord = {
  thermal: { sadt: null, sapt: null, control: null, emergency: null, reactivity: { kind: null, type: null, heating: null } },
  flashPoint: null, freezingPoint: null, liquefied: false, expansion: null, containment: null, tank: null, filling: null,
} // biome-ignore format: all of it unknown
const tankOf = (more: Record<string, unknown> = {}): LimitRecord['tank'] => ({
  kind: 'portable-tank',
  provision: null,
  pressures: { mawp: 4, testPressure: 6, relief: null, isPortable: true },
  ...more,
})
const values = (record: Partial<LimitRecord>) =>
  derivedLimits({ ...RECORD, ...record }).limits.map(({ measure, side, value }) => [`${measure}.${side}`, value])
const disabled = (record: Partial<LimitRecord>) =>
  derivedLimits({ ...RECORD, ...record }).disabled.map(({ rule, because }) => `${rule}: ${because}`)

describe('limits out of the record', () => {
  it('are none where nothing is known, and each says what it lacks', () => {
    expect(values({})).toEqual([])
    expect(disabled({})).toEqual([
      expect.stringMatching(/control and emergency.*Neither an SADT/),
      expect.stringMatching(/flash point.*No flash point/),
      expect.stringMatching(/freezing.*No freezing/),
      '90 % of MAWP: The shipment has no tank.',
      'relief set pressure: The shipment has no tank.',
      'degree of filling: The shipment has no tank.',
    ])
  })
  it('follow from the SADT and from what it travels in; unsaid is the tightest', () => {
    const thermal = { ...RECORD.thermal, sadt: 35 }
    expect(values({ thermal, containment: 'tank' })).toEqual([['temperature.high', 25], ['temperature.highHigh', 30]])
    expect(values({ thermal })).toEqual([['temperature.high', 20], ['temperature.highHigh', 25]])
  }) // biome-ignore format: a table
  it('follow from the tank in bar absolute; a missing value disables only what needs it', () => {
    expect(values({ tank: tankOf() })).toEqual([
      ['pressure.high', 4.61325],
      ['pressure.highHigh', 5.41325],
      ['level.high', 0.97],
    ])
    expect(derivedLimits({ ...RECORD, tank: tankOf() }).advisory).toMatchObject([{ value: 4.21325 }])
    const pressures = { mawp: null, testPressure: null, relief: 3, isPortable: false }
    expect(values({ tank: tankOf({ kind: null, pressures }) })).toEqual([['pressure.highHigh', 4.01325]])
    expect(disabled({ tank: tankOf({ kind: null, pressures }) })).toEqual(
      expect.arrayContaining(['90 % of MAWP: The tank has no MAWP recorded.', expect.stringMatching(/^degree of filling: The tank has no kind/)]),
    )
  }) // biome-ignore format: a table
  it('take a flash point above 60 °C and a freezing point that a journey may reach', () => {
    expect(values({ flashPoint: 11 })).toEqual([])
    expect(values({ flashPoint: 79, freezingPoint: 40.9 })).toEqual([['temperature.high', 79], ['temperature.low', 40.9]])
    expect(values({ freezingPoint: -40 })).toEqual([['temperature.low', -40]])
    expect(values({ freezingPoint: -40.1 })).toEqual([])
    const reactivity = { kind: 'organic-peroxide', type: 'C', heating: null } as const
    expect(values({ freezingPoint: -5, thermal: { ...RECORD.thermal, reactivity } })).toEqual([['temperature.lowLow', -5]])
  }) // biome-ignore format: a table
  it('judges the degree of filling', () => {
    const filled = (fraction: number, provision: string) =>
      derivedLimits({ ...RECORD, tank: tankOf({ provision }), expansion: 0.001236, filling: { fraction, celsius: 15 } }).filling
    expect(filled(0.93, 'T7 TP1')).toMatchObject({ highest: 0.9298, overfilled: true })
    expect(filled(0.91, 'T7 TP2')).toMatchObject({ highest: 0.9106, overfilled: false })
  }) // biome-ignore format: a table
})

const own = (side: OwnLimit['side'], value: number, loosens?: number): OwnLimit => ({
  measure: 'temperature', side, value, setBy: 'Wang', reason: null,
  consent: loosens === undefined ? null : { by: 'Li', loosens },
}) // biome-ignore format: one limit
const derived = (side: OwnLimit['side'], value: number) => ({ measure: 'temperature' as const, side, value, rule: 'r' })

describe('of a derived and a person’s limit', () => {
  it.each([
    ['the tighter counts: the person’s', [derived('high', 25)], [own('high', 22)], { high: 22 }],
    ['the tighter counts: the record’s', [derived('high', 25)], [own('high', 30)], { high: 25 }],
    ['low limits are tighter when higher', [derived('low', 5)], [own('low', 7)], { low: 7 }],
    ['a low one too low does not count', [derived('low', 5)], [own('low', 2)], { low: 5 }],
    ['a consented one counts', [derived('high', 25)], [own('high', 30, 25)], { high: 30 }],
    ['consent holds where the record asks for less', [derived('high', 27)], [own('high', 30, 25)], { high: 30 }],
    ['consent lapses where it asks for more', [derived('high', 20)], [own('high', 30, 25)], { high: 20 }],
    ['two of the record: the tighter', [derived('high', 25), derived('high', 79)], [], { high: 25 }],
    ['a stage beyond the second is none', [derived('highHigh', 30)], [own('high', 40)], { highHigh: 30 }],
    ['a low limit above a high one is none', [derived('low', 41)], [own('high', 35)], { high: 35 }],
  ] as const)('%s', (_name, record, people, effective) => {
    const found = limitsInForce(record, people)
    expect(found.effective).toEqual({ temperature: effective })
    const all = [...found.limits, ...found.overruled]
    expect(all).toHaveLength(record.length + people.length)
    expect(found.overruled.every(({ because }) => because.length > 10)).toBe(true)
  })

  it('comes out what fits the schema, whatever goes in', () => {
    const side = fc.constantFrom('high' as const, 'highHigh' as const, 'low' as const, 'lowLow' as const)
    const limit = fc.tuple(side, fc.integer({ min: -50, max: 80 }))
    fc.assert(
      fc.property(
        fc.array(limit, { maxLength: 6 }),
        fc.uniqueArray(
          fc.tuple(side, fc.integer({ min: -50, max: 80 }), fc.option(fc.integer({ min: -50, max: 80 }))),
          { selector: ([s]) => s },
        ),
        (record, people) => {
          const given = people.map(([s, value, loosens]) => own(s, value, loosens ?? undefined))
          const found = limitsInForce(
            record.map(([s, value]) => derived(s, value)),
            given,
          )
          expect(Limits.safeParse(found.effective).success).toBe(true)
          expect(listed(found.effective)).toHaveLength(found.limits.length)
          expect(found.limits.length + found.overruled.length).toBe(record.length + given.length)
        },
      ),
    )
  })
})
