import 'maplibre-gl/dist/maplibre-gl.css'
import { type GeoJSONSource, LngLatBounds, Map as MapView, Marker, NavigationControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import type { Track } from '../../server/model/chart.ts'
import type { Corridor, Place } from '../../server/model/shipment.ts'
import { loadLand } from './land.ts'

type Point = { lat: number; lon: number }
export type TrackMap = { draw(track: Track | null, here: Point | null, corridor: Corridor | null): void; close(): void }

const token = (name: string, holder: Element): string => {
  const probe = document.createElement('span')
  probe.style.color = `var(--${name})`
  holder.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  return color
}

const label = (place: Place, kind: string): HTMLElement => {
  const element = document.createElement('div')
  element.className = `map-place ${kind}`
  element.textContent = place.name
  return element
}

/** Two longitudes closer than half the world apart, so that a route over the antimeridian stays one line. */
const unwrapped = (track: Pick<Track, 'lat' | 'lon'>): [number, number][] => {
  let before: number | null = null
  return track.lon.map((lon, i) => {
    let at = lon
    if (before !== null) while (at - before > 180) at -= 360
    if (before !== null) while (at - before < -180) at += 360
    before = at
    return [at, track.lat[i] ?? 0]
  })
}

/** A map of land and water from our own files: no tiles, no fonts, no network beyond this server. */
export const createTrackMap = async (
  holder: HTMLElement,
  ends: { origin: Place; destination: Place },
): Promise<TrackMap> => {
  const land = await loadLand()
  // who has left the page meanwhile wants no map, and there is no style to read colours from
  if (!holder.isConnected) return { draw: () => undefined, close: () => undefined }
  setWorkerUrl(new URL(workerUrl, location.href).href)
  const bounds = new LngLatBounds()
  for (const place of [ends.origin, ends.destination]) bounds.extend([place.lon, place.lat])
  const map = new MapView({
    container: holder,
    style: {
      version: 8,
      sources: {
        land: { type: 'geojson', data: land },
        track: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
        corridor: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
      },
      layers: [
        { id: 'water', type: 'background', paint: { 'background-color': token('map-water', holder) } },
        { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': token('map-land', holder) } },
        {
          id: 'corridor',
          type: 'line',
          source: 'corridor',
          layout: { 'line-join': 'round' },
          paint: { 'line-color': token('ink-2', holder), 'line-width': 2, 'line-dasharray': [1.5, 2] },
        },
        {
          id: 'track',
          type: 'line',
          source: 'track',
          layout: { 'line-cap': 'round', 'line-join': 'round' },
          paint: { 'line-color': token('data', holder), 'line-width': 2.5 },
        },
      ],
    },
    bounds,
    // room for the names at both ends
    fitBoundsOptions: { padding: { top: 56, bottom: 32, left: 88, right: 88 }, maxZoom: 8 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: true,
  })
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  const places = [
    new Marker({ element: label(ends.origin, 'from'), anchor: 'bottom' }).setLngLat([ends.origin.lon, ends.origin.lat]),
    new Marker({ element: label(ends.destination, 'to'), anchor: 'bottom' }).setLngLat([
      ends.destination.lon,
      ends.destination.lat,
    ]),
  ]
  for (const place of places) place.addTo(map)
  const dot = document.createElement('div')
  dot.className = 'map-here'
  const marker = new Marker({ element: dot })
  await map.once('load')

  return {
    draw(track, here, corridor) {
      const planned = map.getSource<GeoJSONSource>('corridor')
      const way = corridor?.points ?? []
      void planned?.setData({
        type: 'Feature',
        properties: {},
        geometry: {
          type: 'LineString',
          coordinates: unwrapped({ lat: way.map(([lat]) => lat), lon: way.map(([, lon]) => lon) }),
        },
      })
      const source = map.getSource<GeoJSONSource>('track')
      const line = track === null ? [] : unwrapped(track)
      void source?.setData({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: line } })
      if (here === null) marker.remove()
      else marker.setLngLat([here.lon, here.lat]).addTo(map)
    },
    close: () => map.remove(),
  }
}
