import { distance } from '../physics/geo.ts'
import { rounded } from './cadence.ts'
import type { Detector } from './detector.ts'
import type { Circle } from './facts.ts'

/** Whoever is in stays in until this much further out than the edge: a position that jitters there does not flap. */
const HYSTERESIS = 1.3
const LEAST_MARGIN_METRES = 100

const edgeOf = ({ radiusMetres }: Circle, inside: boolean): number =>
  inside ? Math.max(radiusMetres * HYSTERESIS, radiusMetres + LEAST_MARGIN_METRES) : radiusMetres

/** Where it is, and since when it has been seen on the other side; epoch ms. */
type State = { inside: boolean | null; since: number | null; done: boolean }
const INITIAL: State = { inside: null, since: null, done: false }

const seen = (
  state: State,
  metres: number,
  time: number,
  circle: Circle,
  dwellMs: number,
): { state: State; crossed: number | null } => {
  const inside = metres <= edgeOf(circle, state.inside === true)
  if (state.inside === null) return { state: { ...state, inside }, crossed: null }
  if (inside === state.inside) return { state: state.since === null ? state : { ...state, since: null }, crossed: null }
  const since = state.since ?? time
  if (time - since < dwellMs) return { state: { ...state, since }, crossed: null }
  return { state: { ...state, inside, since: null }, crossed: since }
}

const noTrip = 'Neither origin nor destination has a position.'

/**
 * Inside the circle of its destination for longer than the dwell: arrived, since it came in. Over when it has left again
 * for as long, or when the phase says more than a position can.
 */
export const arrival: Detector<State> = {
  id: 'arrival',
  priority: 'low',
  lacks: ({ trip }) => (trip === null ? noTrip : null),
  needs: () => ['position'],
  initial: { ...INITIAL, inside: false },
  step({ state, open, minute, facts }) {
    const { lat, lon, time } = minute
    if (facts.trip === null || lat === null || lon === null) return { state, open }
    const metres = distance({ lat, lon }, facts.trip.destination)
    const { state: next, crossed } = seen(
      state,
      metres,
      time,
      facts.trip.destination,
      facts.settings.dwellMinutes * 60_000,
    )
    if (crossed === null) return { state: next, open }
    if (!next.inside) return { state: next, open: null }
    const value = rounded(metres, 0)
    return { state: next, open: { onset: crossed, value, limit: facts.trip.destination.radiusMetres, peak: value } }
  },
}

/** How long it is said that a shipment has departed. */
const SAID_FOR_MS = 30 * 60_000

/** Was inside the circle of its origin, and is outside for longer than the dwell: departed, since it went. Said once a trip. */
export const departure: Detector<State> = {
  id: 'departure',
  priority: 'low',
  lacks: ({ trip }) => (trip === null ? noTrip : null),
  needs: () => ['position'],
  initial: INITIAL,
  step({ state, open, minute, facts }) {
    const { lat, lon, time } = minute
    const kept = open !== null && time - open.onset > SAID_FOR_MS ? null : open
    if (facts.trip === null || lat === null || lon === null) return { state, open: kept }
    const metres = distance({ lat, lon }, facts.trip.origin)
    const { state: next, crossed } = seen(state, metres, time, facts.trip.origin, facts.settings.dwellMinutes * 60_000)
    if (crossed === null || next.inside || state.done) return { state: next, open: kept }
    const value = rounded(metres, 0)
    return {
      state: { ...next, done: true },
      open: { onset: crossed, value, limit: facts.trip.origin.radiusMetres, peak: value },
    }
  },
}
