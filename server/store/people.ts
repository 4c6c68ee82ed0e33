import { createHash, randomBytes } from 'node:crypto'
import type { TokenScope, User } from '../model/session.ts'
import type { LinkedSupplier, Pool } from './pool.ts'

/** How long a sign-in lasts. */
export const SESSION_MS = 12 * 3_600_000

/**
 * Who speaks, as every request behind `requireSession` knows it: a person, a machine with an API token, or whoever holds
 * a share link or a supplier's. `role` bounds what it may do, `shipmentId` (share links) and `supplier` (suppliers' links)
 * what it is shown of its organisation.
 */
export type SignedIn = {
  kind: 'person' | 'token' | 'share' | 'supplier-link'
  /** of the person, the token or the share link */
  id: string
  /** null for a machine or a share link */
  personId: string | null
  orgId: string
  shipmentId: string | null
  /** for which supplier's lines with its organisation a supplier's link is; for others not there */
  supplier?: LinkedSupplier
  email: string | null
  name: string
  role: User['role']
  /** what an API token was given for; null for others */
  scope: TokenScope | null
  organisation: User['organisation']
  csrfToken: string
  expiresAt: Date
}

/** `passwordHash` is null for whoever signs in by OpenID Connect only; `known`: the browser has signed in to it before. */
export type Person = {
  id: string
  orgId: string
  passwordHash: string | null
  known: boolean
}

/** Where a sign-in comes from, for the person's own list of them. */
export type From = { address: string; agent: string | null }

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()
/** 256 random bits: nothing to guess, so a fast hash of it is enough to keep. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** The person with this e-mail address, in whichever organisation; null also for a disabled one. */
export const findPersonByEmail = async (pool: Pool, email: string, browser: string | null): Promise<Person | null> => {
  const { rows } = await pool.query<Person>(
    `select id, org_id as "orgId", password_hash as "passwordHash", known from person_by_email($1::text, $2::bytea)`,
    [email, browser === null ? null : hashToken(browser)],
  )
  return rows[0] ?? null
}

/**
 * Opens a session and answers its token, and the new name of the browser: both are kept nowhere but with the person.
 * Null when the account was disabled meanwhile. Sessions that are over go now.
 */
export const openSession = async (
  pool: Pick<Pool, 'query'>,
  personId: string,
  { address, agent, browser }: From & { browser: string | null },
): Promise<{ token: string; browser: string } | null> => {
  const [token, named] = [newSecret(), newSecret()]
  const { rows } = await pool.query<{ opened: boolean }>(
    `select open_session($1::uuid, $2::bytea, $3::text, $4::double precision * interval '1 millisecond', $5::text, $6::text,
       $7::bytea, $8::bytea) as opened`,
    [
      personId,
      hashToken(token),
      newSecret(),
      SESSION_MS,
      address,
      agent,
      browser === null ? null : hashToken(browser),
      hashToken(named),
    ],
  )
  return rows[0]?.opened === true ? { token, browser: named } : null
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
  stale: boolean
}

/** Whose session this is; null when it is over. That it was used is written at most once a minute. */
export const findSession = async (pool: Pick<Pool, 'query'>, token: string): Promise<SignedIn | null> => {
  const { rows } = await pool.query<SessionRow>({
    name: 'find-session',
    text: 'select * from person_by_session($1::bytea)',
    values: [hashToken(token)],
  })
  const row = rows[0]
  if (row === undefined) return null
  if (row.stale) await pool.query('select touch_session($1::bytea)', [hashToken(token)])
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
  await pool.query('select close_session($1::bytea)', [hashToken(token)])
}
