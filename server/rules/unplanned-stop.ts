import { distance } from '../physics/geo.ts'
import { rounded } from './cadence.ts'
import type { Detector } from './detector.ts'
import type { Facts } from './facts.ts'

type State = { lat: number; lon: number; since: number } | null
/** A position jitters by less than this; whoever is further has moved on, m. */
const STILL_METRES = 200

const isPlanned = (at: { lat: number; lon: number }, { trip }: Facts): boolean =>
  trip === null ||
  [trip.origin, trip.destination, ...trip.stops].some((place) => distance(at, place) <= place.radiusMetres)

/**
 * Stands for longer than a stop may take, neither at its ends nor at a place that is known for stops. Rests of drivers are
 * stops too (45 min after 4.5 h of driving, Regulation (EC) 561/2006; 20 min after 4 h in China), so it asks for nobody.
 * Value and limit in min.
 */
export const unplannedStop: Detector<State> = {
  id: 'unplanned-stop',
  priority: 'low',
  lacks: ({ trip }) => (trip === null ? 'Neither origin nor destination has a position.' : null),
  needs: () => ['position'],
  initial: null,
  step({ state, open, minute, facts }) {
    const { lat, lon, time } = minute
    if (lat === null || lon === null) return { state, open }
    if (state === null || distance(state, { lat, lon }) > STILL_METRES)
      return { state: { lat, lon, since: time }, open: null }
    const minutes = rounded((time - state.since) / 60_000, 0)
    if (open !== null) return { state, open: minutes >= open.peak + 10 ? { ...open, peak: minutes } : open }
    const limit = facts.settings.stopMinutes
    if (minutes < limit || isPlanned(state, facts)) return { state, open }
    return { state, open: { onset: state.since, value: minutes, limit, peak: minutes } }
  },
}
