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

-- Raises alarms and announces them, in one round trip; answers those that were not there yet.
create function raise_alarms(
  ids uuid[], org_ids uuid[], shipment_ids uuid[], device_ids integer[], rules text[], priorities text[], onsets timestamptz[],
  cleared_ats timestamptz[], vals float8[], peaks float8[], limit_values float8[], explanations text[], causes text[], figs jsonb[],
  news interval, grace interval
) returns setof uuid language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  raised uuid[];
begin
  with added as (
    insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, cleared_at, value, peak, limit_value, explanation, cause, figures, retrospective, latching)
    select *, cleared_at < now() is true, priority = 'critical'
    from unnest(ids, org_ids, shipment_ids, device_ids, rules, priorities, onsets, cleared_ats, vals, peaks, limit_values, explanations, causes, figs)
      as t (id, org_id, shipment_id, device_id, rule, priority, onset, cleared_at, value, peak, limit_value, explanation, cause, figures)
    on conflict (shipment_id, device_id, rule, onset) where not void and not recovered do nothing returning id
  ) select array_agg(id order by array_position(ids, id)) into raised from added;
  if raised is null then return; end if;
  perform announce_alarms(raised, news, grace);
  return query select unnest(raised);
end $$;
grant execute on function raise_alarms to zaitu_ingest;

-- The condition of these alarms is over. Retrospective: it was over (event time) before we had raised it (when we learnt).
create function clear_alarms(
  shipment_ids uuid[], device_ids integer[], rules text[], onsets timestamptz[], cleared_ats timestamptz[], peaks float8[], explanations text[]
) returns void language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  ended uuid[];
  late uuid[];
begin
  with given as (
    select * from unnest(shipment_ids, device_ids, rules, onsets, cleared_ats, peaks, explanations) with ordinality
      as t (shipment_id, device_id, rule, onset, cleared_at, peak, explanation, place)
  ), updated as (
    update alarms a set cleared_at = t.cleared_at, peak = t.peak, explanation = t.explanation, retrospective = t.cleared_at < a.raised_at
    from given t
    where a.shipment_id = t.shipment_id and a.device_id = t.device_id and a.rule = t.rule and a.onset = t.onset and not a.void and not a.recovered
    returning a.id, a.retrospective, t.place
  ) select array_agg(id order by place), array_agg(id) filter (where retrospective) into ended, late from updated;
  if ended is not null then perform feed_alarm_changes(ended, 'cleared'); end if;
  if late is not null then perform settle_retrospective(late); end if;
end $$;
grant execute on function clear_alarms to zaitu_ingest;

-- The next changes of alarms after one, in their order, of all that the role sees; of transactions that are over.
create function alarm_feed_after(after_xid xid8, after_id bigint, most integer)
  returns table (xid xid8, id bigint, shipment_id uuid, change text, audience text[], alarm jsonb)
  language plpgsql stable set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query select c.xid, c.id, c.shipment_id, c.change,
    case when c.order_id is null then array(select a.org_id::text from shipment_access a where a.shipment_id = c.shipment_id)
      else array[c.org_id::text, c.supplier_id::text] end,
    -- of two that changed it at once, the last entry knows both
    case when exists (select from alarm_changes later where later.alarm_id = c.alarm_id and (later.xid, later.id) > (c.xid, c.id))
      then c.alarm else (select d.alarm from alarm_details d where d.id = c.alarm_id) end
  from alarm_changes c
  where (c.xid, c.id) > (after_xid, after_id) and c.xid < pg_snapshot_xmin(pg_current_snapshot())
  order by c.xid, c.id limit most;
end $$;
grant execute on function alarm_feed_after to zaitu_app, zaitu_ingest;

-- Plans what a session that takes readings in will be asked for in a hurry. Changes nothing.
create function plan_alarms() returns void language plpgsql volatile as $$
begin
  perform raise_alarms('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '0', '0');
  perform announce_alarms('{}', '0', '0');
  perform clear_alarms('{}', '{}', '{}', '{}', '{}', '{}', '{}');
  perform feed_alarm_changes('{}', 'cleared');
  perform from alarm_feed_after('18446744073709551615', 0, 1);
end $$;
grant execute on function plan_alarms to zaitu_ingest;
