import type { TokenScope, User } from '../model/session.ts'
import type { ApiToken } from '../model/token.ts'
import { hashToken, newSecret, type SignedIn } from './people.ts'
import type { Pool, Tx } from './pool.ts'

/** Tells an API token from a session's, and lets secret scanners find one that was published by mistake. */
const PREFIX = 'zt_'

export const isApiToken = (text: string): boolean => text.startsWith(PREFIX)

/** A token that only posts sees nothing, whatever it is asked for: `scope` decides before the role does. */
const ROLE: Record<TokenScope, User['role']> = {
  read: 'viewer',
  write: 'member',
  telemetry: 'viewer',
  milestones: 'viewer',
}

type TokenRow = {
  id: string
  org_id: string
  org_name: string
  org_kind: User['organisation']['kind']
  name: string
  scope: TokenScope
  expires_at: Date
  stale: boolean
}

/** Whose API token this is; null when it is none, over or revoked. That it was used is written at most once a minute. */
export const findToken = async (pool: Pool, text: string): Promise<SignedIn | null> => {
  if (!isApiToken(text)) return null
  const { rows } = await pool.query<TokenRow>({
    name: 'find-token',
    text: 'select * from token_by_hash($1::bytea)',
    values: [hashToken(text)],
  })
  const row = rows[0]
  if (row === undefined) return null
  if (row.stale) await pool.query('select touch_token($1::bytea)', [hashToken(text)])
  return {
    kind: 'token',
    id: row.id,
    personId: null,
    orgId: row.org_id,
    shipmentId: null,
    scope: row.scope,
    email: null,
    name: row.name,
    role: ROLE[row.scope],
    organisation: { id: row.org_id, name: row.org_name, kind: row.org_kind },
    csrfToken: '',
    expiresAt: row.expires_at,
  }
}

const COLUMNS = `id, name, scope, name_of_person(created_by) as "createdBy", iso(created_at) as "createdAt",
  iso(expires_at) as "expiresAt", iso(last_used_at) as "lastUsedAt", iso(revoked_at) as "revokedAt"`

/** At most `limit` tokens after this name and id, in their order; those that are over or revoked as well. */
export const listTokens = async (
  tx: Tx,
  { after, limit }: { after: [string, string] | null; limit: number },
): Promise<ApiToken[]> => {
  const { rows } = await tx.query<ApiToken>(
    `select ${COLUMNS} from api_tokens
     where $1::text is null or (name, id) > ($1::text, $2::uuid) order by name, id limit $3::integer`,
    [after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return rows
}

/** Makes a token and answers it with its text, which is kept nowhere. `expiresAt` in epoch ms. */
export const createToken = async (
  tx: Tx,
  { orgId, personId }: { orgId: string; personId: string | null },
  { name, scope, expiresAt }: { name: string; scope: TokenScope; expiresAt: number },
): Promise<ApiToken & { token: string }> => {
  const token = PREFIX + newSecret()
  const { rows } = await tx.query<ApiToken>(
    `insert into api_tokens (org_id, name, scope, token_hash, created_by, expires_at)
     values ($1::uuid, $2::text, $3::text, $4::bytea, $5::uuid, $6::timestamptz) returning ${COLUMNS}`,
    [orgId, name, scope, hashToken(token), personId, new Date(expiresAt)],
  )
  const [made] = rows
  if (made === undefined) throw new Error('an insert returned no row')
  return { ...made, token }
}

/** Ends a token at once; false when the organisation has no such token. One that was revoked stays so since then. */
export const revokeToken = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'update api_tokens set revoked_at = coalesce(revoked_at, now()) where id = $1::uuid',
    [id],
  )
  return rowCount === 1
}
