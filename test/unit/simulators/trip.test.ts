import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { between, distanceKm, ROUTES } from '../../../simulators/geography.ts'
import { createTrip } from '../../../simulators/trip.ts'
import { HOUR, NOON } from './plans.ts'

const routes = [...ROUTES.values()]

describe('geography', () => {
  it('knows how far it is', () => {
    expect(distanceKm({ lat: 51.92, lon: 4.48 }, { lat: 49.48, lon: 8.45 })).toBeCloseTo(391, -1)
    const middle = between({ lat: 0, lon: 0 }, { lat: 0, lon: 90 }, 0.5)
    expect(middle.lat).toBeCloseTo(0, 9)
    expect(middle.lon).toBeCloseTo(45, 9)
  })
})

describe.each(routes)('the trip $id', (route) => {
  const trip = createTrip(route, NOON, 'seed')
  const minutes = Array.from({ length: Math.ceil((trip.arriveAt - NOON) / 60_000) + 1 }, (_, i) => NOON + i * 60_000)

  it('begins at the origin, ends at the destination, and never jumps', () => {
    const [origin, destination] = [route.waypoints.at(0), route.waypoints.at(-1)]
    if (!origin || !destination) throw new Error('no way')
    expect(distanceKm(trip.at(NOON), origin)).toBeLessThan(0.01)
    expect(distanceKm(trip.at(trip.arriveAt + HOUR), destination)).toBeLessThan(0.01)
    expect(trip.at(trip.arriveAt + HOUR).kind).toBe('arrived')
    let before = trip.at(NOON)
    for (const ms of minutes) {
      const place = trip.at(ms)
      expect(distanceKm(before, place)).toBeLessThan(1.2) // 72 km/h along the great circle
      before = place
    }
  })

  it('keeps to the hours at the wheel, and stops for papers', () => {
    let atWheel = 0
    let sinceNight = 0
    for (const stretch of trip.stretches) {
      const driven = stretch.kind === 'driving' ? (stretch.toMs - stretch.fromMs) / HOUR : 0
      atWheel = stretch.kind === 'driving' ? atWheel + driven : 0
      expect(atWheel).toBeLessThan(route.restEveryHours + 0.1)
      sinceNight = stretch.kind === 'night' ? 0 : sinceNight + driven
      expect(sinceNight).toBeLessThan(route.drivingHoursADay + 0.5)
    }
    expect(trip.stretches.filter((stretch) => stretch.kind === 'customs')).toHaveLength(
      route.waypoints.filter((waypoint) => waypoint.customs !== undefined).length,
    )
  })

  it('has as many stretches without coverage as the route has dead zones, and coverage at both ends', () => {
    let zones = 0
    let covered = true
    for (const ms of minutes) {
      const now = trip.at(ms).covered
      if (covered && !now) zones += 1
      covered = now
    }
    expect(zones).toBe(route.deadZones.length)
    expect(covered).toBe(true)
  })
})

describe('any trip', () => {
  it('gives the same place whatever was asked before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...routes),
        fc.array(fc.integer({ min: -HOUR, max: 120 * HOUR }), { minLength: 2 }),
        (route, offsets) => {
          const trip = createTrip(route, NOON, 'order')
          const asked = offsets.map((offset) => trip.at(NOON + offset))
          const fresh = offsets.map((offset) => createTrip(route, NOON, 'order').at(NOON + offset))
          expect(asked).toEqual(fresh)
        },
      ),
      { numRuns: 30 },
    )
  })
})
