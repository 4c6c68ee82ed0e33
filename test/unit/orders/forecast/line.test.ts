import { describe, expect, it } from 'vitest'
import type { Arrived, LineFacts, Said } from '../../../../server/orders/forecast/known.ts'
import { lessonOf, NOTHING_LEARNT } from '../../../../server/orders/forecast/learn.ts'
import { forecastLine } from '../../../../server/orders/forecast/line.ts'
import type { ShipmentFacts } from '../../../../server/orders/forecast/transit.ts'

const DAY = 86_400_000
const T0 = Date.parse('2026-03-01T00:00:00Z')
const at = (day: number): number => T0 + day * DAY
/** Ordered on day 0; four stages of 4 days each by plan. */
const facts = (more: Partial<LineFacts> = {}): LineFacts => ({
  orderId: 'o', line: '1', orgId: 'b', supplierId: 's', product: 'p', orderedAt: T0, createdAt: T0, needBy: at(20), quantity: 20,
  cancelledAt: null, changes: [], said: [], receipts: [], shipments: [],
  stages: ['raw-material', 'heat-treated', 'quality-released', 'ready'].map((stage) => ({ stage, weight: 1, plannedAt: null, usualDays: 4 })),
  ...more,
}) // biome-ignore format: a line
/** `[day learnt, stage, classifier, day it happens, more]`, in the order in which it is said. */
const said = (...all: readonly (readonly [number, string, Said['classifier'], number, Partial<Said>?])[]): Said[] =>
  all.map(([learnt, stage, classifier, day, more], index) => ({
    id: String(index + 1), stage, classifier, at: at(day), progress: null, corrects: null, recordedAt: at(learnt), ...more,
  })) // biome-ignore format: a timetable
const receipt = (id: number, day: number, quantity: number, more = false, corrects: string | null = null): Arrived => ({
  id: String(id), at: at(day), quantity, more, corrects, recordedAt: at(day),
}) // biome-ignore format: a receipt
const shipment = (id: string, quantity: number, from: number, to: number, more: Partial<ShipmentFacts> = {}): ShipmentFacts => ({
  id, quantity, attachedAt: at(from - 1), detachedAt: null, departAt: at(from), eta: at(to), etas: [],
  phases: [{ phase: 'in-transit', from: at(from), recordedAt: at(from) }],
  origin: { lat: 31, lon: 121 }, destination: { lat: 30, lon: 104 }, positions: [], alarms: [], ...more,
}) // biome-ignore format: a shipment
const delivered = (day: number): Partial<ShipmentFacts> => ({
  phases: [{ phase: 'delivered', from: at(day), recordedAt: at(day) }],
})
const ask = (line: LineFacts, day: number) => {
  const forecast = forecastLine(line, NOTHING_LEARNT, at(day))
  const days = (instant: string | null): number => (Date.parse(instant ?? '') - T0) / DAY
  return { ...forecast, p10: days(forecast.p10), p50: days(forecast.p50), p90: days(forecast.p90) }
}

