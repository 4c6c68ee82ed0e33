import type { Pool } from './pool.ts'

export type OutboxRow = { id: string; orgId: string; kind: string; key: string; payload: unknown; attempts: number }

/** Claims what is due for a minute, so that a dispatcher that dies is made up for; at least once, hence the `key`. */
export const claimDue = async (pool: Pool, most: number): Promise<OutboxRow[]> => {
  const { rows } = await pool.query<{
    id: string
    org_id: string
    kind: string
    key: string
    payload: unknown
    attempts: number
  }>(
    `update outbox set next_attempt_at = now() + interval '1 minute', attempts = attempts + 1
     where id in (select id from outbox where sent_at is null and next_attempt_at <= now() order by id for update skip locked limit $1::integer)
     returning id::text, org_id, kind, key, payload, attempts`,
    [most],
  )
  return rows.map((row) => ({
    id: row.id,
    orgId: row.org_id,
    kind: row.kind,
    key: row.key,
    payload: row.payload,
    attempts: row.attempts,
  }))
}

export const markSent = async (pool: Pool, id: string): Promise<void> => {
  await pool.query('update outbox set sent_at = now(), error = null where id = $1::bigint', [id])
}

/** Tried again after 1, 2, 4 … minutes, at most an hour apart. */
export const markFailed = async (pool: Pool, id: string, reason: string): Promise<void> => {
  await pool.query(
    `update outbox set error = $2::text, next_attempt_at = now() + least(interval '1 hour', interval '1 minute' * power(2, least(attempts, 10) - 1))
     where id = $1::bigint`,
    [id, reason],
  )
}
