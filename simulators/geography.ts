export type Waypoint = {
  name: string
  lat: number
  lon: number
  /** metres above the sea */
  height: number
  /** minutes that papers take here */
  customs?: number
}

export type Route = {
  id: string
  waypoints: readonly Waypoint[]
  /** stretches without coverage, as fractions of the whole way: tunnels, gorges, mountains */
  deadZones: readonly (readonly [from: number, to: number])[]
  /** rules of the road: minutes of rest after that many hours of driving, and a night after that many in a day */
  restMinutes: number
  restEveryHours: number
  drivingHoursADay: number
  nightHours: number
}

const at = (name: string, lat: number, lon: number, height: number, customs?: number): Waypoint => ({
  name,
  lat,
  lon,
  height,
  ...(customs !== undefined && { customs }),
})

/** Regulation (EC) 561/2006, articles 6 to 8 */
const EUROPE = { restMinutes: 45, restEveryHours: 4.5, drivingHoursADay: 9, nightHours: 9 }
/** Implementing Regulations of the Road Traffic Safety Law, article 62; two drivers who take turns, off the expressway at night */
const CHINA = { restMinutes: 20, restEveryHours: 4, drivingHoursADay: 16, nightHours: 5 }
/** 49 CFR 395.3 */
const UNITED_STATES = { restMinutes: 30, restEveryHours: 8, drivingHoursADay: 11, nightHours: 10 }

const LIST: Route[] = [
  {
    id: 'shanghai-chengdu',
    ...CHINA,
    waypoints: [
      at('Shanghai Chemical Industry Park', 30.82, 121.45, 4),
      at('Suzhou', 31.3, 120.62, 5),
      at('Nanjing', 32.06, 118.8, 20),
      at('Hefei', 31.82, 117.23, 30),
      at('Wuhan', 30.59, 114.31, 25),
      at('Yichang', 30.69, 111.29, 120),
      at('Enshi', 30.27, 109.48, 480),
      at('Wanzhou', 30.81, 108.4, 260),
      at('Chongqing', 29.56, 106.55, 250),
      at('Suining', 30.53, 105.59, 300),
      at('Chengdu', 30.66, 104.08, 500),
    ],
    deadZones: [
      [0.36, 0.372],
      [0.6, 0.66],
      [0.69, 0.74],
    ],
  },
  {
    id: 'ningbo-wuhan',
    ...CHINA,
    waypoints: [
      at('Ningbo Zhenhai', 29.95, 121.7, 4),
      at('Hangzhou', 30.27, 120.15, 15),
      at('Huangshan', 29.71, 118.34, 150),
      at('Jingdezhen', 29.27, 117.18, 35),
      at('Jiujiang', 29.7, 116, 30),
      at('Wuhan', 30.59, 114.31, 25),
    ],
    deadZones: [
      [0.3, 0.36],
      [0.47, 0.5],
    ],
  },
  {
    id: 'rotterdam-ludwigshafen',
    ...EUROPE,
    waypoints: [
      at('Rotterdam Botlek', 51.88, 4.28, 1),
      at('Elten', 51.88, 6.17, 18),
      at('Oberhausen', 51.5, 6.85, 40),
      at('Köln', 50.94, 6.96, 55),
      at('Koblenz', 50.36, 7.6, 75),
      at('Bingen', 49.97, 7.9, 90),
      at('Ludwigshafen', 49.5, 8.43, 95),
    ],
    deadZones: [
      [0.28, 0.29],
      [0.7, 0.76],
    ],
  },
  {
    id: 'antwerp-lyon',
    ...EUROPE,
    waypoints: [
      at('Antwerpen', 51.27, 4.35, 5),
      at('Bruxelles', 50.85, 4.35, 50),
      at('Namur', 50.47, 4.87, 90),
      at('Luxembourg', 49.61, 6.13, 300),
      at('Nancy', 48.69, 6.18, 220),
      at('Dijon', 47.32, 5.04, 245),
      at('Saint-Fons', 45.71, 4.86, 165),
    ],
    deadZones: [
      [0.22, 0.27],
      [0.6, 0.63],
    ],
  },
  {
    id: 'ludwigshafen-milano',
    ...EUROPE,
    waypoints: [
      at('Ludwigshafen', 49.5, 8.43, 95),
      at('Karlsruhe', 49.01, 8.4, 115),
      at('Basel', 47.56, 7.59, 260, 95),
      at('Luzern', 47.05, 8.3, 435),
      at('Gotthard', 46.6, 8.58, 1150),
      at('Bellinzona', 46.19, 9.02, 240),
      at('Chiasso', 45.83, 9.03, 240, 70),
      at('Milano', 45.46, 9.19, 120),
    ],
    deadZones: [
      [0.62, 0.64],
      [0.69, 0.74],
    ],
  },
  {
    id: 'houston-monterrey',
    ...UNITED_STATES,
    waypoints: [
      at('Houston', 29.73, -95.2, 12),
      at('Victoria', 28.81, -97, 30),
      at('San Antonio', 29.42, -98.49, 200),
      at('Laredo', 27.51, -99.51, 140, 180),
      at('Sabinas Hidalgo', 26.5, -100.18, 310),
      at('Monterrey', 25.69, -100.32, 540),
    ],
    deadZones: [
      [0.62, 0.68],
      [0.86, 0.9],
    ],
  },
]

export const ROUTES: ReadonlyMap<string, Route> = new Map(LIST.map((route) => [route.id, route]))

const EARTH_KM = 6371.0088 // mean radius (IUGG)
const radians = (degrees: number) => (degrees * Math.PI) / 180
const degrees = (angle: number) => (angle * 180) / Math.PI

type Point = { lat: number; lon: number }

/** Great-circle distance, km (haversine). */
export const distanceKm = (a: Point, b: Point): number => {
  const h =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** The point at this fraction of the great circle from a to b. */
export const between = (a: Point, b: Point, fraction: number): Point => {
  const angle = distanceKm(a, b) / EARTH_KM
  if (angle < 1e-9) return { lat: a.lat, lon: a.lon }
  const from = Math.sin((1 - fraction) * angle) / Math.sin(angle)
  const to = Math.sin(fraction * angle) / Math.sin(angle)
  // no inner functions here: this runs for every reading
  const fromLevel = from * Math.cos(radians(a.lat))
  const toLevel = to * Math.cos(radians(b.lat))
  const x = fromLevel * Math.cos(radians(a.lon)) + toLevel * Math.cos(radians(b.lon))
  const y = fromLevel * Math.sin(radians(a.lon)) + toLevel * Math.sin(radians(b.lon))
  const z = from * Math.sin(radians(a.lat)) + to * Math.sin(radians(b.lat))
  return { lat: degrees(Math.atan2(z, Math.hypot(x, y))), lon: degrees(Math.atan2(y, x)) }
}
