import { describe, expect, it } from 'vitest'
import { appendToSpark, emptySpark, SPARK_POINTS } from '../../../dashboard/fleet/spark.ts'
import { byUrgency, isOpen, summarise as summariseAlarms } from '../../../dashboard/live/alarm-book.ts'
import { mergeNewest, mergeReadings } from '../../../dashboard/live/merge.ts'
import { tableRows } from '../../../dashboard/shipment/chart-table.tsx'
import { appendReading, summarise, withGaps } from '../../../dashboard/shipment/columns.ts'
import { parseRange, rangeParams, resolveRange } from '../../../dashboard/shipment/range.ts'
import type { Chart } from '../../../server/model/chart.ts'
import type { LiveReading } from '../../../server/model/live.ts'
import { makeAlarm, makeShipment, uuid } from '../../browser/fixture-fleet.ts'

const START = Date.parse('2026-05-01T08:00:00Z') / 1000
const reading = (second: number, values: Partial<LiveReading> = {}): LiveReading => {
  const time = new Date((START + second) * 1000).toISOString()
  return { shipmentId: uuid('x'), deviceId: 'd', time, receivedAt: time, ...values }
}
const chart = (times: number[], values: (number | null)[], bucketSeconds = 0): Chart => {
  const column = () => ({ min: [...values], max: [...values], mean: [...values] })
  return {
    resolution: 'raw',
    bucketSeconds,
    time: times.map((second) => START + second),
    temperature: column(),
    pressure: column(),
    level: column(),
    ambient: column(),
    coverage: 1,
    late: [],
  }
}

describe('the newest values', () => {
  it('keep a measure that did not come, and ignore what is older', () => {
    const first = mergeNewest(null, reading(0, { temperature: 20, pressure: 1.2 }))
    const second = mergeNewest(first, reading(1, { temperature: 21, pressure: null }))
    expect(second).toMatchObject({ temperature: 21, pressure: 1.2 })
    expect(mergeNewest(second, reading(0.5, { temperature: 99 }))).toBe(second)
  })

  it('two readings waiting for one frame become the newer, completed by the older, in either order', () => {
    const [a, b] = [reading(0, { temperature: 20, level: 0.9 }), reading(1, { temperature: 21 })]
    const expected = { time: b.time, temperature: 21, level: 0.9 }
    expect(mergeReadings(a, b)).toMatchObject(expected)
    expect(mergeReadings(b, a)).toMatchObject(expected)
  })
})

describe('the live end of a chart', () => {
  it('appends a reading, and breaks the line after a silence', () => {
    const drawn = chart([0, 1], [20, 20])
    expect(appendReading(drawn, reading(2, { temperature: 21 }), 3)).toBe(true)
    expect(appendReading(drawn, reading(20, { temperature: 25 }), 3)).toBe(true)
    expect(drawn.temperature.mean).toEqual([20, 20, 21, null, 25])
    expect(drawn.time).toHaveLength(5)
    expect(drawn.pressure.mean).toHaveLength(5)
    expect(drawn.time).toEqual([...drawn.time].sort((a, b) => a - b))
  })

  it('widens the running bucket and never loses a peak', () => {
    const drawn = chart([0, 60], [20, 20], 60)
    appendReading(drawn, reading(61, { temperature: 30 }), 3)
    appendReading(drawn, reading(62, { temperature: 10 }), 3)
    expect([drawn.temperature.min[1], drawn.temperature.max[1]]).toEqual([10, 30])
    appendReading(drawn, reading(125, { temperature: 22 }), 3)
    expect(drawn.time.map((at) => at - START)).toEqual([0, 60, 120])
  })

  it('refuses what is older than its end: the stored truth must be asked again', () => {
    const drawn = chart([0, 10], [20, 20])
    expect(appendReading(drawn, reading(5, { temperature: 99 }), 30)).toBe(false)
    expect(drawn.time).toHaveLength(2)
  })

  it('puts a break into stored points that lie too far apart, in a copy', () => {
    const stored = chart([0, 1, 30], [20, 21, 22])
    const drawn = withGaps(stored, 3)
    expect(drawn.temperature.mean).toEqual([20, 21, null, 22])
    expect(stored.time).toHaveLength(3)
  })

  it('summary and table keep lowest and highest', () => {
    const drawn = chart([0, 1, 2, 3, 4, 5], [20, 25, null, 18, 21, 22])
    expect(summarise(drawn, 'temperature')).toMatchObject({
      min: 18,
      minAt: START + 3,
      max: 25,
      maxAt: START + 1,
      last: 22,
    })
    expect(summarise(chart([0], [null]), 'temperature')).toBeNull()
    const rows = tableRows(drawn, 'temperature', 2)
    expect(rows).toHaveLength(2)
    expect(Math.max(...rows.map((row) => row.max))).toBe(25)
    expect(Math.min(...rows.map((row) => row.min))).toBe(18)
  })
})

