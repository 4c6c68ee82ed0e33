import type { IntakeOutage } from '../model/intake.ts'
import type { Tx } from './pool.ts'

const MOST = 50

/** Outages of our intake that concerned the organisation of `tx`, newest first, at most 50. */
export const intakeNotices = async (tx: Tx): Promise<IntakeOutage[]> => {
  const { rows } = await tx.query<IntakeOutage>(
    `select iso(n.began_at) as "beganAt", iso(n.ended_at) as "endedAt", n.devices, n.recovered, n.partly,
       iso(n.acknowledged_at) as "acknowledgedAt", name_of_person(n.acknowledged_by) as "acknowledgedBy"
     from intake_notices n where n.org_id = app_org() order by n.began_at desc limit ${MOST}`,
  )
  return rows
}

/** Marks what nobody has acknowledged yet and began until `until` (epoch ms). How many there were. */
export const acknowledgeNotices = async (tx: Tx, personId: string | null, until: number): Promise<number> => {
  const { rowCount } = await tx.query(
    `update intake_notices set acknowledged_at = now(), acknowledged_by = $2::uuid
     where org_id = app_org() and acknowledged_at is null and date_trunc('milliseconds', began_at) <= $1::timestamptz`,
    [new Date(until), personId],
  )
  return rowCount ?? 0
}
