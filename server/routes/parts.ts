import type { Tx } from '../store/pool.ts'
import { type Part, partIn } from '../store/shipments.ts'
import { notFound, refusal } from './problem.ts'

const WHO: Record<Part, string> = { buyer: 'the buyer', supplier: 'the supplier', carrier: 'the carrier' }

/** What the organisation of `tx` is on a shipment: 404 where it sees none of this id, 403 where its part may not do this. */
export const requirePart = async (tx: Tx, shipmentId: string, allowed: readonly Part[]): Promise<Part> => {
  const part = await partIn(tx, shipmentId)
  if (part === null) throw notFound('shipment')
  if (!allowed.includes(part))
    throw refusal(403, `Only ${allowed.map((one) => WHO[one]).join(' or ')} of this shipment may do this.`)
  return part
}
