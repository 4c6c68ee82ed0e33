import { signal } from '@preact/signals'
import type { Order } from '../../server/model/order.ts'
import { onceAFrame } from './frame.ts'
import type { LiveMessage } from './message.ts'

/** The orders that the page has come to know, kept up to date by the live connection once somebody has looked at them. */
export const createOrderBook = () => {
  const orders = signal<ReadonlyMap<string, Order>>(new Map())
  let wanted = false

  const put = (items: readonly Order[]): void => {
    const next = new Map(orders.peek())
    for (const order of items) next.set(order.id, order)
    orders.value = next
  }
  /** told since the last frame: when a hundred lines move at once, the list is sorted once */
  let waiting = new Map<string, Order>()
  const frame = onceAFrame(() => {
    const told = waiting
    waiting = new Map()
    put([...told.values()])
  })
  return {
    orders,
    put,
    subscriptions: () => (wanted ? [{ topic: 'orders' }] : []),
    /** True the first time: then the connection has to be told. */
    want(): boolean {
      const first = !wanted
      wanted = true
      return first
    },
    take(message: LiveMessage) {
      if (message.type === 'snapshot' && message.topic === 'orders') put(message.items)
      if (message.type !== 'order') return
      waiting.set(message.order.id, message.order)
      frame.ask()
    },
    clear() {
      wanted = false
      frame.cancel()
      waiting.clear()
      orders.value = new Map()
    },
  }
}
export type OrderBook = ReturnType<typeof createOrderBook>
