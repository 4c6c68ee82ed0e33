-- Who is told what, and what became of it. An event (a row of the outbox) is routed once: for each channel that a rule
-- leads to, a notification; where no rule does, one that says that nobody was told. A notification is sent until it
-- arrived, was given up, or is no longer true.
create table channels (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  name text not null,
  kind text not null check (kind in ('webhook', 'email', 'dingtalk', 'wecom', 'feishu')),
  -- the address as far as it may be shown: what of a robot's lets anybody write stands in `secret` only
  shown text not null,
  secret jsonb,
  language text not null check (language in ('en', 'zh')),
  -- where people reach us, for links, unless PUBLIC_URL says
  origin text not null,
  per_minute integer not null check (per_minute between 1 and 600),
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  tested_at timestamptz,
  test_problem text,
  test_detail text,
  last_sent_at timestamptz,
  failing_since timestamptz,
  last_problem text,
  last_detail text,
  -- one server at a time speaks to it; a server that dies is made up for when this has passed
  busy_until timestamptz
);
create unique index channels_name on channels (org_id, name) where removed_at is null;
comment on column channels.secret is 'written by people, read only by what sends; gone with the channel';

create table notification_rules (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  channel_id uuid not null references channels,
  enabled boolean not null default true,
  kinds text[] not null,
  priorities text[] not null,
  -- null: all
  phases text[],
  shipment_ids uuid[],
  substance_ids uuid[],
  -- {timeZone, days: [1 Monday … 7 Sunday], from, to, outside: wait | skip}; null: always
  hours jsonb,
  language text check (language in ('en', 'zh')),
  digest_minutes integer not null default 0 check (digest_minutes between 0 and 1440),
  created_at timestamptz not null default now()
);
create index on notification_rules (org_id) where enabled;
create index on notification_rules (channel_id);

create table escalation_steps (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  channel_id uuid not null references channels,
  -- raised: nobody has acknowledged it for so long; acknowledged: it still holds so long after that
  after text not null check (after in ('raised', 'acknowledged')),
  minutes integer not null check (minutes between 1 and 10080),
  priorities text[] not null,
  created_at timestamptz not null default now()
);
create index on escalation_steps (org_id);

create table notifications (
  -- also the key that a receiver knows it by, however often it comes
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  -- of the event, the same for every channel
  key text not null,
  kind text not null,
  priority text not null check (priority in ('critical', 'high', 'medium', 'low')),
  -- null: nobody is told
  channel_id uuid references channels,
  alarm_id uuid,
  shipment_id uuid,
  payload jsonb not null,
  language text not null default 'en',
  digest boolean not null default false,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'dead', 'dropped', 'untold')),
  -- why it failed, or was dropped
  problem text,
  detail text,
  attempts integer not null default 0,
  tried_at timestamptz,
  next_attempt_at timestamptz not null default now(),
  -- said with this other one, in one message under that one's id
  lead_id uuid references notifications,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  check ((channel_id is null) = (state = 'untold')),
  unique nulls not distinct (org_id, key, channel_id)
);
create index notifications_due on notifications (channel_id, next_attempt_at) where state = 'waiting';
create index notifications_page on notifications (org_id, created_at desc, id desc);
create index notifications_tried on notifications (channel_id, tried_at);
create index on notifications (lead_id) where lead_id is not null;
create index on notifications (alarm_id);
create index notifications_dead on notifications (id) where state = 'dead';

