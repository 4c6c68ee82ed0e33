import type { Scorecard, WhatIfLine } from '../../server/model/order-risk.ts'
import type { Ask } from '../api/client.ts'

const one = encodeURIComponent

/** What the pages of suppliers ask. */
export const createSupplyRequests = (ask: Ask) => ({
  scorecard: (supplierId: string) => ask<Scorecard>('GET', `/suppliers/${one(supplierId)}/scorecard`),
  whatIf: (supplierId: string, days: number) =>
    ask<{ items: WhatIfLine[] }>('POST', '/orders/what-if', { supplierId, days }),
})
export type SupplyRequests = ReturnType<typeof createSupplyRequests>
