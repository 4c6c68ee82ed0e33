import type { User } from '../model/session.ts'
import type { ShareLink, ShareUse } from '../model/share-link.ts'
import { hashToken, newSecret, type SignedIn } from './people.ts'
import type { Pool, Tx } from './pool.ts'

type Row = {
  id: string
  shipment_id: string
  note: string | null
  created_by: string | null
  created_at: Date
  expires_at: Date
  withdrawn_at: Date | null
  uses: number
  last_used_at: Date | null
}

const view = (row: Row): ShareLink => ({
  id: row.id,
  shipmentId: row.shipment_id,
  note: row.note,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  withdrawnAt: row.withdrawn_at?.toISOString() ?? null,
  uses: row.uses,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})

/** From where and with what a link is used. */
export type Trace = { from: string | null; agent: string | null }

export type NewShareLink = {
  orgId: string
  shipmentId: string
  personId: string | null
  expiresAt: number
  note: string | null
}

/** Makes a link to a shipment (end in epoch ms); the token is answered this once and only its hash is kept. */
export const createShareLink = async (tx: Tx, made: NewShareLink): Promise<{ id: string; token: string }> => {
  const token = newSecret()
  const { rows } = await tx.query<{ id: string }>(
    `insert into share_links (org_id, shipment_id, token_hash, note, created_by, expires_at)
     values ($1::uuid, $2::uuid, $3::bytea, $4::text, $5::uuid, $6::timestamptz) returning id`,
    [made.orgId, made.shipmentId, hashToken(token), made.note, made.personId, new Date(made.expiresAt)],
  )
  const [row] = rows
  if (row === undefined) throw new Error('an insert returned no row')
  return { id: row.id, token }
}

export type ShareLinkFilter = {
  shipmentId?: string | undefined
  id?: string | undefined
  after?: readonly [createdAt: string, id: string] | null
  limit: number
}

/** Links that the organisation of `tx` has made, newest first, those that are over too. */
export const listShareLinks = async (
  tx: Tx,
  { shipmentId, id, after, limit }: ShareLinkFilter,
): Promise<ShareLink[]> => {
  const { rows } = await tx.query<Row>(
    `select l.id, l.shipment_id, l.note, name_of_person(l.created_by) as created_by, l.created_at, l.expires_at,
       l.withdrawn_at, u.uses, u.last_used_at
     from share_links l
     cross join lateral (select count(*)::integer as uses, max(at) as last_used_at from share_uses where link_id = l.id) u
     where ($1::uuid is null or l.shipment_id = $1::uuid)
       and ($2::uuid is null or l.id = $2::uuid)
       and ($3::timestamptz is null or (l.created_at, l.id) < ($3::timestamptz, $4::uuid))
     order by l.created_at desc, l.id desc limit $5::integer`,
    [shipmentId ?? null, id ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows.map(view)
}

/** Null when the organisation has made no link of this id. */
export const readShareLink = async (tx: Tx, id: string): Promise<ShareLink | null> =>
  (await listShareLinks(tx, { id, limit: 1 }))[0] ?? null

/** Ends a link and every session that it has opened; again is harmless. False when the organisation has none of this id. */
export const withdrawShareLink = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'update share_links set withdrawn_at = coalesce(withdrawn_at, now()) where id = $1::uuid',
    [id],
  )
  return rowCount === 1
}

/** What was done with a link, newest first; `after` is the `use` of the last one seen. */
export const shareUses = async (
  tx: Tx,
  { linkId, after, limit }: { linkId: string; after: string | null; limit: number },
): Promise<(ShareUse & { use: string })[]> => {
  const { rows } = await tx.query<{ use: string; at: Date; from: string | null; agent: string | null }>(
    `select id::text as use, at, address as "from", agent from share_uses
     where link_id = $1::uuid and ($2::bigint is null or id < $2::bigint) order by id desc limit $3::integer`,
    [linkId, after, limit],
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

/** Opens a session for whoever holds a link, and answers its token; null where the link is none, over or withdrawn. */
export const openShareSession = async (
  pool: Pick<Pool, 'query'>,
  link: string,
  { from, agent }: Trace,
): Promise<string | null> => {
  const token = newSecret()
  const { rows } = await pool.query<{ opened: boolean }>(
    'select open_share($1::bytea, $2::bytea, $3::text, $4::text, $5::text) as opened',
    [hashToken(link), hashToken(token), newSecret(), from, agent],
  )
  return rows[0]?.opened === true ? token : null
}

type SessionRow = {
  id: string
  org_id: string
  shipment_id: string
  org_name: string
  org_kind: User['organisation']['kind']
  csrf_token: string
  expires_at: Date
}

/** Who holds this session of a share link; null once the link is over. Leaves a trace at most once an hour. */
export const findShareSession = async (
  pool: Pick<Pool, 'query'>,
  token: string,
  { from, agent }: Trace,
): Promise<SignedIn | null> => {
  const { rows } = await pool.query<SessionRow>({
    name: 'find-share-session',
    text: 'select * from share_by_session($1::bytea, $2::text, $3::text)',
    values: [hashToken(token), from, agent],
  })
  const row = rows[0]
  if (row === undefined) return null
  return {
    kind: 'share',
    id: row.id,
    personId: null,
    orgId: row.org_id,
    shipmentId: row.shipment_id,
    email: null,
    // the holder learns whose link it is, and of no person
    name: row.org_name,
    role: 'viewer',
    scope: null,
    organisation: { id: row.org_id, name: row.org_name, kind: row.org_kind },
    csrfToken: row.csrf_token,
    expiresAt: row.expires_at,
  }
}
