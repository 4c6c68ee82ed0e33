-- Who sees which part of what. One table says it, kept by triggers; every policy looks there and nowhere else, so that
-- policies never refer to one another in a circle.
--   app.org_id       the organisation that speaks
--   app.shipment_id  set for a share link: of all that the organisation sees, this shipment and nothing else

create function app_shipment() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.shipment_id', true), '')::uuid $$;

create table shipment_access (
  shipment_id uuid not null references shipments on delete cascade,
  org_id uuid not null references organisations,
  part text not null check (part in ('buyer', 'supplier', 'carrier')),
  primary key (shipment_id, org_id)
);
create index on shipment_access (org_id, shipment_id);

-- An organisation that has several parts in a shipment sees it as the one that may do most.
create function keep_shipment_access() returns trigger language plpgsql security definer set search_path = public as $$
begin
  delete from shipment_access where shipment_id = new.id;
  insert into shipment_access (shipment_id, org_id, part)
    values (new.id, new.org_id, 'buyer');
  if new.carrier_id is not null then
    insert into shipment_access values (new.id, new.carrier_id, 'carrier') on conflict do nothing;
  end if;
  if new.supplier_id is not null then
    insert into shipment_access values (new.id, new.supplier_id, 'supplier') on conflict do nothing;
  end if;
  insert into partners (org_id, partner_id)
    select ends.a, ends.b from shipment_access x
    cross join lateral (values (new.org_id, x.org_id), (x.org_id, new.org_id)) as ends (a, b)
    where x.shipment_id = new.id and x.org_id <> new.org_id
    on conflict do nothing;
  return null;
end $$;
create trigger shipment_access_made after insert on shipments
  for each row execute function keep_shipment_access();
create trigger shipment_access_changed after update of org_id, carrier_id, supplier_id on shipments
  for each row when ((new.org_id, new.carrier_id, new.supplier_id) is distinct from (old.org_id, old.carrier_id, old.supplier_id))
  execute function keep_shipment_access();

insert into shipment_access select id, org_id, 'buyer' from shipments;
insert into shipment_access select id, carrier_id, 'carrier' from shipments where carrier_id is not null on conflict do nothing;
insert into shipment_access select id, supplier_id, 'supplier' from shipments where supplier_id is not null on conflict do nothing;

alter table shipment_access enable row level security;
create policy own on shipment_access for select to zaitu_app
  using (org_id = app_org() and (app_shipment() is null or shipment_id = app_shipment()));
create policy ingest on shipment_access for select to zaitu_ingest using (true);
grant select on shipment_access to zaitu_app, zaitu_ingest;

-- Organisations know one another as partners: who may be named on a shipment or an order line.
alter table organisations add column made_by uuid references organisations;
create table partners (
  org_id uuid not null references organisations,
  partner_id uuid not null references organisations,
  since timestamptz not null default now(),
  primary key (org_id, partner_id),
  check (org_id <> partner_id)
);
insert into partners (org_id, partner_id)
  select distinct a.org_id, b.org_id from shipment_access a join shipment_access b on b.shipment_id = a.shipment_id and b.org_id <> a.org_id
  where a.part = 'buyer' or b.part = 'buyer';
alter table partners enable row level security;
create policy own on partners for select to zaitu_app using (org_id = app_org() and app_shipment() is null);
grant select on partners to zaitu_app;

create function is_operator() returns boolean language sql stable security definer set search_path = public
  as $$ select exists (select from organisations where id = app_org() and kind = 'operator') $$;

-- A new organisation, known to the one that speaks and knowing it; an operator's are known to nobody else yet.
create function make_organisation(its_name text, its_kind text) returns uuid
  language plpgsql volatile security definer set search_path = public as $$
declare made uuid;
begin
  insert into organisations (name, kind, made_by) values (its_name, its_kind, app_org()) returning id into made;
  insert into partners (org_id, partner_id) values (app_org(), made), (made, app_org());
  return made;
end $$;
revoke all on function is_operator, make_organisation from public;
grant execute on function is_operator, make_organisation to zaitu_app;

alter table organisations enable row level security;
create policy known on organisations for select to zaitu_app
  using (id = app_org() or id in (select partner_id from partners) or (is_operator() and app_shipment() is null));
create policy ingest on organisations for select to zaitu_ingest using (true);

-- Shipments and what belongs to them: seen by its three parts, changed by those whose part it is.
drop policy own_organisation on shipments;
create policy seen on shipments for select to zaitu_app
  using (exists (select from shipment_access a where a.shipment_id = id));
create policy made on shipments for insert to zaitu_app with check (org_id = app_org() and app_shipment() is null);
create policy changed on shipments for update to zaitu_app
  using (exists (select from shipment_access a where a.shipment_id = id and a.part in ('buyer', 'carrier')) and app_shipment() is null)
  with check (true);
