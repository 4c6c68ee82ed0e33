import type { LiveReading } from '../model/live.ts'
import type { AddressedReading } from './hub.ts'

type Entry = { item: LiveReading; audience: readonly string[]; json: string | null; at: number }

/**
 * The newest values per shipment, as they were last heard here, and who may be told. What is the same for many is
 * serialised once: an item per change, a frame per tick and audience.
 */
export type Newest = {
  hear(items: readonly AddressedReading[], now: number): void
  /** The shipments heard since the last call, by organisation. */
  takeDirty(): Map<string, Set<string>>
  /** Shipments that an organisation sees, heard at or after `since` (epoch ms). */
  heardSince(orgId: string, since: number): string[]
  /** Of these shipments those that the organisation sees; null when there is nothing to tell. */
  frame(orgId: string, shipmentIds: Iterable<string>): string | null
}

/** What is known of a shipment with one more reading: an older one (another device, another server) only fills in. */
export const newestOf = (before: LiveReading | undefined, item: LiveReading): LiveReading => {
  if (before === undefined) return item
  return before.time > item.time ? { ...item, ...before } : { ...before, ...item }
}

export const createNewest = (): Newest => {
  const shipments = new Map<string, Entry>()
  let dirty = new Map<string, Set<string>>()
  return {
    hear: (items, now) => {
      for (const { audience, item } of items) {
        const merged = newestOf(shipments.get(item.shipmentId)?.item, item)
        shipments.set(item.shipmentId, { item: merged, audience, json: null, at: now })
        for (const orgId of audience) {
          const ids = dirty.get(orgId)
          if (ids === undefined) dirty.set(orgId, new Set([item.shipmentId]))
          else ids.add(item.shipmentId)
        }
      }
    },
    takeDirty: () => {
      const taken = dirty
      dirty = new Map()
      return taken
    },
    heardSince: (orgId, since) =>
      [...shipments].filter(([, { at, audience }]) => at >= since && audience.includes(orgId)).map(([id]) => id),
    frame: (orgId, shipmentIds) => {
      const parts: string[] = []
      for (const id of shipmentIds) {
        const entry = shipments.get(id)
        if (entry === undefined || !entry.audience.includes(orgId)) continue
        entry.json ??= JSON.stringify(entry.item)
        parts.push(entry.json)
      }
      return parts.length === 0 ? null : `{"type":"readings","items":[${parts.join(',')}]}`
    },
  }
}
