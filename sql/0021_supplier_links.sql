-- A link by which a supplier sees its open lines with one buyer and says how far they are, without an account: all of
-- them, or one. As with share links only a hash of the token is kept, and each use leaves a row that nobody can change.
--   app.shipment_id  names no shipment while a supplier's link speaks, so that all that is shut for a share link is shut
--   app.supplier_id  the supplier whose lines with app.org_id (the buyer, whose link it is) are opened again, below
--   app.order_id, app.order_line  set where the link is for one line only

create function app_supplier() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.supplier_id', true), '')::uuid $$;

create table supplier_links (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  supplier_id uuid not null references organisations,
  order_id uuid,
  line text,
  token_hash bytea not null unique check (length(token_hash) = 32),
  note text,
  -- where reminders of stages that are due go
  email text,
  created_by uuid references people,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  expires_at timestamptz not null,
  withdrawn_at timestamptz,
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id),
  check ((order_id is null) = (line is null)),
  check (expires_at > created_at and expires_at <= created_at + interval '180 days')
);
create index on supplier_links (org_id, supplier_id, created_at);

create table supplier_uses (
  id bigint generated always as identity primary key,
  link_id uuid not null references supplier_links on delete cascade,
  at timestamptz not null default now(),
  address text,
  agent text
);
create index on supplier_uses (link_id, id);

create table supplier_sessions (
  token_hash bytea primary key,
  link_id uuid not null references supplier_links on delete cascade,
  csrf_token text not null,
  created_at timestamptz not null default now(),
  traced_at timestamptz not null default now()
);
create index on supplier_sessions (link_id);

alter table supplier_links enable row level security;
alter table supplier_uses enable row level security;
alter table supplier_sessions enable row level security;
create policy own on supplier_links for select to zaitu_app using (org_id = app_org() and app_shipment() is null);
create policy made on supplier_links for insert to zaitu_app
  with check (org_id = app_org() and app_shipment() is null and supplier_id in (select partner_id from partners));
create policy withdrawn on supplier_links for update to zaitu_app
  using (org_id = app_org() and app_shipment() is null) with check (withdrawn_at is not null);
create policy own on supplier_uses for select to zaitu_app
  using (exists (select from supplier_links l where l.id = link_id));
grant select (id, org_id, supplier_id, order_id, line, note, email, created_by, created_at, expires_at, withdrawn_at)
  on supplier_links to zaitu_app;
grant insert (org_id, supplier_id, order_id, line, token_hash, note, email, created_by, expires_at) on supplier_links to zaitu_app;
grant update (withdrawn_at) on supplier_links to zaitu_app;
grant select on supplier_uses to zaitu_app;

-- What a supplier's link shows: no price and nobody else's lines, for the columns and the rows are chosen here, and the
-- tables stay shut. A line goes from it when it is cancelled or has arrived, and two weeks after its last stage.
create view visible_lines with (security_barrier = true) as
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
    and m.recorded_at < now() - interval '14 days' and not exists (select from milestones c where c.corrects = m.id));
grant select on visible_lines to zaitu_app;

create index on milestones (corrects) where corrects is not null;
create index on milestones (supplier_id, org_id);
create policy linked on milestones for select to zaitu_app
  using (app_supplier() is not null and exists (select from visible_lines l where l.order_id = milestones.order_id and l.line = milestones.line));
create policy said_by_link on milestones for insert to zaitu_app
  with check (app_supplier() is not null and said_org = app_supplier()
    and exists (select from visible_lines l where l.order_id = milestones.order_id and l.line = milestones.line
      and l.org_id = milestones.org_id and l.supplier_id = milestones.supplier_id));

-- A picture that came with a milestone, scaled down before it was sent. As append-only as what it shows.
create table milestone_photos (
  milestone_id bigint primary key references milestones,
  order_id uuid not null,
  line text not null,
  org_id uuid not null,
  supplier_id uuid not null,
  type text not null check (type in ('image/jpeg', 'image/webp', 'image/png')),
  content bytea not null check (length(content) between 1 and 400000),
  created_at timestamptz not null default now(),
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id)
);
alter table milestone_photos enable row level security;
create policy seen on milestone_photos for select to zaitu_app
  using (exists (select from milestones m where m.id = milestone_id));
create policy made on milestone_photos for insert to zaitu_app
  with check (exists (select from milestones m where m.id = milestone_id and m.order_id = milestone_photos.order_id
    and m.line = milestone_photos.line and m.org_id = milestone_photos.org_id and m.supplier_id = milestone_photos.supplier_id
    and m.said_org = coalesce(app_supplier(), app_org())));
create policy ingest on milestone_photos for select to zaitu_ingest using (true);
grant select, insert on milestone_photos to zaitu_app;
grant select on milestone_photos to zaitu_ingest;

