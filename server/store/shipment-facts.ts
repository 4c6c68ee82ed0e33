import type { Details } from '../model/audit.ts'
import type { Tx } from './pool.ts'

/**
 * What people decide about a shipment, for the audit: times in ISO 8601, limits those in force. Held against other
 * changes until the transaction is over, so that one's "before" is the other's "after". Empty where none is seen.
 */
export const shipmentFacts = async (tx: Tx, id: string): Promise<Details> => {
  const { rows } = await tx.query<Details>(
    `select s.reference, s.phase, iso(s.depart_at) as "departAt", iso(s.eta) as eta, s.tank_id as "tankId",
       s.carrier_id as "carrierId", s.supplier_id as "supplierId", s.contacts, s.substance_id as "substanceId",
       s.origin, s.destination, s.packaging, s.filling, s.corridor,
       (select l.limits from shipment_limits l where l.shipment_id = s.id and l.valid_from <= now()
        order by l.valid_from desc, l.id desc limit 1) as limits
     from shipments s where s.id = $1::uuid for no key update of s`,
    [id],
  )
  return rows[0] ?? {}
}
