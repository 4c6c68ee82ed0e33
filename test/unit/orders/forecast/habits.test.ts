import { expect, it } from 'vitest'
import type { LineFacts, Said } from '../../../../server/orders/forecast/known.ts'
import { learn, lessonOf } from '../../../../server/orders/forecast/learn.ts'
import { forecastLine } from '../../../../server/orders/forecast/line.ts'
import { pinball } from '../../../../server/orders/forecast/quantile.ts'

const DAY = 86_400_000
const T0 = Date.parse('2026-01-01T00:00:00Z')

/** How suppliers are: what they take of the plan's time, how much that varies, how often they say nothing, what they promise. */
const HABITS = [
  { name: 'punctual', takes: 1, varies: 0.15, silent: 0, promises: 1 },
  { name: 'late', takes: 1.5, varies: 0.35, silent: 0, promises: 1 },
  { name: 'optimistic', takes: 1.3, varies: 0.35, silent: 0, promises: 0.6 },
  { name: 'erratic', takes: 1.1, varies: 0.8, silent: 0.2, promises: 1 },
] as const
const STAGES = [['raw-material', 8], ['synthesis', 6], ['quality-released', 3], ['filled', 2], ['ready', 1]] as const // biome-ignore format: days

/** mulberry32 */
const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

type Story = { facts: LineFacts; arrivedAt: number; planEnd: number; habit: string }
const stories = (count: number, seed: number): Story[] => {
  const random = seeded(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let id = 0
  return Array.from({ length: count }, (_, index) => {
    const habit = HABITS[index % HABITS.length] ?? HABITS[0]
    const orderedAt = T0 + random() * 365 * DAY
    const common = normal() * habit.varies * 0.5
    const said: Said[] = []
    let at = orderedAt
    let plan = orderedAt
    const stages = STAGES.map(([stage, days]) => {
      const begun = at
      at += days * habit.takes * Math.exp(common + normal() * habit.varies * 0.87) * DAY
      plan += days * DAY
      const one = { stage, progress: null, corrects: null }
      if (random() > 0.3) {
        const saidAt = begun + random() * (at - begun)
        const promised = saidAt + (at - saidAt) * habit.promises * Math.exp(normal() * habit.varies * 0.5)
        said.push({ ...one, id: `${++id}`, classifier: 'estimated', at: promised, recordedAt: saidAt })
      }
      if (random() >= habit.silent) said.push({ ...one, id: `${++id}`, classifier: 'actual', at, recordedAt: at })
      return { stage, weight: 1, plannedAt: new Date(plan).toISOString() }
    })
    const arrivedAt = at + 2 * Math.exp(normal() * 0.4) * DAY
    const facts: LineFacts = {
      orderId: `o${index}`, line: '1', orgId: 'b', supplierId: `${habit.name} ${index % 3}`, product: `p${index % 5}`, orderedAt,
      createdAt: orderedAt, needBy: plan + 4 * DAY, quantity: 1, cancelledAt: null, stages, changes: [], said, shipments: [],
      receipts: [{ id: '1', at: arrivedAt, quantity: 1, more: false, corrects: null, recordedAt: arrivedAt }],
    } // biome-ignore format: a line
    return { facts, arrivedAt, planEnd: plan + 2.5 * DAY, habit: habit.name }
  })
}

it('of suppliers with habits, eight of ten arrive between P10 and P90, and the plan is beaten by far', () => {
  const all = stories(240, 20261123)
  const score = { count: 0, inside: 0, loss: 0, planLoss: 0, brier: 0, late: 0 }
  for (let asOf = T0 + 90 * DAY; asOf < T0 + 360 * DAY; asOf += 10 * DAY) {
    const learnt = learn(all.map(({ facts }) => lessonOf(facts, asOf)), asOf) // biome-ignore format: one
    for (const { facts, arrivedAt, planEnd } of all) {
      if (facts.createdAt > asOf || arrivedAt <= asOf) continue
      const forecast = forecastLine(facts, learnt, asOf)
      const quantiles = [forecast.p10, forecast.p50, forecast.p90].map((at) => Date.parse(at ?? ''))
      const [low = 0, , high = 0] = quantiles
      const isLate = arrivedAt > facts.needBy ? 1 : 0
      score.count++
      score.inside += arrivedAt >= low && arrivedAt <= high ? 1 : 0
      for (const [index, level] of [0.1, 0.5, 0.9].entries()) {
        score.loss += pinball(arrivedAt, quantiles[index] ?? 0, level) / 3 / DAY
        score.planLoss += pinball(arrivedAt, Math.max(asOf, planEnd), level) / 3 / DAY
      }
      score.brier += ((forecast.probabilityLate ?? 0) - isLate) ** 2
      score.late += isLate
    }
  }
  const share = score.late / score.count
  expect(score.count).toBeGreaterThan(300)
  expect(score.inside / score.count).toBeGreaterThan(0.7)
  expect(score.inside / score.count).toBeLessThan(0.9)
  expect(score.loss).toBeLessThan(0.5 * score.planLoss)
  expect(score.brier / score.count).toBeLessThan(0.7 * share * (1 - share))
})

it('learns who takes longer than planned, and whose estimates are kept', () => {
  const all = stories(240, 7)
  const now = T0 + 365 * DAY
  const learnt = learn(all.map(({ facts }) => lessonOf(facts, now)), now) // biome-ignore format: one
  const fresh = (supplierId: string, said: Said[] = []): LineFacts => ({
    ...(all[0]?.facts ?? expect.fail('no line')), supplierId, product: 'new', said, receipts: [], orderedAt: now, createdAt: now,
    stages: STAGES.map(([stage, usualDays]) => ({ stage, weight: 1, plannedAt: null, usualDays })), needBy: now + 24 * DAY,
  }) // biome-ignore format: a line
  const of = (supplierId: string, said?: Said[]) => forecastLine(fresh(supplierId, said), learnt, now)
  const [late, punctual, nobody] = [of('late 0'), of('punctual 0'), of('nobody')]
  const days = (at: string | null): number => (Date.parse(at ?? '') - now) / DAY
  expect(days(late.p50)).toBeGreaterThan(days(punctual.p50) + 4)
  expect(days(nobody.p50)).toBeGreaterThan(days(punctual.p50))
  expect(days(nobody.p50)).toBeLessThan(days(late.p50))
  expect(late.causes[0]?.kind).toBe('supplier-habit')
  expect(punctual.causes).toEqual([])
  expect(days(punctual.p90) - days(punctual.p10)).toBeLessThan(days(of('erratic 0').p90) - days(of('erratic 0').p10))
  // "raw material in 20 days" makes it later in the measure in which such words were kept before
  const word: Said = { id: '1', stage: 'raw-material', classifier: 'estimated', at: now + 20 * DAY, recordedAt: now, progress: null, corrects: null } // biome-ignore format: one
  const told = of('punctual 0', [word])
  expect(days(told.p50)).toBeGreaterThan(days(punctual.p50) + 4)
  expect(told.causes.map(({ kind, stage }) => [kind, stage])).toContainEqual(['estimate', 'raw-material'])
})

it('believes a plan to the day of who keeps to the day, and tells of the rest', () => {
  const now = T0 + 365 * DAY
  const [story] = stories(1, 1)
  const base = story?.facts ?? expect.fail('no line')
  // nine of ten on the day, the tenth ten days later
  const past = Array.from({ length: 60 }, (_, index): LineFacts => {
    const orderedAt = T0 + index * 5 * DAY
    const at = orderedAt + (index % 10 === 9 ? 40 : 30) * DAY
    return {
      ...base, orderId: `past ${index}`, supplierId: 'honest', orderedAt, createdAt: orderedAt,
      stages: [{ stage: 'ready', weight: 1, plannedAt: new Date(orderedAt + 30 * DAY).toISOString() }],
      said: [{ id: '1', stage: 'ready', classifier: 'actual', at, progress: null, corrects: null, recordedAt: at }],
      receipts: [{ id: '1', at: at + 2 * DAY, quantity: 1, more: false, corrects: null, recordedAt: at + 2 * DAY }],
    } // biome-ignore format: a line
  })
  const learnt = learn(past.map((facts) => lessonOf(facts, now)), now) // biome-ignore format: one
  const line = {
    ...past[0],
    ...base,
    supplierId: 'honest',
    orderedAt: now,
    createdAt: now,
    said: [],
    receipts: [],
    needBy: now + 34 * DAY,
  }
  line.stages = [{ stage: 'ready', weight: 1, plannedAt: new Date(now + 30 * DAY).toISOString() }]
  const { p10, p50, probabilityLate } = forecastLine(line, learnt, now)
  const days = (at: string | null): number => (Date.parse(at ?? '') - now) / DAY
  expect(days(p50)).toBeGreaterThan(31)
  expect(days(p50)).toBeLessThan(33)
  expect(days(p50) - days(p10)).toBeLessThan(2)
  expect(probabilityLate).toBeGreaterThan(0.03)
  expect(probabilityLate).toBeLessThan(0.25)
})