-- for a new row, before the trigger has said who sees it
create policy own on shipments for select to zaitu_app using (org_id = app_org() and app_shipment() is null);

do $$
declare t text;
begin
  foreach t in array array['shipment_limits', 'shipment_phases', 'assignments', 'alarms', 'alarm_changes'] loop
    execute format('drop policy own_organisation on %I', t);
    execute format('create policy seen on %1$I for select to zaitu_app using (exists (select from shipment_access a where a.shipment_id = %1$I.shipment_id))', t);
  end loop;
end $$;
create policy made on shipment_limits for insert to zaitu_app
  with check (exists (select from shipment_access a where a.shipment_id = shipment_limits.shipment_id and a.part = 'buyer') and app_shipment() is null);
create policy made on shipment_phases for insert to zaitu_app
  with check (exists (select from shipment_access a where a.shipment_id = shipment_phases.shipment_id and a.part in ('buyer', 'carrier')) and app_shipment() is null);
create policy made on assignments for insert to zaitu_app
  with check (exists (select from shipment_access a where a.shipment_id = assignments.shipment_id and a.part in ('buyer', 'carrier')) and app_shipment() is null);
create policy changed on assignments for update to zaitu_app
  using (exists (select from shipment_access a where a.shipment_id = assignments.shipment_id and a.part in ('buyer', 'carrier')) and app_shipment() is null);
create policy made on alarm_changes for insert to zaitu_app
  with check (exists (select from shipment_access a where a.shipment_id = alarm_changes.shipment_id and a.part in ('buyer', 'carrier')) and app_shipment() is null);

-- `org_id` of an action is whose person acted
drop policy own_organisation on alarm_actions;
create policy seen on alarm_actions for select to zaitu_app using (exists (select from alarms x where x.id = alarm_id));
create policy made on alarm_actions for insert to zaitu_app
  with check (org_id = app_org() and app_shipment() is null and exists (select from alarms x where x.id = alarm_id));

-- Master data: one's own to change; of others' what stands on a shipment that one sees.
drop policy own_organisation on devices;
create policy seen on devices for select to zaitu_app
  using ((org_id = app_org() and app_shipment() is null) or exists (select from assignments a where a.device_id = devices.id));
create policy made on devices for insert to zaitu_app with check (org_id = app_org() and app_shipment() is null);
create policy changed on devices for update to zaitu_app using (org_id = app_org() and app_shipment() is null);
revoke select on devices from zaitu_app;
grant select (id, code, org_id, interval_seconds, report_seconds, pressure_reference, revoked_at, status, status_at, created_at)
  on devices to zaitu_app;

drop policy own_or_catalogue on substances;
create policy seen on substances for select to zaitu_app
  using (org_id is null or org_id = app_org() or exists (select from shipments s where s.substance_id = substances.id));
create policy made on substances for insert to zaitu_app with check (org_id = app_org() and app_shipment() is null);
drop policy own_organisation on tanks;
create policy seen on tanks for select to zaitu_app
  using ((org_id = app_org() and app_shipment() is null) or exists (select from shipments s where s.tank_id = tanks.id));
create policy made on tanks for insert to zaitu_app with check (org_id = app_org() and app_shipment() is null);
revoke update on tanks, sites, substances from zaitu_app;

do $$
declare t text;
begin
  foreach t in array array['people', 'sites', 'outbox', 'dead_letters'] loop
    execute format('drop policy own_organisation on %I', t);
    execute format('create policy own on %I to zaitu_app using (org_id = app_org() and app_shipment() is null)', t);
  end loop;
end $$;

-- Whoever shares a shipment learns by name who acted on its alarms, and no more of a person of another organisation.
create function name_of_person(person uuid) returns text language sql stable security definer set search_path = public
  as $$ select name from people where id = person $$;
revoke all on function name_of_person from public;
grant execute on function name_of_person to zaitu_app, zaitu_ingest;

create or replace view alarm_details with (security_invoker = true) as
select a.id, a.org_id, a.shipment_id, a.rule, a.onset, a.cleared_at, a.void, a.priority, ack.at is not null as acknowledged,
  jsonb_build_object(
    'id', a.id, 'shipmentId', a.shipment_id, 'shipmentReference', s.reference, 'deviceId', d.code,
    'rule', a.rule, 'priority', a.priority,
    'state', case
      when a.void or (a.cleared_at is not null and ack.at is not null) then 'cleared'
      when a.cleared_at is not null then 'cleared-unacknowledged'
      when ack.at is not null then 'active-acknowledged'
      else 'active-unacknowledged' end,
    'onset', iso(a.onset), 'clearedAt', iso(a.cleared_at), 'value', a.value, 'peak', a.peak, 'limit', a.limit_value,
    'cause', a.cause, 'retrospective', a.retrospective, 'void', a.void,
    'acknowledgedBy', ack.name, 'acknowledgedAt', iso(ack.at), 'explanation', a.explanation) as alarm
