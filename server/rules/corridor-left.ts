import { distanceToLine } from '../physics/geo.ts'
import { rounded } from './cadence.ts'
import type { Detector } from './detector.ts'

type State = { outSince: number | null; backSince: number | null }
/** As long it must be off its way, or on it again, ms. */
const PERSISTS_MS = 5 * 60_000
/** It is back when this much nearer than the edge. */
const BACK = 0.8

/** Further from the planned way than its width. Value and limit in m. */
export const corridorLeft: Detector<State> = {
  id: 'corridor-left',
  priority: 'medium',
  lacks: ({ trip }) => (trip?.corridor == null ? 'No planned way is entered for this shipment.' : null),
  needs: () => ['position'],
  initial: { outSince: null, backSince: null },
  step({ state, open, minute, facts }) {
    const { lat, lon, time } = minute
    const corridor = facts.trip?.corridor
    if (corridor == null || lat === null || lon === null) return { state, open }
    const metres = rounded(distanceToLine({ lat, lon }, corridor.points), 0)
    if (open === null) {
      if (metres <= corridor.metres)
        return { state: state.outSince === null ? state : { ...state, outSince: null }, open }
      const outSince = state.outSince ?? time
      if (time - outSince < PERSISTS_MS) return { state: { ...state, outSince }, open }
      return {
        state: { outSince: null, backSince: null },
        open: { onset: outSince, value: metres, limit: corridor.metres, peak: metres },
      }
    }
    if (metres <= corridor.metres * BACK) {
      const backSince = state.backSince ?? time
      if (time - backSince >= PERSISTS_MS) return { state: { outSince: null, backSince: null }, open: null }
      return { state: { ...state, backSince }, open }
    }
    return {
      state: state.backSince === null ? state : { ...state, backSince: null },
      open: metres > open.peak ? { ...open, peak: metres } : open,
    }
  },
}
