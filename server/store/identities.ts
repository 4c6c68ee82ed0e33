import { hashToken } from './people.ts'
import type { Pool } from './pool.ts'

/** What a browser that goes to a provider has to bring back. */
export type OidcStart = { state: string; nonce: string; verifier: string; goesTo: string }

/** Remembers for ten minutes, under a secret that the browser holds, that it went to this provider. */
export const beginOidc = async (pool: Pool, cookie: string, providerId: string, start: OidcStart): Promise<void> => {
  await pool.query('select begin_oidc($1::bytea, $2::text, $3::text, $4::text, $5::text, $6::text)', [
    hashToken(cookie),
    providerId,
    start.state,
    start.nonce,
    start.verifier,
    start.goesTo,
  ])
}

/** The same back again, once; null when it is over, was used, or was for another provider. */
export const endOidc = async (pool: Pool, cookie: string, providerId: string): Promise<OidcStart | null> => {
  const { rows } = await pool.query<OidcStart>(
    'select state, nonce, verifier, goes_to as "goesTo" from end_oidc($1::bytea, $2::text)',
    [hashToken(cookie), providerId],
  )
  return rows[0] ?? null
}

/** Whom a provider vouches for. `email` is null unless the provider has verified it. */
export type Vouched = { issuer: string; subject: string; email: string | null; name: string | null }

/**
 * The person of `organisationId` who is vouched for: known by issuer and subject, else by verified address, else made
 * where `createAs` says as what. Null where there is none, the account is disabled, or belongs to another organisation.
 */
export const personByIdentity = async (
  pool: Pool,
  { organisationId, createAs }: { organisationId: string; createAs?: 'viewer' | 'member' | undefined },
  { issuer, subject, email, name }: Vouched,
): Promise<string | null> => {
  const { rows } = await pool.query<{ person: string | null }>(
    'select person_by_identity($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text) as person',
    [organisationId, issuer, subject, email, name ?? email, createAs ?? null],
  )
  return rows[0]?.person ?? null
}
