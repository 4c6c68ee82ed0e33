import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Forecast } from '../../../../server/model/forecast.ts'
import { type Arrived, asKnown, type LineFacts, type Said } from '../../../../server/orders/forecast/known.ts'
import { type Lesson, learn, lessonOf, NOTHING_LEARNT } from '../../../../server/orders/forecast/learn.ts'
import { forecastLine } from '../../../../server/orders/forecast/line.ts'
import type { ShipmentFacts } from '../../../../server/orders/forecast/transit.ts'

const DAY = 86_400_000
const T0 = Date.parse('2026-03-01T00:00:00Z')
const STAGES = ['raw-material', 'synthesis', 'quality-released', 'filled', 'ready']
/** Moments of the story, in steps of an hour over 60 days. */
const moment = fc.integer({ min: 0, max: 60 * 24 }).map((hours) => T0 + (hours * DAY) / 24)

const said = fc
  .record({
    stage: fc.constantFrom(...STAGES, 'not-in-the-plan'),
    classifier: fc.constantFrom<Said['classifier'][]>('actual', 'actual', 'estimated', 'planned'),
    at: moment,
    recordedAt: moment,
    progress: fc.option(fc.constantFrom(0, 0.3, 0.9, 1), { nil: null, freq: 4 }),
    corrects: fc.option(fc.integer({ min: 1, max: 12 }).map(String), { nil: null, freq: 6 }),
  })
  // what has not happened is no actual
  .map((one) => (one.classifier === 'actual' ? { ...one, at: Math.min(one.at, one.recordedAt) } : one))
const numbered = <T extends { recordedAt: number }>(all: readonly T[]) =>
  all.toSorted((a, b) => a.recordedAt - b.recordedAt).map((one, index) => ({ ...one, id: String(index + 1) }))

const receipts: fc.Arbitrary<Arrived[]> = fc
  .array(
    fc.record({
      at: moment, recordedAt: moment, quantity: fc.constantFrom(0, 5, 10), more: fc.boolean(),
      corrects: fc.option(fc.constantFrom('1', '2'), { nil: null, freq: 4 }),
    }),
    { maxLength: 3 },
  )
  .map(numbered) // biome-ignore format: a receipt

