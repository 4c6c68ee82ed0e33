import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doneShare, type Heard, reachedStage, stageStates } from '../../../server/orders/stages.ts'

const plan = ['raw-material', 'synthesis', 'ready'].map((stage) => ({ stage, weight: 1, plannedAt: null }))
const heard = (id: number, more: Partial<Heard>): Heard => ({
  id: String(id), stage: 'synthesis', classifier: 'actual', at: '2026-11-01T00:00:00.000Z', progress: null, corrects: null, ...more,
}) // biome-ignore format: one line

describe('where the stages of a line stand', () => {
  it('a later word holds, and what was corrected does not count', () => {
    const states = stageStates(plan, [
      heard(1, { classifier: 'estimated', at: '2026-12-01T00:00:00.000Z' }),
      heard(2, {}),
      heard(3, { at: '2026-11-02T00:00:00.000Z', corrects: '2' }),
    ])
    expect(states[1]).toMatchObject({ estimatedAt: null, actualAt: '2026-11-02T00:00:00.000Z', progress: 1 })
    expect(reachedStage(states)).toBe('synthesis')
  })

  it('is done when it was done last, in whichever order that is heard', () => {
    const again = [heard(1, { at: '2026-11-05T00:00:00.000Z' }), heard(2, { at: '2026-11-02T00:00:00.000Z' })]
    for (const all of [again, again.toReversed()])
      expect(stageStates(plan, all)[1]?.actualAt).toBe('2026-11-05T00:00:00.000Z')
    const both = [heard(1, {}), heard(2, { progress: 0.5 })]
    for (const all of [both, both.toReversed()]) expect(stageStates(plan, all)[1]).toMatchObject({ progress: 1 })
    // begun anew after it was done
    expect(
      stageStates(plan, [...again, heard(3, { at: '2026-11-09T00:00:00.000Z', progress: 0 })])[1]?.actualAt,
    ).toBeNull()
  })

  it('a stage that is begun is not done', () => {
    const states = stageStates(plan, [heard(1, { progress: 0.4 })])
    expect(states[1]).toMatchObject({ actualAt: null, progress: 0.4 })
    expect([reachedStage(states), doneShare(states)]).toEqual([null, 0.4 / 3])
  })

  it('a skipped stage stays open, and counts as done once a later one is', () => {
    const states = stageStates(plan, [heard(1, { stage: 'ready' })])
    expect(states.map(({ actualAt }) => actualAt !== null)).toEqual([false, false, true])
    expect([reachedStage(states), doneShare(states)]).toEqual(['ready', 1])
  })

  it('whatever was said, the share is between none and all', () => {
    const anything = fc.array(
      fc.record({
        stage: fc.constantFrom('raw-material', 'synthesis', 'ready', 'unknown'),
        classifier: fc.constantFrom('actual', 'estimated', 'planned'),
        progress: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        corrects: fc.option(fc.constantFrom('0', '1', '2')),
      }),
    )
    fc.assert(
      fc.property(anything, (said) => {
        const share = doneShare(
          stageStates(
            plan,
            said.map((one, index) => heard(index, one as Partial<Heard>)),
          ),
        )
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }),
    )
  })
})
