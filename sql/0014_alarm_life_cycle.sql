-- The life cycle of ISA-18.2: shelved by a person, with a reason and an end; latched until somebody resets it, and reset
-- only when the condition is over and acknowledged. People's actions stay apart from the condition; the view derives.
alter table alarms add column latching boolean not null default false;
update alarms set latching = true where priority = 'critical';
comment on column alarms.latching is 'a critical one stands after its condition is over: somebody has to look before it goes';
alter table alarm_actions add column until timestamptz, add check ((action = 'shelved') = (until is not null));

-- what still stands, whether or not the condition does
drop index alarms_open;
create index alarms_standing on alarms (shipment_id) where not void and (cleared_at is null or latching);

drop view alarm_details;
create view alarm_details with (security_invoker = true) as
select a.id, a.org_id, a.shipment_id, a.rule, a.onset, a.cleared_at, a.void, a.priority,
  ack.at is not null as acknowledged,
  -- somebody still has to do something
  not a.void and (a.cleared_at is null or ack.at is null or (a.latching and reset.at is null)) as open,
  jsonb_build_object(
    'id', a.id, 'shipmentId', a.shipment_id, 'shipmentReference', s.reference, 'deviceId', d.code,
    'rule', a.rule, 'priority', a.priority,
    'state', case
      when a.void then 'cleared'
      when a.cleared_at is null then 'active'
      when a.latching and reset.at is null then 'latched'
      else 'cleared' end
      || case
        when a.void then ''
        when ack.at is null then '-unacknowledged'
        when a.cleared_at is null or (a.latching and reset.at is null) then '-acknowledged'
        else '' end,
    'onset', iso(a.onset), 'clearedAt', iso(a.cleared_at), 'value', a.value, 'peak', a.peak, 'limit', a.limit_value,
    'cause', a.cause, 'retrospective', a.retrospective, 'void', a.void,
    'acknowledgedBy', ack.name, 'acknowledgedAt', iso(ack.at),
    'shelvedUntil', case when shelf.until > now() then iso(shelf.until) end,
    'shelvedBy', case when shelf.until > now() then shelf.name end,
    'shelvedFor', case when shelf.until > now() then shelf.note end,
    'resetAt', iso(reset.at), 'explanation', a.explanation) as alarm,
  shelf.until as shelved_until
from alarms a
join shipments s on s.id = a.shipment_id
join devices d on d.id = a.device_id
left join lateral (
  select x.at, name_of_person(x.person_id) as name from alarm_actions x
  where x.alarm_id = a.id and x.action = 'acknowledged' order by x.id limit 1
) ack on true
left join lateral (
  select x.until, x.note, name_of_person(x.person_id) as name from alarm_actions x
  where x.alarm_id = a.id and x.action in ('shelved', 'unshelved') order by x.id desc limit 1
) shelf on true
left join lateral (
  select x.at from alarm_actions x where x.alarm_id = a.id and x.action = 'reset' order by x.id desc limit 1
) reset on true;
grant select on alarm_details to zaitu_app, zaitu_ingest;

create index alarm_shelves on alarm_actions (until) where action = 'shelved';

-- Shelving ends by itself: said once, though every server looks. How many ended.
create function end_shelves() returns integer language plpgsql as $$
declare ended integer;
begin
  if not pg_try_advisory_xact_lock(5240718) then
    return 0;
  end if;
  with due as (
    select distinct on (x.alarm_id) x.alarm_id, x.org_id from alarm_actions x
    where x.action = 'shelved' and x.until <= now() and x.until > now() - interval '7 days'
      and not exists (select from alarm_actions y where y.alarm_id = x.alarm_id and y.id > x.id and y.action in ('shelved', 'unshelved'))
    order by x.alarm_id, x.id
  ), said as (
    insert into alarm_actions (org_id, alarm_id, action, note) select org_id, alarm_id, 'unshelved', null from due returning alarm_id
  )
  select count(*) into ended from said;
  if ended > 0 then
    insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
      select d.org_id, d.id, d.shipment_id, 'unshelved', d.alarm
      from alarm_actions x join alarm_details d on d.id = x.alarm_id
      where x.action = 'unshelved' and x.person_id is null and x.at = now();
  end if;
  return ended;
end $$;
grant insert on alarm_actions to zaitu_ingest;
