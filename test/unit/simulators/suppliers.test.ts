import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../simulators/random.ts'
import { courseOf, type Deed, HABITS, type Habit } from '../../../simulators/suppliers/course.ts'
import { hurried, wordsOf } from '../../../simulators/suppliers/drive.ts'

const DAY = 86_400_000
const FROM = Date.parse('2026-05-01T00:00:00Z')
const STAGES = ['raw-material', 'synthesis', 'quality-released', 'filled', 'ready'].map((stage, index) => ({
  stage,
  plannedAt: FROM + (index + 1) * 4 * DAY,
}))
const course = (habit: Habit, seed: number) => courseOf(habit, STAGES, FROM, createRandom(seed))
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed)
const doneOf = (deeds: readonly Deed[]) => deeds.filter(({ classifier }) => classifier === 'actual')
/** Of the stages that are said to be done: days after the last date that was promised before. */
const missedBy = (deeds: readonly Deed[]): number[] =>
  doneOf(deeds).flatMap((done) => {
    const promised = deeds.findLast(
      (one) => one.stage === done.stage && one.classifier === 'estimated' && one.sayAt < done.sayAt,
    )
    return promised === undefined ? [] : [(done.at - promised.at) / DAY]
  })
const planOf = (stage: string): number => STAGES.find((one) => one.stage === stage)?.plannedAt ?? 0

describe('the habits of suppliers', () => {
  it('say the same for the same seed, in the order in which it is said, and nothing as done before it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HABITS), fc.integer(), (habit, seed) => {
        const deeds = course(habit, seed)
        expect(course(habit, seed)).toEqual(deeds)
        expect(deeds.map(({ sayAt }) => sayAt)).toEqual(deeds.map(({ sayAt }) => sayAt).toSorted((a, b) => a - b))
        for (const { at, sayAt } of doneOf(deeds)) expect(at).toBeLessThanOrEqual(sayAt)
        for (const [index, { corrects }] of deeds.entries())
          if (corrects !== undefined) expect(deeds.findIndex(({ id }) => id === corrects)).toBeLessThan(index)
      }),
    )
  })

  it('punctual: every stage is done within a day of what was promised', () => {
    for (const missed of SEEDS.flatMap((seed) => missedBy(course('punctual', seed))))
      expect(Math.abs(missed)).toBeLessThan(1)
  })

  it('late: behind the plan, and the last promise holds', () => {
    for (const seed of SEEDS) {
      const deeds = course('late', seed)
      expect(doneOf(deeds).every(({ stage, at }) => at > planOf(stage))).toBe(true)
      expect(Math.max(...missedBy(deeds))).toBeLessThan(1)
    }
  })

  it('optimistic: several promises for a stage, each earlier than it comes', () => {
    for (const seed of SEEDS) {
      const deeds = course('optimistic', seed)
      const promises = deeds.filter(({ stage, classifier }) => stage === 'synthesis' && classifier === 'estimated')
      expect(promises.length).toBeGreaterThan(2)
      const done = doneOf(deeds).find(({ stage }) => stage === 'synthesis')?.at ?? 0
      expect(promises.slice(0, -1).every(({ at }) => at < done)).toBe(true)
    }
  })

  it('silent: no promise, days late in saying it, and not everything is said', () => {
    const all = SEEDS.map((seed) => course('silent', seed))
    expect(all.flat().filter(({ classifier }) => classifier === 'estimated')).toEqual([])
    expect(all.flat().every(({ at, sayAt }) => sayAt - at >= DAY)).toBe(true)
    expect(all.some((deeds) => deeds.length < STAGES.length)).toBe(true)
  })

  it('erratic: corrects itself now and then', () => {
    expect(SEEDS.flatMap((seed) => course('erratic', seed)).some(({ corrects }) => corrects !== undefined)).toBe(true)
  })

  it('recovering: slips by days, and is done before that', () => {
    for (const seed of SEEDS) {
      const deeds = course('recovering', seed)
      const [, slipped, better, done] = deeds.filter(({ stage }) => stage === 'synthesis')
      expect((slipped?.at ?? 0) - (better?.at ?? 0)).toBeGreaterThan(3 * DAY)
      expect(done?.at).toBe(better?.at)
    }
  })

  it('are told in minutes to whoever looks on, with what is done done now', () => {
    const line = {
      orderId: 'o',
      number: 'PO',
      line: '1',
      stages: STAGES.map(({ stage, plannedAt }, index) => ({
        stage,
        weight: 1,
        plannedAt: new Date(plannedAt).toISOString(),
        estimatedAt: null,
        actualAt: index === 0 ? new Date(FROM - DAY).toISOString() : null,
        progress: null,
        usualDays: null,
      })),
    }
    const words = hurried(wordsOf(line, 'recovering', { from: FROM, seed: 1 }), FROM, 600_000)
    expect(words.map(({ body }) => body.stage)).not.toContain('raw-material')
    expect(new Set(words.map(({ body }) => body.key)).size).toBe(words.length)
    expect(Math.max(...words.map(({ sayAt }) => sayAt))).toBe(FROM + 600_000)
    for (const { sayAt, body } of words)
      if (body.classifier === 'actual') expect(Date.parse(body.at)).toBe(sayAt)
      else expect(Date.parse(body.at)).toBeGreaterThan(FROM)
  })
})
