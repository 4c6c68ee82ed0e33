import type { Forecast } from '../../server/model/forecast.ts'
import type { ImportKind, ImportMapping, ImportPreview } from '../../server/model/import.ts'
import type { Substance } from '../../server/model/masterdata.ts'
import type { Milestone } from '../../server/model/milestone.ts'
import type { Order, OrderChange, Receipt } from '../../server/model/order.ts'
import type { Answer, Ask, Page } from '../api/client.ts'

export type NewReceipt = {
  at: string
  quantity: number
  condition: string
  remark?: string
  more: boolean
  key: string
  corrects?: string
}
export type Taken = { new: number; changed: number; same: number; orders: number }
type Stage = { stage: string; name: string | null; nameZh: string | null }

const one = encodeURIComponent
const PAGE = 500
/** So many orders are looked at at most: a page is no archive. */
const MOST_PAGES = 20

/** What the pages of orders ask. */
export const createRequests = (ask: Ask) => {
  const ofLine = (orderId: string, line: string): string => `/orders/${one(orderId)}/lines/${one(line)}`
  return {
    /** All orders, or those of which something is still to come; each page is handed on as it comes. */
    orders: async (open: boolean, onPage: (items: Order[]) => void): Promise<Answer<null>> => {
      let cursor: string | null = ''
      for (let page = 0; cursor !== null && page < MOST_PAGES; page++) {
        const after: string = cursor === '' ? '' : `&cursor=${one(cursor)}`
        const answer: Answer<Page<Order>> = await ask<Page<Order>>('GET', `/orders?limit=${PAGE}&open=${open}${after}`)
        if (!answer.ok) return answer
        onPage(answer.value.items)
        cursor = answer.value.next
      }
      return { ok: true, value: null }
    },
    order: (id: string) => ask<Order>('GET', `/orders/${one(id)}`),
    history: (id: string) => ask<Page<OrderChange>>('GET', `/orders/${one(id)}/history`),
    milestones: (id: string, line: string) => ask<Page<Milestone>>('GET', `${ofLine(id, line)}/milestones`),
    receipts: (id: string, line: string) => ask<Page<Receipt>>('GET', `${ofLine(id, line)}/receipts`),
    /** How it moved, newest first: as much as one looks at. */
    forecasts: (id: string, line: string) => ask<Page<Forecast>>('GET', `${ofLine(id, line)}/forecasts?limit=1000`),
    receive: (id: string, line: string, body: NewReceipt) => ask<Receipt>('POST', `${ofLine(id, line)}/receipts`, body),
    stages: () => ask<{ items: Stage[] }>('GET', '/stages'),

    sendFile: (kind: ImportKind, file: File, zone: string) =>
      ask<ImportPreview>('POST', `/${kind}/import?name=${one(file.name.slice(0, 200))}&zone=${one(zone)}`, file),
    lookAt: (id: string) => ask<ImportPreview>('GET', `/imports/${one(id)}`),
    remap: (id: string, mapping: ImportMapping) => ask<ImportPreview>('PATCH', `/imports/${one(id)}`, { mapping }),
    take: (id: string) => ask<Taken>('POST', `/imports/${one(id)}/commit`),
    substances: () => ask<Page<Substance>>('GET', '/substances?limit=1000'),
    organisations: () => ask<Page<{ id: string; name: string; kind: string }>>('GET', '/organisations?limit=1000'),
  }
}
export type Requests = ReturnType<typeof createRequests>
