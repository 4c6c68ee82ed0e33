import type { Feature, MultiPolygon, Position } from 'geojson'
import { feature } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import landUrl from 'world-atlas/land-50m.json?url'
import { cutRing } from './cut-ring.ts'

/** Land without borders, about 0.5 MB before compression, from our own server. */
export const loadLand = async (): Promise<Feature<MultiPolygon>> => {
  const topology: Topology<{ land: GeometryCollection }> = await (await fetch(landUrl)).json()
  const land = feature(topology, topology.objects.land)
  const coordinates: Position[][][] = []
  for (const { geometry } of land.features) {
    const polygons =
      geometry.type === 'MultiPolygon'
        ? geometry.coordinates
        : geometry.type === 'Polygon'
          ? [geometry.coordinates]
          : []
    for (const [outer = [], ...holes] of polygons) {
      const pieces = cutRing(outer)
      if (pieces.length === 1) coordinates.push([outer, ...holes])
      else for (const piece of pieces) coordinates.push([piece])
    }
  }
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiPolygon', coordinates } }
}
