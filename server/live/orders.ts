import type { Logger } from '../log.ts'
import type { Client } from './client.ts'

const EVERY_MS = 250

/**
 * Tells who listens to orders what has changed: read once for each organisation that listens here, as that one sees it,
 * so that nobody is told of what is not theirs. A few changes within a moment become one.
 */
export const createOrderNews = ({
  clients,
  read,
  log,
}: {
  clients(): Iterable<Client>
  /** the order as this organisation sees it; null where it sees none */
  read(orgId: string, orderId: string): Promise<unknown | null>
  log: Logger
}) => {
  let changed = new Set<string>()
  let running: Promise<void> | null = null

  const tell = async (orders: ReadonlySet<string>): Promise<void> => {
    const listeners = [...clients()].filter((client) => client.orders)
    for (const orgId of new Set(listeners.map(({ viewer }) => viewer.orgId)))
      for (const id of orders) {
        const order = await read(orgId, id)
        if (order === null) continue
        const frame = JSON.stringify({ type: 'order', order })
        for (const client of listeners) if (client.orders && client.viewer.orgId === orgId) client.send(frame)
      }
  }
  const timer = setInterval(() => {
    if (changed.size === 0 || running !== null) return
    const orders = changed
    changed = new Set()
    running = tell(orders)
      .catch((error) => {
        // said again at the next change; a page that asks again has it anyhow
        log.debug({ error: error instanceof Error ? error.message : String(error) }, 'order news wait for the database')
        for (const id of orders) changed.add(id)
      })
      .finally(() => {
        running = null
      })
  }, EVERY_MS)

  return {
    changed: (orderId: string): void => void changed.add(orderId),
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await running
    },
  }
}
