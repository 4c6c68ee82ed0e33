import type { PublishedHead } from '../model/audit.ts'
import type { Pool } from './pool.ts'

/** Where every organisation's chain ends now; `pool` is the owner's. */
export const allHeads = async (pool: Pool): Promise<PublishedHead[]> => {
  const { rows } = await pool.query<{ org: string; seq: string; hash: Buffer; at: Date }>(
    'select org_id as org, seq, hash, at from audit_heads where seq > 0 order by org_id',
  )
  return rows.map((row) => ({
    org: row.org,
    seq: Number(row.seq),
    hash: row.hash.toString('hex'),
    at: row.at.toISOString(),
  }))
}

/** How long a server that took a day may need before another one may. */
const CLAIM_SECONDS = 300

/** Takes today (UTC, by the database's clock) for one target; null when it is published, or somebody is at it. */
export const claimPublication = async (pool: Pool, target: string): Promise<string | null> => {
  const { rows } = await pool.query<{ day: string }>(
    `insert into audit_publications as p (day, target, claimed_until)
     values ((now() at time zone 'UTC')::date, $1::text, now() + $2::integer * interval '1 second')
     on conflict (day, target) do update set claimed_until = excluded.claimed_until
       where p.published_at is null and p.claimed_until < now()
     returning day::text`,
    [target, CLAIM_SECONDS],
  )
  return rows[0]?.day ?? null
}

export const publicationDone = async (pool: Pool, day: string, target: string): Promise<void> => {
  await pool.query('update audit_publications set published_at = now() where day = $1::date and target = $2::text', [
    day,
    target,
  ])
}
