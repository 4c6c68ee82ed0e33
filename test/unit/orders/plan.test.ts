import { expect, it } from 'vitest'
import { type KeptPlan, stagesFor } from '../../../server/orders/plan.ts'

const plan = (family: string | null, supplierId: string | null, stage: string): KeptPlan => ({
  family,
  supplierId,
  stages: [{ stage, weight: 1, usualDays: 3 }],
})
const chosen = (plans: KeptPlan[], family: string | null, supplierId: string) =>
  stagesFor(plans, { family, supplierId, orderedAt: null })[0]?.stage

it('a new line takes the plan that says most of it', () => {
  const all = [
    plan(null, null, 'rest'),
    plan(null, 'a', 'of-a'),
    plan('Castings', null, 'castings'),
    plan('Castings', 'a', 'castings-of-a'),
  ]
  expect([
    chosen(all, 'castings', 'a'),
    chosen(all, 'Castings', 'b'),
    chosen(all, 'Solvents', 'a'),
    chosen(all, null, 'a'),
    chosen(all, 'Solvents', 'b'),
    chosen([], 'Solvents', 'b'),
  ]).toEqual(['castings-of-a', 'castings', 'of-a', 'of-a', 'rest', 'raw-material'])
})

it('its usual durations give the planned dates, as far as they are known', () => {
  const stages = [
    { stage: 'a', weight: 1, usualDays: 2 },
    { stage: 'b', weight: 3, usualDays: 0.5 },
    { stage: 'c', weight: 1, usualDays: null },
    { stage: 'd', weight: 1, usualDays: 1 },
  ]
  const of = (orderedAt: number | null) =>
    stagesFor([{ family: null, supplierId: null, stages }], { family: null, supplierId: 'x', orderedAt })
  expect(of(Date.parse('2026-11-01T00:00:00Z')).map(({ plannedAt }) => plannedAt)).toEqual([
    '2026-11-03T00:00:00.000Z',
    '2026-11-03T12:00:00.000Z',
    null,
    null,
  ])
  expect(of(null)).toMatchObject([{ plannedAt: null, usualDays: 2 }, { weight: 3 }, {}, {}])
})
