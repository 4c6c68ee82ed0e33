import type { SessionEntry } from '../model/account.ts'
import { hashToken } from './people.ts'
import type { Tx } from './pool.ts'

/** The sessions of one person that hold, the newest first; `token` tells which is the current one. At most 1,000. */
export const listSessions = async (tx: Tx, personId: string, token: string): Promise<SessionEntry[]> => {
  const { rows } = await tx.query<SessionEntry>(
    `select id, iso(created_at) as "createdAt", iso(last_seen_at) as "lastSeenAt", address as "from", agent,
       token_hash = $2::bytea as current
     from sessions where person_id = $1::uuid and expires_at > now() order by created_at desc, id limit 1000`,
    [personId, hashToken(token)],
  )
  return rows
}

/** Ends one session of a person; false where they have none of this id. */
export const endSession = async (tx: Tx, personId: string, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query('delete from sessions where person_id = $1::uuid and id = $2::uuid', [
    personId,
    id,
  ])
  return rowCount === 1
}

/** Signs a person out everywhere; browsers stay known, since that lets nobody in. */
export const endSessions = async (tx: Tx, personId: string): Promise<void> => {
  await tx.query('delete from sessions where person_id = $1::uuid', [personId])
}

/** The hash of a person of one's own organisation; null for whoever has no password. */
export const passwordOf = async (tx: Tx, personId: string): Promise<string | null> => {
  const { rows } = await tx.query<{ hash: string | null }>('select password_of($1::uuid) as hash', [personId])
  return rows[0]?.hash ?? null
}

/** Sets a new password; other sessions end, and other browsers are strangers again. */
export const setPassword = async (
  tx: Tx,
  personId: string,
  passwordHash: string,
  { token, browser }: { token: string; browser: string | null },
): Promise<void> => {
  await tx.query('select set_password($1::uuid, $2::text, $3::bytea, $4::bytea)', [
    personId,
    passwordHash,
    hashToken(token),
    browser === null ? null : hashToken(browser),
  ])
}
