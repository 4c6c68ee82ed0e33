import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Forecast } from '../../server/model/forecast.ts'
import type { Milestone } from '../../server/model/milestone.ts'
import type { Order, OrderChange, Receipt } from '../../server/model/order.ts'
import type { OrderBook } from '../live/order-book.ts'
import { t } from '../text/orders.ts'
import type { Requests } from './requests.ts'

/** What was said, received and changed of a line. */
export type Told = {
  milestones: Milestone[]
  receipts: Receipt[]
  changes: OrderChange[]
}

type Asked = { orderId: string; line: string; order: Order | undefined; requests: Requests; book: OrderBook }

/** Asks for all that a line's page shows, and again whenever the order is told anew: somebody has said or changed something. */
export const useLineTold = ({ orderId, line, order, requests, book }: Asked) => {
  const told = useSignal<Told | null>(null)
  const history = useSignal<Forecast[] | null>(null)
  const historyFailed = useSignal(false)
  const problem = useSignal<string | null>(null)
  const attempt = useSignal(0)
  useEffect(() => {
    let stopped = false
    const load = async (): Promise<void> => {
      if (book.orders.peek().get(orderId) === undefined) {
        const answer = await requests.order(orderId)
        if (stopped) return
        if (answer.ok) book.put([answer.value])
        else problem.value = answer.status === 404 ? t('line.missing') : answer.message
        return
      }
      const [milestones, receipts, changed] = await Promise.all([
        requests.milestones(orderId, line),
        requests.receipts(orderId, line),
        requests.history(orderId),
      ])
      if (stopped) return
      if (milestones.ok && receipts.ok && changed.ok) {
        const changes = changed.value.items.filter((one) => one.line === null || one.line === line)
        told.value = { milestones: milestones.value.items, receipts: receipts.value.items, changes }
        problem.value = null
      } else {
        const refused = [milestones, receipts, changed].find((one) => !one.ok)
        if (refused !== undefined && !refused.ok)
          problem.value = refused.status === 404 ? t('line.missing') : refused.message
      }
    }
    const loadHistory = async (): Promise<void> => {
      const answer = await requests.forecasts(orderId, line)
      if (stopped) return
      historyFailed.value = !answer.ok
      if (answer.ok) history.value = answer.value.items
    }
    void load()
    if (order !== undefined) void loadHistory()
    return () => {
      stopped = true
    }
  }, [orderId, line, order, attempt.value])
  return { told, history, historyFailed, problem, again: () => attempt.value++ }
}
