import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limitNameOf } from '../../../server/model/limit-name.ts'
import { explain } from '../../../server/rules/explain.ts'
import type { Facts, TripFacts } from '../../../server/rules/facts.ts'
import { selfHeating } from '../../../server/rules/self-heating.ts'
import { timeToLimitRule } from '../../../server/rules/time-to-limit.ts'
import { type Consequence, helpFor, hoursToHelp, urgency } from '../../../server/rules/urgency.ts'
import { factsWith, HOUR, METHANOL, raisedBy, readingsOf, START } from './tank-trip.ts'

const RANK = ['low', 'medium', 'high', 'critical']
const hours = fc.double({ min: 0, max: 60, noNaN: true })
const consequence = fc.constantFrom<Consequence>('severe', 'control', 'first')

const way = (etaHours: number, stops: TripFacts['stops'] = []): TripFacts => ({
  origin: { lat: 30, lon: 121, radiusMetres: 1_000 },
  destination: { lat: 31, lon: 114, radiusMetres: 1_000 },
  corridor: null,
  stops,
  departAt: START,
  eta: START + etaHours * HOUR,
})
const peroxide = { ...METHANOL, reactive: true, control: 30, emergency: 35 }
const withEta = (etaHours: number | null, more: Partial<Facts> = {}) =>
  factsWith({ cargo: peroxide, trip: etaHours === null ? null : way(etaHours), ...more })

describe('priority from time to limit against time to help', () => {
  it('never falls when help comes later, when the limit comes sooner, or when it means more', () => {
    fc.assert(
      fc.property(consequence, hours, hours, hours, hours, hours, (of, likely, share, help, later, sooner) => {
        const reach = (likelyHours: number) => ({ likely: likelyHours, least: Math.min(likelyHours, share), ahead: 6, soon: 2 })
        const rank = (is: Consequence, at: number, until: number) => RANK.indexOf(urgency(is, reach(at), until))
        const now = rank(of, likely, help)
        expect(rank(of, likely, help + later)).toBeGreaterThanOrEqual(now)
        expect(rank(of, Math.max(0, likely - sooner), help)).toBeGreaterThanOrEqual(now)
        expect(rank('severe', likely, help)).toBeGreaterThanOrEqual(rank('control', likely, help))
        expect(rank('control', likely, help)).toBeGreaterThanOrEqual(rank('first', likely, help))
      }),
    ) // biome-ignore format: a table
  })

  it.each<[consequence: Consequence, likely: number, least: number, help: number | null, priority: string]>([
    ['severe', 1.5, 1, null, 'critical'], ['severe', 3, 2, null, 'high'],
    ['severe', 3, 2, 40, 'critical'], ['severe', 20, 12, 40, 'high'], ['severe', 1.5, 1, 0.5, 'high'],
    ['control', 3, 2, null, 'medium'], ['control', 3, 2, 40, 'high'], ['control', 3, 2, 1, 'medium'],
    ['first', 3, 2, null, 'medium'], ['first', 3, 2, 40, 'medium'], ['first', 3, 2, 1, 'low'],
  ])('%s in %d h (at least %d h), help in %s h: %s', (of, likely, least, help, priority) => {
    expect(urgency(of, { likely, least, ahead: 6, soon: 2 }, help)).toBe(priority)
  }) // biome-ignore format: a table

  it('help is the arrival, or a place where a stop is planned that is nearer; an arrival that is overdue says nothing', () => {
    const stops = [{ lat: 30, lon: 121.5, radiusMetres: 1_000 }]
    const at = (etaHours: number, place: readonly [number, number] | null) =>
      hoursToHelp(helpFor(withEta(null, { trip: way(etaHours, stops) }), START, place))
    expect(at(5, null)).toBe(5)
    expect(at(5, [30, 121])).toBeCloseTo(1.05, 1)
    expect(at(0.5, [30, 121])).toBe(0.5)
    expect(at(-1, null)).toBeNull()
    expect(hoursToHelp(helpFor(withEta(null), START, [30, 121]))).toBeNull()
  })

  const warming = readingsOf(2, (h) => ({ temperature: 26 + 1.2 * h, ambient: 20 }))
  const cargo = { ...peroxide, emergency: 45 }
  it('the same peroxide warms: an hour before arrival, and forty', () => {
    const [near, far] = [2.5, 40].map((eta) => raisedBy(timeToLimitRule, warming, withEta(eta, { cargo }))[0])
    expect([near?.priority, far?.priority]).toEqual(['medium', 'high'])
    // its emergency temperature, too, comes hours before any help
    expect(raisedBy(timeToLimitRule, warming, withEta(40))[0]?.priority).toBe('critical')
    expect(near?.onset).toBe(far?.onset)
    const { figures } = far?.first ?? {}
    expect(limitNameOf(figures)).toBe('control')
    expect(figures).toMatchObject({ controlCelsius: 30, emergencyCelsius: 45, hoursToArrival: expect.closeTo(39.5, 0) })
    expect(figures?.hoursToEmergency).toBeGreaterThan(figures?.hoursLikely ?? 99)
    expect(explain('time-to-limit', far?.first ?? { onset: 0, value: 0, limit: 0, peak: 0 })).toMatch(
      /^Reaches its control temperature of 30 °C in .*; its emergency temperature of 45 °C in .*; arrival in 3\d h/,
    )
  })

  it('self-heating: critical where the emergency temperature comes before help, high where help is there before', () => {
    const runaway = readingsOf(6, (h) => ({ temperature: 20 + 2.5 * Math.max(0, h - 4), ambient: 18 }))
    const found = (eta: number | null) =>
      raisedBy(selfHeating, runaway, withEta(eta, { cargo: { ...peroxide, control: 30, emergency: 40 } }))[0]
    expect(found(null)?.priority).toBe('high')
    expect(found(40)?.priority).toBe('critical')
    expect(found(6.2)?.priority).toBe('high')
    expect(found(40)?.first.figures).toMatchObject({ emergencyCelsius: 40, limitCelsius: 40 })
  })
})
