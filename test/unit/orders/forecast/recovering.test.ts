import { expect, it } from 'vitest'
import type { LineFacts, Said } from '../../../../server/orders/forecast/known.ts'
import { NOTHING_LEARNT } from '../../../../server/orders/forecast/learn.ts'
import { forecastLine } from '../../../../server/orders/forecast/line.ts'
import { hasMoved } from '../../../../server/orders/forecast/moved.ts'
import { demoWords } from '../../../../simulators/suppliers/demo.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-23T10:00:00Z')
const PLAN = [['raw-material', -12], ['synthesis', -6], ['quality-released', -2], ['filled', 1], ['ready', 2], ['picked-up', 3]] as const // biome-ignore format: days

it('the demo’s line goes late and recovers within ten minutes, and each time the forecast says so and why', () => {
  const stages = PLAN.map(([stage, days]) => ({
    stage,
    weight: 1,
    plannedAt: new Date(NOW + days * DAY).toISOString(),
  }))
  const one = { progress: null, corrects: null }
  const said: Said[] = [
    { ...one, id: '1', stage: 'raw-material', classifier: 'actual', at: NOW - 11.2 * DAY, recordedAt: NOW },
    { ...one, id: '2', stage: 'synthesis', classifier: 'actual', at: NOW - 4.4 * DAY, recordedAt: NOW },
  ]
  const states = stages.map((stage, index) => ({
    ...stage, estimatedAt: null, usualDays: null, progress: null, actualAt: index < 2 ? new Date(NOW - (index === 0 ? 11.2 : 4.4) * DAY).toISOString() : null,
  })) // biome-ignore format: a stage
  const line = { orderId: 'o', number: 'HD-2026-118', line: '20', stages: states }
  const words = demoWords(line, NOW)
  expect(Math.max(...words.map(({ sayAt }) => sayAt))).toBeLessThan(NOW + 10 * 60_000)
  for (const { sayAt, body } of words)
    said.push({
      ...one, id: String(said.length + 1), stage: body.stage, classifier: body.classifier === 'actual' ? 'actual' : 'estimated',
      at: Date.parse(body.at), recordedAt: sayAt, saidAt: sayAt,
    }) // biome-ignore format: what is said
  const facts: LineFacts = {
    orderId: 'o', line: '20', orgId: 'b', supplierId: 's', product: 'p', orderedAt: NOW - 20 * DAY, createdAt: NOW, needBy: NOW + 8.5 * DAY,
    quantity: 18, cancelledAt: null, stages, changes: [], said, receipts: [], shipments: [],
  } // biome-ignore format: a line
  const told = [NOW, ...words.map(({ sayAt }) => sayAt)].map((asOf) => forecastLine(facts, NOTHING_LEARNT, asOf))
  const middles = told.map(({ p50 }) => (Date.parse(p50 ?? '') - NOW) / DAY)
  const [first = 0, last = 0, worst] = [middles[0], middles.at(-1), Math.max(...middles)]
  expect(worst).toBeGreaterThan(first + 1)
  expect(last).toBeLessThan(first - 3)
  const late = told.map(({ probabilityLate }) => probabilityLate ?? 0)
  expect(late[0]).toBeLessThan(0.6)
  expect(Math.max(...late)).toBeGreaterThan(0.7)
  expect(late.at(-1)).toBeLessThan(0.2)
  expect(told[late.indexOf(Math.max(...late))]?.causes[0]).toMatchObject({ kind: 'estimate' })
  // and its history has them
  expect(told.filter((forecast, index) => hasMoved(told[index - 1] ?? null, forecast)).length).toBeGreaterThan(8)
})
