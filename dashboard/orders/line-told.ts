import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Forecast } from '../../server/model/forecast.ts'
import type { Milestone } from '../../server/model/milestone.ts'
import type { Order, OrderChange, Receipt } from '../../server/model/order.ts'
import type { OrderBook } from '../live/order-book.ts'
import { t } from '../text/orders.ts'
import type { Requests } from './requests.ts'

/** What was said of a line, and how its forecast stands and stood; null while it is not here. */
export type Told = {
  milestones: Milestone[]
  receipts: Receipt[]
  changes: OrderChange[]
}
export type Forecasts = { newest: Forecast; history: Forecast[] }

type Asked = { orderId: string; line: string; order: Order | undefined; requests: Requests; book: OrderBook }

/** Asks for all that a line's page shows, and again whenever the order is told anew: somebody has said or changed something. */
export const useLineTold = ({ orderId, line, order, requests, book }: Asked) => {
  const told = useSignal<Told | null>(null)
  const forecasts = useSignal<Forecasts | null>(null)
  const forecastFailed = useSignal(false)
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
      const [milestones, receipts, history] = await Promise.all([
        requests.milestones(orderId, line),
        requests.receipts(orderId, line),
        requests.history(orderId),
      ])
      if (stopped) return
      if (milestones.ok && receipts.ok && history.ok) {
        const changes = history.value.items.filter((one) => one.line === null || one.line === line)
        told.value = { milestones: milestones.value.items, receipts: receipts.value.items, changes }
        problem.value = null
      } else {
        const refused = [milestones, receipts, history].find((one) => !one.ok)
        if (refused !== undefined && !refused.ok)
          problem.value = refused.status === 404 ? t('line.missing') : refused.message
      }
    }
    const loadForecasts = async (): Promise<void> => {
      const [newest, history] = await Promise.all([requests.forecast(orderId, line), requests.forecasts(orderId, line)])
      if (stopped) return
      forecastFailed.value = !newest.ok || !history.ok
      if (newest.ok && history.ok) forecasts.value = { newest: newest.value, history: history.value.items }
    }
    void load()
    if (order !== undefined) void loadForecasts()
    return () => {
      stopped = true
    }
  }, [orderId, line, order, attempt.value])
  return { told, forecasts, forecastFailed, problem, again: () => attempt.value++ }
}
