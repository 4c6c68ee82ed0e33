import type { User } from '../model/session.ts'
import type { ShareUse } from '../model/share-link.ts'
import type { SupplierLink } from '../model/supplier-link.ts'
import { hashToken, newSecret, type SignedIn } from './people.ts'
import type { Pool, Tx } from './pool.ts'
import type { Trace } from './share-links.ts'

type Row = {
  id: string
  supplier: SupplierLink['supplier']
  order_id: string | null
  line: string | null
  note: string | null
  email: string | null
  created_by: string | null
  created_at: Date
  expires_at: Date
  withdrawn_at: Date | null
  uses: number
  last_used_at: Date | null
}

const view = (row: Row): SupplierLink => ({
  id: row.id,
  supplier: row.supplier,
  orderId: row.order_id,
  line: row.line,
  note: row.note,
  email: row.email,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  withdrawnAt: row.withdrawn_at?.toISOString() ?? null,
  uses: row.uses,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})

export type NewSupplierLink = {
  orgId: string
  supplierId: string
  orderId: string | null
  line: string | null
  personId: string | null
  expiresAt: number
  note: string | null
  email: string | null
}

/** Makes a link for a supplier (end in epoch ms); the token is answered this once and only its hash is kept. */
export const createSupplierLink = async (tx: Tx, made: NewSupplierLink): Promise<{ id: string; token: string }> => {
  const token = newSecret()
  const { rows } = await tx.query<{ id: string }>(
    `insert into supplier_links (org_id, supplier_id, order_id, line, token_hash, note, email, created_by, expires_at)
     values ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::bytea, $6::text, $7::text, $8::uuid, $9::timestamptz) returning id`,
    [
      made.orgId, made.supplierId, made.orderId, made.line, hashToken(token), made.note, made.email, made.personId,
      new Date(made.expiresAt),
    ],
  ) // biome-ignore format: the columns, in their order
  const [row] = rows
  if (row === undefined) throw new Error('an insert returned no row')
  return { id: row.id, token }
}

export type SupplierLinkFilter = {
  supplierId?: string | undefined
  id?: string | undefined
  after?: readonly [createdAt: string, id: string] | null
  limit: number
}

/** Links that the organisation of `tx` has made for its suppliers, newest first, those that are over too. */
export const listSupplierLinks = async (
  tx: Tx,
  { supplierId, id, after, limit }: SupplierLinkFilter,
): Promise<SupplierLink[]> => {
  const { rows } = await tx.query<Row>(
    `select l.id, jsonb_build_object('id', s.id, 'name', s.name) as supplier, l.order_id, l.line, l.note, l.email,
       name_of_person(l.created_by) as created_by, l.created_at, l.expires_at, l.withdrawn_at, u.uses, u.last_used_at
     from supplier_links l join organisations s on s.id = l.supplier_id
     cross join lateral (select count(*)::integer as uses, max(at) as last_used_at from supplier_uses where link_id = l.id) u
     where ($1::uuid is null or l.supplier_id = $1::uuid)
       and ($2::uuid is null or l.id = $2::uuid)
       and ($3::timestamptz is null or (l.created_at, l.id) < ($3::timestamptz, $4::uuid))
     order by l.created_at desc, l.id desc limit $5::integer`,
    [supplierId ?? null, id ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows.map(view)
}

/** Null when the organisation has made no link of this id. */
export const readSupplierLink = async (tx: Tx, id: string): Promise<SupplierLink | null> =>
  (await listSupplierLinks(tx, { id, limit: 1 }))[0] ?? null

/** Ends a link and every session that it has opened; again is harmless. False when the organisation has none of this id. */
export const withdrawSupplierLink = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'update supplier_links set withdrawn_at = coalesce(withdrawn_at, now()) where id = $1::uuid',
    [id],
  )
  return rowCount === 1
}

/** What was done with a link, newest first; `after` is the `use` of the last one seen. */
export const supplierUses = async (
  tx: Tx,
  { linkId, after, limit }: { linkId: string; after: string | null; limit: number },
): Promise<(ShareUse & { use: string })[]> => {
  const { rows } = await tx.query<{ use: string; at: Date; from: string | null; agent: string | null }>(
    `select id::text as use, at, address as "from", agent from supplier_uses
     where link_id = $1::uuid and ($2::bigint is null or id < $2::bigint) order by id desc limit $3::integer`,
    [linkId, after, limit],
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

/** Opens a session for whoever holds a link, and answers its token; null where the link is none, over or withdrawn. */
export const openSupplierSession = async (
  pool: Pick<Pool, 'query'>,
  link: string,
  { from, agent }: Trace,
): Promise<string | null> => {
  const token = newSecret()
  const { rows } = await pool.query<{ opened: boolean }>(
    'select open_supplier_link($1::bytea, $2::bytea, $3::text, $4::text, $5::text) as opened',
    [hashToken(link), hashToken(token), newSecret(), from, agent],
  )
  return rows[0]?.opened === true ? token : null
}

type SessionRow = {
  id: string
  org_id: string
  supplier_id: string
  order_id: string | null
  line: string | null
  org_name: string
  org_kind: User['organisation']['kind']
  supplier_name: string
  csrf_token: string
  expires_at: Date
}

/**
 * Who holds this session of a supplier's link; null once the link is over. It speaks in the buyer's organisation, whose
 * link it is, by the supplier's name. Leaves a trace at most once an hour.
 */
export const findSupplierSession = async (
  pool: Pick<Pool, 'query'>,
  token: string,
  { from, agent }: Trace,
): Promise<(SignedIn & Required<Pick<SignedIn, 'supplier'>>) | null> => {
  const { rows } = await pool.query<SessionRow>({
    name: 'find-supplier-session',
    text: 'select * from supplier_by_session($1::bytea, $2::text, $3::text)',
    values: [hashToken(token), from, agent],
  })
  const row = rows[0]
  if (row === undefined) return null
  return {
    kind: 'supplier-link',
    id: row.id,
    personId: null,
    orgId: row.org_id,
    shipmentId: null,
    supplier: { id: row.supplier_id, orderId: row.order_id, line: row.line },
    email: null,
    name: row.supplier_name,
    role: 'viewer',
    scope: null,
    organisation: { id: row.org_id, name: row.org_name, kind: row.org_kind },
    csrfToken: row.csrf_token,
    expiresAt: row.expires_at,
  }
}
