import { createHash, randomBytes } from 'node:crypto'
import type { TokenScope, User } from '../model/session.ts'
import type { Pool } from './pool.ts'

/** How long a sign-in lasts. */
export const SESSION_MS = 12 * 3_600_000

/**
 * Who speaks, as every request behind `requireSession` knows it: a person, a machine with an API token, or whoever holds
 * a share link. `role` bounds what it may do, `shipmentId` (share links) what it is shown of its organisation.
 */
export type SignedIn = {
  kind: 'person' | 'token' | 'share'
  /** of the person, the token or the share link */
  id: string
  /** null for a machine or a share link */
  personId: string | null
  orgId: string
  shipmentId: string | null
  email: string | null
  name: string
  role: User['role']
  /** what an API token was given for; null for others */
  scope: TokenScope | null
  organisation: User['organisation']
  csrfToken: string
  expiresAt: Date
}

export type Person = {
  id: string
  orgId: string
  passwordHash: string
}

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()
/** 256 random bits: nothing to guess, so a fast hash of it is enough to keep. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** The person with this e-mail address, in whichever organisation. */
export const findPersonByEmail = async (pool: Pool, email: string): Promise<Person | null> => {
  const { rows } = await pool.query<Person>(
    `select id, org_id as "orgId", password_hash as "passwordHash" from person_by_email($1::text)`,
    [email],
  )
  return rows[0] ?? null
}

/** Opens a session and returns its token, which is kept nowhere but with the person. Those that are over go now. */
export const openSession = async (pool: Pick<Pool, 'query'>, personId: string): Promise<string> => {
  const token = newSecret()
  await pool.query(
    `with over as (delete from sessions where expires_at < now())
     insert into sessions (token_hash, person_id, csrf_token, expires_at)
     values ($1::bytea, $2::uuid, $3::text, now() + $4::double precision * interval '1 millisecond')`,
    [hashToken(token), personId, newSecret(), SESSION_MS],
  )
  return token
}

type SessionRow = {
  id: string
  org_id: string
  email: string
  name: string
  role: User['role']
  org_name: string
  org_kind: User['organisation']['kind']
  csrf_token: string
  expires_at: Date
}

export const findSession = async (pool: Pick<Pool, 'query'>, token: string): Promise<SignedIn | null> => {
  const { rows } = await pool.query<SessionRow>({
    name: 'find-session',
    text: 'select * from person_by_session($1::bytea)',
    values: [hashToken(token)],
  })
  const row = rows[0]
  if (row === undefined) return null
  return {
    kind: 'person',
    id: row.id,
    personId: row.id,
    orgId: row.org_id,
    shipmentId: null,
    scope: null,
    email: row.email,
    name: row.name,
    role: row.role,
    organisation: { id: row.org_id, name: row.org_name, kind: row.org_kind },
    csrfToken: row.csrf_token,
    expiresAt: row.expires_at,
  }
}

export const closeSession = async (pool: Pick<Pool, 'query'>, token: string): Promise<void> => {
  await pool.query('delete from sessions where token_hash = $1::bytea', [hashToken(token)])
}
