import type { LiveReading } from '../model/live.ts'

/** `audience`: the organisations that see the shipment. */
export type AddressedReading = { audience: readonly string[]; item: LiveReading }

/**
 * What one server tells all: the newest readings, and that alarms have changed. It may lose a message (Redis is away), so
 * alarms are a hint only, the database being the truth; after a loss `onReset` asks for fresh snapshots.
 */
export type Hub = {
  readings(items: AddressedReading[]): void
  alarmsChanged(): void
  /** an order of this id, or what is said of its lines */
  orderChanged(id: string): void
  /** somebody may no longer do what they might; a connection is asked anew anyhow after a while, should this be lost */
  accessEnded(id: string): void
  onAccessEnded(listener: (id: string) => void): void
  onReadings(listener: (items: AddressedReading[]) => void): void
  onAlarms(listener: () => void): void
  onOrders(listener: (id: string) => void): void
  onReset(listener: () => void): void
  connected(): boolean
  close(): Promise<void>
}

/** Everything in one process. */
export const createLocalHub = (): Hub => {
  const readings: ((items: AddressedReading[]) => void)[] = []
  const alarms: (() => void)[] = []
  const ended: ((id: string) => void)[] = []
  const orders: ((id: string) => void)[] = []
  return {
    readings: (items) => {
      for (const listener of readings) listener(items)
    },
    alarmsChanged: () => {
      for (const listener of alarms) listener()
    },
    orderChanged: (id) => {
      for (const listener of orders) listener(id)
    },
    onOrders: (listener) => void orders.push(listener),
    accessEnded: (id) => {
      for (const listener of ended) listener(id)
    },
    onAccessEnded: (listener) => void ended.push(listener),
    onReadings: (listener) => void readings.push(listener),
    onAlarms: (listener) => void alarms.push(listener),
    onReset: () => undefined,
    connected: () => true,
    close: async () => undefined,
  }
}
