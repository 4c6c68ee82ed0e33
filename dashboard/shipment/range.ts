import type { Shipment } from '../../server/model/shipment.ts'

export const PRESETS = ['1h', '6h', '24h', '7d', '30d', 'trip'] as const
export type Preset = (typeof PRESETS)[number]
const SECONDS = { '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 } as const

/** What a chart shows: a preset, which ends now and moves, or a fixed stretch. Epoch seconds. */
export type ChosenRange = { preset: Preset } | { preset: null; from: number; to: number }

/** Read from the address; the last six hours where nothing is said or nothing makes sense. */
export const parseRange = (range: string | null, from: string | null, to: string | null): ChosenRange => {
  const start = Date.parse(from ?? '') / 1000
  const end = Date.parse(to ?? '') / 1000
  if (Number.isFinite(start) && Number.isFinite(end) && start < end) return { preset: null, from: start, to: end }
  return { preset: PRESETS.find((preset) => preset === range) ?? '6h' }
}

/** From and to in epoch seconds. The whole trip begins at the planned departure, or at the first assignment if that was earlier. */
export const resolveRange = (
  chosen: ChosenRange,
  trip: Pick<Shipment, 'departAt'> & { assignments: { from: string; to: string | null }[] },
  nowSeconds: number,
): { from: number; to: number } => {
  if (chosen.preset === null) return { from: chosen.from, to: chosen.to }
  if (chosen.preset !== 'trip') return { from: nowSeconds - SECONDS[chosen.preset], to: nowSeconds }
  const starts = [trip.departAt, ...trip.assignments.map((assignment) => assignment.from)].map(
    (text) => Date.parse(text) / 1000,
  )
  const ends = trip.assignments.map((assignment) =>
    assignment.to === null ? nowSeconds : Math.min(nowSeconds, Date.parse(assignment.to) / 1000),
  )
  const from = Math.min(...starts)
  const to = ends.length === 0 ? nowSeconds : Math.max(...ends)
  return from < to ? { from, to } : { from: nowSeconds - SECONDS['6h'], to: nowSeconds }
}

/** Whole seconds are enough for an address that a person may read. The preset stays beside them: the way back. */
export const rangeParams = (from: number, to: number): { from: string; to: string } => ({
  from: new Date(Math.floor(from) * 1000).toISOString().replace('.000', ''),
  to: new Date(Math.ceil(to) * 1000).toISOString().replace('.000', ''),
})