do $$
declare t text;
begin
  foreach t in array array['channels', 'notification_rules', 'escalation_steps', 'notifications'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I to zaitu_app using (org_id = app_org() and app_shipment() is null) with check (org_id = app_org() and app_shipment() is null)', t);
    execute format('create policy ingest on %I to zaitu_ingest using (true) with check (true)', t);
  end loop;
end $$;
grant select (id, org_id, name, kind, shown, language, origin, per_minute, enabled, created_at, removed_at, tested_at, test_problem,
  test_detail, last_sent_at, failing_since, last_problem, last_detail) on channels to zaitu_app;
grant insert, update on channels to zaitu_app;
grant select, insert, update, delete on notification_rules, escalation_steps to zaitu_app;
grant select, update on notifications to zaitu_app;
grant select, update on channels to zaitu_ingest;
grant select on notification_rules, escalation_steps to zaitu_ingest;
grant select, insert, update on notifications to zaitu_ingest;

-- Changes what a channel keeps secret, for the application, which can not read it. With `old_until` (epoch ms) the key
-- that was there holds beside the new one until then. Whether there is such a channel.
create function change_channel_secret(channel uuid, change jsonb, old_until bigint) returns boolean
  language plpgsql volatile security definer set search_path = public as $$
begin
  update channels set secret = coalesce(secret, '{}') - 'oldKey' - 'oldKeyUntil'
      || case when old_until is null then coalesce(
           (select jsonb_object_agg(e.key, e.value) from jsonb_each(secret) e where e.key in ('oldKey', 'oldKeyUntil') and not change ? 'key'), '{}')
         else jsonb_build_object('oldKey', secret -> 'key', 'oldKeyUntil', old_until) end
      || change
    where id = channel and org_id = app_org() and app_shipment() is null and removed_at is null;
  return found;
end $$;
revoke all on function change_channel_secret from public;
grant execute on function change_channel_secret to zaitu_app;

create function priority_rank(priority text) returns integer language sql immutable parallel safe
  as $$ select array_position(array['critical', 'high', 'medium', 'low'], priority) $$;

-- THE ONE PLACE that decides, at the moment of sending, whether a notification is still to be sent: `send`, `hold` (not
-- now, perhaps later), or why it is dropped.
create function notification_verdict(n notifications) returns text language sql stable as $$
  select case
    when n.shipment_id is not null
      and not exists (select from shipment_access s where s.shipment_id = n.shipment_id and s.org_id = n.org_id) then 'not-ours'
    when n.alarm_id is null then 'send'
    else coalesce((
      select case
        when d.void then 'withdrawn'
        when (d.alarm ->> 'recovered')::boolean then 'recovered'
        when n.kind = 'alarm-raised' and (d.alarm ->> 'retrospective')::boolean then 'over'
        when n.kind = 'alarm-cleared' and d.cleared_at is null then 'active-again'
        when n.kind = 'alarm-escalated' and d.acknowledged then 'acknowledged'
        when n.kind = 'alarm-again' and d.cleared_at is not null then 'over'
        -- suppressed by design or out of service, shelved, or told as its cause: not now; and not at all once it is over
        when d.quiet then case when d.cleared_at is null then 'hold' else 'quiet' end
        when d.shelved_until > now() then case when d.cleared_at is null then 'hold' else 'shelved' end
        when n.kind <> 'alarm-cleared' and exists (
          select from notifications m join alarms c on c.id = m.alarm_id
          where m.channel_id = n.channel_id and m.alarm_id = (d.alarm ->> 'causedBy')::uuid and m.state in ('waiting', 'sent')
            and m.kind = n.kind and not c.void and c.cleared_at is null and priority_rank(c.priority) <= priority_rank(d.priority)
        ) then case when d.cleared_at is null then 'hold' else 'with-its-cause' end
        else 'send' end
      from alarm_details d where d.id = n.alarm_id), 'gone')
  end
$$;

-- The end of a condition leaves the house only where somebody asked for it; who was not told of the alarm is not told
-- of its end either (server/store/routing.ts).
create function tell_cleared() returns trigger language plpgsql as $$
begin
  if exists (select from notification_rules r join shipment_access s on s.org_id = r.org_id and s.shipment_id = new.shipment_id
      where r.enabled and 'alarm-cleared' = any (r.kinds)) then
    insert into outbox (org_id, kind, key, payload)
    values (new.org_id, 'alarm-cleared', format('alarm-cleared:%s:%s', new.id, extract(epoch from new.cleared_at)),
      jsonb_build_object('id', new.id, 'shipmentId', new.shipment_id, 'priority', new.priority))
    on conflict (key) do nothing;
  end if;
  return null;
end $$;
create trigger alarm_over after update of cleared_at on alarms for each row
  when (old.cleared_at is null and new.cleared_at is not null and not new.void and not new.recovered and not new.retrospective)
  execute function tell_cleared();

-- An alarm that has become graver is told again: who was told of a medium one may not have come running.
create function tell_graver() returns trigger language plpgsql as $$
begin
  insert into outbox (org_id, kind, key, payload)
  values (new.org_id, 'alarm-raised', format('alarm-raised:%s:%s', new.id, new.priority),
    jsonb_build_object('id', new.id, 'shipmentId', new.shipment_id, 'priority', new.priority))
  on conflict (key) do nothing;
  return null;
end $$;
create trigger alarm_graver after update of priority on alarms for each row
  when (priority_rank(new.priority) < priority_rank(old.priority) and new.cleared_at is null and not new.void and not new.recovered)
  execute function tell_graver();

-- Alarms that nobody has acknowledged for so long, or that still hold so long after somebody did, go to the next step.
-- Of several servers one looks, and each step of each alarm is taken once. How many were.
create function escalate_alarms() returns integer language plpgsql as $$
declare taken integer;
begin
  if not pg_try_advisory_xact_lock(5240719) then
    return 0;
  end if;
  insert into notifications (org_id, key, kind, priority, channel_id, alarm_id, shipment_id, payload, language)
  select s.org_id, format('%s:%s:%s', k.kind, a.id, s.id), k.kind, a.priority, c.id, a.id, a.shipment_id,
    jsonb_build_object('minutes', s.minutes), c.language
  from escalation_steps s
  join channels c on c.id = s.channel_id and c.enabled and c.removed_at is null
  cross join lateral (values (case s.after when 'raised' then 'alarm-escalated' else 'alarm-again' end)) as k (kind)
  join shipment_access v on v.org_id = s.org_id
  join alarms a on a.shipment_id = v.shipment_id and not a.void and not a.recovered and (a.cleared_at is null or a.latching)
    and a.priority = any (s.priorities)
    and a.raised_at > now() - interval '14 days' and a.raised_at <= now() - make_interval(mins => s.minutes)
  join lateral (
    select d.acknowledged, d.open, d.shelved_until, (d.alarm ->> 'acknowledgedAt')::timestamptz as acknowledged_at
    from alarm_details d where d.id = a.id
  ) d on true
  cross join lateral (
    values (case s.after when 'raised' then a.raised_at else d.acknowledged_at end + make_interval(mins => s.minutes))
  ) as due (at)
  where d.open and (d.shelved_until is null or d.shelved_until <= now())
    and case s.after when 'raised' then not d.acknowledged else d.acknowledged and a.cleared_at is null end
    -- a new step says nothing of what was due before it was there
    and due.at <= now() and due.at >= s.created_at
    and not exists (select from notifications n where n.channel_id = c.id and n.key = format('%s:%s:%s', k.kind, a.id, s.id))
  on conflict do nothing;
  get diagnostics taken = row_count;
  return taken;
end $$;

create or replace function tidy(before timestamptz) returns void language sql as $$
  delete from stream_checkpoints where ctid in (
    select ctid from (
      select ctid, time, lead(time) over (partition by shipment_id, device_id order by time, seq) as next from stream_checkpoints
    ) c
    where time < now() - interval '1 day' and next is not null
      and (time < before or next < date_trunc('hour', time, 'UTC') + interval '1 hour'));
  delete from sessions where expires_at < now();
  delete from notifications where state <> 'waiting' and created_at < before
    and not exists (select from notifications f where f.lead_id = notifications.id and f.created_at >= before);
  delete from outbox where sent_at < before;
  delete from dead_letters where received_at < before;
  delete from alarm_changes where at < before;
$$;
