import { describe, expect, it } from 'vitest'
import type { Forecast } from '../../../../server/model/forecast.ts'
import type { LineFacts } from '../../../../server/orders/forecast/known.ts'
import { type Holding, judgeForecast } from '../../../../server/orders/late/forecast-late.ts'
import { judgeLine, type LineChange, type RecordedLineAlarm } from '../../../../server/orders/late/line-alarm.ts'

const DAY = 86_400_000
const T0 = Date.parse('2026-03-01T00:00:00Z')
const iso = (days: number): string => new Date(T0 + days * DAY).toISOString()
const SETTINGS = { lateProbability: 0.5, slippedDays: 3 }
const forecast = (p50: number, probabilityLate: number, more: Partial<Forecast> = {}): Forecast => ({
  p10: iso(p50 - 2), p50: iso(p50), p90: iso(p50 + 2), probabilityLate, causes: [], asOf: iso(0), arrivedAt: null, ...more,
}) // biome-ignore format: a forecast

describe('need-by in danger', () => {
  const course = (...probabilities: number[]): string[] => {
    let before: Holding | null = null
    return probabilities.map((probability) => {
      const late = judgeForecast(
        before,
        forecast(10, probability),
        { needBy: T0 + 9 * DAY, soonestP50: iso(10) },
        SETTINGS,
      )
      before = late
      return late === null ? '-' : late.priority
    })
  }
  it('is raised above the setting and over below it by the deadband', () => {
    expect(course(0.4, 0.5, 0.51, 0.45, 0.36, 0.35, 0.45)).toEqual(['-', '-', 'medium', 'medium', 'medium', '-', '-'])
  })
  it('is high when it is nearly certain, with a deadband of its own', () => {
    expect(course(0.6, 0.8, 0.75, 0.71, 0.69, 0.79)).toEqual(['medium', 'high', 'high', 'high', 'medium', 'medium'])
  })
  it('is over when it has arrived, and where nothing can be said', () => {
    const of = { needBy: T0 + 9 * DAY, soonestP50: null }
    const before = { why: 'need-by', priority: 'high' } as const
    expect(judgeForecast(before, forecast(10, 1, { arrivedAt: iso(10) }), of, SETTINGS)).toBeNull()
    expect(judgeForecast(before, { p50: null, probabilityLate: null, arrivedAt: null }, of, SETTINGS)).toBeNull()
  })
})

describe('a forecast that slips', () => {
  const of = (soonest: number) => ({ needBy: T0 + 60 * DAY, soonestP50: iso(soonest) })
  it('is told above so many days in a week, low while need-by is not in danger', () => {
    expect(judgeForecast(null, forecast(13, 0.01), of(10), SETTINGS)).toBeNull()
    expect(judgeForecast(null, forecast(13.1, 0.01), of(10), SETTINGS)).toMatchObject({
      why: 'slipped',
      priority: 'low',
    })
    const holding = { why: 'slipped', priority: 'low' } as const
    expect(judgeForecast(holding, forecast(12.1, 0.01), of(10), SETTINGS)).not.toBeNull()
    expect(judgeForecast(holding, forecast(12, 0.01), of(10), SETTINGS)).toBeNull()
    expect(judgeForecast(holding, forecast(14, 0.9), of(10), SETTINGS)).toMatchObject({
      why: 'need-by',
      priority: 'high',
    })
  })
})

const line: LineFacts = {
  orderId: 'o', line: '1', orgId: 'b', supplierId: 's', product: 'p', orderedAt: T0, createdAt: T0, needBy: T0 + 30 * DAY, quantity: 10,
  cancelledAt: null, stages: [{ stage: 'synthesis', weight: 1, plannedAt: iso(5) }, { stage: 'filled', weight: 1, plannedAt: iso(9) }],
  changes: [], said: [], receipts: [], shipments: [],
} // biome-ignore format: a line
const judge = (
  facts: LineFacts,
  now: number,
  seen: Forecast,
  recorded: readonly RecordedLineAlarm[] = [],
  then = seen,
  sharesLot = false,
) =>
  judgeLine(
    {
      facts,
      forecast: seen,
      recorded,
      soonestP50: seen.p50,
      graces: [{ from: 0, days: 1 }],
      settings: SETTINGS,
      sharesLot,
      now: T0 + now * DAY,
    },
    async () => then,
  )
/** As it stands when this was recorded. */
const recordedBy = (changes: readonly LineChange[]): RecordedLineAlarm[] =>
  changes.flatMap((change, index) => (change.kind === 'raised' ? [{ ...change.alarm, id: `a${index}` }] : []))