const shipment: fc.Arbitrary<ShipmentFacts> = fc
  .record({
    quantity: fc.constantFrom(5, 10, 20),
    attachedAt: moment,
    detachedAt: fc.option(moment, { nil: null, freq: 5 }),
    departAt: moment,
    hours: fc.integer({ min: 2, max: 120 }),
    phases: fc.array(
      fc.record({ phase: fc.constantFrom('planned', 'loading', 'in-transit', 'delivered'), from: moment, recordedAt: moment }),
      { maxLength: 3 },
    ),
    positions: fc.array(
      fc.record({ time: moment, late: fc.integer({ min: 0, max: 600_000 }), lat: fc.double({ min: 30, max: 32, noNaN: true }), lon: fc.double({ min: 104, max: 122, noNaN: true }) }),
      { maxLength: 8 },
    ),
    alarms: fc.array(
      fc.record({
        rule: fc.constantFrom('arrival', 'departure', 'temperature-high-high', 'self-heating'),
        priority: fc.constantFrom('critical', 'high'),
        onset: moment, delay: fc.integer({ min: 0, max: DAY }),
        clearedAt: fc.option(moment, { nil: null }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ hours, positions, alarms, ...rest }) => ({
    ...rest, id: `${rest.departAt}`, eta: rest.departAt + hours * 3_600_000, etas: [],
    origin: { lat: 31.2, lon: 121.5 }, destination: { lat: 30.6, lon: 104.1 },
    positions: positions.map(({ late, ...one }) => ({ ...one, receivedAt: one.time + late })).toSorted((a, b) => a.time - b.time),
    alarms: alarms.map(({ delay, ...one }) => ({ ...one, raisedAt: one.onset + delay, clearLearntAt: one.clearedAt })),
  })) // biome-ignore format: a shipment

const plan = fc
  .array(fc.record({ planned: fc.option(moment, { nil: null }), usualDays: fc.option(fc.integer({ min: 0, max: 15 }), { nil: null }), weight: fc.constantFrom(1, 3) }), { minLength: 1, maxLength: 5 })
  .map((all) => all.map(({ planned, ...one }, index) => ({ ...one, stage: STAGES[index] ?? '', plannedAt: planned === null ? null : new Date(planned).toISOString() }))) // biome-ignore format: a plan

const facts: fc.Arbitrary<LineFacts> = fc
  .record({
    supplierId: fc.constantFrom('s1', 's2'), product: fc.constantFrom('p1', 'p2'), stages: plan,
    orderedAt: fc.option(fc.constant(T0 - 5 * DAY), { nil: null }), needBy: moment, quantity: fc.constantFrom(10, 20),
    cancelledAt: fc.option(moment, { nil: null, freq: 15 }),
    said: fc.array(said, { maxLength: 12 }).map(numbered), receipts, shipments: fc.array(shipment, { maxLength: 2 }),
    changes: fc.array(fc.record({ at: moment, before: fc.record({ needBy: moment, quantity: fc.constantFrom(1, 10) }) }), { maxLength: 2 }),
  })
  .map((one) => ({ ...one, orderId: 'o', line: '1', orgId: 'b', createdAt: T0, changes: one.changes.toSorted((a, b) => a.at - b.at) })) // biome-ignore format: a line

/** Learnt from other lines of the same kind. */
const learnt = fc
  .array(facts, { maxLength: 6 })
  .map((lines) => learn(lines.map((line) => lessonOf(line, T0 + 60 * DAY)), T0 + 60 * DAY)) // biome-ignore format: one
const isOpen = (forecast: Forecast): boolean => forecast.p50 !== null && forecast.arrivedAt === null
const days = ({ p10, p50, p90 }: Forecast): number[] => [p10, p50, p90].map((at) => Date.parse(at ?? ''))
/** p10, p50, p90 to within what rounding to ms and to sums of floats may do. */
const SAME = 5

describe('for every line, whatever was said of it', () => {
  it('p10 ≤ p50 ≤ p90, none before asOf, the chance of being late between 0 and 1', () => {
    fc.assert(
      fc.property(facts, learnt, moment, (line, known, asOf) => {
        const forecast = forecastLine(line, known, asOf)
        if (forecast.p50 === null) return
        const [p10 = 0, p50 = 0, p90 = 0] = days(forecast)
        expect(p10 <= p50 && p50 <= p90).toBe(true)
        if (isOpen(forecast)) expect(p10).toBeGreaterThanOrEqual(asOf)
        else expect(Date.parse(forecast.arrivedAt ?? '')).toBe(p50)
        expect(forecast.probabilityLate).toBeGreaterThanOrEqual(0)
        expect(forecast.probabilityLate).toBeLessThanOrEqual(1)
        for (const { days: most } of forecast.causes) expect(Number.isFinite(most)).toBe(true)
        expect(forecast.causes.map((one) => one.days)).toEqual(
          forecast.causes.map((one) => one.days).toSorted((a, b) => b - a),
        )
      }),
      { numRuns: 400 },
    )
  })

  it('any order in which milestones, corrections and receipts are handed over, and learnt lines too, gives the same', () => {
    const shuffled = fc.tuple(facts, fc.infiniteStream(fc.nat())).map(([line, stream]) => {
      const shuffle = <T>(all: readonly T[]): T[] =>
        all.map((one) => ({ one, key: Number(stream.next().value) })).toSorted((a, b) => a.key - b.key).map(({ one }) => one) // biome-ignore format: one
      return { line, other: { ...line, said: shuffle(line.said), receipts: shuffle(line.receipts), shipments: shuffle(line.shipments) } }
    }) // biome-ignore format: one
    fc.assert(
      fc.property(shuffled, learnt, moment, ({ line, other }, known, asOf) => {
        const [a, b] = [forecastLine(line, known, asOf), forecastLine(other, known, asOf)]
        expect({ ...a, p10: 0, p50: 0, p90: 0, probabilityLate: 0 }).toEqual({
          ...b,
          p10: 0,
          p50: 0,
          p90: 0,
          probabilityLate: 0,
        })
        if (a.p50 === null) return
        const [to, also] = [days(a), days(b)]
        for (const index of [0, 1, 2]) expect(Math.abs((to[index] ?? 0) - (also[index] ?? 0))).toBeLessThan(SAME)
      }),
      { numRuns: 300 },
    )
  })

  it('milestones and corrections may reach us in any order, some of them without saying when they were said', () => {
    /** A supplier's words of 50 days, each with when it was said; a correction may name anything that it said. */
    const words = fc.array(
      fc.record({
        said, told: moment,
        corrects: fc.option(fc.nat({ max: 9 }), { nil: null, freq: 2 }),
      }),
      { maxLength: 10 },
    ) // biome-ignore format: words
    /** As it reached us: ids count up, within a minute in which those that do not tell may change places. */
    const reached = (all: readonly Said[], order: readonly number[], tells: boolean): Said[] => {
      const ids = new Map(order.map((index, position) => [index, String(position + 1)]))
      return order.map((index, position) => {
        const one = all[index] as Said
        const corrects = one.corrects === null ? null : (ids.get(Number(one.corrects)) ?? null)
        return { ...one, id: ids.get(index) ?? '', corrects, recordedAt: T0 + 60 * DAY + position * (tells ? DAY / 24 : 1000) }
      })
    } // biome-ignore format: an arrival
    fc.assert(
      fc.property(facts, words, fc.array(fc.nat(), { minLength: 10, maxLength: 10 }), fc.boolean(), (line, all, keys, tells) => {
        const whole = all.map(({ said: one, told, corrects }, index): Said => ({
          // what happens at the very same moment is told apart by nothing but when it was said
          ...one, id: '', key: `k${index}`, at: (one.classifier === 'actual' ? Math.min(one.at, told) : one.at) - index,
          saidAt: tells ? told : null, corrects: corrects === null || corrects === index ? null : String(corrects), recordedAt: 0,
        }))
        const order = whole.map((_, index) => index)
        const other = order.toSorted((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
        const at = T0 + 65 * DAY
        const [one, two] = [order, other].map((way) => ({ ...line, said: reached(whole, way, tells) }))
        if (one === undefined || two === undefined) return
        // what does not tell was said when it reached us, a moment earlier or later
        const standings = (of: LineFacts) =>
          asKnown(of, at).standings.map(({ learntAt: _, estimate, ...rest }) => ({ ...rest, estimate: estimate?.at ?? null }))
        expect(standings(two)).toEqual(standings(one))
        if (!tells) return
        expect(forecastLine(two, NOTHING_LEARNT, at)).toEqual(forecastLine(one, NOTHING_LEARNT, at))
        const lessons = (of: LineFacts) => {
          const { durations, estimates } = lessonOf(of, at)
          return { durations: durations.map(({ known: _, ...rest }) => rest), estimates: estimates.map(({ known: _, ...rest }) => rest) }
        }
        expect(lessons(two)).toEqual(lessons(one))
      }),
      { numRuns: 300 },
    ) // biome-ignore format: a property
  })

  it('actuals may reach us in any order: when a line is known whole, the forecast is the same', () => {
    const actuals = fc.array(said.filter(({ classifier, progress }) => classifier === 'actual' && progress === null), { maxLength: 8 }) // biome-ignore format: one
    fc.assert(
      fc.property(facts, actuals, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (line, all, keys) => {
        const told = (order: readonly number[]): Said[] =>
          order
            .flatMap((index) => all[index] ?? [])
            .map((one, position) => ({ ...one, id: String(position + 1), corrects: null, recordedAt: T0 + 60 * DAY }))
        const order = all.map((_, index) => index)
        const other = order.toSorted((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
        const at = T0 + 60 * DAY
        expect(forecastLine({ ...line, said: told(other) }, NOTHING_LEARNT, at)).toEqual(
          forecastLine({ ...line, said: told(order) }, NOTHING_LEARNT, at),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('the later it is needed, the less likely it is late', () => {
    fc.assert(
      fc.property(facts, learnt, moment, moment, moment, (line, known, asOf, one, other) => {
        const late = (needBy: number) => forecastLine({ ...line, needBy, changes: [] }, known, asOf).probabilityLate
        const [soon, later] = [late(Math.min(one, other)), late(Math.max(one, other))]
        if (soon !== null && later !== null) expect(later).toBeLessThanOrEqual(soon)
      }),
      { numRuns: 300 },
    )
  })

  it('a stage that is done now never makes it later than the same stage still open', () => {
    fc.assert(
      fc.property(facts, learnt, fc.integer({ min: 10, max: 60 }), (line, known, day) => {
        const asOf = T0 + day * DAY
        const heard = line.said.filter(({ recordedAt }) => recordedAt <= asOf)
        const open = { ...line, said: heard }
        const done: Said = {
          id: '99', stage: line.stages.at(heard.length % line.stages.length)?.stage ?? '', classifier: 'actual', at: asOf,
          progress: null, corrects: null, recordedAt: asOf,
        } // biome-ignore format: one
        const [before, after] = [
          forecastLine(open, known, asOf),
          forecastLine({ ...open, said: [...heard, done] }, known, asOf),
        ]
        // done again after it was done, or after what comes after it, is rework
        const index = line.stages.findIndex(({ stage }) => stage === done.stage)
        const passed = line.stages.slice(index).some(({ stage }) => heard.some((one) => one.stage === stage && one.classifier === 'actual')) // biome-ignore format: one
        if (passed || !isOpen(before) || !isOpen(after)) return
        const [was, is] = [days(before), days(after)]
        for (const level of [0, 1, 2]) expect(is[level]).toBeLessThanOrEqual((was[level] ?? 0) + SAME)
      }),
      { numRuns: 500 },
    )
  })

  it('a stage that is done earlier never makes it later, each asked when it was done', () => {
    fc.assert(
      fc.property(
        facts,
        learnt,
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 15 }),
        (line, known, day, longer) => {
          const when = (at: number): Forecast => {
            const done: Said = { id: '1', stage: line.stages[0]?.stage ?? '', classifier: 'actual', at, progress: null, corrects: null, recordedAt: at } // biome-ignore format: one
            return forecastLine(
              { ...line, said: [done], receipts: [], shipments: [], changes: [], cancelledAt: null },
              known,
              at,
            )
          }
          const [early, late] = [days(when(T0 + day * DAY)), days(when(T0 + (day + longer) * DAY))]
          for (const level of [0, 1, 2]) expect(early[level]).toBeLessThanOrEqual((late[level] ?? 0) + SAME)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('hindsight is what was computed then: what was learnt later changes nothing', () => {
    fc.assert(
      fc.property(facts, learnt, moment, (line, known, asOf) => {
        const then: LineFacts = {
          ...line,
          said: line.said.filter(({ recordedAt }) => recordedAt <= asOf),
          receipts: line.receipts.filter(({ recordedAt }) => recordedAt <= asOf),
          shipments: line.shipments
            .filter(({ attachedAt }) => attachedAt <= asOf)
            .map((one) => ({
              ...one,
              detachedAt: one.detachedAt !== null && one.detachedAt <= asOf ? one.detachedAt : null,
              phases: one.phases.filter(({ recordedAt }) => recordedAt <= asOf),
              positions: one.positions.filter(({ receivedAt }) => receivedAt <= asOf),
              alarms: one.alarms
                .filter(({ raisedAt }) => raisedAt <= asOf)
                .map((alarm) =>
                  alarm.clearedAt !== null && alarm.clearedAt > asOf
                    ? { ...alarm, clearedAt: null, clearLearntAt: null }
                    : alarm,
                ),
            })),
        }
        expect(forecastLine(line, known, asOf)).toEqual(forecastLine(then, known, asOf))
        const lessons = (one: LineFacts): Lesson => lessonOf(one, asOf)
        expect(lessons(line)).toEqual(lessons(then))
      }),
      { numRuns: 300 },
    )
  })
})
