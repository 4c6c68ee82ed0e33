import { describe, expect, it } from 'vitest'
import { certain, meanOf, valueAt } from '../../../../server/orders/forecast/spread.ts'
import {
  comingOf,
  type Position,
  type ShipmentFacts,
  type TransitAlarm,
} from '../../../../server/orders/forecast/transit.ts'

const HOUR = 3_600_000
const DEPART = Date.parse('2026-05-01T00:00:00Z')
/** Due north, 1° of latitude is 111.2 km: 10° are planned to take 40 h, 27.8 km/h. */
const facts = (more: Partial<ShipmentFacts> = {}): ShipmentFacts => ({
  id: 's', quantity: 10, attachedAt: 0, detachedAt: null, departAt: DEPART, eta: DEPART + 40 * HOUR, etas: [],
  phases: [{ phase: 'in-transit', from: DEPART, recordedAt: DEPART }],
  origin: { lat: 20, lon: 110 }, destination: { lat: 30, lon: 110 }, positions: [], alarms: [], ...more,
}) // biome-ignore format: a shipment
const at = (hour: number): number => DEPART + hour * HOUR
const position = (hour: number, lat: number, late = 0): Position => ({
  time: at(hour), receivedAt: at(hour) + late, lat, lon: 110,
}) // biome-ignore format: a position
/** Degrees an hour, over the hours from 0. */
const drive = (hours: number, pace: (hour: number) => number): Position[] => {
  const track = [position(0, 20)]
  for (let hour = 1; hour <= hours; hour++) track.push(position(hour, (track.at(-1)?.lat ?? 0) + pace(hour - 1)))
  return track
}
const hoursLeft = (shipment: ShipmentFacts, hour: number): number =>
  24 * valueAt(comingOf(shipment, certain(0), at(hour)).spread, 0.5)
const alarm = (rule: string, more: Partial<TransitAlarm> = {}): TransitAlarm => ({
  rule, priority: 'critical', onset: at(5), raisedAt: at(5), clearedAt: null, clearLearntAt: null, ...more,
}) // biome-ignore format: an alarm

describe('a shipment on its way', () => {
  it('comes when its plan says, where it keeps to it', () => {
    expect(hoursLeft(facts({ positions: drive(20, () => 0.25) }), 20)).toBeGreaterThan(19)
    expect(hoursLeft(facts({ positions: drive(20, () => 0.25) }), 20)).toBeLessThan(21)
  })

  it('comes at the pace that is observed, and says how far it is behind', () => {
    const slow = facts({ positions: drive(20, () => 0.125) })
    // half the pace: 7.5° are left of 10°, and the plan's pace still counts a little
    expect(hoursLeft(slow, 20)).toBeGreaterThan(40)
    expect(hoursLeft(slow, 20)).toBeLessThan(60)
    expect(24 * comingOf(slow, certain(0), at(20)).behindDays).toBeGreaterThan(20)
  })

  it('rests at the hours of the day at which it rested before', () => {
    // 8 h a day at three times the pace: seen for 30 h, it stands at 32 h of the clock as it did at 8 h
    const byDay = facts({ positions: drive(32, (hour) => (hour % 24 < 8 ? 0.5 : 0)) })
    // 2° are left, 4 h of driving, but it will not go on before hour 48
    expect(hoursLeft(byDay, 32)).toBeGreaterThan(12)
    const always = facts({ positions: drive(32, () => 0.25) })
    expect(hoursLeft(always, 32)).toBeLessThan(10)
  })

  it('without a position goes by its plan, and by the time it has taken', () => {
    expect(hoursLeft(facts(), 10)).toBeCloseTo(30, -1)
    // beyond its plan it is still ahead of us, by more the longer it is out
    expect(hoursLeft(facts(), 80)).toBeGreaterThan(hoursLeft(facts(), 50))
    expect(comingOf(facts(), certain(0), at(80)).spread[0]).toBeGreaterThanOrEqual(0)
  })

  it('knows of a position only what had come by then', () => {
    const early = drive(10, () => 0.25)
    const late = facts({ positions: [...early, position(12, 29, 20 * HOUR)] })
    expect(comingOf(late, certain(0), at(13))).toEqual(comingOf(facts({ positions: early }), certain(0), at(13)))
    expect(hoursLeft(late, 33)).not.toBe(hoursLeft(facts({ positions: early }), 33))
  })

  it('may be stopped by an alarm that stops transport, as long as that is active', () => {
    const positions = drive(10, () => 0.25)
    const calm = comingOf(facts({ positions }), certain(0), at(10))
    const hot = comingOf(facts({ positions, alarms: [alarm('self-heating')] }), certain(0), at(10))
    expect(hot.conditionDays).toBeGreaterThan(0.5)
    expect(meanOf(hot.spread)).toBeGreaterThan(meanOf(calm.spread) + 0.5)
    expect(valueAt(hot.spread, 0.1)).toBeGreaterThanOrEqual(valueAt(calm.spread, 0.1))
    const over = alarm('self-heating', { clearedAt: at(7), clearLearntAt: at(7) })
    for (const alarms of [[over], [alarm('battery-low')], [alarm('self-heating', { raisedAt: at(11) })]])
      expect(comingOf(facts({ positions, alarms }), certain(0), at(10))).toEqual(calm)
  })

  it('is there by its geofence, else by its phase', () => {
    const arrived = comingOf(
      facts({ alarms: [alarm('arrival', { onset: at(30), raisedAt: at(31) })] }),
      certain(0),
      at(32),
    )
    expect(arrived.arrivedAt).toBe(at(30))
    const phases = [...facts().phases, { phase: 'unloading', from: at(38), recordedAt: at(39) }]
    expect(comingOf(facts({ phases }), certain(0), at(40)).arrivedAt).toBe(at(38))
    expect(comingOf(facts({ phases }), certain(0), at(38.5)).arrivedAt).toBeNull()
  })

  it('that has not departed waits for production and for its day', () => {
    const planned = facts({ phases: [{ phase: 'planned', from: 0, recordedAt: 0 }] })
    expect(24 * valueAt(comingOf(planned, certain(0), at(-24)).spread, 0.5)).toBeCloseTo(64, -1)
    expect(24 * valueAt(comingOf(planned, certain(3), at(-24)).spread, 0.5)).toBeCloseTo(112, -1)
  })

  it('was thought to come when it was thought to, before that was changed', () => {
    const moved = facts({ phases: [], eta: at(60), etas: [{ eta: at(40), until: at(5) }] })
    expect(hoursLeft(moved, 4)).toBeCloseTo(hoursLeft(facts({ phases: [] }), 4), 6)
    expect(hoursLeft(moved, 6)).toBeGreaterThan(hoursLeft(facts({ phases: [] }), 6) + 10)
  })
})
