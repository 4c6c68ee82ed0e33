/** Degrees, WGS 84. */
export type Point = { lat: number; lon: number }

const EARTH_METRES = 6_371_008.8
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Great-circle distance in m (haversine, mean earth radius; within 0.5 % of the ellipsoid). */
export const distance = (a: Point, b: Point): number => {
  const [north, south] = [radians(a.lat), radians(b.lat)]
  const h =
    Math.sin((south - north) / 2) ** 2 + Math.cos(north) * Math.cos(south) * Math.sin(radians(b.lon - a.lon) / 2) ** 2
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The shorter way round from one longitude to another, degrees. */
const eastwards = (from: number, to: number): number => ((((to - from) % 360) + 540) % 360) - 180

/**
 * Distance in m from a point to a line through `points` ([lat, lon]), each stretch taken as straight on a plane that
 * touches the earth at the point: good for stretches up to some hundred km. Infinity without any point.
 */
export const distanceToLine = (at: Point, points: readonly (readonly [lat: number, lon: number])[]): number => {
  const scale = Math.cos(radians(at.lat))
  const flat = points.map(([lat, lon]) => ({
    x: radians(eastwards(at.lon, lon)) * scale * EARTH_METRES,
    y: radians(lat - at.lat) * EARTH_METRES,
  }))
  const [first] = flat
  if (first === undefined) return Number.POSITIVE_INFINITY
  let least = Math.hypot(first.x, first.y)
  for (let i = 1; i < flat.length; i++) {
    const [a, b] = [flat[i - 1], flat[i]]
    if (a === undefined || b === undefined) continue
    const [dx, dy] = [b.x - a.x, b.y - a.y]
    const length = dx * dx + dy * dy
    const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(a.x * dx + a.y * dy) / length))
    least = Math.min(least, Math.hypot(a.x + along * dx, a.y + along * dy))
  }
  return least
}
