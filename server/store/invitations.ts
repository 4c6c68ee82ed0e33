import type { Invitation, Person } from '../model/account.ts'
import type { User } from '../model/session.ts'
import { hashToken, newSecret } from './people.ts'
import type { Pool, Tx } from './pool.ts'

export const INVITATION_MS = 7 * 86_400_000

/** `token` goes into the link and is kept nowhere; `expiresAt` in ISO 8601. */
export type Invited = { id: string; token: string; expiresAt: string }

type Invite = {
  /** whose person it will be, or is */
  orgId: string
  /** who sees it and may withdraw it */
  madeBy: string
  createdBy: string | null
  email: string
  name: string
  role: User['role']
  /** whose password it resets; null for somebody new */
  personId?: string
}

/** Makes a link to come in by, or to set a new password by, that holds for seven days. */
export const createInvitation = async (tx: Tx, invite: Invite): Promise<Invited> => {
  const token = newSecret()
  const { rows } = await tx.query<{ id: string; expiresAt: string }>(
    `insert into invitations (org_id, made_by, created_by, email, name, role, purpose, person_id, token_hash, expires_at)
     values ($1::uuid, $2::uuid, $3::uuid, lower($4::text), $5::text, $6::text,
       case when $7::uuid is null then 'invitation' else 'reset' end, $7::uuid, $8::bytea,
       now() + $9::double precision * interval '1 millisecond')
     returning id, iso(expires_at) as "expiresAt"`,
    [
      invite.orgId,
      invite.madeBy,
      invite.createdBy,
      invite.email,
      invite.name,
      invite.role,
      invite.personId ?? null,
      hashToken(token),
      INVITATION_MS,
    ],
  )
  const [made] = rows
  if (made === undefined) throw new Error('an insert returned no row')
  return { ...made, token }
}

/** At most `limit` that still hold and were made by one's own organisation, after this end and id, in their order. */
export const listInvitations = async (
  tx: Tx,
  { after, limit }: { after: [string, string] | null; limit: number },
): Promise<Invitation[]> => {
  const { rows } = await tx.query<Invitation>(
    `select id, email, name, role, jsonb_build_object('id', org_id, 'name', org_name, 'kind', org_kind) as organisation,
       iso(expires_at) as "expiresAt", purpose
     from list_invitations() where $1::text is null or (iso(expires_at), id) > ($1::text, $2::uuid)
     order by iso(expires_at), id limit $3::integer`,
    [after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows
}

/** Withdraws one that has not been used; false when the organisation has none of this id. */
export const withdrawInvitation = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'update invitations set withdrawn_at = coalesce(withdrawn_at, now()) where id = $1::uuid and used_at is null',
    [id],
  )
  return rowCount === 1
}

/** Ends what was open for the same address in the same organisation: the newest link is the one that counts. */
export const withdrawEarlier = async (tx: Tx, { orgId, email }: { orgId: string; email: string }): Promise<void> => {
  await tx.query(
    `update invitations set withdrawn_at = now() where org_id = $1::uuid and email = $2::text
     and purpose = 'invitation' and used_at is null and withdrawn_at is null`,
    [orgId, email],
  )
}

export type InvitationSeen = {
  orgId: string
  personId: string | null
  email: string
  name: string
  organisation: string
  purpose: Invitation['purpose']
}

/** What a link is for; null when it is none, used, withdrawn or over. */
export const lookAtInvitation = async (pool: Pool, token: string): Promise<InvitationSeen | null> => {
  const { rows } = await pool.query<InvitationSeen>(
    `select org_id as "orgId", person_id as "personId", email, name, org_name as organisation, purpose
     from invitation_by_token($1::bytea)`,
    [hashToken(token)],
  )
  return rows[0] ?? null
}

/** Uses a link, once, and answers the person; `taken` when its e-mail address has an account already. */
export const acceptInvitation = async (
  pool: Pick<Pool, 'query'>,
  token: string,
  { name, passwordHash }: { name: Person['name'] | null; passwordHash: string },
): Promise<{ personId: string } | 'taken' | null> => {
  const { rows } = await pool.query<{ person: string | null; taken: boolean }>(
    'select person, taken from use_invitation($1::bytea, $2::text, $3::text)',
    [hashToken(token), name, passwordHash],
  )
  const [row] = rows
  if (row?.taken === true) return 'taken'
  return row === undefined || row.person === null ? null : { personId: row.person }
}
