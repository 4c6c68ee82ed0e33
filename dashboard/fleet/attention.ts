import type { Limits } from '../../server/model/limits.ts'
import type { Shipment } from '../../server/model/shipment.ts'
import type { Measure } from '../units.ts'

const PRIORITY = { critical: 0, high: 1, medium: 2, low: 3 } as const
const NO_ALARM = 4

/** How far from a limit still feels safe, where only one side has one: °C; share of the limit; fraction. */
const SAFE_DISTANCE = { temperature: 10, pressureShare: 0.25, level: 0.1 } as const
/** Nearer to its limit than this (1 is at the limit) is worth a look before others. */
export const NEAR = 0.8

type Side = NonNullable<Limits[Measure]>

/** The limits in force on one side: the nearer of the ordinary and the highest. */
export const bounds = (side: Side | undefined): { low: number | null; high: number | null } => ({
  low: side?.low ?? side?.lowLow ?? null,
  high: side?.high ?? side?.highHigh ?? null,
})

/**
 * How near a value is to its limit: 1 is at the limit, above 1 beyond it, 0 in the middle of the allowed band (or a
 * safe distance away where there is one limit only), null where there is nothing to compare.
 */
export const nearness = (measure: Measure, value: number | null, limits: Limits): number | null => {
  if (value === null) return null
  const { low, high } = bounds(limits[measure])
  if (low !== null && high !== null && high > low) return Math.abs(value - (low + high) / 2) / ((high - low) / 2)
  const limit = high ?? low
  if (limit === null) return null
  const safe =
    measure === 'pressure' ? Math.max(0.1, Math.abs(limit) * SAFE_DISTANCE.pressureShare) : SAFE_DISTANCE[measure]
  const distance = high !== null ? limit - value : value - limit
  return Math.max(0, 1 - distance / safe)
}

/** The nearest of all measures, or null where no limit is set or nothing was read. */
export const worstNearness = (shipment: Shipment): number | null => {
  const newest = shipment.newest
  if (newest === null) return null
  const each = [
    nearness('temperature', newest.temperature, shipment.limits),
    nearness('pressure', newest.pressure, shipment.limits),
    nearness('level', newest.level, shipment.limits),
  ].filter((value) => value !== null)
  return each.length === 0 ? null : Math.max(...each)
}

/** Travelling, so silence means something. */
export const isOnItsWay = (shipment: Shipment): boolean =>
  shipment.phase === 'loading' || shipment.phase === 'in-transit' || shipment.phase === 'unloading'

/** Older than three reporting intervals (or nothing at all came), while it is on its way. */
export const isOld = (shipment: Shipment, nowMs: number): boolean => {
  if (!isOnItsWay(shipment) || shipment.reportSeconds === null) return false
  if (shipment.newest === null) return true
  return nowMs - Date.parse(shipment.newest.time) > 3 * shipment.reportSeconds * 1000
}

type Rank = readonly [alarm: number, acknowledged: number, near: number, old: number, exact: number]

const rank = (shipment: Shipment, nowMs: number): Rank => {
  const alarm = shipment.worstAlarm
  const near = worstNearness(shipment) ?? -1
  return [
    alarm === null ? NO_ALARM : PRIORITY[alarm.priority],
    alarm?.acknowledged ? 1 : 0,
    near >= 1 ? 0 : near >= NEAR ? 1 : 2,
    isOld(shipment, nowMs) ? 0 : isOnItsWay(shipment) ? 1 : 2,
    // rounded, so that noise in the last digit does not shuffle the list
    -Math.round(near * 10),
  ]
}

/**
 * What needs a person first: the priority of the worst active alarm, not yet acknowledged before acknowledged, then
 * beyond or near a limit, then not heard of, then nearness; the reference decides between equals, so the order is
 * stable. `at` is epoch milliseconds.
 */
export const byAttention = (shipments: readonly Shipment[], at: number): Shipment[] =>
  shipments
    .map((shipment) => ({ shipment, rank: rank(shipment, at) }))
    .sort((a, b) => {
      for (let i = 0; i < a.rank.length; i++) {
        const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0)
        if (difference !== 0) return difference
      }
      return a.shipment.reference < b.shipment.reference ? -1 : 1
    })
    .map((entry) => entry.shipment)
