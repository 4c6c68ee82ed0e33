-- Late and at risk: an alarm may be of an order line instead of a shipment. Its two sides see it, the buyer acts on it,
-- and whoever carries sees none; everything else of its life is as of any alarm.
alter table alarms
  alter column shipment_id drop not null,
  alter column device_id drop not null,
  add column order_id uuid,
  add column line text,
  add column supplier_id uuid,
  add column stage text,
  add column group_key text,
  add foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id),
  add check ((order_id is null) = (line is null) and (order_id is null) = (supplier_id is null)),
  add check (order_id is null or (shipment_id is null and device_id is null and group_key is not null)),
  add check (shipment_id is null or device_id is not null);
comment on column alarms.group_key is 'what makes it one matter with others: lines of one supplier at one stage, or on one shipment; says neither';
-- once, though two servers look: one of each kind that holds, and one of each beginning
create unique index alarms_of_line_open on alarms (order_id, line, rule) where order_id is not null and cleared_at is null and not void;
create unique index alarms_of_line on alarms (order_id, line, rule, onset) where order_id is not null and not void;
create index alarms_of_group on alarms (org_id, group_key) where group_key is not null and cleared_at is null and not void;
create index alarms_of_supplier on alarms (supplier_id) where order_id is not null;

alter table alarm_changes
  alter column shipment_id drop not null,
  add column order_id uuid,
  add column supplier_id uuid;
-- whoever writes a change says of which alarm; of what that is stands with the alarm
create function keep_change_of_line() returns trigger language plpgsql as $$
begin
  select a.order_id, a.supplier_id into new.order_id, new.supplier_id from alarms a where a.id = new.alarm_id;
  return new;
end $$;
create trigger change_of_line before insert on alarm_changes for each row when (new.shipment_id is null)
  execute function keep_change_of_line();

create policy both_sides on alarms for select to zaitu_app
  using (order_id is not null and app_shipment() is null and app_org() in (org_id, supplier_id));
create policy both_sides on alarm_changes for select to zaitu_app
  using (order_id is not null and app_shipment() is null and app_org() in (org_id, supplier_id));
create policy made_by_buyer on alarm_changes for insert to zaitu_app
  with check (order_id is not null and app_shipment() is null and org_id = app_org()
    and exists (select from alarms a where a.id = alarm_id and a.order_id = alarm_changes.order_id and a.org_id = app_org()));
-- its supplier only looks
drop policy made on alarm_actions;
create policy made on alarm_actions for insert to zaitu_app
  with check (org_id = app_org() and app_shipment() is null
    and exists (select from alarms x where x.id = alarm_id and (x.order_id is null or x.org_id = app_org())));

drop view alarm_details;
create view alarm_details with (security_invoker = true) as
select a.id, a.org_id, a.shipment_id, a.order_id, a.supplier_id, a.group_key, a.rule, a.onset, a.cleared_at, a.void, a.priority,
  ack.at is not null as acknowledged, quiet.suppressed or quiet.out_of_service as quiet,
  -- somebody still has to do something; a silence, a late line or what is of low priority asks for nobody once it is over
  not a.void and not (quiet.suppressed or quiet.out_of_service)
    and (a.cleared_at is null or (ack.at is null and a.priority <> 'low' and a.rule <> 'silence' and a.order_id is null) or (a.latching and reset.at is null)) as open,
  jsonb_build_object(
    'id', a.id, 'shipmentId', a.shipment_id, 'shipmentReference', s.reference, 'deviceId', d.code,
    'orderId', a.order_id, 'orderNumber', o.number, 'line', a.line, 'supplierId', a.supplier_id, 'supplierName', p.name,
    'stage', a.stage, 'group', a.group_key,
    'rule', a.rule, 'priority', a.priority,
    'state', case
      when a.void then 'cleared'
      when a.cleared_at is null then 'active'
      when a.latching and reset.at is null then 'latched'
      else 'cleared' end
      || case
        when a.void then ''
        when a.cleared_at is not null and not a.latching and (a.priority = 'low' or a.rule = 'silence' or a.order_id is not null) then ''
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
left join shipments s on s.id = a.shipment_id
left join devices d on d.id = a.device_id
left join orders o on o.id = a.order_id
left join organisations p on p.id = a.supplier_id
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
) incident on true
-- a shipment or an order that is not seen takes its alarms along, for whoever looks past the policies of alarms
where (s.id is not null and d.id is not null) or o.id is not null;
grant select on alarm_details to zaitu_app, zaitu_ingest;

-- What is one matter is told in one message: a notification of an order line's alarm stands for all of its group, and is
-- worth sending while one of them holds.
create function group_holds(lead uuid) returns boolean language sql stable as $$
  select exists (
    select from alarms l join alarms g on g.org_id = l.org_id and g.group_key = l.group_key and g.rule = l.rule
    join alarm_details d on d.id = g.id
    where l.id = lead and d.open and d.cleared_at is null and (d.shelved_until is null or d.shelved_until <= now()))
