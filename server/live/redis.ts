import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { z } from 'zod'
import type { Logger } from '../log.ts'
import { LiveReading } from '../model/live.ts'
import { type AddressedReading, createLocalHub, type Hub } from './hub.ts'
import { newestOf } from './newest.ts'

const READINGS = 'zaitu:readings'
const ALARMS = 'zaitu:alarms'
const ORDERS = 'zaitu:orders'
const ENDED = 'zaitu:access-ended'
/** Readings in one message of what is said later. */
const AT_ONCE = 1_000
const Envelope = z.object({
  from: z.string(),
  items: z.array(z.object({ audience: z.array(z.string()), item: LiveReading })),
})

/** Others may speak on the channel as well: a server that is not of this version, or a hand at redis-cli. */
const envelopeOf = (text: string): z.infer<typeof Envelope> | null => {
  try {
    return Envelope.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/**
 * The hub over Redis or Valkey, for more than one server. What this server says reaches its own clients directly, so they
 * stay live while Redis is away; the other servers hear it by publish and subscribe. Of what Redis could not take, the
 * newest of each shipment is said when it can; whoever could not listen gets a fresh snapshot.
 */
export const createRedisHub = (url: string, log: Logger): Hub => {
  const local = createLocalHub()
  const me = randomUUID()
  const resets: (() => void)[] = []
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 2_000,
    retryStrategy: (attempt: number) => Math.min(2_000, 100 * attempt),
  }
  const publisher = new Redis(url, options)
  const subscriber = new Redis(url, { ...options, autoResubscribe: false })
  /** by shipment: what Redis did not take */
  const unsaid = new Map<string, AddressedReading>()
  let wasAway = false

  for (const client of [publisher, subscriber]) {
    client.on('error', (error: Error) => log.debug({ error: error.message }, 'Redis is out of reach'))
  }
  subscriber.on('close', () => {
    if (!wasAway) log.warn({}, 'Redis is away: clients of this server stay live, those of others wait')
    wasAway = true
  })
  subscriber.on('ready', () => {
    subscriber.subscribe(READINGS, ALARMS, ENDED, ORDERS).then(
      () => {
        if (wasAway) log.info({}, 'Redis is back')
        wasAway = false
        // at the first time as well: somebody may have come, and something have been said, before
        for (const listener of resets) listener()
      },
      (error: Error) => log.warn({ error: error.message }, 'could not subscribe at Redis'),
    )
  })
  subscriber.on('message', (channel: string, text: string) => {
    if (channel === ALARMS) {
      if (text !== me) local.alarmsChanged()
      return
    }
    // saying it twice to our own clients does no harm
    if (channel === ENDED) return local.accessEnded(text)
    if (channel === ORDERS) return local.orderChanged(text)
    const envelope = envelopeOf(text)
    if (envelope === null)
      log.warn({ channel, bytes: text.length }, 'what came from Redis is no message of ours: left out')
    else if (envelope.from !== me) local.readings(envelope.items)
  })

  const missed = (error: Error): void => log.debug({ error: error.message }, 'Redis did not take a message')
  const publish = (channel: string, text: string): void => {
    publisher.publish(channel, text).catch(missed)
  }
  const sayReadings = async (items: AddressedReading[]): Promise<void> => {
    try {
      await publisher.publish(READINGS, JSON.stringify({ from: me, items }))
    } catch (error) {
      missed(error instanceof Error ? error : new Error(String(error)))
      for (const { audience, item } of items)
        unsaid.set(item.shipmentId, { audience, item: newestOf(unsaid.get(item.shipmentId)?.item, item) })
      return
    }
    if (unsaid.size > 0) sayUnsaid()
  }
  const sayUnsaid = (): void => {
    const items = [...unsaid.values()]
    unsaid.clear()
    for (let at = 0; at < items.length; at += AT_ONCE) void sayReadings(items.slice(at, at + AT_ONCE))
  }
  publisher.on('ready', sayUnsaid)

  return {
    ...local,
    readings: (items) => {
      local.readings(items)
      void sayReadings(items)
    },
    alarmsChanged: () => {
      local.alarmsChanged()
      publish(ALARMS, me)
    },
    orderChanged: (id) => {
      local.orderChanged(id)
      publish(ORDERS, id)
    },
    accessEnded: (id) => {
      local.accessEnded(id)
      publish(ENDED, id)
    },
    onReset: (listener) => void resets.push(listener),
    connected: () => subscriber.status === 'ready',
    close: async () => {
      publisher.disconnect()
      subscriber.disconnect()
    },
  }
}
