import { z } from 'zod'
import { Alarm, AlarmChangeKind } from './alarm.ts'
import { Order } from './order.ts'

/** All that can be subscribed to. */
export const TOPICS = ['fleet', 'alarms', 'orders', 'shipment:{id}'] as const
const TOPIC = new RegExp(`^(${TOPICS.join('|').replace('{id}', '[0-9a-f-]{36}')})$`)

/** What a WebSocket client says. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('subscribe'),
    topic: z.string().regex(TOPIC, `topic must be one of ${TOPICS.join(', ')}`),
    after: z.string().max(100).optional(),
  }),
  z.object({ type: z.literal('unsubscribe'), topic: z.string().max(100) }),
])
export type ClientMessage = z.infer<typeof ClientMessage>

const value = z.number().nullable().optional()

/** The newest values of a shipment; a measure that did not come is absent or null, and the one before stays. */
export const LiveReading = z.object({
  shipmentId: z.uuid(),
  deviceId: z.string(),
  time: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  temperature: value,
  pressure: value,
  level: value,
  ambient: value,
  lat: value,
  lon: value,
  battery: value,
})
export type LiveReading = z.infer<typeof LiveReading>

/**
 * What the server says. A `snapshot` of `fleet` holds shipments (as `GET /shipments`), of `shipment:{id}` that one,
 * of `alarms` the alarms that are not over (as `GET /alarms`), of `orders` the newest orders (as `GET /orders`).
 */
export const ServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    topic: z.string(),
    items: z.array(z.unknown()),
    cursor: z.string().optional(),
  }),
  z.object({ type: z.literal('readings'), items: z.array(LiveReading) }),
  z.object({ type: z.literal('alarm'), cursor: z.string(), change: AlarmChangeKind, alarm: Alarm }),
  z.object({ type: z.literal('order'), order: Order }),
  z.object({ type: z.literal('error'), message: z.string() }),
])
export type ServerMessage = z.infer<typeof ServerMessage>
