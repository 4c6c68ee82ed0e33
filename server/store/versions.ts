import type { Limits } from '../model/limits.ts'
import type { Phase } from '../model/shipment.ts'
import type { Tx } from './pool.ts'

/** Who sets something for which shipment, and from when (epoch ms; null is now, by the database's clock). */
export type Setting = { shipmentId: string; personId: string | null; from: number | null }

const instant = (from: number | null): Date | null => (from === null ? null : new Date(from))

/** A new version of the limits, in force from a time on; resolves to that time in epoch ms. */
export const setLimits = async (tx: Tx, setting: Setting, limits: Limits): Promise<number> => {
  const { rows } = await tx.query<{ valid_from: Date }>(
    `insert into shipment_limits (org_id, shipment_id, valid_from, limits, set_by)
     select org_id, id, coalesce($2::timestamptz, date_trunc('milliseconds', now())), $3::jsonb, $4::uuid
     from shipments where id = $1::uuid returning valid_from`,
    [setting.shipmentId, instant(setting.from), JSON.stringify(limits), setting.personId],
  )
  return rows[0]?.valid_from.getTime() ?? Date.now()
}

/** A new phase, in force from a time on; resolves to that time in epoch ms. */
export const setPhase = async (tx: Tx, setting: Setting, phase: Phase): Promise<number> => {
  const { rows } = await tx.query<{ valid_from: Date }>(
    `insert into shipment_phases (org_id, shipment_id, valid_from, phase, set_by)
     select org_id, id, coalesce($2::timestamptz, date_trunc('milliseconds', now())), $3::text, $4::uuid
     from shipments where id = $1::uuid returning valid_from`,
    [setting.shipmentId, instant(setting.from), phase, setting.personId],
  )
  return rows[0]?.valid_from.getTime() ?? Date.now()
}

export type LimitsVersion = { from: Date; limits: Limits; setBy: string | null; recordedAt: Date }

/** Every version of a shipment's limits, oldest first (who set them is told to their own organisation only); of two with the same beginning the later recorded one holds. */
export const limitsHistory = async (tx: Tx, shipmentId: string): Promise<LimitsVersion[]> => {
  const { rows } = await tx.query<LimitsVersion>(
    `select l.valid_from as "from", l.limits, case when app_shipment() is null and l.org_id = app_org() then name_of_person(l.set_by) end as "setBy", l.recorded_at as "recordedAt"
     from shipment_limits l
     where l.shipment_id = $1::uuid order by l.valid_from, l.id`,
    [shipmentId],
  )
  return rows
}
