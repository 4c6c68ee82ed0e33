import type { LiveReading } from '../model/live.ts'
import type { OwnedReading } from './hub.ts'

type Entry = { item: LiveReading; json: string | null; at: number }

/**
 * The newest values per shipment of each organisation, as they were last heard here. What is the same for many is
 * serialised once: an item per change, a frame per tick and organisation.
 */
export type Newest = {
  hear(items: readonly OwnedReading[], now: number): void
  /** The shipments heard since the last call. */
  takeDirty(): Map<string, Set<string>>
  /** Shipments of an organisation heard at or after `since` (epoch ms). */
  heardSince(orgId: string, since: number): string[]
  frame(orgId: string, shipmentIds: Iterable<string>): string | null
}

export const createNewest = (): Newest => {
  const byOrganisation = new Map<string, Map<string, Entry>>()
  let dirty = new Map<string, Set<string>>()
  return {
    hear: (items, now) => {
      for (const { orgId, item } of items) {
        let shipments = byOrganisation.get(orgId)
        if (shipments === undefined) {
          shipments = new Map()
          byOrganisation.set(orgId, shipments)
        }
        const before = shipments.get(item.shipmentId)
        // an older reading (another device, another server) must not take the place of a newer one
        const [older, newer] =
          before !== undefined && before.item.time > item.time ? [item, before.item] : [before?.item, item]
        shipments.set(item.shipmentId, {
          item: older === undefined ? newer : { ...older, ...newer },
          json: null,
          at: now,
        })
        const ids = dirty.get(orgId)
        if (ids === undefined) dirty.set(orgId, new Set([item.shipmentId]))
        else ids.add(item.shipmentId)
      }
    },
    takeDirty: () => {
      const taken = dirty
      dirty = new Map()
      return taken
    },
    heardSince: (orgId, since) =>
      [...(byOrganisation.get(orgId) ?? [])].filter(([, entry]) => entry.at >= since).map(([id]) => id),
    frame: (orgId, shipmentIds) => {
      const shipments = byOrganisation.get(orgId)
      const parts: string[] = []
      for (const id of shipmentIds) {
        const entry = shipments?.get(id)
        if (entry === undefined) continue
        entry.json ??= JSON.stringify(entry.item)
        parts.push(entry.json)
      }
      return parts.length === 0 ? null : `{"type":"readings","items":[${parts.join(',')}]}`
    },
  }
}
