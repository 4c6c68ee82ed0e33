-- What is recorded of an alarm within the transaction that takes readings in. The view of an alarm is large: it takes longer
-- to plan than to run, so these plan it once a session, and look at the alarms in question alone.
create function feed_alarm_changes(ids uuid[], kind text) returns void
  language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
begin
  insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
  select d.org_id, d.id, d.shipment_id, kind, d.alarm from alarm_details d where d.id = any(ids) order by array_position(ids, d.id);
end $$;
grant execute on function feed_alarm_changes to zaitu_app, zaitu_ingest;

-- The feed's entry of alarms that were raised just now and what must leave the house. Data that comes late may bring an
-- excursion that is over already: where it began longer ago than `news`, its page waits for `grace`, and is taken back when
-- the rest of the data says so.
create function announce_alarms(ids uuid[], news interval, grace interval) returns void
  language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
begin
  with raised as materialized (
    select d.* from alarm_details d where d.id = any(ids) order by array_position(ids, d.id)
  ), fed as (
    insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
    select org_id, id, shipment_id, 'raised', alarm from raised
  )
  insert into outbox (org_id, kind, key, payload, next_attempt_at)
  select org_id, 'alarm-raised', 'alarm-raised:' || id, alarm, case when onset < now() - news then now() + grace else now() end
  from raised on conflict (key) do nothing;
end $$;
grant execute on function announce_alarms to zaitu_ingest;

-- An excursion that was over before anybody could know of it pages nobody, unless it was critical: then once, as found late.
create function settle_retrospective(ids uuid[]) returns void
  language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  found uuid[];
begin
  delete from outbox o using alarms a
  where a.id = any(ids) and o.key = 'alarm-raised:' || a.id and o.sent_at is null and (a.retrospective or a.void);
  select array_agg(a.id) into found from alarms a
  where a.id = any(ids) and a.retrospective and not a.void and a.priority = 'critical';
  if found is null then return; end if;
  insert into outbox (org_id, kind, key, payload)
  select d.org_id, 'alarm-found-late', 'alarm-found-late:' || d.id, d.alarm
  from alarm_details d where d.id = any(found) on conflict (key) do nothing;
end $$;
grant execute on function settle_retrospective to zaitu_ingest;