describe('the sparkline', () => {
  it('stays at 48 points and 6 hours however much is appended', () => {
    const spark = emptySpark()
    for (let second = 0; second < 20 * 3600; second += 30) appendToSpark(spark, START + second, second, null)
    expect(spark.time.length).toBeLessThanOrEqual(SPARK_POINTS)
    expect((spark.time.at(-1) ?? 0) - (spark.time[0] ?? 0)).toBeLessThanOrEqual(6 * 3600)
    expect(spark.temperature.at(-1)).toBe(20 * 3600 - 30)
    expect(appendToSpark(spark, START, 0, 0)).toBe(false)
  })
})

describe('alarms', () => {
  const now = START * 1000
  const shipment = makeShipment(1, now)
  const alarm = (facts: Partial<Parameters<typeof makeAlarm>[1]>) =>
    makeAlarm(
      shipment,
      { rule: 'temperature-high', priority: 'high', agoMinutes: 5, value: 31, limit: 30, ...facts },
      now,
    )

  it('the worst active one speaks for the shipment; what is over does not', () => {
    const over = alarm({ priority: 'critical', state: 'cleared-unacknowledged', agoMinutes: 60, clearedMinutesAgo: 50 })
    const seen = alarm({ priority: 'critical', state: 'active-acknowledged', agoMinutes: 7 })
    const fresh = alarm({ priority: 'critical', agoMinutes: 6 })
    expect(summariseAlarms([over, seen, alarm({}), fresh])).toMatchObject({
      activeAlarms: 3,
      worstAlarm: { id: fresh.id, acknowledged: false },
    })
    expect(summariseAlarms([over])).toEqual({ activeAlarms: 0, worstAlarm: null })
    expect(summariseAlarms([{ ...fresh, void: true }]).worstAlarm).toBeNull()
  })

  it('open before over, active before cleared', () => {
    const cleared = alarm({ state: 'cleared', clearedMinutesAgo: 1 })
    const waiting = alarm({ state: 'cleared-unacknowledged', clearedMinutesAgo: 1, agoMinutes: 9 })
    const active = alarm({ priority: 'low', agoMinutes: 2 })
    expect([cleared, waiting, active].sort(byUrgency)).toEqual([active, waiting, cleared])
    expect([cleared, waiting, active].filter(isOpen)).toEqual([waiting, active])
  })
})

describe('the range in the address', () => {
  const trip = { departAt: '2026-05-01T00:00:00Z', assignments: [{ from: '2026-04-30T22:00:00Z', to: null }] }

  it('there and back, the last six hours by default, nonsense ignored', () => {
    const { from, to } = rangeParams(START + 0.4, START + 600.2)
    expect(parseRange(null, from, to)).toEqual({ preset: null, from: START, to: START + 601 })
    expect(parseRange('24h', null, null)).toEqual({ preset: '24h' })
    expect(parseRange('forever', 'yesterday', null)).toEqual({ preset: '6h' })
    expect(parseRange(null, to, from)).toEqual({ preset: '6h' })
  })

  it('the whole trip begins with the first assignment or departure and ends now', () => {
    expect(resolveRange({ preset: 'trip' }, trip, START)).toEqual({
      from: Date.parse('2026-04-30T22:00:00Z') / 1000,
      to: START,
    })
    expect(resolveRange({ preset: '1h' }, trip, START)).toEqual({ from: START - 3600, to: START })
  })
})
