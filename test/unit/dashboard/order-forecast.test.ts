import { afterEach, expect, it } from 'vitest'
import {
  arrivalText,
  causeText,
  chanceText,
  dayRange,
  missingForecast,
  percentText,
  slackText,
} from '../../../dashboard/orders/forecast-text.ts'
import { historyCourse } from '../../../dashboard/orders/history-course.ts'
import { type Learnt, movesOf } from '../../../dashboard/orders/moves.ts'
import { now } from '../../../dashboard/state/clock.ts'
import { language } from '../../../dashboard/text/language.ts'
import { type Cause, CauseKind, type Forecast } from '../../../server/model/forecast.ts'
import type { Milestone } from '../../../server/model/milestone.ts'
import type { OrderChange } from '../../../server/model/order.ts'

const NOON = Date.parse('2026-05-01T12:00:00Z')
const day = (n: number): string => new Date(NOON + n * 86_400_000).toISOString()
now.value = NOON

afterEach(() => {
  language.value = 'en'
})

const told = (p10: number, p50: number, p90: number, more: Partial<Forecast> = {}): Forecast => ({
  p10: day(p10), p50: day(p50), p90: day(p90), probabilityLate: 0.4, causes: [], asOf: day(0), arrivedAt: null, ...more,
}) // biome-ignore format: one forecast
const cause = (kind: Cause['kind'], days: number, more: Partial<Cause> = {}): Cause => ({
  kind, days, what: `server's own words of ${kind}`, ...more,
}) // biome-ignore format: one cause
const span = (p10: number, p50: number, p90: number) => ({
  p10: day(p10),
  p50: day(p50),
  p90: day(p90),
  arrivedAt: null,
})

it.each([
  ['en', span(11, 13, 18), 'arrives 12–19 May, most likely 14 May'],
  ['en', span(11, 13, 40), 'arrives 12 May – 10 Jun, most likely 14 May'],
  ['en', span(13, 13, 13), 'arrives 14 May'],
  ['en', { ...span(13, 13, 13), arrivedAt: day(13) }, 'arrived 14 May'],
  ['zh', span(11, 13, 18), '5月12日至19日到货，最可能 5月14日'],
  ['zh', span(11, 13, 40), '5月12日至6月10日到货，最可能 5月14日'],
] as const)('in %s an arrival is said in words', (spoken, forecast, words) => {
  language.value = spoken
  expect(arrivalText(forecast)).toBe(words)
})

it('a range over the turn of the year names both years', () => {
  expect(dayRange(day(240), day(260))).toBe('27 Dec 2026 – 16 Jan 2027')
})

it('a chance is said in words and as a figure, and nothing is certain before it has happened', () => {
  expect([0, 0.004, 0.12, 0.32, 0.62, 0.9, 0.97, 0.996, 1].map(percentText)).toEqual([
    '0', '< 1', '12', '32', '62', '90', '97', '> 99', '100',
  ]) // biome-ignore format: figures
  expect([0.02, 0.12, 0.32, 0.62, 0.9, 0.97].map(chanceText)).toEqual([
    'very unlikely to be late: 2\u00a0%', 'unlikely to be late: 12\u00a0%', 'may be late: 32\u00a0%', 'probably late: 62\u00a0%',
    'very probably late: 90\u00a0%', 'almost certainly late: 97\u00a0%',
  ]) // biome-ignore format: words
  expect([5, -1, 0.2].map((days) => slackText(days * 86_400_000))).toEqual([
    '5 days before need-by', '1 day after need-by', 'on the day of need-by',
  ]) // biome-ignore format: words
})

it('a cause is worded from its facts, in both languages, for every kind', () => {
  const full = { stage: 'heat-treated', usualDays: 4, elapsedDays: 10 }
  const names = new Map()
  expect(causeText(cause('stage-overdue', 6, full), names)).toBe('Heat treatment is 6 days over its usual 4')
  expect(causeText(cause('stage-slow', 1, full), names)).toBe('Heat treatment took 10 days, 1 over its usual 4')
  expect(causeText(cause('transit', 1), names)).toBe('The shipment is 1 day behind its plan')
  for (const spoken of ['en', 'zh'] as const) {
    language.value = spoken
    for (const kind of CauseKind.options) expect(causeText(cause(kind, 2.5, full), names)).not.toContain('server')
  }
  expect(causeText(cause('stage-overdue', 6, full), names)).toBe('热处理已比通常的 4 天多用 6 天')
  // a stage that the server did not name is not made up
  expect(causeText(cause('stage-overdue', 6), names)).toBe("server's own words of stage-overdue")
})