from alarms a
join shipments s on s.id = a.shipment_id
join devices d on d.id = a.device_id
left join lateral (
  select x.at, name_of_person(x.person_id) as name from alarm_actions x
  where x.alarm_id = a.id and x.action = 'acknowledged' order by x.id limit 1
) ack on true;

-- Readings have no policies (they do not go with compression and continuous aggregates), so nobody who answers people
-- reads the tables, but only what joins the loans of the shipments that one sees: these views, where one device is asked
-- about (the range of time has to stand in the question as well, or every partition is looked at), and the functions
-- below, where many are.
create view visible_loans with (security_barrier = true) as
select a.shipment_id, a.device_id, a.during
from assignments a join shipment_access v on v.shipment_id = a.shipment_id
where v.org_id = app_org() and (app_shipment() is null or v.shipment_id = app_shipment());

create view visible_readings with (security_barrier = true) as
select l.shipment_id, r.* from visible_loans l join readings r on r.device_id = l.device_id and l.during @> r.time;

revoke select on readings, readings_1m, readings_1h from zaitu_app;
grant select on visible_loans, visible_readings to zaitu_app;

-- Refuses a question about anything but stretches (half open) of loans that the one who asks sees.
create function check_visible(shipments uuid[], devices integer[], froms timestamptz[], tos timestamptz[]) returns void
  language plpgsql stable security definer set search_path = public as $$
begin
  if exists (
    select from unnest(shipments, devices, froms, tos) as s (shipment_id, device_id, begins, ends)
    where not exists (
      select from visible_loans l
      where l.shipment_id = s.shipment_id and l.device_id = s.device_id and l.during @> tstzrange(s.begins, s.ends)))
  then
    raise exception 'not a loan that is seen' using errcode = 'insufficient_privilege';
  end if;
end $$;

-- What was measured in stretches of loans, in buckets of `width` seconds that are aligned to the epoch: from the raw
-- rows, or from a roll-up ('1m', '1h') whose buckets lie whole in the stretches. Functions, because a view's join behind
-- its barrier is planned for a handful of rows, and a fleet of 1,000 would take half a minute; the bounds of all
-- stretches stand beside the join as constants, or every partition's index is probed (35 ms against 400).
create function raw_buckets(shipments uuid[], devices integer[], froms timestamptz[], tos timestamptz[], width double precision)
  returns table (shipment_id uuid, bucket timestamptz, readings bigint, arrival interval, temperature_count bigint, temperature_min double precision, temperature_max double precision, temperature_sum double precision, pressure_count bigint, pressure_min double precision, pressure_max double precision, pressure_sum double precision, level_count bigint, level_min double precision, level_max double precision, level_sum double precision, ambient_count bigint, ambient_min double precision, ambient_max double precision, ambient_sum double precision)
  language plpgsql stable security definer set search_path = public as $body$
begin
  perform check_visible(shipments, devices, froms, tos);
  return query execute $$
    select s.shipment_id, date_bin(make_interval(secs => $5), r.time, timestamptz '1970-01-01 00:00Z'), count(*), max(r.received_at - r.time),
      count(r.temperature), min(r.temperature), max(r.temperature), sum(r.temperature),
      count(r.pressure), min(r.pressure), max(r.pressure), sum(r.pressure),
      count(r.level), min(r.level), max(r.level), sum(r.level),
      count(r.ambient), min(r.ambient), max(r.ambient), sum(r.ambient)
    from unnest($1, $2, $3, $4) as s (shipment_id, device_id, begins, ends)
    join readings r on r.device_id = s.device_id and r.time >= s.begins and r.time < s.ends
    where r.time >= $6 and r.time < $7 group by 1, 2
  $$ using shipments, devices, froms, tos, width, (select min(x) from unnest(froms) x), (select max(x) from unnest(tos) x);
end $body$;

create function rolled_buckets(resolution text, shipments uuid[], devices integer[], froms timestamptz[], tos timestamptz[], width double precision)
  returns table (shipment_id uuid, bucket timestamptz, readings bigint, arrival interval, temperature_count bigint, temperature_min double precision, temperature_max double precision, temperature_sum double precision, pressure_count bigint, pressure_min double precision, pressure_max double precision, pressure_sum double precision, level_count bigint, level_min double precision, level_max double precision, level_sum double precision, ambient_count bigint, ambient_min double precision, ambient_max double precision, ambient_sum double precision)
  language plpgsql stable security definer set search_path = public as $body$
