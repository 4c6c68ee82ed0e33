import type { z } from 'zod'
import type { Order, OrderLinePatch } from '../../server/model/order.ts'
import type { Scorecard, WhatIfLine } from '../../server/model/order-risk.ts'
import type { OwnStage, StagePlan, StagePlanSet } from '../../server/model/stage-plan.ts'
import type { Ask, Page } from '../api/client.ts'

const one = encodeURIComponent

/** What the pages of suppliers ask. */
export const createSupplyRequests = (ask: Ask) => ({
  scorecard: (supplierId: string) => ask<Scorecard>('GET', `/suppliers/${one(supplierId)}/scorecard`),
  whatIf: (supplierId: string, lot: string | null, days: number) =>
    ask<{ items: WhatIfLine[] }>('POST', '/orders/what-if', { supplierId, ...(lot !== null && { lot }), days }),
  plans: () => ask<{ items: StagePlan[] }>('GET', '/stage-plans'),
  /** Takes the place of the one for the same. */
  setPlan: (plan: StagePlanSet) => ask<StagePlan>('POST', '/stage-plans', plan),
  endPlan: (id: string) => ask<null>('DELETE', `/stage-plans/${one(id)}`),
  nameStage: (stage: OwnStage) => ask<OwnStage>('POST', '/stages', stage),
  changeLine: (orderId: string, line: string, patch: z.input<typeof OrderLinePatch>) =>
    ask<Order>('PATCH', `/orders/${one(orderId)}/lines/${one(line)}`, patch),
  /** Puts so much of a line on a shipment, in the line's unit, or changes how much is on it. */
  ship: (shipmentId: string, share: { orderId: string; line: string; quantity: number }) =>
    ask<Page<unknown>>('POST', `/shipments/${one(shipmentId)}/lines`, share),
  unship: (shipmentId: string, orderId: string, line: string) =>
    ask<null>('DELETE', `/shipments/${one(shipmentId)}/lines/${one(orderId)}/${one(line)}`),
})
export type SupplyRequests = ReturnType<typeof createSupplyRequests>
