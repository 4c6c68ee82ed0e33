-- An outage of our own intake is one thing to each organisation that had devices on the way, and not a thousand silences:
-- told once when it is known to have begun, once when it is over, and acknowledged by a person.
create table intake_notices (
  org_id uuid not null references organisations,
  began_at timestamptz not null,
  -- null: nothing can be heard now
  ended_at timestamptz check (began_at < ended_at),
  -- lent to its shipments then
  devices integer not null,
  -- have since sent what they measured meanwhile, from beginning to end; have sent a part of it
  recovered integer not null default 0,
  partly integer not null default 0,
  acknowledged_at timestamptz,
  acknowledged_by uuid references people,
  primary key (org_id, began_at)
);
create index on intake_notices (ended_at);
alter table intake_notices enable row level security;
create policy own on intake_notices to zaitu_app using (org_id = app_org() and app_shipment() is null)
  with check (org_id = app_org() and app_shipment() is null);
create policy ingest on intake_notices to zaitu_ingest using (true) with check (true);
grant select, update (acknowledged_at, acknowledged_by) on intake_notices to zaitu_app;
grant select, insert, update on intake_notices to zaitu_ingest;

-- Everybody who has a part in a shipment with a device on it is concerned, once.
create function note_intake_outage(began timestamptz, ended timestamptz) returns void
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  since text := to_char(began at time zone 'UTC', 'YYYY-MM-DD HH24:MI');
  till text := to_char(ended at time zone 'UTC', 'YYYY-MM-DD HH24:MI');
  minutes integer := greatest(1, round(extract(epoch from ended - began) / 60));
begin
  with concerned as (
    select v.org_id, count(distinct a.device_id)::integer as devices
    from assignments a join devices d on d.id = a.device_id and d.revoked_at is null
    join shipment_access v on v.shipment_id = a.shipment_id
    where a.during && tstzrange(began, coalesce(ended, clock_timestamp()), '[]')
    group by v.org_id
  ), noted as (
    insert into intake_notices as n (org_id, began_at, ended_at, devices)
    select c.org_id, began, ended, c.devices from concerned c
    on conflict (org_id, began_at) do update set ended_at = excluded.ended_at, devices = excluded.devices
      where n.ended_at is null and excluded.ended_at is not null
    returning n.org_id, n.devices
  )
  insert into outbox (org_id, kind, key, payload)
  select n.org_id, 'intake-outage', concat_ws(':', 'intake-outage', n.org_id, extract(epoch from began), case when ended is not null then 'over' end),
    jsonb_build_object(
      -- half a minute of a restart asks nobody to get up; minutes in which an alarm may have been missed do
      'priority', case when ended is null or minutes >= 5 then 'high' else 'medium' end,
      'path', '/alarms?show=all',
      'text', case when ended is null then jsonb_build_object(
        'en', jsonb_build_object(
          'title', 'Our own intake is down',
          'lines', jsonb_build_array(
            format('Since %s UTC nothing that your devices send can reach us. What the page shows is as old as that, and no new alarm will come.', since),
            format('Devices concerned: %s. None is blamed for it: they keep what they measure and send it later.', n.devices),
            'First: Watch critical shipments by other means, such as a call to the driver.')),
        'zh', jsonb_build_object(
          'title', '平台数据接收中断',
          'lines', jsonb_build_array(
            format('自 %s UTC 起无法接收设备数据，页面显示的数值停留在该时刻，期间不会产生新报警。', since),
            format('涉及设备 %s 台，均不视为失联：设备会暂存数据，恢复后补传。', n.devices),
            '首要措施：通过其他方式（如致电司机）监护重要货运。')))
      else jsonb_build_object(
        'en', jsonb_build_object(
          'title', 'Our own intake was down and is back',
          'lines', jsonb_build_array(
            format('From %s to %s UTC (%s min) nothing that your devices sent could reach us.', since, till, minutes),
            format('Devices concerned: %s. None is blamed for it: what they kept comes in now, and an excursion in it is recorded with its true times.', n.devices),
            'First: See on the page whose data has come back, and look at the others.')),
        'zh', jsonb_build_object(
          'title', '平台数据接收曾中断，现已恢复',
          'lines', jsonb_build_array(
            format('%s 至 %s UTC（%s 分钟）期间无法接收设备数据。', since, till, minutes),
            format('涉及设备 %s 台，均不视为失联：暂存数据正在补传，其中的超限将按真实时间记录。', n.devices),
            '首要措施：在页面查看哪些设备已补传，并检查其余设备。')))
      end)
  from noted n
  on conflict (key) do nothing;
end $$;
revoke all on function note_intake_outage from public;

create function tell_intake_outage() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform note_intake_outage(new.began_at, new.ended_at);
  return null;
end $$;
create trigger outage_told after insert on intake_outages for each row execute function tell_intake_outage();

-- A server that can reach the database but hears nothing says so. Whether nothing has been heard for longer than `allowed`.
create function intake_is_down(allowed interval) returns boolean
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare since timestamptz;
begin
  select i.heard_at into since from intake i where i.heard_at < clock_timestamp() - allowed;
  if since is null then
    return false;
  end if;
  perform note_intake_outage(since, null);
  return true;
end $$;

-- Counts anew whose data of recent outages has come: from end to end, but for what one may lack in three reports; or a
-- part. A device that reports more rarely than the outage was long has lost nothing. How many notices say something else now.
create function count_recovered() returns integer
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare changed integer;
begin
  update intake_notices n set recovered = c.recovered, partly = c.partly
  from (
    select o.org_id, o.began_at, count(*) filter (where g.whole)::integer as recovered,
      count(*) filter (where g.some and not g.whole)::integer as partly
    from intake_notices o
    cross join lateral (
      select a.device_id, max(3 * make_interval(secs => d.report_seconds)) as patience,
        min(greatest(lower(a.during), o.began_at)) as from_at, max(least(coalesce(upper(a.during), o.ended_at), o.ended_at)) as to_at
      from shipment_access v join assignments a on a.shipment_id = v.shipment_id
      join devices d on d.id = a.device_id and d.revoked_at is null
      where v.org_id = o.org_id and a.during && tstzrange(o.began_at, o.ended_at, '[]')
      group by a.device_id
    ) l
    left join lateral (
      select r.time from readings r where r.device_id = l.device_id and r.time >= l.from_at and r.time <= l.to_at
      order by r.time limit 1
    ) first on true
    left join lateral (
      select r.time from readings r where r.device_id = l.device_id and r.time >= l.from_at and r.time <= l.to_at
      order by r.time desc limit 1
    ) last on true
    cross join lateral (
      select first.time is not null as some,
        l.to_at - l.from_at <= l.patience
          or coalesce(first.time <= l.from_at + l.patience and last.time >= l.to_at - l.patience, false) as whole
    ) g
    where o.ended_at > now() - interval '3 days' and o.recovered < o.devices
    group by o.org_id, o.began_at
  ) c
  where n.org_id = c.org_id and n.began_at = c.began_at and (n.recovered, n.partly) is distinct from (c.recovered, c.partly);
  get diagnostics changed = row_count;
  return changed;
end $$;
revoke all on function intake_is_down, count_recovered from public;
grant execute on function intake_is_down, count_recovered to zaitu_ingest;

-- Whoever is told of an alarm is told of this, too.
update notification_rules set kinds = array_append(kinds, 'intake-outage')
  where 'alarm-raised' = any (kinds) and not 'intake-outage' = any (kinds);
