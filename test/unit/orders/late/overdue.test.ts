import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LineFacts, Said } from '../../../../server/orders/forecast/known.ts'
import { overdueNext, overdueStretches } from '../../../../server/orders/late/overdue.ts'

const DAY = 86_400_000
const T0 = Date.parse('2026-03-01T00:00:00Z')
const at = (days: number): number => T0 + days * DAY
const GRACE = [{ from: 0, days: 1 }]

type Word = [stage: string, classifier: Said['classifier'], at: number, saidOn?: number, corrects?: string]
/** Ids count from 1 in the order given. */
const said = (...words: Word[]): Said[] =>
  words.map(([stage, classifier, on, learnt = on, corrects = null as string | null], index) => ({
    id: String(index + 1), stage, classifier, at: at(on), progress: null, corrects, recordedAt: at(learnt),
  })) // biome-ignore format: a word

const planned = (stage: string, day: number | null, usualDays: number | null = null) => ({
  stage, weight: 1, plannedAt: day === null ? null : new Date(at(day)).toISOString(), usualDays,
}) // biome-ignore format: a stage
const line = (more: Partial<LineFacts> = {}): LineFacts => ({
  orderId: 'o', line: '1', orgId: 'b', supplierId: 's', product: 'p', orderedAt: T0, createdAt: T0, needBy: at(30), quantity: 10,
  cancelledAt: null, stages: [planned('synthesis', 5), planned('filled', 9), planned('ready', 10)],
  changes: [], said: [], receipts: [], shipments: [], ...more,
}) // biome-ignore format: a line

/** `stage from-to`, in days; nothing after the dash while it lasts. */
const told = (facts: LineFacts, now: number, graces = GRACE): string[] =>
  overdueStretches(facts, graces, at(now)).map(
    ({ stage, onset, clearedAt }) =>
      `${stage} ${(onset - T0) / DAY}-${clearedAt === null ? '' : (clearedAt - T0) / DAY}`,
  )

describe('a stage', () => {
  it('is overdue a day after its date, until it is done', () => {
    expect(told(line(), 5.9)).toEqual([])
    expect(told(line(), 6)).toEqual(['synthesis 6-'])
    expect(told(line({ said: said(['synthesis', 'actual', 8]) }), 8.5)).toEqual(['synthesis 6-8'])
  })
  it('never was, where it was done in time and only said later', () => {
    expect(told(line({ said: said(['synthesis', 'actual', 5.5, 8]) }), 7)).toEqual(['synthesis 6-'])
    expect(told(line({ said: said(['synthesis', 'actual', 5.5, 8]) }), 8)).toEqual([])
  })
  it('goes by what its supplier said last, from when that was said', () => {
    const moved = said(['synthesis', 'estimated', 12, 7], ['synthesis', 'estimated', 20, 15])
    expect(told(line({ said: moved }), 8)).toEqual(['synthesis 6-7'])
    expect(told(line({ said: moved }), 14)).toEqual(['synthesis 6-7', 'synthesis 13-'])
    expect(told(line({ said: moved }), 16)).toEqual(['synthesis 6-7', 'synthesis 13-15'])
  })
  it('counts a correction from when what it corrects was said', () => {
    const facts = line({ said: said(['synthesis', 'estimated', 20, 5], ['synthesis', 'estimated', 8, 12, '1']) })
    expect(told(facts, 11)).toEqual([])
    expect(told(facts, 12)).toEqual(['synthesis 9-'])
    const wrong = line({ said: said(['synthesis', 'actual', 8], ['filled', 'actual', 4, 9, '1']) })
    // it was another stage: synthesis was passed over
    expect(told(wrong, 9)).toEqual([])
  })
  it('is not late again with every stage that follows a late one', () => {
    const late = line({ said: said(['synthesis', 'actual', 12]) })
    // filled was planned for 9, and takes four days
    expect(told(late, 16.5)).toEqual(['synthesis 6-12'])
    expect(told(late, 17)).toEqual(['synthesis 6-12', 'filled 17-'])
  })
  it('goes by what it usually takes where nobody gave a date', () => {
    const stages = [planned('synthesis', null, 4), planned('filled', null), planned('ready', null, 2)]
    expect(told(line({ stages }), 5)).toEqual(['synthesis 5-'])
    const through = said(['synthesis', 'actual', 4])
    // of filling nothing is known
    expect(told(line({ stages, said: through }), 40)).toEqual([])
    const both = said(['synthesis', 'actual', 4], ['filled', 'actual', 6])
    expect(told(line({ stages, said: both }), 9)).toEqual(['ready 9-'])
  })
  it('is over when the line is received, cancelled, or its plan moved', () => {
    const receipts = [{ id: '1', at: at(8), quantity: 10, more: false, corrects: null, recordedAt: at(9) }]
    expect(told(line({ receipts }), 9)).toEqual(['synthesis 6-8'])
    const before = { cancelledAt: null }
    expect(told(line({ cancelledAt: at(8), changes: [{ at: at(8), before }] }), 20)).toEqual(['synthesis 6-8'])
    const stages = [planned('synthesis', 15)]
    expect(told(line({ stages, changes: [{ at: at(7), before: { stages: [planned('synthesis', 5)] } }] }), 14)).toEqual(
      ['synthesis 6-7'],
    )
  })
  it('has the grace that held at the time', () => {
    const graces = [...GRACE, { from: at(7), days: 10 }]
    expect(told(line(), 8, graces)).toEqual(['synthesis 6-7'])
    expect(told(line(), 15, graces)).toEqual(['synthesis 6-7', 'synthesis 15-'])
  })
  it('says when it will be overdue', () => {
    expect(overdueNext(line(), GRACE, at(2))).toBe(at(6))
    expect(overdueNext(line(), GRACE, at(7))).toBeNull()
    expect(overdueNext(line({ said: said(['ready', 'actual', 2]) }), GRACE, at(3))).toBeNull()
  })
})

