-- The condition (what the data says) and the actions (what people do) are separate; `alarm_changes` is the feed of both.
create table alarms (
  id uuid primary key,
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments,
  device_id integer not null references devices,
  rule text not null,
  priority text not null check (priority in ('critical', 'high', 'medium', 'low')),
  onset timestamptz not null,
  cleared_at timestamptz,
  value double precision not null,
  peak double precision not null,
  limit_value double precision not null,
  cause text,
  retrospective boolean not null default false,
  void boolean not null default false,
  explanation text not null,
  raised_at timestamptz not null default now()
);
-- one alarm for one excursion, however often it is folded
create unique index alarms_excursion on alarms (shipment_id, device_id, rule, onset) where not void;
create index on alarms (org_id, id);
create index on alarms (shipment_id, onset);
create index alarms_open on alarms (org_id, shipment_id) where cleared_at is null and not void;

create table alarm_actions (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  alarm_id uuid not null references alarms,
  action text not null check (action in ('acknowledged', 'shelved', 'unshelved', 'reset', 'commented')),
  person_id uuid references people,
  note text,
  at timestamptz not null default now()
);
create index on alarm_actions (alarm_id, id);

-- Followed by (xid, id) below pg_snapshot_xmin: identities commit out of order, transactions below xmin are all over.
create table alarm_changes (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  org_id uuid not null references organisations,
  alarm_id uuid not null references alarms,
  shipment_id uuid not null,
  change text not null check (change in ('raised', 'cleared', 'amended', 'acknowledged', 'shelved', 'unshelved', 'reset', 'commented')),
  at timestamptz not null default now(),
  alarm jsonb not null
);
create index on alarm_changes (xid, id);
-- the feed asks of each entry whether a later one of the same alarm is there
create index on alarm_changes (alarm_id, xid, id);

create function iso(moment timestamptz) returns text language sql immutable parallel safe
  as $$ select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- An alarm as clients see it (server/model/alarm.ts): the one place where condition and actions become a state.
create view alarm_details with (security_invoker = true) as
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
  select x.at, p.name from alarm_actions x left join people p on p.id = x.person_id
  where x.alarm_id = a.id and x.action = 'acknowledged' order by x.id limit 1
) ack on true;
grant select on alarm_details to zaitu_app, zaitu_ingest;

-- What has to leave the house, at least once: written with its cause, taken by the dispatcher.
create table outbox (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  kind text not null,
  key text not null unique,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  sent_at timestamptz,
  error text
);
create index outbox_due on outbox (next_attempt_at) where sent_at is null;

-- The fold of one stream (shipment, device) after the reading at (time, seq).
create table stream_checkpoints (
  shipment_id uuid not null references shipments,
  device_id integer not null references devices,
  time timestamptz not null,
  seq integer not null,
  state jsonb not null,
  primary key (shipment_id, device_id, time, seq)
);

-- "Something at or after `from_time` of this stream is not what was folded": taken up by a worker, deleted when done.
create table refold_requests (
  id bigint generated always as identity primary key,
  shipment_id uuid not null references shipments,
  device_id integer not null references devices,
  from_time timestamptz not null,
  requested_at timestamptz not null default now()
);
create index on refold_requests (shipment_id, device_id);

grant select, insert, update on alarms to zaitu_ingest;
grant select, insert on alarm_changes to zaitu_app, zaitu_ingest;
grant select, insert on alarm_actions to zaitu_app;
grant select on alarm_actions, people to zaitu_ingest;
grant select on alarms to zaitu_app;
grant insert on outbox to zaitu_app;
grant select, insert, update, delete on outbox to zaitu_ingest;
grant select, insert, delete on stream_checkpoints, refold_requests to zaitu_ingest;
grant insert on refold_requests to zaitu_app;

do $$
declare t text;
begin
  foreach t in array array['alarms', 'alarm_actions', 'alarm_changes', 'outbox'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own_organisation on %I to zaitu_app using (org_id = app_org()) with check (org_id = app_org())', t);
    execute format('create policy ingest on %I to zaitu_ingest using (true) with check (true)', t);
  end loop;
end $$;
