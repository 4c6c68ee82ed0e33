import type { Pool } from './pool.ts'

/** What an operator watches in the database; seconds, counts and bytes. */
export type Health = {
  outboxWaiting: number
  /** how long the oldest notification that is due has waited, s */
  outboxOldestSeconds: number
  notificationsWaiting: number
  /** of those, tried in vain */
  notificationsFailing: number
  notificationsDead: number
  channelsFailing: number
  refoldsWaiting: number
  alarmsActive: number
  /** how far the roll-ups are behind the clock, s */
  rollUpLagSeconds: number
  databaseBytes: number
}

/** `pool` acts as zaitu_ingest, which sees every organisation. */
export const readHealth = async (pool: Pool): Promise<Health> => {
  const { rows } = await pool.query<Health>(
    `select
       (select count(*)::integer from outbox where sent_at is null) as "outboxWaiting",
       (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from outbox
        where sent_at is null and next_attempt_at <= now()) as "outboxOldestSeconds",
       (select count(*)::integer from notifications where state = 'waiting') as "notificationsWaiting",
       (select count(*)::integer from notifications where state = 'waiting' and problem is not null) as "notificationsFailing",
       (select count(*)::integer from notifications where state = 'dead') as "notificationsDead",
       (select count(*)::integer from channels where failing_since is not null and removed_at is null) as "channelsFailing",
       (select count(*)::integer from refold_requests) as "refoldsWaiting",
       (select count(*)::integer from alarms where cleared_at is null and not void) as "alarmsActive",
       (select extract(epoch from now() - rolled_to)::float8 from rollup_state) as "rollUpLagSeconds",
       pg_database_size(current_database())::float8 as "databaseBytes"`,
  )
  const [health] = rows
  if (health === undefined) throw new Error('the database did not answer about its health')
  return health
}
