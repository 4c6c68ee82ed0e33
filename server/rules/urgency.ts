import type { Priority } from '../model/alarm.ts'
import { distance } from '../physics/geo.ts'
import { rounded } from './cadence.ts'
import type { Facts } from './facts.ts'

/** Where it was last seen, degrees; null where no position has come yet. */
export type Place = readonly [lat: number, lon: number] | null

/** What the road makes of a distance as the crow flies, km/h: 60 km/h on a way that is a third longer. */
const CROW_KMH = 45
const HOUR_MS = 3_600_000

/** Hours until it arrives, and until it can be at a place where a stop is planned or usual; null where nothing says so. */
export type Help = { arrival: number | null; stop: number | null }

/** An arrival that should have been says nothing of when help comes, and who has arrived is no longer on the way. */
export const helpFor = ({ trip, phase }: Facts, time: number, place: Place): Help => {
  if (trip === null || phase === 'delivered') return { arrival: null, stop: null }
  const arrival = trip.eta > time ? rounded((trip.eta - time) / HOUR_MS, 2) : null
  if (place === null || trip.stops.length === 0) return { arrival, stop: null }
  const at = { lat: place[0], lon: place[1] }
  const metres = Math.min(...trip.stops.map((stop) => Math.max(0, distance(at, stop) - stop.radiusMetres)))
  return { arrival, stop: rounded(metres / 1000 / CROW_KMH, 2) }
}

/** The sooner of both, h; null where neither is known. */
export const hoursToHelp = ({ arrival, stop }: Help): number | null =>
  arrival === null ? stop : stop === null ? arrival : Math.min(arrival, stop)

/** The same as figures of an alarm. */
export const helpFigures = ({ arrival, stop }: Help): Record<string, number> => ({
  ...(arrival !== null && { hoursToArrival: rounded(arrival, 1) }),
  ...(stop !== null && { hoursToStop: rounded(stop, 1) }),
})

/**
 * What it means that a limit is reached. Severe: the second stage, the emergency temperature, the relief device. Control:
 * the control temperature, from which on cooling has to be restored. First: any other first stage.
 */
export type Consequence = 'severe' | 'control' | 'first'

/** Hours until a limit, likely and at the least; `ahead`: how far is looked ahead; `soon`: no time to wait for anybody. */
export type Reach = { likely: number; least: number; ahead: number; soon: number }

/**
 * Priority = consequence × (time to limit against time to help), domain facts, section 4. Help that is there before the
 * limit can be reached takes the haste out of it; a limit that is likely reached before any help asks for somebody now.
 * Where nothing says when help comes, the time to the limit alone decides.
 */
export const urgency = (
  consequence: Consequence,
  { likely, least, ahead, soon }: Reach,
  help: number | null,
): Priority => {
  const isSoon = likely <= soon
  const isBefore = help !== null && likely < help && likely <= ahead
  const mayBeBefore = help !== null && least < help
  switch (consequence) {
    case 'severe':
      return isBefore || (isSoon && (help === null || mayBeBefore)) ? 'critical' : 'high'
    case 'control':
      return mayBeBefore ? 'high' : 'medium'
    case 'first':
      return help === null || mayBeBefore ? 'medium' : 'low'
  }
}
