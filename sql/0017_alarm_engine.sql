-- Alarms that know their cause and figures, what is suppressed by design or out of service, silences that were none, and
-- which alarm is only the consequence of another.
alter table alarms
  add column figures jsonb,
  add column recovered boolean not null default false;
comment on column alarms.figures is 'what explains it, by names that carry their unit';
comment on column alarms.recovered is 'a silence that was none: what was measured meanwhile has come since';
alter table alarms add constraint alarms_cause_check
  check (cause in ('heating', 'leak', 'gas-evolution', 'relief-lifted', 'self-heating', 'sensor-fault'));
drop index alarms_excursion;
create unique index alarms_excursion on alarms (shipment_id, device_id, rule, onset) where not void and not recovered;

-- In which phases a rule is quiet by design: the same as server/rules/suppression.ts, which a test compares.
create table suppressed_rules (rule text not null, phase text not null, primary key (rule, phase));
insert into suppressed_rules (rule, phase)
select r.rule, p.phase from (values
  ('temperature-high', 'cleaning closed'), ('temperature-high-high', 'cleaning closed'),
  ('temperature-low', 'unloading cleaning closed'), ('temperature-low-low', 'unloading cleaning closed'),
  ('pressure-high', 'cleaning closed'), ('pressure-high-high', 'cleaning closed'),
  ('pressure-low', 'loading unloading cleaning closed'), ('pressure-low-low', 'loading unloading cleaning closed'),
  ('level-high', 'closed'), ('level-high-high', 'closed'),
  ('level-low', 'loading unloading cleaning closed'), ('level-low-low', 'loading unloading cleaning closed'),
  ('rate-of-rise', 'planned loading unloading delivered cleaning closed'),
  ('time-to-limit', 'planned loading unloading cleaning closed'),
  ('pressure-residual', 'planned loading unloading delivered cleaning closed'),
  ('self-heating', 'planned loading unloading cleaning closed'),
  ('liquid-full', 'loading unloading cleaning closed'),
  ('silence', 'planned delivered cleaning closed'),
  ('sensor-frozen', 'planned loading unloading delivered cleaning closed'),
  ('sensor-impossible', 'loading unloading cleaning closed'),
  ('battery-low', 'closed'), ('shock', 'closed'), ('tilt', 'closed'),
  ('departure', 'unloading delivered cleaning closed'), ('arrival', 'planned loading delivered cleaning closed'),
  ('corridor-left', 'planned loading unloading delivered cleaning closed'),
  ('unplanned-stop', 'planned loading unloading delivered cleaning closed')
) as r (rule, phases), unnest(string_to_array(r.phases, ' ')) as p (phase);

-- One incident, one alarm: what a cause brings with it. Of two that could be the cause, the first in rank is.
create table alarm_consequences (
  cause_rule text not null,
  -- null: whatever the cause of that alarm
  cause text,
  rule text not null,
  rank integer not null
);
insert into alarm_consequences (cause_rule, cause, rule, rank)
select c.cause_rule, c.cause, r.rule, c.rank from (values
  (1, 'self-heating', null, 'rate-of-rise time-to-limit pressure-residual liquid-full temperature-high temperature-high-high pressure-high pressure-high-high'),
  (2, 'pressure-residual', 'leak', 'pressure-low pressure-low-low level-low level-low-low'),
  (2, 'pressure-residual', 'relief-lifted', 'pressure-high pressure-high-high pressure-low pressure-low-low'),
  (2, 'pressure-residual', 'gas-evolution', 'pressure-high pressure-high-high'),
  (3, 'sensor-frozen', null, 'pressure-residual'),
  (4, 'rate-of-rise', 'heating', 'time-to-limit liquid-full temperature-high temperature-high-high pressure-high pressure-high-high'),
  (5, 'time-to-limit', null, 'temperature-high'),
  (6, 'temperature-high-high', null, 'temperature-high time-to-limit'),
  (6, 'temperature-low-low', null, 'temperature-low'),
  (6, 'pressure-high-high', null, 'pressure-high'),
  (6, 'pressure-low-low', null, 'pressure-low'),
  (6, 'level-high-high', null, 'level-high'),
  (6, 'level-low-low', null, 'level-low')
) as c (rank, cause_rule, cause, rules), unnest(string_to_array(c.rules, ' ')) as r (rule);
create index on alarm_consequences (rule);
grant select on suppressed_rules, alarm_consequences to zaitu_app, zaitu_ingest;

-- Taken out of service on one shipment, by a person and with a reason, until it is put back (ISA-18.2). Part of the timeline.
create table rule_service (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments,
  rule text not null,
  out_from timestamptz not null,
  out_to timestamptz,
  reason text not null,
  taken_by uuid references people,
  put_back_by uuid references people,
  check (out_to is null or out_from <= out_to)
);
create unique index rule_service_now on rule_service (shipment_id, rule) where out_to is null;
create index on rule_service (shipment_id, out_from);

-- What an organisation, or one shipment of it, sets otherwise than the rules have it: a version holds from `valid_from` on.
create table rule_settings (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  shipment_id uuid references shipments,
  valid_from timestamptz not null,
  settings jsonb not null,
  set_by uuid references people,
  recorded_at timestamptz not null default now()
);
create index on rule_settings (org_id, shipment_id, valid_from, id);

