import type { AlarmChangeKind } from '../model/alarm.ts'
import type { Tx } from './pool.ts'

/** Appends to the feed what these alarms look like now, within the same transaction. */
export const feed = async (tx: Tx, change: AlarmChangeKind, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await tx.query({
    name: 'feed-alarm-changes',
    text: `insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
     select d.org_id, d.id, d.shipment_id, $2::text, d.alarm
     from unnest($1::uuid[]) with ordinality as w (id, place) join alarm_details d on d.id = w.id order by w.place`,
    values: [ids, change],
  })
}

/**
 * What must leave the house. Data that comes late may bring an excursion that is over already: such a page waits a
 * moment, and is taken back when the rest of the data says so.
 */
const GRACE_AFTER_MS = 60_000
const GRACE = '20 seconds'

export const notify = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query({
    name: 'outbox-alarms',
    text: `insert into outbox (org_id, kind, key, payload, next_attempt_at)
     select d.org_id, 'alarm-raised', 'alarm-raised:' || d.id, d.alarm,
       case when d.onset < now() - make_interval(secs => $2::float8) then now() + $3::interval else now() end
     from alarm_details d where d.id = any($1::uuid[]) on conflict (key) do nothing`,
    values: [ids, GRACE_AFTER_MS / 1000, GRACE],
  })
}

/** The feed's entry and the page of alarms that were raised just now, in one round trip: somebody waits for it. */
export const announce = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query({
    name: 'announce-alarms',
    text: `with raised as materialized (
       select d.* from unnest($1::uuid[]) with ordinality as w (id, place) join alarm_details d on d.id = w.id order by w.place),
     fed as (
       insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
       select org_id, id, shipment_id, 'raised', alarm from raised)
     insert into outbox (org_id, kind, key, payload, next_attempt_at)
     select org_id, 'alarm-raised', 'alarm-raised:' || id, alarm,
       case when onset < now() - make_interval(secs => $2::float8) then now() + $3::interval else now() end
     from raised on conflict (key) do nothing`,
    values: [ids, GRACE_AFTER_MS / 1000, GRACE],
  })
}

/** An excursion that was over before anybody could know of it pages nobody, unless it was critical: then once, as found late. */
export const settleRetrospective = async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.query(
    `delete from outbox o using alarms a
     where a.id = any($1::uuid[]) and o.key = 'alarm-raised:' || a.id and o.sent_at is null and (a.retrospective or a.void)`,
    [ids],
  )
  await tx.query(
    `insert into outbox (org_id, kind, key, payload)
     select d.org_id, 'alarm-found-late', 'alarm-found-late:' || d.id, d.alarm
     from alarm_details d join alarms a on a.id = d.id
     where d.id = any($1::uuid[]) and a.retrospective and not a.void and a.priority = 'critical' on conflict (key) do nothing`,
    [ids],
  )
}
