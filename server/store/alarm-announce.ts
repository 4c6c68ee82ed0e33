import type { AlarmChangeKind } from '../model/alarm.ts'
import type { Tx } from './pool.ts'

/** Appends to the feed what these alarms look like now, within the same transaction. */
export const feed = async (tx: Tx, change: AlarmChangeKind, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await tx.query({
    name: 'feed-alarm-changes',
    text: 'select feed_alarm_changes($1::uuid[], $2::text)',
    values: [ids, change],
  })
}

/**
 * Data that comes late may bring an excursion that is over already: the page of one that began longer ago than so many
 * seconds waits for a moment, and is taken back when the rest of the data says so.
 */
export const GRACE = [60, '20 seconds'] as const

/** What must leave the house. */
export const notify = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query({
    name: 'outbox-alarms',
    text: `insert into outbox (org_id, kind, key, payload, next_attempt_at)
     select d.org_id, 'alarm-raised', 'alarm-raised:' || d.id, d.alarm,
       case when d.onset < now() - make_interval(secs => $2::float8) then now() + $3::interval else now() end
     from alarm_details d where d.id = any($1::uuid[]) on conflict (key) do nothing`,
    values: [ids, ...GRACE],
  })
}

/** The feed's entry and the page of alarms that were raised just now, in one round trip: somebody waits for it. */
export const announce = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query({
    name: 'announce-alarms',
    text: 'select announce_alarms($1::uuid[], make_interval(secs => $2::float8), $3::interval)',
    values: [ids, ...GRACE],
  })
}

/** An excursion that was over before anybody could know of it pages nobody, unless it was critical: then once, as found late. */
export const settleRetrospective = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query({ name: 'settle-retrospective', text: 'select settle_retrospective($1::uuid[])', values: [ids] })
}
