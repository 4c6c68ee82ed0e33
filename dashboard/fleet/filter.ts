import type { Shipment } from '../../server/model/shipment.ts'
import { isOld, isOnItsWay, NEAR, worstNearness } from './attention.ts'

export const SHOW = ['all', 'attention', 'silent', 'transit'] as const
export type Show = (typeof SHOW)[number]
export const parseShow = (text: string | null): Show => SHOW.find((show) => show === text) ?? 'all'

/** An alarm is active, or a limit is near or passed, or nothing is heard from it. */
export const needsAttention = (shipment: Shipment, nowMs: number): boolean =>
  shipment.worstAlarm !== null || isOld(shipment, nowMs) || (worstNearness(shipment) ?? 0) >= NEAR

const searchable = (shipment: Shipment): string =>
  [
    shipment.reference,
    shipment.substance.name,
    shipment.substance.nameZh,
    shipment.substance.cas,
    shipment.substance.un === null ? '' : `un${shipment.substance.un} un ${shipment.substance.un}`,
    shipment.origin.name,
    shipment.destination.name,
    shipment.newest?.deviceId,
  ]
    .join(' ')
    .toLowerCase()

/** Every word of `text` must be found in the reference, substance, UN or CAS number, a place or the device. */
export const matches = (shipment: Shipment, text: string): boolean => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const inside = searchable(shipment)
  return words.every((word) => inside.includes(word))
}

export const shows = (shipment: Shipment, show: Show, nowMs: number): boolean =>
  show === 'all' ||
  (show === 'attention' && needsAttention(shipment, nowMs)) ||
  (show === 'silent' && isOld(shipment, nowMs)) ||
  (show === 'transit' && isOnItsWay(shipment))
