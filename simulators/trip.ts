import { between, distanceKm, type Route } from './geography.ts'
import { createRandom, type Seed } from './random.ts'

export type Place = {
  lat: number
  lon: number
  /** metres above the sea */
  height: number
  /** false in a dead zone */
  covered: boolean
  kind: Stretch['kind']
}

type Stretch = {
  fromMs: number
  toMs: number
  fromKm: number
  toKm: number
  kind: 'driving' | 'rest' | 'night' | 'customs' | 'arrived'
}

export type Trip = {
  at(ms: number): Place
  departAt: number
  arriveAt: number
  lengthKm: number
  stretches: readonly Stretch[]
}

const HOUR = 3_600_000
const CHUNK_KM = 12
const DETOUR = 1.25 // a road is longer than the great circle, so the truck is slower along it

/**
 * The timetable of one trip: great-circle legs in chunks of their own speed, rests by the rules of the road, nights,
 * papers at customs, and the dead zones of the route, whose edges differ a little from trip to trip. Before departure
 * it stands at the origin, after arrival at the destination.
 */
export const createTrip = (route: Route, departAt: number, seed: Seed): Trip => {
  const random = createRandom(seed, 'trip', route.id)
  const legs: { fromKm: number; toKm: number }[] = []
  let lengthKm = 0
  for (const [i, waypoint] of route.waypoints.slice(1).entries()) {
    const before = route.waypoints[i]
    if (!before) continue
    const km = distanceKm(before, waypoint)
    legs.push({ fromKm: lengthKm, toKm: lengthKm + km })
    lengthKm += km
  }

  const stretches: Stretch[] = []
  let now = departAt
  let km = 0
  let sinceRest = 0
  let sinceNight = 0
  const stand = (kind: Stretch['kind'], hours: number) => {
    stretches.push({ fromMs: now, toMs: now + hours * HOUR, fromKm: km, toKm: km, kind })
    now += hours * HOUR
    sinceRest = 0
    if (kind === 'night') sinceNight = 0
  }
  const restEvery = route.restEveryHours * random.between(0.85, 0.97)
  for (const [i, leg] of legs.entries()) {
    while (km < leg.toKm - 1e-6) {
      const to = Math.min(leg.toKm, km + CHUNK_KM)
      const town = km < CHUNK_KM || lengthKm - to < CHUNK_KM
      const speed = (town ? random.between(38, 55) : random.between(68, 84)) / DETOUR
      const hours = (to - km) / speed
      stretches.push({ fromMs: now, toMs: now + hours * HOUR, fromKm: km, toKm: to, kind: 'driving' })
      now += hours * HOUR
      km = to
      sinceRest += hours
      sinceNight += hours
      if (sinceNight >= route.drivingHoursADay) stand('night', route.nightHours + random.between(0, 1.5))
      else if (sinceRest >= restEvery) stand('rest', (route.restMinutes / 60) * random.between(1, 1.6))
    }
    const customs = route.waypoints[i + 1]?.customs
    if (customs !== undefined) stand('customs', (customs / 60) * random.between(0.5, 2))
  }
  const arriveAt = now
  const dead = route.deadZones.map(([from, to]) => ({
    fromKm: from * lengthKm + random.between(-3, 3),
    toKm: to * lengthKm + random.between(-3, 3),
  }))

  const coveredAt = (atKm: number) => {
    for (const zone of dead) if (atKm >= zone.fromKm && atKm < zone.toKm) return false
    return true
  }
  const placeAt = (atKm: number, kind: Stretch['kind']): Place => {
    let i = 0
    while (i < legs.length - 1 && atKm >= (legs[i]?.toKm ?? 0)) i++
    const leg = legs[i]
    const from = route.waypoints[i]
    const to = route.waypoints[i + 1]
    if (!leg || !from || !to) throw new Error(`route ${route.id} needs two waypoints`)
    const fraction = Math.min(1, Math.max(0, (atKm - leg.fromKm) / (leg.toKm - leg.fromKm)))
    return {
      ...between(from, to, fraction),
      height: from.height + fraction * (to.height - from.height),
      covered: coveredAt(atKm),
      kind,
    }
  }

  let cursor = 0
  const stretchAt = (ms: number) => {
    while (cursor > 0 && (stretches[cursor]?.fromMs ?? 0) > ms) cursor--
    while (cursor < stretches.length - 1 && (stretches[cursor]?.toMs ?? 0) <= ms) cursor++
    return stretches[cursor]
  }
  return {
    departAt,
    arriveAt,
    lengthKm,
    stretches,
    at(ms) {
      if (ms < departAt) return placeAt(0, 'rest')
      const stretch = stretchAt(ms)
      if (!stretch || ms >= arriveAt) return placeAt(lengthKm, 'arrived')
      const fraction = (ms - stretch.fromMs) / Math.max(1, stretch.toMs - stretch.fromMs)
      return placeAt(stretch.fromKm + fraction * (stretch.toKm - stretch.fromKm), stretch.kind)
    },
  }
}
