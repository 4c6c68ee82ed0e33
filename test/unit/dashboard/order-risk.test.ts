import { expect, it } from 'vitest'
import { alarmsByLine } from '../../../dashboard/orders/alarms-of-lines.ts'
import { courseOf } from '../../../dashboard/orders/course.ts'
import { type Filter, filtered, partnersOf, type Show } from '../../../dashboard/orders/list-filter.ts'
import { byRisk, daysOff, type Line, linesByRisk, riskOf } from '../../../dashboard/orders/risk.ts'
import type { Alarm } from '../../../server/model/alarm.ts'
import type { Order, StageState } from '../../../server/model/order.ts'

const NOW = Date.parse('2026-11-23T00:00:00Z')
const day = (n: number): string => new Date(NOW + n * 86_400_000).toISOString()
const stage = (name: string, more: Partial<StageState> = {}): StageState => ({
  stage: name, weight: 1, plannedAt: null, estimatedAt: null, actualAt: null, progress: null, usualDays: null, ...more,
}) // biome-ignore format: one line
const line = (name: string, more: Partial<Line> = {}): Line => ({
  line: name, supplier: { id: 's', name: 'S' }, substance: { id: 'b', cas: '67-56-1', un: null, name: 'M', nameZh: null }, quantity: 1, unit: 't',
  needBy: day(10), price: null, currency: null, family: null, cancelledAt: null, stages: [], received: null, shipments: [], reached: null, done: 0, lot: null, sharesLot: [], forecast: null, ...more,
}) // biome-ignore format: its fields
const ALARM: Alarm = {
  id: 'a', shipmentId: null, shipmentReference: null, deviceId: null, orderId: null, orderNumber: 'PO', line: null, supplierId: 's', supplierName: 'S',
  stage: null, lot: null, group: null, rule: 'forecast-late', priority: 'low', state: 'active-unacknowledged', onset: day(-1), clearedAt: null, value: 1, peak: 1,
  limit: 1, cause: null, figures: null, retrospective: false, void: false, recovered: false, suppressed: false, outOfService: false, causedBy: null,
  acknowledgedBy: null, acknowledgedAt: null, shelvedUntil: null, shelvedBy: null, shelvedFor: null, resetAt: null, raisedAt: day(-1), explanation: '',
} // biome-ignore format: its fields
const order: Order = {
  id: 'o',
  number: 'PO',
  buyer: { id: 'b', name: 'B' },
  orderedAt: day(-10),
  createdAt: day(-10),
  lines: [],
}

it.each<[string, Partial<Line>]>([
  ['late', { needBy: day(-1) }],
  ['danger', { stages: [stage('ready', { estimatedAt: day(12) })] }],
  ['danger', { shipments: [{ id: 'x', reference: 'X', phase: 'in-transit', quantity: 1, eta: day(11) }] }],
  ['overdue', { stages: [stage('filled', { plannedAt: day(-2) }), stage('ready', { plannedAt: day(3) })] }],
  // passed over, and so waited for no more
  ['course', { stages: [stage('filled', { plannedAt: day(-2) }), stage('ready', { actualAt: day(-1) })] }],
  ['course', { stages: [stage('ready', { plannedAt: day(3) })] }],
  ['unknown', { stages: [stage('ready')] }],
  ['received', { needBy: day(-1), received: { at: day(0), quantity: 1, complete: true } }],
  ['late', { needBy: day(-1), received: { at: day(0), quantity: 0.5, complete: false } }],
  ['cancelled', { needBy: day(-1), cancelledAt: day(0) }],
])('a line stands as %s', (level, more) => {
  expect(riskOf(line('1', more), NOW).level).toBe(level)
})

it('a forecast goes before what was planned', () => {
  const forecast = {
    p10: day(5),
    p50: day(8),
    p90: day(13),
    probabilityLate: 0.3,
    asOf: day(0),
    arrivedAt: null,
    cause: null,
  }
  const stages = [stage('ready', { estimatedAt: day(12) })]
  expect(riskOf(line('1', { stages, forecast }), NOW)).toMatchObject({
    level: 'course',
    expectedAt: Date.parse(day(8)),
  })
  expect(riskOf(line('1', { forecast: { ...forecast, probabilityLate: 0.6 } }), NOW).level).toBe('danger')
})

it('lines come by what needs somebody first', () => {
  const lines = [
    line('course'), line('late', { needBy: day(-1) }), line('later', { needBy: day(-5) }), line('gone', { cancelledAt: day(0) }),
    line('overdue', { stages: [stage('filled', { plannedAt: day(-2) })] }), line('danger', { stages: [stage('ready', { estimatedAt: day(12) })] }),
  ] // biome-ignore format: lines
  const sorted = linesByRisk([{ ...order, lines }], NOW)
  expect(sorted.map((one) => one.line.line)).toEqual(['later', 'late', 'danger', 'overdue', 'course', 'gone'])
  expect(sorted.toReversed().sort(byRisk)).toEqual(sorted)
})

it('by the forecast: the chance of being late, then how far past need-by, then the open alarms; what is over comes last', () => {
  const forecast = (probabilityLate: number, p50: number, arrivedAt: string | null = null) => ({
    p10: day(p50 - 1), p50: day(p50), p90: day(p50 + 1), probabilityLate, asOf: day(0), arrivedAt, cause: null,
  }) // biome-ignore format: one line
  const lines = [
    line('likely', { forecast: forecast(0.7, 11) }),
    line('calm', { forecast: forecast(0.3, 8) }),
    line('alarmed', { forecast: forecast(0.3, 8) }),
    line('farther', { forecast: forecast(0.302, 9) }),
    line('here', { forecast: forecast(1, -1, day(-1)) }),
    line('certain', { forecast: forecast(0.99, 12) }),
  ]
  const alarm = { priority: 'medium', orderId: 'o', line: 'alarmed' } as const
  const known = alarmsByLine([{ ...ALARM, ...alarm }])
  const sorted = linesByRisk([{ ...order, lines }], NOW, known)
  expect(sorted.map((one) => one.line.line)).toEqual(['certain', 'likely', 'farther', 'alarmed', 'calm', 'here'])
  const shown = (show: Show, more: Partial<Filter> = {}) =>
    filtered(sorted, { show, partner: null, query: '', ...more }, false).map((one) => one.line.line)
  expect(shown('risk')).toEqual(['certain', 'likely', 'alarmed'])
  expect(shown('arrived')).toEqual(['here'])
  expect(shown('open', { query: 'likely po' })).toEqual(['likely'])
  expect(shown('all', { partner: 'nobody' })).toEqual([])
  expect(partnersOf(sorted, false)).toEqual([{ id: 's', name: 'S' }])
})

it('everything of a line stands between the ends of its course', () => {
  const one = line('1', {
    needBy: day(20),
    stages: [stage('filled', { plannedAt: day(-30), actualAt: day(-28) }), stage('ready', { estimatedAt: day(25) })],
  })
  const course = courseOf(order, one, riskOf(one, NOW), NOW)
  const marks = [
    course.now,
    course.needBy,
    course.ordered,
    course.expected,
    ...course.stages.flatMap(({ plan, estimate, actual }) => [plan, estimate, actual]),
    ...course.ticks,
  ]
  for (const mark of marks) if (mark !== null) expect(mark.x >= 0 && mark.x <= 1).toBe(true)
  expect(course.ticks.length).toBeGreaterThan(1)
  expect(daysOff(one.stages[0] ?? stage('x'))).toBe(2)
})
