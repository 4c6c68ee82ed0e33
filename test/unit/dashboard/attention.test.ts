import { describe, expect, it } from 'vitest'
import { byAttention, isOld, nearness, worstNearness } from '../../../dashboard/fleet/attention.ts'
import { matches, needsAttention, shows } from '../../../dashboard/fleet/filter.ts'
import type { Shipment } from '../../../server/model/shipment.ts'
import { makeShipment } from '../../browser/fixture-fleet.ts'

const NOW = Date.parse('2026-05-01T08:00:00Z')
const alarm = (priority: 'critical' | 'high' | 'medium' | 'low', acknowledged = false): Shipment['worstAlarm'] => ({
  id: '00000000-0000-4000-8000-000000000001',
  rule: 'temperature-high',
  priority,
  onset: '2026-05-01T07:00:00Z',
  acknowledged,
})
const shipment = (
  reference: string,
  change: Partial<Shipment> & { temperature?: number; ageSeconds?: number } = {},
): Shipment => {
  const { temperature = 20, ageSeconds = 1, ...rest } = change
  const made = makeShipment(1, NOW)
  const time = new Date(NOW - ageSeconds * 1000).toISOString()
  const newest = made.newest === null ? null : { ...made.newest, time, temperature, pressure: null, level: null }
  return { ...made, reference, limits: { temperature: { high: 30 } }, reportSeconds: 60, newest, ...rest }
}
const order = (...shipments: Shipment[]) => byAttention(shipments, NOW).map((one) => one.reference)

describe('what needs attention comes first', () => {
  it('priority, then not acknowledged, then beyond or near the limit, then silent, then nearness', () => {
    expect(
      order(
        shipment('calm'),
        shipment('warmer', { temperature: 24 }),
        shipment('silent', { ageSeconds: 600 }),
        shipment('near', { temperature: 28.5 }),
        shipment('beyond', { temperature: 31 }),
        shipment('low alarm', { worstAlarm: alarm('low') }),
        shipment('critical seen', { worstAlarm: alarm('critical', true) }),
        shipment('high', { worstAlarm: alarm('high') }),
        shipment('critical', { worstAlarm: alarm('critical') }),
      ),
    ).toEqual(['critical', 'critical seen', 'high', 'low alarm', 'beyond', 'near', 'silent', 'warmer', 'calm'])
  })

  it('noise in the last digit does not shuffle equals: the reference decides', () => {
    expect(order(shipment('B', { temperature: 20.02 }), shipment('A', { temperature: 20.01 }))).toEqual(['A', 'B'])
    expect(order(shipment('A', { temperature: 20.01 }), shipment('B', { temperature: 20.02 }))).toEqual(['A', 'B'])
  })

  it('does not change the list it was given', () => {
    const given = [shipment('calm'), shipment('critical', { worstAlarm: alarm('critical') })]
    byAttention(given, NOW)
    expect(given.map((one) => one.reference)).toEqual(['calm', 'critical'])
  })
})

describe('nearness to a limit', () => {
  it.each([
    [30, { temperature: { high: 30 } }, 1],
    [25, { temperature: { high: 30 } }, 0.5],
    [15, { temperature: { high: 30 } }, 0],
    [31, { temperature: { high: 30 } }, 1.1],
    [5, { temperature: { low: 2, high: 8 } }, 0],
    [2, { temperature: { low: 2, high: 8 } }, 1],
    [9.5, { temperature: { low: 2, high: 8 } }, 1.5],
    [1, { temperature: { low: 2 } }, 1.1],
    [34, { temperature: { highHigh: 35 } }, 0.9],
  ])('%s °C under %j is %s', (value, limits, expected) => {
    expect(nearness('temperature', value, limits)).toBeCloseTo(expected)
  })

  it('is nothing without a limit or without a value', () => {
    expect(nearness('temperature', 20, {})).toBeNull()
    expect(nearness('temperature', null, { temperature: { high: 30 } })).toBeNull()
    expect(worstNearness(shipment('x', { newest: null }))).toBeNull()
  })
})

describe('old', () => {
  it('after three reporting intervals, and only while it is on its way', () => {
    expect(isOld(shipment('x', { ageSeconds: 180 }), NOW)).toBe(false)
    expect(isOld(shipment('x', { ageSeconds: 181 }), NOW)).toBe(true)
    expect(isOld(shipment('x', { ageSeconds: 9_999, phase: 'delivered' }), NOW)).toBe(false)
    expect(isOld(shipment('x', { newest: null }), NOW)).toBe(true)
    expect(isOld(shipment('x', { ageSeconds: 9_999, reportSeconds: null }), NOW)).toBe(false)
  })
})

describe('search and filter', () => {
  it('finds every word in reference, substance in both languages, UN, place and device', () => {
    const one = shipment('ZT-7')
    for (const text of ['zt-7', 'methanol', '甲醇', 'un1230', 'un 1230', '1230 ningbo', 'tc-0001', '  '])
      expect(matches(one, text), text).toBe(true)
    expect(matches(one, 'methanol elsewhere')).toBe(false)
  })

  it('attention is an alarm, a near limit or silence', () => {
    expect(needsAttention(shipment('calm'), NOW)).toBe(false)
    expect(needsAttention(shipment('near', { temperature: 29 }), NOW)).toBe(true)
    expect(needsAttention(shipment('silent', { ageSeconds: 999 }), NOW)).toBe(true)
    expect(shows(shipment('planned', { phase: 'planned' }), 'transit', NOW)).toBe(false)
  })
})