begin
  perform check_visible(shipments, devices, froms, tos);
  return query execute format($$
    select s.shipment_id, date_bin(make_interval(secs => $5), r.bucket, timestamptz '1970-01-01 00:00Z'), sum(r.readings)::bigint, max(r.latest_arrival),
      sum(r.temperature_count)::bigint, min(r.temperature_min), max(r.temperature_max), sum(r.temperature_sum),
      sum(r.pressure_count)::bigint, min(r.pressure_min), max(r.pressure_max), sum(r.pressure_sum),
      sum(r.level_count)::bigint, min(r.level_min), max(r.level_max), sum(r.level_sum),
      sum(r.ambient_count)::bigint, min(r.ambient_min), max(r.ambient_max), sum(r.ambient_sum)
    from unnest($1, $2, $3, $4) as s (shipment_id, device_id, begins, ends)
    join %I r on r.device_id = s.device_id and r.bucket >= s.begins and r.bucket < s.ends
    where r.bucket >= $6 and r.bucket < $7 group by 1, 2
  $$, case resolution when '1h' then 'readings_1h' else 'readings_1m' end)
  using shipments, devices, froms, tos, width, (select min(x) from unnest(froms) x), (select max(x) from unnest(tos) x);
end $body$;
revoke all on function check_visible, raw_buckets, rolled_buckets from public;
grant execute on function raw_buckets, rolled_buckets to zaitu_app;

-- The newest known value of each measure of each loan of these shipments: of the last 50 readings, since a measure that
-- has not come for longer is not shown as current. A function rather than a view, for the planner's sake: it takes a
-- range of time with an unknown end, or a loan joined behind a barrier, for so few rows that it would sort all of a
-- device's readings (1,000 devices with 2,000 readings each: 3 s). Of a comparison of rows, and of the loan's beginning
-- after the limit, it makes no such guess, and walks the index backwards; if it is told the arguments, hence `execute`.
create function newest_readings(wanted uuid[], since timestamptz)
  returns table (shipment_id uuid, device_id text, "time" timestamptz, received_at timestamptz, temperature double precision, pressure double precision, level double precision, ambient double precision, lat double precision, lon double precision, battery double precision, times jsonb)
  language plpgsql stable security definer set search_path = public as $body$
begin
  return query execute $$
  select a.shipment_id, d.code, newest.*
  from assignments a
  join shipment_access v on v.shipment_id = a.shipment_id and v.org_id = app_org()
    and (app_shipment() is null or v.shipment_id = app_shipment())
  join devices d on d.id = a.device_id
  cross join lateral (
    select max(r.time) as time, (array_agg(r.received_at order by r.time desc, r.seq desc))[1] as received_at,
      (array_agg(r.temperature order by r.time desc, r.seq desc) filter (where r.temperature is not null))[1] as temperature,
      (array_agg(r.pressure order by r.time desc, r.seq desc) filter (where r.pressure is not null))[1] as pressure,
      (array_agg(r.level order by r.time desc, r.seq desc) filter (where r.level is not null))[1] as level,
      (array_agg(r.ambient order by r.time desc, r.seq desc) filter (where r.ambient is not null))[1] as ambient,
      (array_agg(r.lat order by r.time desc, r.seq desc) filter (where r.lat is not null))[1] as lat,
      (array_agg(r.lon order by r.time desc, r.seq desc) filter (where r.lon is not null))[1] as lon,
      (array_agg(r.battery order by r.time desc, r.seq desc) filter (where r.battery is not null))[1] as battery,
      jsonb_build_object('temperature', max(r.time) filter (where r.temperature is not null),
        'pressure', max(r.time) filter (where r.pressure is not null),
        'level', max(r.time) filter (where r.level is not null),
        'ambient', max(r.time) filter (where r.ambient is not null),
        'lat', max(r.time) filter (where r.lat is not null),
        'lon', max(r.time) filter (where r.lon is not null),
        'battery', max(r.time) filter (where r.battery is not null)) as times
    from (
      select * from readings x
      where x.device_id = a.device_id and x.time >= $2
        and (x.time, x.seq) < (coalesce(upper(a.during), 'infinity'), 0)
      order by x.time desc, x.seq desc limit 50
    ) r
    where r.time >= lower(a.during)
  ) newest
  where a.shipment_id = any ($1) and coalesce(upper(a.during), 'infinity') > $2 and newest.time is not null
  $$ using wanted, since;
end $body$;
revoke all on function newest_readings from public;
grant execute on function newest_readings to zaitu_app;
