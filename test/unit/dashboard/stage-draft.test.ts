import { expect, it } from 'vitest'
import { knownStages, usualStages } from '../../../dashboard/supply/known-stages.ts'
import {
  dateField,
  draftOf,
  lineStages,
  momentOf,
  moved,
  planStages,
  stageIdOf,
} from '../../../dashboard/supply/stage-draft.ts'
import { STAGES, USUAL_PLAN } from '../../../server/model/order.ts'

const drafts = ['a', 'b', 'c'].map((stage) => draftOf({ stage, weight: 1, usualDays: null }))
const order = (list: readonly { stage: string }[]): string => list.map(({ stage }) => stage).join('')

it.each([
  [0, 1, 'bac'],
  [2, -1, 'acb'],
  [0, 2, 'bca'],
  [0, -1, 'abc'],
  [2, 1, 'abc'],
  [9, 1, 'abc'],
])('the stage at %i moved by %i', (from, by, expected) => expect(order(moved(drafts, from, by))).toBe(expected))

it('empty figures are the usual weight, and days that nobody knows', () => {
  const [one] = drafts
  const empty = { ...one, stage: 'a', weight: '', usualDays: ' ', plannedAt: null }
  expect(planStages([empty])).toEqual([{ stage: 'a', weight: 1, usualDays: null }])
  expect(lineStages([empty])).toEqual([{ stage: 'a', weight: 1 }])
  const plannedAt = '2026-11-23T10:15:00.000Z'
  expect(lineStages([draftOf({ stage: 'a', weight: 2, usualDays: 0, plannedAt })])).toEqual([
    { stage: 'a', weight: 2, usualDays: 0, plannedAt },
  ])
})

it('a day chosen anew keeps the hour; the same day is the same moment', () => {
  const before = new Date(2026, 10, 30, 9, 45).toISOString()
  expect(momentOf(dateField(before), before)).toBe(before)
  expect(momentOf('2026-12-31', before)).toBe(new Date(2026, 11, 31, 9, 45).toISOString())
  expect(momentOf('2026-02-28', null)).toBe(new Date(2026, 1, 28, 18).toISOString())
  expect(momentOf('', before)).toBeNull()
})

it('a stage of one’s own gets an id that the server takes, in any script', () => {
  expect(stageIdOf('X-ray test!')).toBe('x-ray-test')
  for (const name of ['探伤', '2', '—', 'x'.repeat(90), `${'A'.repeat(39)} b`])
    expect(stageIdOf(name)).toMatch(/^[a-z0-9][a-z0-9-]{0,39}$/)
})

it('the page knows the stages that the server knows', () => {
  expect(knownStages).toEqual(STAGES)
  expect(usualStages).toEqual(USUAL_PLAN.map(({ stage }) => stage))
})