describe('production', () => {
  it('is forecast by the plan before anything was said', () => {
    const { p50, causes } = ask(facts(), 0)
    // 16 days of stages and 2.5 of the way
    expect(p50).toBeGreaterThan(17)
    expect(p50).toBeLessThan(21)
    expect(causes).toEqual([])
  })

  it('goes late with a stage that is overdue, by more the longer it is, and recovers when it is done', () => {
    const begun = said([4, 'raw-material', 'actual', 4])
    const line = facts({ said: begun })
    const [early, due, over] = [ask(line, 5), ask(line, 8), ask(line, 14)]
    expect(due.p50).toBeGreaterThan(early.p50)
    expect(over.p50).toBeGreaterThan(due.p50 + 5)
    expect(over.causes[0]).toEqual({
      kind: 'stage-overdue', what: 'Heat treatment is 6 days over its usual 4', days: 6, stage: 'heat-treated', usualDays: 4, elapsedDays: 10,
    }) // biome-ignore format: a cause
    const done = facts({ said: said([4, 'raw-material', 'actual', 4], [14, 'heat-treated', 'actual', 14]) })
    expect(ask(done, 14).p50).toBeLessThan(over.p50 - 1)
    expect(ask(done, 14).causes[0]).toMatchObject({ kind: 'stage-slow', stage: 'heat-treated', days: 6 })
    const caught = facts({
      said: said([4, 'raw-material', 'actual', 4], [14, 'heat-treated', 'actual', 14], [15, 'quality-released', 'actual', 15], [15, 'ready', 'actual', 15]),
    }) // biome-ignore format: a timetable
    expect(ask(caught, 15).probabilityLate).toBeLessThan(0.5)
    expect(over.probabilityLate).toBeGreaterThan(0.9)
  })

  it('a stage that was skipped counts as done, and one that nobody planned as not said', () => {
    const skipped = facts({ said: said([6, 'quality-released', 'actual', 6]) })
    const whole = facts({
      said: said(
        [2, 'raw-material', 'actual', 2],
        [4, 'heat-treated', 'actual', 4],
        [6, 'quality-released', 'actual', 6],
      ),
    })
    expect(ask(skipped, 7).p50).toBe(ask(whole, 7).p50)
    expect(ask(facts({ said: said([3, 'painted', 'actual', 3]) }), 5).p50).toBe(ask(facts(), 5).p50)
  })

  it('rework holds up what comes after it, and a stage that is begun again is open again', () => {
    const first = [[4, 'raw-material', 'actual', 4], [8, 'heat-treated', 'actual', 8]] as const // biome-ignore format: one
    const again = facts({ said: said(...first, [13, 'heat-treated', 'actual', 13]) })
    expect(ask(again, 13).p50).toBeGreaterThan(ask(facts({ said: said(...first) }), 9).p50 + 3)
    const begun = facts({ said: said(...first, [10, 'heat-treated', 'actual', 10, { progress: 0.2 }]) })
    expect(ask(begun, 10).p50).toBeGreaterThan(ask(facts({ said: said(...first) }), 10).p50)
  })

  it('half done is half of what is left of a stage', () => {
    const half = facts({ said: said([2, 'raw-material', 'actual', 2, { progress: 0.5 }]) })
    expect(ask(half, 2).p50).toBeLessThan(ask(facts(), 2).p50)
  })

  it('what was corrected does not count once that is known', () => {
    const line = facts({
      said: said([4, 'raw-material', 'actual', 4], [6, 'raw-material', 'estimated', 9, { corrects: '1' }]),
    })
    expect(ask(line, 5).p50).toBe(ask(facts({ said: said([4, 'raw-material', 'actual', 4]) }), 5).p50)
    expect(ask(line, 7).p50).toBeGreaterThan(ask(line, 5).p50 + 2)
  })

  it('a correction holds whether it comes before or after what it corrects, and an estimate from when it was said', () => {
    const early = { id: '2', key: 'b', corrects: '1' }
    const [before, after] = [
      said([3, 'raw-material', 'actual', 2, early], [4, 'raw-material', 'actual', 3, { id: '1' }]),
      said([3, 'raw-material', 'actual', 3], [4, 'raw-material', 'actual', 2, early]),
    ]
    expect(ask(facts({ said: before }), 5).p50).toBe(ask(facts({ said: after }), 5).p50)
    // while the other is on its way it stands for itself
    expect(ask(facts({ said: before.slice(0, 1) }), 3.5).p50).toBeLessThan(ask(facts(), 3.5).p50)
    const late = said([5, 'heat-treated', 'estimated', 30, { saidAt: at(5) }], [6, 'heat-treated', 'estimated', 9, { saidAt: at(1) }])
    expect(ask(facts({ said: late }), 7).p50).toBeGreaterThan(30)
  }) // biome-ignore format: timetables

  it('an estimate of the buyer is none of the supplier’s: neither to learn from nor as its habit', () => {
    const line = facts({
      said: said([1, 'raw-material', 'estimated', 3, { by: 'b' }], [1, 'raw-material', 'estimated', 9], [4, 'raw-material', 'actual', 4]),
    })
    expect(lessonOf(line, at(10)).estimates.map(({ by, saidDays }) => [by, saidDays])).toEqual([['b', 2], ['s', 8]])
  }) // biome-ignore format: a timetable

  it('says why it is late where nothing takes longer than usual and nothing is planned', () => {
    const bare = facts({
      needBy: at(-1),
      stages: ['synthesis', 'ready'].map((stage) => ({ stage, weight: 1, plannedAt: null, usualDays: null })),
    })
    const { probabilityLate, causes } = ask(bare, 1)
    expect(probabilityLate).toBe(1)
    expect(causes).toEqual([expect.objectContaining({ kind: 'usual', what: expect.stringContaining('after need-by') })])
  })

  it('a plan that ends after need-by says so itself', () => {
    expect(ask(facts({ needBy: at(12) }), 0).causes[0]).toMatchObject({ kind: 'plan', days: 6.5 })
  })
})