$$;

create or replace function notification_verdict(n notifications) returns text language sql stable as $$
  select case
    when n.shipment_id is not null
      and not exists (select from shipment_access s where s.shipment_id = n.shipment_id and s.org_id = n.org_id) then 'not-ours'
    when n.alarm_id is null then 'send'
    when n.kind in ('stage-overdue', 'forecast-late') then
      case when group_holds(n.alarm_id) then 'send' when exists (select from alarms a where a.id = n.alarm_id) then 'over' else 'gone' end
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

create index outbox_groups on outbox ((payload ->> 'group'), created_at) where payload ? 'group';

-- An event for these alarms, one for each group of them: none where one still waits to be told, and at most one an hour.
-- `at`: when it goes at the earliest, so that those that come in the same moment are told with it.
create function tell_groups(wanted uuid[], at timestamptz) returns void language sql as $$
  insert into outbox (org_id, kind, key, payload, next_attempt_at)
  select g.org_id, g.rule, format('%s:%s:%s', g.rule, g.group_key, gen_random_uuid()),
    jsonb_build_object('id', g.id, 'group', g.group_key, 'priority', g.priority),
    greatest(at, (select max(o.created_at) + interval '1 hour' from outbox o
      where o.payload ->> 'group' = g.group_key and o.org_id = g.org_id and o.kind = g.rule and o.created_at > now() - interval '1 hour'))
  from (
    select distinct on (a.org_id, a.rule, a.group_key) a.* from alarms a
    where a.id = any (wanted) and a.order_id is not null and a.cleared_at is null and not a.void
    order by a.org_id, a.rule, a.group_key, priority_rank(a.priority), a.onset, a.id
  ) g
  where not exists (select from outbox o where o.payload ->> 'group' = g.group_key and o.org_id = g.org_id and o.kind = g.rule
    and o.sent_at is null)
$$;

-- The end of a group's alarms is told once, where somebody asked for it: when the last of them is over.
create or replace function tell_cleared() returns trigger language plpgsql as $$
declare told uuid;
begin
  if new.order_id is not null then
    if not exists (select from notification_rules r where r.org_id = new.org_id and r.enabled and 'alarm-cleared' = any (r.kinds))
      or exists (select from alarms g where g.org_id = new.org_id and g.group_key = new.group_key and g.rule = new.rule
        and g.cleared_at is null and not g.void) then
      return null;
    end if;
    select n.alarm_id into told from notifications n join alarms a on a.id = n.alarm_id
      where n.org_id = new.org_id and a.group_key = new.group_key and a.rule = new.rule and n.kind = new.rule and not a.void
        and a.cleared_at is not null
      order by n.created_at desc limit 1;
    if told is null then
      return null;
    end if;
    insert into outbox (org_id, kind, key, payload)
    values (new.org_id, 'alarm-cleared', format('alarm-cleared:%s:%s', told, extract(epoch from new.cleared_at)),
      jsonb_build_object('id', told, 'priority', new.priority))
    on conflict (key) do nothing;
    return null;
  end if;
  if exists (select from notification_rules r join shipment_access s on s.org_id = r.org_id and s.shipment_id = new.shipment_id
      where r.enabled and 'alarm-cleared' = any (r.kinds)) then
    insert into outbox (org_id, kind, key, payload)
    values (new.org_id, 'alarm-cleared', format('alarm-cleared:%s:%s', new.id, extract(epoch from new.cleared_at)),
      jsonb_build_object('id', new.id, 'shipmentId', new.shipment_id, 'priority', new.priority))
    on conflict (key) do nothing;
  end if;
  return null;
end $$;

create or replace function tell_graver() returns trigger language plpgsql as $$
begin
  if new.order_id is not null then
    perform tell_groups(array[new.id], now());
    return null;
  end if;
  insert into outbox (org_id, kind, key, payload)
  values (new.org_id, 'alarm-raised', format('alarm-raised:%s:%s', new.id, new.priority),
    jsonb_build_object('id', new.id, 'shipmentId', new.shipment_id, 'priority', new.priority))
  on conflict (key) do nothing;
  return null;
end $$;

-- Of a group of order lines one goes to the next step, in the name of all.
create or replace function escalate_alarms() returns integer language plpgsql as $$
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
  join lateral (
    select x.* from shipment_access v join alarms x on x.shipment_id = v.shipment_id where v.org_id = s.org_id
    union all
    select x.* from alarms x where x.org_id = s.org_id and x.order_id is not null
  ) a on not a.void and not a.recovered and (a.cleared_at is null or a.latching)
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
    and (a.order_id is null or not exists (
      select from alarms b join alarm_details e on e.id = b.id
      where b.org_id = a.org_id and b.group_key = a.group_key and b.rule = a.rule and (b.raised_at, b.id) < (a.raised_at, a.id)
        and e.open and b.cleared_at is null and e.acknowledged = d.acknowledged))
  on conflict do nothing;
  get diagnostics taken = row_count;
  return taken;
