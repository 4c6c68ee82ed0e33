import type { Position } from 'geojson'

/** A step over more degrees than this is no coast: the ring crosses the antimeridian. */
const JUMP = 180

/**
 * Cuts a ring where it jumps across the antimeridian: each piece is closed along its own edge of the map, so that no
 * line runs around the world.
 */
export const cutRing = (ring: readonly Position[]): Position[][] => {
  const pieces: Position[][] = [[]]
  let previous: Position | undefined
  for (const point of ring) {
    const [lon = 0, lat = 0] = point
    const [before = 0, latBefore = 0] = previous ?? point
    if (previous !== undefined && Math.abs(lon - before) > JUMP) {
      const edge = before < 0 ? -180 : 180
      pieces.at(-1)?.push([edge, latBefore])
      pieces.push([[-edge, lat]])
    }
    pieces.at(-1)?.push(point)
    previous = point
  }
  if (pieces.length === 1) return pieces
  // the ring began in the middle of its last piece: the two ends belong together
  const last = pieces.pop() ?? []
  const first = pieces[0] ?? []
  const [a, b] = [last.at(-1)?.[0] ?? 0, first[0]?.[0] ?? 0]
  if (Math.sign(a) === Math.sign(b)) pieces[0] = [...last, ...first]
  else pieces.push(last)
  return pieces
    .filter((piece) => piece.length > 2)
    .map((piece) => {
      const start = piece[0]
      return start === undefined ? piece : [...piece, start]
    })
}
