import type { LimitKey, Proposal } from '../model/record.ts'
import type { Tx } from './pool.ts'

const SELECT = `select id, proposed_by as "personId", measure, side, value, reason, state, against, name_of_person(proposed_by) as "proposedBy",
  iso(proposed_at) as "proposedAt", name_of_person(decided_by) as "decidedBy", iso(decided_at) as "decidedAt",
  coalesce(proposed_by = $2::uuid, false) as mine from limit_proposals`

/** The proposals of a shipment, newest first, as far as one's organisation made them; `personId` is who asks. */
export const listProposals = async (tx: Tx, shipmentId: string, personId: string | null): Promise<Proposal[]> => {
  const { rows } = await tx.query<Proposal>(
    `${SELECT} where shipment_id = $1::uuid order by proposed_at desc, id limit 100`,
    [shipmentId, personId],
  )
  return rows
}

export type FoundProposal = Proposal & { personId: string }

/** One proposal, held until the transaction ends; null where the organisation has none of this id on this shipment. */
export const holdProposal = async (
  tx: Tx,
  { shipmentId, id, personId }: { shipmentId: string; id: string; personId: string | null },
): Promise<FoundProposal | null> => {
  const { rows } = await tx.query<FoundProposal>(
    `${SELECT} where id = $1::uuid and shipment_id = $3::uuid for update`,
    [id, personId, shipmentId],
  )
  return rows[0] ?? null
}

export type NewProposal = LimitKey & {
  value: number
  reason: string
  /** the derived limit that it is looser than; null: it is tighter, and holds at once */
  against: number | null
}

/** Makes a proposal; one that waits on the same side is superseded by it. */
export const createProposal = async (
  tx: Tx,
  { shipmentId, orgId, personId }: { shipmentId: string; orgId: string; personId: string },
  { measure, side, value, reason, against }: NewProposal,
): Promise<string> => {
  await tx.query(
    `update limit_proposals set state = 'superseded', decided_at = now()
     where shipment_id = $1::uuid and measure = $2::text and side = $3::text and state = 'pending'`,
    [shipmentId, measure, side],
  )
  const { rows } = await tx.query<{ id: string }>(
    `insert into limit_proposals (org_id, shipment_id, measure, side, value, reason, against, state, proposed_by)
     values ($1::uuid, $2::uuid, $3::text, $4::text, $5::double precision, $6::text, $7::double precision,
       case when $7::double precision is null then 'in-force' else 'pending' end, $8::uuid) returning id`,
    [orgId, shipmentId, measure, side, value, reason, against, personId],
  )
  return rows[0]?.id ?? ''
}

export const decideProposal = async (
  tx: Tx,
  { id, personId, state }: { id: string; personId: string; state: 'in-force' | 'declined' },
): Promise<void> => {
  await tx.query(
    `update limit_proposals set state = $2::text, decided_by = $3::uuid, decided_at = now() where id = $1::uuid`,
    [id, state, personId],
  )
}