const STAGES = ['synthesis', 'filled', 'ready', 'not-in-the-plan']
const day = fc.integer({ min: 0, max: 40 * 4 }).map((quarters) => at(quarters / 4))
const words = fc
  .array(
    fc.record({
      stage: fc.constantFrom(...STAGES),
      classifier: fc.constantFrom<Said['classifier'][]>('actual', 'actual', 'estimated', 'planned'),
      at: day,
      recordedAt: day,
      progress: fc.option(fc.constantFrom(0.5, 1), { nil: null, freq: 4 }),
      corrects: fc.option(fc.integer({ min: 1, max: 8 }).map(String), { nil: null, freq: 5 }),
    }),
    { maxLength: 10 },
  )
  .map((all) => all.map((one, index) => ({ ...one, id: String(index + 1) })))

describe('for every line', () => {
  it('the same facts in any order give the same stretches, apart from one another and none that goes on but the last', () => {
    fc.assert(
      fc.property(words.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))), day, ([all, shuffled], now) => {
        const stretches = overdueStretches(line({ said: all }), GRACE, now)
        expect(overdueStretches(line({ said: shuffled }), GRACE, now)).toEqual(stretches)
        let before = Number.NEGATIVE_INFINITY
        for (const { onset, clearedAt, dueAt } of stretches) {
          expect(onset).toBeGreaterThanOrEqual(before)
          expect(onset).toBeGreaterThanOrEqual(T0)
          expect(dueAt).toBeLessThanOrEqual(clearedAt ?? now)
          expect(clearedAt ?? now).toBeGreaterThanOrEqual(onset)
          before = clearedAt ?? Number.POSITIVE_INFINITY
        }
      }),
    ) // biome-ignore format: one property
  })
  it('what happened is told the same, whenever it was learnt, once it is known', () => {
    const actuals = fc.array(
      fc.record({ stage: fc.constantFrom(...STAGES), at: day, delays: fc.tuple(fc.nat(20), fc.nat(20)) }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(actuals, (all) => {
        const learnt = (which: 0 | 1) =>
          all.map(({ stage, at: on, delays }, index): Said => ({
            id: String(index + 1), stage, classifier: 'actual', at: on, progress: null, corrects: null, recordedAt: on + delays[which] * DAY,
          })) // biome-ignore format: a word
        const [one, other] = [0, 1].map((which) =>
          overdueStretches(line({ said: learnt(which === 0 ? 0 : 1) }), GRACE, at(70)),
        )
        expect(one).toEqual(other)
      }),
    )
  })
})