const kinds = (changes: readonly LineChange[]): string[] =>
  changes.map((change) => `${change.kind} ${change.kind === 'raised' ? change.alarm.rule : change.id}`)

describe('the alarms of a line', () => {
  it('are raised once: judged again, nothing changes', async () => {
    const raised = await judge(line, 7, forecast(31, 0.7))
    expect(kinds(raised)).toEqual(['raised stage-overdue', 'raised forecast-late'])
    expect(raised[0]).toMatchObject({
      alarm: { group: 'supplier s synthesis', onset: T0 + 6 * DAY, priority: 'medium' },
    })
    expect(await judge(line, 7.5, forecast(31, 0.7), recordedBy(raised))).toEqual([])
    expect(await judge(line, 8, forecast(31.4, 0.75), recordedBy(raised))).toEqual([])
    expect(kinds(await judge(line, 8, forecast(32, 0.9), recordedBy(raised)))).toEqual(['amended a1'])
  })
  it('are withdrawn where, by what is known now, they never were', async () => {
    const recorded = recordedBy(await judge(line, 7, forecast(31, 0.7)))
    const said = { id: '1', stage: 'synthesis', classifier: 'actual', at: T0 + 4 * DAY, progress: null, corrects: null, recordedAt: T0 + 8 * DAY } as const // biome-ignore format: a word
    const known = { ...line, said: [said] }
    expect(kinds(await judge(known, 8, forecast(20, 0.1), recorded))).toEqual(['withdrawn a0', 'withdrawn a1'])
    // had it been known, it would have been in danger all the same
    expect(kinds(await judge(known, 8, forecast(20, 0.1), recorded, forecast(31, 0.6)))).toEqual([
      'withdrawn a0',
      'cleared a1',
    ])
  })
  it('that were over before anybody noticed are none', async () => {
    const said = { id: '1', stage: 'synthesis', classifier: 'actual', at: T0 + 8 * DAY, progress: null, corrects: null, recordedAt: T0 + 9 * DAY } as const // biome-ignore format: a word
    expect(await judge({ ...line, said: [said] }, 9, forecast(20, 0.1))).toEqual([])
  })
  it('of lines that share a lot are one matter, by the lot that was named last of what stands', async () => {
    const word = (id: string, lot: string | null, days: number, corrects: string | null = null) => ({
      id, stage: 'filled', classifier: 'estimated', at: T0 + 20 * DAY, progress: null, corrects, recordedAt: T0 + days * DAY, lot,
    }) as const // biome-ignore format: a word
    const alone = await judge({ ...line, said: [word('1', 'L-6', 1)] }, 7, forecast(31, 0.7))
    expect(alone).toMatchObject([{ alarm: { lot: null, group: 'supplier s synthesis' } }, { alarm: { lot: null } }])
    // L-6 was a slip of the pen, and what came last names none
    const facts = {
      ...line,
      said: [word('2', 'L-7', 2), word('1', 'L-6', 1), word('3', null, 3), word('4', 'L-5', 4, '1')],
    }
    const shared = await judge(facts, 7, forecast(31, 0.7), [], undefined, true)
    const matter = { lot: 'L-7', group: 'lot s L-7' }
    expect(shared).toMatchObject([{ alarm: matter }, { alarm: matter }])
    // those that were raised before it was known are brought to them, and stay while the line is of that lot
    const amended = await judge(facts, 7, forecast(31, 0.7), recordedBy(alone), undefined, true)
    expect(amended).toMatchObject([
      { kind: 'amended', alarm: matter },
      { kind: 'amended', alarm: matter },
    ])
    expect(await judge(facts, 8, forecast(31, 0.7), recordedBy(shared))).toEqual([])
  })
  it('of lines that wait for one shipment are one matter', async () => {
    const shipment = {
      id: 'x', quantity: 10, attachedAt: T0, detachedAt: null, departAt: T0, eta: T0 + 9 * DAY, etas: [], phases: [], positions: [], alarms: [],
      origin: { lat: 0, lon: 0 }, destination: { lat: 1, lon: 1 },
    } // biome-ignore format: a shipment
    const seen = forecast(31, 0.7, { causes: [{ what: '', days: 3, kind: 'transit' }] })
    const [change] = await judge({ ...line, shipments: [shipment] }, 3, seen, [], undefined, true)
    expect(change).toMatchObject({ alarm: { rule: 'forecast-late', lot: null, group: 'shipment x' } })
  })
})
