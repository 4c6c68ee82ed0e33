import type { Client } from './client.ts'
import type { Newest } from './newest.ts'

/** At most four merged frames a second for each client (design, Live). */
export const TICK_MS = 250

/** Sends what was heard since the last tick: one frame an organisation for all who watch the fleet, one a shipment else. */
export const broadcast = (clients: Iterable<Client>, newest: Newest): void => {
  const dirty = newest.takeDirty()
  const shared = new Map<string, Buffer>()
  const frameOf = (key: string, orgId: string, ids: Iterable<string>): Buffer | null => {
    const known = shared.get(key)
    if (known !== undefined) return known
    const text = newest.frame(orgId, ids)
    if (text === null) return null
    const frame = Buffer.from(text)
    shared.set(key, frame)
    return frame
  }
  for (const client of clients) {
    const { orgId } = client.viewer
    const changed = dirty.get(orgId)
    if (changed === undefined && client.missed.size === 0) continue
    const wanted = client.fleet ? (changed ?? []) : [...client.shipments].filter((id) => changed?.has(id))
    if (!client.ready()) {
      for (const id of wanted) client.missed.add(id)
      continue
    }
    if (client.missed.size > 0) {
      for (const id of wanted) client.missed.add(id)
      const frame = newest.frame(orgId, client.missed)
      client.missed.clear()
      if (frame !== null) client.send(frame)
    } else if (client.fleet) {
      const frame = frameOf(orgId, orgId, wanted)
      if (frame !== null) client.send(frame)
    } else {
      for (const id of wanted) {
        const frame = frameOf(`${orgId} ${id}`, orgId, [id])
        if (frame !== null) client.send(frame)
      }
    }
  }
}