alter table rule_service enable row level security;
alter table rule_settings enable row level security;
create policy seen on rule_service for select to zaitu_app
  using (exists (select from shipment_access a where a.shipment_id = rule_service.shipment_id));
create policy made on rule_service for insert to zaitu_app
  with check (exists (select from shipment_access a where a.shipment_id = rule_service.shipment_id and a.part = 'buyer') and app_shipment() is null);
create policy changed on rule_service for update to zaitu_app
  using (exists (select from shipment_access a where a.shipment_id = rule_service.shipment_id and a.part = 'buyer') and app_shipment() is null);
create policy own on rule_settings to zaitu_app using (org_id = app_org() and app_shipment() is null)
  with check (org_id = app_org() and app_shipment() is null);
create policy ingest on rule_service to zaitu_ingest using (true);
create policy ingest on rule_settings to zaitu_ingest using (true);
grant select, insert, update on rule_service to zaitu_app;
grant select, insert on rule_settings to zaitu_app;
grant select on rule_service, rule_settings, shipment_phases to zaitu_ingest;

-- Times in which our own intake was not proven up: no silence of a device is counted there. A server says so every few
-- seconds while it takes readings; a longer gap between two such words is an outage.
create table intake (only_one boolean primary key default true check (only_one), heard_at timestamptz not null);
create table intake_outages (
  began_at timestamptz primary key,
  ended_at timestamptz not null check (began_at < ended_at)
);
grant select, insert, update on intake to zaitu_ingest;
grant select, insert on intake_outages to zaitu_ingest;

-- Says that readings are being taken, and answers the outage that ends with it, if there was one longer than `allowed`.
create function intake_is_up(allowed interval) returns table (began_at timestamptz, ended_at timestamptz) language plpgsql as $$
declare before timestamptz;
begin
  select i.heard_at into before from intake i for update;
  insert into intake (heard_at) values (clock_timestamp())
    on conflict (only_one) do update set heard_at = greatest(intake.heard_at, excluded.heard_at);
  if before < clock_timestamp() - allowed then
    return query insert into intake_outages (began_at, ended_at) values (before, clock_timestamp())
      on conflict do nothing returning intake_outages.began_at, intake_outages.ended_at;
  end if;
end $$;

drop view alarm_details;
create view alarm_details with (security_invoker = true) as
select a.id, a.org_id, a.shipment_id, a.rule, a.onset, a.cleared_at, a.void, a.priority,
  ack.at is not null as acknowledged, quiet.suppressed or quiet.out_of_service as quiet,
  -- somebody still has to do something; a silence or what is of low priority asks for nobody once it is over
  not a.void and not (quiet.suppressed or quiet.out_of_service)
    and (a.cleared_at is null or (ack.at is null and a.priority <> 'low' and a.rule <> 'silence') or (a.latching and reset.at is null)) as open,
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
        when a.cleared_at is not null and not a.latching and (a.priority = 'low' or a.rule = 'silence') then ''
        when ack.at is null then '-unacknowledged'
        when a.cleared_at is null or (a.latching and reset.at is null) then '-acknowledged'
        else '' end,
    'onset', iso(a.onset), 'clearedAt', iso(a.cleared_at), 'value', a.value, 'peak', a.peak, 'limit', a.limit_value,
    'cause', a.cause, 'figures', a.figures, 'retrospective', a.retrospective, 'recovered', a.recovered, 'void', a.void,
    'suppressed', quiet.suppressed, 'outOfService', quiet.out_of_service, 'causedBy', incident.id,
    'acknowledgedBy', ack.name, 'acknowledgedAt', iso(ack.at),
    'shelvedUntil', case when shelf.until > now() then iso(shelf.until) end,
    'shelvedBy', case when shelf.until > now() then shelf.name end,
    'shelvedFor', case when shelf.until > now() then shelf.note end,
    'resetAt', iso(reset.at), 'raisedAt', iso(a.raised_at), 'explanation', a.explanation) as alarm,
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
) reset on true
left join lateral (
  -- by the phase that it ended in, or that is now
  select
    exists (select from suppressed_rules q where q.rule = a.rule and q.phase = (
      select p.phase from shipment_phases p
      where p.shipment_id = a.shipment_id and p.valid_from <= coalesce(a.cleared_at, now())
      order by p.valid_from desc, p.id desc limit 1)) as suppressed,
    exists (select from rule_service o where o.shipment_id = a.shipment_id and o.rule = a.rule
      and o.out_from <= coalesce(a.cleared_at, now()) and (o.out_to is null or o.out_to > coalesce(a.cleared_at, now()))) as out_of_service
) quiet on true
left join lateral (
  select c.id from alarm_consequences q
  join alarms c on c.shipment_id = a.shipment_id and c.device_id = a.device_id and c.rule = q.cause_rule
    and (q.cause is null or c.cause = q.cause)
  where q.rule = a.rule and not c.void and c.id <> a.id
    and c.onset <= coalesce(a.cleared_at, 'infinity') and coalesce(c.cleared_at, 'infinity') >= a.onset - interval '30 minutes'
  order by q.rank, c.onset limit 1
) incident on true;
grant select on alarm_details to zaitu_app, zaitu_ingest;