-- Whoever opens a link has no organisation yet, so these look past the policies, each for one exact key.
create function open_supplier_link(link bytea, its_session bytea, its_csrf text, its_address text, its_agent text) returns boolean
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare found_id uuid;
begin
  -- skipped where another opening clears up at the same time, so that the two never wait for one another
  delete from supplier_sessions where token_hash in (
    select s.token_hash from supplier_sessions s join supplier_links l on l.id = s.link_id
    where l.expires_at <= now() or l.withdrawn_at is not null for update of s skip locked);
  -- for share: withdrawing waits, so that no session begins beside it
  select id into found_id from supplier_links
    where token_hash = link and withdrawn_at is null and expires_at > now() for share;
  if found_id is null then return false; end if;
  insert into supplier_sessions (token_hash, link_id, csrf_token) values (its_session, found_id, its_csrf);
  insert into supplier_uses (link_id, address, agent) values (found_id, its_address, left(its_agent, 300));
  return true;
end $$;

-- Who holds this session, with a trace of it at most once an hour.
create function supplier_by_session(wanted bytea, its_address text, its_agent text)
  returns table (id uuid, org_id uuid, supplier_id uuid, order_id uuid, line text, org_name text, org_kind text, supplier_name text,
    csrf_token text, expires_at timestamptz)
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  with due as (
    update supplier_sessions s set traced_at = now() from supplier_links l
    where s.token_hash = wanted and s.traced_at <= now() - interval '1 hour'
      and l.id = s.link_id and l.withdrawn_at is null and l.expires_at > now()
    returning s.link_id
  )
  insert into supplier_uses (link_id, address, agent) select due.link_id, its_address, left(its_agent, 300) from due;
  return query
    select l.id, l.org_id, l.supplier_id, l.order_id, l.line, o.name, o.kind, p.name, s.csrf_token, l.expires_at
    from supplier_sessions s join supplier_links l on l.id = s.link_id
    join organisations o on o.id = l.org_id join organisations p on p.id = l.supplier_id
    where s.token_hash = wanted and l.withdrawn_at is null and l.expires_at > now();
end $$;
revoke all on function open_supplier_link, supplier_by_session from public;
grant execute on function open_supplier_link, supplier_by_session to zaitu_app;

-- How far a supplier's word can be relied on by one buyer: of the stages done in the last year of which something was
-- promised before (the last estimate, else the plan), how many were done by then, a day of grace included. Both sides see
-- the same figure, and nobody else any.
create function supplier_reliability(buyer uuid, supplier uuid, out judged integer, out on_time integer)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  judged := 0; on_time := 0;
  if not ((app_shipment() is null and app_org() in (buyer, supplier)) or (app_supplier() = supplier and app_org() = buyer)) then
    return;
  end if;
  select count(*), count(*) filter (where d.at <= d.promised + interval '1 day') into judged, on_time
  from (
    select m.at, coalesce(
      (select e.at from milestones e where e.order_id = m.order_id and e.line = m.line and e.stage = m.stage
        and e.classifier = 'estimated' and e.recorded_at <= m.at and not exists (select from milestones c where c.corrects = e.id)
        order by e.id desc limit 1),
      (select e.at from milestones e where e.order_id = m.order_id and e.line = m.line and e.stage = m.stage
        and e.classifier = 'planned' and e.recorded_at <= m.at and not exists (select from milestones c where c.corrects = e.id)
        order by e.id desc limit 1),
      (select (s ->> 'plannedAt')::timestamptz from jsonb_array_elements(l.stages) s where s ->> 'stage' = m.stage)) as promised
    from (
      select distinct on (a.order_id, a.line, a.stage) a.* from milestones a
      where a.supplier_id = supplier and a.org_id = buyer and a.classifier = 'actual' and coalesce(a.progress, 1) >= 1
        and a.at > now() - interval '1 year' and not exists (select from milestones c where c.corrects = a.id)
      order by a.order_id, a.line, a.stage, a.id desc
    ) m join order_lines l on l.order_id = m.order_id and l.line = m.line
  ) d where d.promised is not null;
end $$;
revoke all on function supplier_reliability from public;
grant execute on function supplier_reliability to zaitu_app;

-- A supplier is reminded at most once a day, whichever server does it and however many buyers wait: the row says so.
create table supplier_reminders (
  supplier_id uuid not null references organisations,
  day date not null,
  org_id uuid not null references organisations,
  primary key (supplier_id, day)
);
alter table supplier_reminders enable row level security;
create policy ingest on supplier_reminders to zaitu_ingest using (true) with check (true);
grant select, insert on supplier_reminders to zaitu_ingest;

-- E-mail to suppliers, who have no channels of their own: sent at least once, a receiver tells by `id` what came twice.
create table supplier_mails (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  supplier_id uuid not null references organisations,
  email text not null,
  title text not null,
  lines jsonb not null,
  created_at timestamptz not null default now(),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  sent_at timestamptz,
  error text
);
create index on supplier_mails (next_attempt_at) where sent_at is null;
alter table supplier_mails enable row level security;
create policy ingest on supplier_mails to zaitu_ingest using (true) with check (true);
grant select, insert, update on supplier_mails to zaitu_ingest;

-- For whom a link is open, and where its reminders go: no more of a link than that is told.
create function reminded_links() returns table (org_id uuid, supplier_id uuid, order_id uuid, line text, email text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select l.org_id, l.supplier_id, l.order_id, l.line, l.email from supplier_links l where l.withdrawn_at is null and l.expires_at > now()
$$;
revoke all on function reminded_links from public;
grant execute on function reminded_links to zaitu_ingest;