describe('arrival', () => {
  const made = said([10, 'ready', 'actual', 10])

  it('of a line on two shipments is that of the last', () => {
    const near = shipment('a', 10, 10, 12)
    const far = shipment('b', 10, 11, 18)
    const one = ask(facts({ said: made, shipments: [{ ...far, quantity: 20 }] }), 11)
    const both = ask(facts({ said: made, shipments: [near, far] }), 11)
    expect(both.p50).toBeCloseTo(one.p50, 0)
    const there = ask(facts({ said: made, shipments: [{ ...near, ...delivered(12) }, far] }), 12)
    expect(there.arrivedAt).toBeNull()
    const closed = ask(
      facts({
        said: made,
        shipments: [
          { ...near, ...delivered(12) },
          { ...far, ...delivered(17) },
        ],
      }),
      18,
    )
    expect(closed).toMatchObject({ p10: 17, p50: 17, p90: 17, probabilityLate: 0 })
  })

  it('is not late by the way for what production keeps: one part is under way, the other waits for a stage', () => {
    const line = facts({
      said: said([4, 'raw-material', 'actual', 4]),
      shipments: [shipment('1', 10, 10, 18), shipment('2', 10, 16, 19, { phases: [] })],
    })
    // heat treatment has taken 10 of its usual 4 days
    const { causes } = ask(line, 14)
    expect(causes[0]).toMatchObject({ kind: 'stage-overdue', stage: 'heat-treated', days: 6 })
    expect(causes.filter(({ kind, days }) => kind === 'transit' && days > 1)).toEqual([])
    // made, and still there when it should be half-way: that is the way's
    const made = facts({ said: said([9, 'ready', 'actual', 9]), shipments: [shipment('1', 20, 10, 14, { phases: [] })] })
    expect(ask(made, 13).causes[0]).toMatchObject({ kind: 'transit', days: expect.closeTo(3, 0) })
  }) // biome-ignore format: a timetable

  it('waits for what is on no shipment yet', () => {
    const part = facts({
      said: said([4, 'raw-material', 'actual', 4]),
      shipments: [shipment('a', 10, 5, 6, delivered(6))],
    })
    expect(ask(part, 7).arrivedAt).toBeNull()
    expect(ask(part, 7).p50).toBeGreaterThan(14)
    // a tank is never filled to the litre
    const nearly = facts({ said: made, shipments: [shipment('a', 19.4, 10, 12, delivered(12))] })
    expect(ask(nearly, 13).p50).toBe(12)
  })

  it('is the receipt that stands, though geofences say otherwise', () => {
    const shipments = [shipment('a', 20, 10, 12, delivered(12))]
    expect(ask(facts({ said: made, shipments, receipts: [receipt(1, 13, 20)] }), 14).p50).toBe(13)
    const undone = [receipt(1, 13, 20), receipt(2, 14, 0, false, '1')]
    expect(ask(facts({ said: made, shipments, receipts: undone }), 15).p50).toBe(12)
    expect(ask(facts({ said: made, shipments, receipts: undone }), 13).p50).toBe(13)
  })

  it('of more that is to come is still ahead: what was received and what is on its way make the whole', () => {
    const receipts = [receipt(1, 12, 10, true)]
    const rest = ask(facts({ said: made, receipts }), 13)
    expect(rest.arrivedAt).toBeNull()
    const coming = ask(
      facts({ said: said([4, 'raw-material', 'actual', 4]), receipts, shipments: [shipment('b', 10, 12, 15)] }),
      13,
    )
    expect(coming.p50).toBeLessThan(17)
    const all = [...receipts, receipt(2, 15, 10)]
    expect(ask(facts({ said: made, receipts: all }), 16).p50).toBe(15)
  })

  it('of a cancelled line, or one not entered yet, is not forecast', () => {
    expect(ask(facts({ cancelledAt: at(3) }), 4).probabilityLate).toBeNull()
    expect(ask(facts({ cancelledAt: at(3) }), 2).probabilityLate).not.toBeNull()
    expect(ask(facts(), -1).probabilityLate).toBeNull()
  })
})
