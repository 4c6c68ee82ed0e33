import type { Exposure, ExposureBudget } from '../../server/model/exposure.ts'
import type { Ask } from '../api/client.ts'

/** What a cargo's exposure is asked and told; every answer is a value. */
export const exposureRequests = (ask: Ask) => ({
  exposure: (shipmentId: string) => ask<Exposure>('GET', `/shipments/${encodeURIComponent(shipmentId)}/exposure`),
  setBudgets: (substanceId: string, items: readonly ExposureBudget[]) =>
    ask<{ items: ExposureBudget[] }>('PUT', `/substances/${encodeURIComponent(substanceId)}/exposure-budgets`, {
      items,
    }),
})
export type ExposureRequests = ReturnType<typeof exposureRequests>
