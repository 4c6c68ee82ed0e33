import type { Limits } from './model/limits.ts'
import type { Place } from './model/shipment.ts'

/** The fictional fleet of the demo: what travels where, in which tank, watched within which limits. */
export type DemoTrip = {
  deviceId: string
  tank: string
  substanceCas: string
  un: string
  scenario: 'normal' | 'heating' | 'leak' | 'silence' | 'frozen-sensor' | 'duplicates'
  route: DemoRoute
  pressureReference: 'absolute' | 'gauge'
  /** h before the first start that it departed */
  departedHoursAgo: number
  /** °C and bar absolute */
  limits: Limits
}

export type DemoRoute = 'shanghai-chengdu' | 'ningbo-wuhan' | 'rotterdam-ludwigshafen' | 'antwerp-lyon'

const place = (name: string, lat: number, lon: number): Place => ({ name, lat, lon })

/** End points as the simulated lorries drive them, and the hours that they need with rests. */
export const DEMO_ROUTES: Record<DemoRoute, { origin: Place; destination: Place; hours: number }> = {
  'shanghai-chengdu': {
    origin: place('上海化学工业区 Shanghai Chemical Industry Park', 30.82, 121.45),
    destination: place('成都 Chengdu', 30.66, 104.08),
    hours: 40,
  },
  'ningbo-wuhan': {
    origin: place('宁波镇海 Ningbo Zhenhai', 29.95, 121.7),
    destination: place('武汉 Wuhan', 30.59, 114.31),
    hours: 16,
  },
  'rotterdam-ludwigshafen': {
    origin: place('Rotterdam Botlek', 51.88, 4.28),
    destination: place('Ludwigshafen', 49.5, 8.43),
    hours: 12,
  },
  'antwerp-lyon': {
    origin: place('Antwerpen', 51.27, 4.35),
    destination: place('Saint-Fons, Lyon', 45.71, 4.86),
    hours: 16,
  },
}

const solvent: Limits = { temperature: { high: 40, highHigh: 50 }, pressure: { high: 2.4, highHigh: 3.2 } }
const volatile: Limits = { temperature: { high: 33, highHigh: 40 }, pressure: { high: 2.5, highHigh: 3.3 } }
const monomer: Limits = { temperature: { high: 30, highHigh: 38 }, pressure: { high: 2.2, highHigh: 3 } }
const ammonia: Limits = { temperature: { high: 35, highHigh: 45 }, pressure: { high: 14, highHigh: 18 } }
/** a nitrogen pad that must not be lost: below it, air comes in */
const padded: Limits = { temperature: solvent.temperature, pressure: { ...solvent.pressure, low: 1.16, lowLow: 1.03 } }

const trip = (
  number: number,
  [substanceCas, un]: readonly [string, string],
  route: DemoRoute,
  departedHoursAgo: number,
  limits: Limits,
  scenario: DemoTrip['scenario'] = 'normal',
): DemoTrip => ({
  deviceId: `ZT-${String(number).padStart(4, '0')}`,
  tank: `ZTUU ${200_000 + number * 7}`,
  substanceCas,
  un,
  scenario,
  route,
  // one vendor in four builds gauge sensors
  pressureReference: number % 4 === 0 ? 'gauge' : 'absolute',
  departedHoursAgo,
  limits,
})

const METHANOL = ['67-56-1', '1230'] as const
const ETHANOL = ['64-17-5', '1170'] as const
const HEXANE = ['110-54-3', '1208'] as const
const PENTANE = ['109-66-0', '1265'] as const
const ACETONE = ['67-64-1', '1090'] as const
const STYRENE = ['100-42-5', '2055'] as const
const VINYL_ACETATE = ['108-05-4', '1301'] as const
const AMMONIA = ['7664-41-7', '1005'] as const

export const DEMO_TRIPS: readonly DemoTrip[] = [
  trip(1, METHANOL, 'shanghai-chengdu', 14, solvent, 'heating'),
  trip(2, METHANOL, 'ningbo-wuhan', 7, padded, 'leak'),
  trip(3, STYRENE, 'shanghai-chengdu', 9, monomer),
  trip(4, ACETONE, 'ningbo-wuhan', 3, solvent, 'silence'),
  trip(5, AMMONIA, 'shanghai-chengdu', 22, ammonia),
  trip(6, VINYL_ACETATE, 'ningbo-wuhan', 9, monomer),
  trip(7, ETHANOL, 'rotterdam-ludwigshafen', 6, solvent),
  trip(8, PENTANE, 'antwerp-lyon', 8, volatile),
  trip(9, HEXANE, 'rotterdam-ludwigshafen', 4, solvent, 'frozen-sensor'),
  trip(10, STYRENE, 'antwerp-lyon', 2, monomer, 'duplicates'),
  trip(11, METHANOL, 'antwerp-lyon', 5, solvent),
  trip(12, AMMONIA, 'shanghai-chengdu', 30, ammonia),
]
