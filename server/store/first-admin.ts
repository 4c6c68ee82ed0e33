import { hash } from '@node-rs/argon2'
import { whyNoPassword } from '../model/password.ts'
import { newSecret } from './people.ts'
import { inTransaction, type Pool } from './pool.ts'

/**
 * The first person, where there is nobody yet: never a default password, but the one that the settings give, or a random
 * one that is answered once. Null when somebody is there, or has been invited to be (make-admin.ts). Throws a sentence
 * where the password of the settings is one that guessing programs try first.
 */
export const makeFirstAdmin = (
  pool: Pool,
  {
    ADMIN_EMAIL,
    ADMIN_PASSWORD,
    ORGANISATION,
  }: { ADMIN_EMAIL?: string | undefined; ADMIN_PASSWORD?: string | undefined; ORGANISATION: string },
): Promise<{ email: string; password: string | null } | null> =>
  inTransaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock(5240716)')
    const { rows } = await tx.query<{ people: boolean }>(
      `select exists (select from people) or exists (select from open_invitations where role = 'admin') as people`,
    )
    if (rows[0]?.people === true) return null
    const email = (ADMIN_EMAIL ?? 'admin@zaitu.local').toLowerCase()
    const reason = ADMIN_PASSWORD === undefined ? null : whyNoPassword(ADMIN_PASSWORD, { email, name: ORGANISATION })
    if (reason !== null) throw new Error(`ADMIN_PASSWORD cannot be used: ${reason}`)
    const password = ADMIN_PASSWORD ?? newSecret().slice(0, 20)
    await tx.query(
      `with org as (insert into organisations (name, kind) values ($1::text, 'buyer') returning id)
       insert into people (org_id, email, name, role, password_hash) select id, $2::text, $2::text, 'admin', $3::text from org`,
      [ORGANISATION, email, await hash(password)],
    )
    return { email, password: ADMIN_PASSWORD === undefined ? password : null }
  })
