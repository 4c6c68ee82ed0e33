type Publish = { topic: string; payload: string; retain: boolean }
type Send = (publish: Publish, done: (error?: Error) => void) => void

export type Outbound = {
  /** Resolves when the broker has acknowledged it; rejects when it refused, when too many wait, or on `cut`. */
  publish(publish: Publish): Promise<void>
  /** The connection is gone: everything not acknowledged is rejected. */
  cut(): void
}

/**
 * Publishes on one connection with at most `window` unacknowledged: the broker's Receive Maximum (20 in Mosquitto as
 * it comes), beyond which it closes the connection (MQTT 5, 3.3.4), and mqtt.js does not count. At most `maxWaiting`
 * more wait their turn.
 */
export const createOutbound = (send: Send, window: number, maxWaiting: number): Outbound => {
  type Entry = Publish & { resolve: () => void; reject: (error: Error) => void }
  let waiting: Entry[] = []
  const sent = new Set<Entry>()
  let open = true

  const pump = () => {
    while (open && sent.size < window) {
      const entry = waiting.shift()
      if (!entry) return
      sent.add(entry)
      send(entry, (error) => {
        if (!sent.delete(entry)) return
        if (error) entry.reject(error)
        else entry.resolve()
        pump()
      })
    }
  }

  return {
    publish: (publish) =>
      new Promise<void>((resolve, reject) => {
        if (!open) return reject(new Error('the connection to the MQTT broker is closed'))
        if (waiting.length >= maxWaiting) {
          return reject(new Error(`${maxWaiting} messages already wait for the MQTT broker`))
        }
        waiting.push({ ...publish, resolve, reject })
        pump()
      }),
    cut: () => {
      open = false
      const lost = [...sent, ...waiting]
      sent.clear()
      waiting = []
      for (const entry of lost) entry.reject(new Error('the connection to the MQTT broker was lost'))
    },
  }
}
