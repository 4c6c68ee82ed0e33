-- What was said, in whichever order it reached us: the key of what is corrected is kept, for that may come later; when it was
-- said, where whoever said it tells; and which lot it is of. What a former server writes beside has none of them.
alter table milestones
  add column corrects_key text,
  add column said_at timestamptz,
  add column lot text check (length(lot) between 1 and 100);
create index milestones_corrects_key on milestones (order_id, line, said_org, corrects_key) where corrects_key is not null;

-- What a milestone corrects: as it was found when it came, else by its key as soon as that is there.
create function milestone_corrects(m milestones) returns bigint language sql stable as $$
  select case when m.corrects is not null or m.corrects_key is null then m.corrects
    else (select o.id from milestones o where o.order_id = m.order_id and o.line = m.line and o.said_org = m.said_org and o.key = m.corrects_key) end
$$;
create function milestone_stands(m milestones) returns boolean language sql stable as $$
  select not exists (select from milestones c where c.corrects = m.id)
    and not (m.key is not null and exists (select from milestones c where c.order_id = m.order_id and c.line = m.line
      and c.said_org = m.said_org and c.corrects_key = m.key and c.corrects is null))
$$;

-- When each stage was done: when it last was, of the same moment as was said last; one that was begun anew is open.
-- server/orders/said.ts says the same. For the functions below alone.
create view stages_done as
select * from (
  select distinct on (m.order_id, m.line, m.stage) m.order_id, m.line, m.stage, m.org_id, m.supplier_id, m.at, m.recorded_at,
    coalesce(m.progress, 1) as progress
  from milestones m where m.classifier = 'actual' and milestone_stands(m)
  order by m.order_id, m.line, m.stage, m.at desc,
    least(coalesce(m.said_at, m.recorded_at), m.recorded_at) desc, coalesce(m.progress, 1) desc, m.id desc
) d where d.progress >= 1;

-- As before, but for what is corrected by key. Its conditions stand here and not in a function, which would look as its caller.
create or replace view visible_lines with (security_barrier = true) as
select l.order_id, o.number, l.line, l.org_id, l.supplier_id, b.cas, b.name, b.name_zh, l.quantity, l.unit, l.need_by, l.stages,
  o.ordered_at, o.created_at,
  (select coalesce(jsonb_object_agg(n.stage, jsonb_build_object('name', n.name, 'nameZh', n.name_zh)), '{}') from own_stages n
   where n.org_id = l.org_id and l.stages @> jsonb_build_array(jsonb_build_object('stage', n.stage))) as stage_names
from order_lines l
join orders o on o.id = l.order_id
join substances b on b.id = l.substance_id
where app_supplier() is not null and l.org_id = app_org() and l.supplier_id = app_supplier()
  and (nullif(current_setting('app.order_id', true), '') is null
    or (l.order_id::text = current_setting('app.order_id', true) and l.line = current_setting('app.order_line', true)))
  and l.cancelled_at is null
  and not exists (select from receipts r where r.order_id = l.order_id and r.line = l.line and r.quantity > 0 and not r.more
    and not exists (select from receipts c where c.corrects = r.id))
  and not exists (select from milestones m where m.order_id = l.order_id and m.line = l.line
    and m.stage = l.stages -> -1 ->> 'stage' and m.classifier = 'actual' and coalesce(m.progress, 1) >= 1
    and m.recorded_at < now() - interval '14 days' and not exists (select from milestones c where c.corrects = m.id)
    and not exists (select from milestones c where c.order_id = m.order_id and c.line = m.line and c.said_org = m.said_org
      and c.corrects_key = m.key and c.corrects is null));

-- Each of a supplier's own estimates, heard before the stage was through, against when that was. Asked by the two below, which
-- look at who asks them.
create function supplier_words(buyer uuid, supplier uuid, out estimates integer, out kept integer, out median_days_off double precision)
  language sql stable set search_path = public, pg_temp as $$
  select count(*)::integer, (count(*) filter (where d.at <= e.at + interval '1 day'))::integer,
    percentile_cont(0.5) within group (order by extract(epoch from d.at - e.at) / 86400)
  from stages_done d
  join milestones e on e.order_id = d.order_id and e.line = d.line and e.stage = d.stage and e.classifier = 'estimated'
    and e.said_org = supplier and e.recorded_at < d.at and milestone_stands(e)
  where d.supplier_id = supplier and (buyer is null or d.org_id = buyer) and d.at > now() - interval '1 year'
$$;
revoke all on function supplier_words from public;

-- As before, with a stage done when `stages_done` says, and without estimates that are corrected by key.
create or replace function supplier_scorecard(buyer uuid, supplier uuid, out lines integer, out arrived integer, out on_time integer,
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

  select w.estimates, w.kept, w.median_days_off into estimates, kept, median_days_off from supplier_words(buyer, supplier) w;

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
    and not exists (select from stages_done d where d.order_id = l.order_id and d.line = l.line and d.stage = l.stages -> -1 ->> 'stage')
    and not exists (select from milestones m where m.order_id = l.order_id and m.line = l.line and m.said_org = supplier
      and m.recorded_at > now() - interval '14 days');
end $$;

-- The scorecard's figure of estimates under its former name, which a former server shows to suppliers: one figure for both sides.
create or replace function supplier_reliability(buyer uuid, supplier uuid, out judged integer, out on_time integer)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  judged := 0; on_time := 0;
  if not ((app_shipment() is null and app_org() in (buyer, supplier)) or (app_supplier() = supplier and app_org() = buyer)) then
    return;
  end if;
  select w.estimates, w.kept into judged, on_time from supplier_words(buyer, supplier) w;
end $$;
