import type { Corridor } from '../../server/model/shipment.ts'

export type Way = Corridor['points']
/** A way, or what is wrong with it: a word of `way.*`, for a point with its number from 1. */
export type ReadWay =
  | { ok: true; points: Way }
  | { ok: false; why: 'unreadable' | 'few' }
  | { ok: false; why: 'outside'; n: number }

/** As many as the server takes; a denser line says nothing more about kilometres. */
const MOST = 2_000
const EARTH_KM = 6_371.0088
const radians = (degrees: number): number => (degrees * Math.PI) / 180

const lineIn = (value: unknown): unknown[] | null => {
  if (typeof value !== 'object' || value === null) return null
  if ('type' in value && value.type === 'LineString' && 'coordinates' in value && Array.isArray(value.coordinates))
    return value.coordinates
  if ('geometry' in value) return lineIn(value.geometry)
  if ('features' in value && Array.isArray(value.features)) return lineIn(value.features[0])
  return null
}

/** Every so many of them, the last always. */
const thinned = (points: Way): Way => {
  const every = Math.ceil(points.length / (MOST - 1))
  return points.filter((_, i) => i % every === 0 || i === points.length - 1)
}

/** Points in the order of the journey without those that stand still, few enough for the server. */
export const wayOf = (points: Way): ReadWay => {
  const moving = points.filter(([lat, lon], i) => i === 0 || lat !== points[i - 1]?.[0] || lon !== points[i - 1]?.[1])
  return moving.length < 2 ? { ok: false, why: 'few' } : { ok: true, points: thinned(moving) }
}

/** Reads a GeoJSON LineString (RFC 7946: longitude first), bare, as a feature or as the first of a collection. */
export const readGeoJson = (text: string): ReadWay => {
  let line: unknown[] | null
  try {
    line = lineIn(JSON.parse(text))
  } catch {
    line = null
  }
  if (line === null) return { ok: false, why: 'unreadable' }
  const points: Way = []
  for (const [i, at] of line.entries()) {
    const [lon, lat]: unknown[] = Array.isArray(at) ? at : []
    if (typeof lon !== 'number' || typeof lat !== 'number' || !(Math.abs(lon) <= 180) || !(Math.abs(lat) <= 90))
      return { ok: false, why: 'outside', n: i + 1 }
    points.push([lat, lon])
  }
  return wayOf(points)
}

/** Length in km along great circles. */
export const lengthKm = (points: Way): number =>
  points.reduce((sum, [lat, lon], i) => {
    const before = points[i - 1]
    if (before === undefined) return sum
    const h =
      Math.sin(radians(lat - before[0]) / 2) ** 2 +
      Math.cos(radians(lat)) * Math.cos(radians(before[0])) * Math.sin(radians(lon - before[1]) / 2) ** 2
    return sum + 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)))
  }, 0)