end $$;

-- What the rules go by has changed: every open line of the organisation is looked at again.
create function judge_lines_again() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into forecast_requests (order_id, line) select order_id, line from order_lines where org_id = new.org_id and cancelled_at is null;
  return null;
end $$;
create trigger lines_judged_again after insert on rule_settings for each row when (new.shipment_id is null)
  execute function judge_lines_again();

-- How a supplier has done, for one buyer or (null, asked by the supplier itself) all of its buyers; both sides see the
-- same figures, and nobody else any. Of the last year, and as everywhere a day late is in time.
create function supplier_scorecard(buyer uuid, supplier uuid, out lines integer, out arrived integer, out on_time integer,
  out estimates integer, out kept integer, out median_days_off double precision, out median_silence double precision,
  out open_silent integer)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  lines := 0; arrived := 0; on_time := 0; estimates := 0; kept := 0; open_silent := 0;
  if app_shipment() is not null or not coalesce(app_org() = supplier or app_org() = buyer, false) then
    return;
  end if;
  select count(*), count(r.at), count(*) filter (where r.at <= l.need_by + interval '1 day') into lines, arrived, on_time
  from order_lines l
  left join lateral (
    select x.at from (
      select coalesce((
        select max(g.at) from receipts g where g.order_id = l.order_id and g.line = l.line and g.quantity > 0
          and not exists (select from receipts c where c.corrects = g.id)
        having not bool_and(g.more)),
        (select f.arrived_at from line_forecasts f where f.order_id = l.order_id and f.line = l.line)) as at
    ) x where x.at > now() - interval '1 year' and x.at <= now()
  ) r on true
  where l.supplier_id = supplier and (buyer is null or l.org_id = buyer) and l.cancelled_at is null;

  -- each estimate, said before the stage was through, against when that was
  select count(*), count(*) filter (where d.at <= e.at + interval '1 day'),
    percentile_cont(0.5) within group (order by extract(epoch from d.at - e.at) / 86400) into estimates, kept, median_days_off
  from (
    select m.order_id, m.line, m.stage, min(m.at) as at from milestones m
    where m.supplier_id = supplier and (buyer is null or m.org_id = buyer) and m.classifier = 'actual' and coalesce(m.progress, 1) >= 1
      and m.at > now() - interval '1 year' and not exists (select from milestones c where c.corrects = m.id)
    group by 1, 2, 3
  ) d
  join milestones e on e.order_id = d.order_id and e.line = d.line and e.stage = d.stage and e.classifier = 'estimated'
    and e.said_org = supplier and e.recorded_at < d.at and not exists (select from milestones c where c.corrects = e.id);

  -- days from the order, or the word before, to each of the supplier's words; and open lines of which nothing was heard for two weeks
  with heard as (
    select l.order_id, l.line, coalesce(o.ordered_at, o.created_at) as began, w.at as word,
      lag(w.at) over (partition by l.order_id, l.line order by w.at) as before
    from order_lines l join orders o on o.id = l.order_id
    join lateral (
      select distinct m.recorded_at as at from milestones m where m.order_id = l.order_id and m.line = l.line and m.said_org = supplier
    ) w on true
    where l.supplier_id = supplier and (buyer is null or l.org_id = buyer) and w.at > now() - interval '1 year'
  )
  select percentile_cont(0.5) within group (order by greatest(0, extract(epoch from h.word - coalesce(h.before, h.began)) / 86400))
    into median_silence from heard h;

  select count(*) into open_silent
  from order_lines l join orders o on o.id = l.order_id
  where l.supplier_id = supplier and (buyer is null or l.org_id = buyer) and l.cancelled_at is null
    and o.created_at < now() - interval '14 days'
    and not exists (select from line_forecasts f where f.order_id = l.order_id and f.line = l.line and f.arrived_at is not null)
    and not exists (select from receipts r where r.order_id = l.order_id and r.line = l.line and r.quantity > 0 and not r.more
      and not exists (select from receipts c where c.corrects = r.id))
    -- through with its part
    and not exists (select from milestones m where m.order_id = l.order_id and m.line = l.line and m.stage = l.stages -> -1 ->> 'stage'
      and m.classifier = 'actual' and coalesce(m.progress, 1) >= 1 and not exists (select from milestones c where c.corrects = m.id))
    and not exists (select from milestones m where m.order_id = l.order_id and m.line = l.line and m.said_org = supplier
      and m.recorded_at > now() - interval '14 days');
end $$;
revoke all on function supplier_scorecard from public;
grant execute on function supplier_scorecard to zaitu_app;
