import type { Alarm } from '../../server/model/alarm.ts'
import type { ServerMessage } from '../../server/model/live.ts'
import type { Order } from '../../server/model/order.ts'
import type { Shipment } from '../../server/model/shipment.ts'

type Snapshot<Topic extends string, Item> = { type: 'snapshot'; topic: Topic; items: Item[]; cursor?: string }

/** What the server says, with the items of the snapshots that this page subscribes to. */
export type LiveMessage =
  | Exclude<ServerMessage, { type: 'snapshot' }>
  | Snapshot<'fleet', Shipment>
  | Snapshot<'alarms', Alarm>
  | Snapshot<'orders', Order>
  | ShipmentSnapshot

type ShipmentSnapshot = Snapshot<`shipment:${string}`, Shipment>
/** The snapshot of a single shipment, which the page of a share link follows. */
export const isShipmentSnapshot = (message: LiveMessage): message is ShipmentSnapshot =>
  message.type === 'snapshot' && message.topic.startsWith('shipment:')