it('no forecast says why: nothing is known, it is being made, or none is wanted any more', () => {
  const stage = { stage: 'filled', weight: 1, plannedAt: null, estimatedAt: null, actualAt: null, progress: null, usualDays: null }
  const bare = { stages: [stage], shipments: [], cancelledAt: null }
  expect(missingForecast(bare)).toBe('plan')
  expect(missingForecast({ ...bare, stages: [{ ...stage, usualDays: 3 }] })).toBe('soon')
  expect(missingForecast({ ...bare, cancelledAt: day(0) })).toBe('cancelled')
}) // biome-ignore format: a line

const milestone = (recordedAt: string): Milestone => ({
  id: recordedAt, stage: 'filled', classifier: 'estimated', at: day(20), progress: null, quantity: null, note: null, lot: null, correctsKey: null, saidAt: null, key: null,
  corrects: null, recordedAt, saidBy: { kind: 'supplier-link', id: 's', name: 'S' }, photo: false,
}) // biome-ignore format: what was said
const change = (at: string, before: string, after: string): OrderChange => ({
  id: at, at, line: '1', what: 'changed', changes: { needBy: { before, after } }, reason: null, source: 'person', by: null,
}) // biome-ignore format: a change

it('each move is told with what was learnt since the one before, and what that changed', () => {
  const overdue = cause('stage-overdue', 3, { stage: 'filled', usualDays: 2 })
  const history = [
    told(14, 14, 14, { asOf: day(9), arrivedAt: day(8) }),
    told(9, 12, 16, { asOf: day(7.5), probabilityLate: 0.1 }),
    told(9, 12, 16, { asOf: day(7), causes: [] }),
    told(10, 12.1, 30, { asOf: day(6), causes: [overdue] }),
    told(10, 12, 16, { asOf: day(4), causes: [overdue] }),
    told(8, 9, 12, { asOf: day(1) }),
  ]
  const learnt: Learnt = {
    milestones: [milestone(day(3.9))],
    receipts: [],
    changes: [change(day(6.5), day(10), day(11))],
  }
  const moves = movesOf(history, learnt)
  expect(moves.map(({ kind, days }) => [kind, days])).toEqual([
    ['closed', 0], ['likelier', 0], ['narrower', 0.1], ['wider', 0.1], ['later', 3], ['first', 0],
  ]) // biome-ignore format: moves
  expect(moves.map(({ news }) => news.milestones.length + news.changes.length)).toEqual([0, 0, 1, 0, 1, 0])
  expect(moves[4]?.grown).toEqual(overdue)
  expect(moves[2]).toMatchObject({ grown: null, gone: overdue })
  // committed a moment after the forecast before was made, though its time is earlier
  const moment = new Date(Date.parse(day(4)) - 500).toISOString()
  expect(movesOf(history.slice(3), { ...learnt, milestones: [milestone(moment)] })[0]?.news.milestones).toHaveLength(1)
})

it('the history stands on its two axes without a gap, under need-by as it then was', () => {
  const history = [told(9, 12, 16, { asOf: day(6) }), told(8, 9, 12, { asOf: day(1) }), { ...told(0, 0, 0), p10: null, p50: null, p90: null }]
  const course = historyCourse(history, { needBy: day(20), changes: [change(day(3), day(14), day(20))], now: NOON + 10 * 86_400_000 })
  expect(course?.steps.map(({ from, to }) => [from.share, to.share].map((share) => Math.round(share * 9)))).toEqual([[0, 5], [5, 9]])
  for (const { p10, p50, p90, needBy } of course?.steps ?? [])
    for (const place of [p10, p50, p90, needBy]) expect(place.share > 0 && place.share < 1).toBe(true)
  // later is higher
  expect((course?.steps[1]?.p50.share ?? 1) < (course?.steps[0]?.p50.share ?? 0)).toBe(true)
  expect(course?.needs.map(({ needBy }) => needBy.at)).toEqual([Date.parse(day(14)), Date.parse(day(20))])
  expect(course?.days.length).toBeGreaterThan(1)
  expect(historyCourse([], { needBy: day(20), changes: [], now: NOON })).toBeNull()
}) // biome-ignore format: axes
