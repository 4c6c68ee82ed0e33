import { describe, expect, it } from 'vitest'
import { type Recorded, reconcile, type Whole, wholes } from '../../../server/rules/reconcile.ts'

const excursion = (onset: number) => ({ onset, value: 31, limit: 30, peak: 32 })
const whole = (onset: number, clearedAt: number | null): Whole => ({
  rule: 'temperature-high',
  excursion: excursion(onset),
  clearedAt,
})
const recorded = (id: string, onset: number, clearedAt: number | null): Recorded => ({
  id,
  rule: 'temperature-high',
  clearedAt,
  cause: null,
  figures: null,
  priority: 'high',
  ...excursion(onset),
})

describe('what a refold says against what is recorded', () => {
  it('changes nothing where both agree', () => {
    expect(reconcile([whole(10, 20)], [recorded('a', 10, 20)])).toEqual({
      missing: [],
      amended: [],
      withdrawn: [],
      recovered: [],
    })
  })

  it('keeps the id of an alarm whose onset moves', () => {
    const { amended, missing, withdrawn } = reconcile([whole(8, 20)], [recorded('a', 10, 20)])
    expect(amended.map(({ id }) => id)).toEqual(['a'])
    expect([missing, withdrawn]).toEqual([[], []])
  })

  it('withdraws an alarm that late data shows never to have been', () => {
    expect(reconcile([], [recorded('a', 10, 20)]).withdrawn.map(({ id }) => id)).toEqual(['a'])
  })

  it('finds an excursion inside a gap', () => {
    expect(reconcile([whole(10, 20), whole(30, null)], [recorded('b', 30, null)]).missing).toEqual([whole(10, 20)])
  })

  it('one that splits in two keeps its id for the part that begins as it did', () => {
    const { amended, missing } = reconcile([whole(10, 12), whole(15, 40)], [recorded('a', 10, 40)])
    expect(amended).toMatchObject([{ id: 'a', whole: { clearedAt: 12 } }])
    expect(missing).toEqual([whole(15, 40)])
  })

  it('two that become one keep the first, and the second is withdrawn', () => {
    const { amended, withdrawn } = reconcile([whole(10, 40)], [recorded('a', 10, 12), recorded('b', 15, 40)])
    expect(amended.map(({ id }) => id)).toEqual(['a'])
    expect(withdrawn.map(({ id }) => id)).toEqual(['b'])
  })

  it('does not compare the peak while an excursion is open: it moves with every reading', () => {
    expect(reconcile([whole(10, null)], [{ ...recorded('a', 10, null), peak: 99 }]).amended).toEqual([])
    expect(reconcile([whole(10, 20)], [{ ...recorded('a', 10, 20), peak: 99 }]).amended).toHaveLength(1)
  })
})

describe('changes as whole excursions', () => {
  it('takes up what was open before, and leaves open what is open after', () => {
    const result = wholes(
      { 'temperature-high': excursion(1) },
      [
        { kind: 'cleared', rule: 'temperature-high', excursion: { ...excursion(1), peak: 40 }, clearedAt: 5 },
        { kind: 'raised', rule: 'temperature-high', excursion: excursion(9) },
      ],
      { 'temperature-high': { ...excursion(9), peak: 50 } },
    )
    expect(result).toMatchObject([
      { excursion: { onset: 1, peak: 40 }, clearedAt: 5 },
      { excursion: { onset: 9, peak: 50 }, clearedAt: null },
    ])
  })
})
