-- A link that shows one shipment to whoever holds it, without an account. Of the token only its hash is kept; whoever
-- opens the link gets a session of its own, which is over with the link. Each use leaves a row that nobody can change.
create table share_links (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments on delete cascade,
  token_hash bytea not null unique check (length(token_hash) = 32),
  note text,
  created_by uuid references people,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  expires_at timestamptz not null,
  withdrawn_at timestamptz,
  check (expires_at > created_at and expires_at <= created_at + interval '30 days')
);
create index on share_links (org_id, shipment_id, created_at);

create table share_uses (
  id bigint generated always as identity primary key,
  link_id uuid not null references share_links on delete cascade,
  at timestamptz not null default now(),
  address text,
  agent text
);
create index on share_uses (link_id, id);

create table share_sessions (
  token_hash bytea primary key,
  link_id uuid not null references share_links on delete cascade,
  csrf_token text not null,
  created_at timestamptz not null default now(),
  traced_at timestamptz not null default now()
);
create index on share_sessions (link_id);

alter table share_links enable row level security;
alter table share_uses enable row level security;
alter table share_sessions enable row level security;

-- Only those who answer for a shipment hand it on, and a share link hands on nothing.
create policy own on share_links for select to zaitu_app using (org_id = app_org() and app_shipment() is null);
create policy made on share_links for insert to zaitu_app
  with check (org_id = app_org() and app_shipment() is null and exists (
    select from shipment_access a where a.shipment_id = share_links.shipment_id and a.part in ('buyer', 'carrier')));
create policy withdrawn on share_links for update to zaitu_app
  using (org_id = app_org() and app_shipment() is null) with check (withdrawn_at is not null);
create policy own on share_uses for select to zaitu_app
  using (exists (select from share_links l where l.id = link_id));
grant select (id, org_id, shipment_id, note, created_by, created_at, expires_at, withdrawn_at) on share_links to zaitu_app;
grant insert (org_id, shipment_id, token_hash, note, created_by, expires_at) on share_links to zaitu_app;
grant update (withdrawn_at) on share_links to zaitu_app;
grant select on share_uses to zaitu_app;

-- Whoever opens a link has no organisation yet, so these look past the policies, each for one exact key.
create function open_share(link bytea, its_session bytea, its_csrf text, its_address text, its_agent text) returns boolean
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare found_id uuid;
begin
  -- skipped where another opening clears up at the same time, so that the two never wait for one another
  delete from share_sessions where token_hash in (
    select s.token_hash from share_sessions s join share_links l on l.id = s.link_id
    where l.expires_at <= now() or l.withdrawn_at is not null for update of s skip locked);
  -- for share: withdrawing waits, so that no session begins beside it
  select id into found_id from share_links
    where token_hash = link and withdrawn_at is null and expires_at > now() for share;
  if found_id is null then return false; end if;
  insert into share_sessions (token_hash, link_id, csrf_token) values (its_session, found_id, its_csrf);
  insert into share_uses (link_id, address, agent) values (found_id, its_address, left(its_agent, 300));
  return true;
end $$;

-- Who holds this session, with a trace of it at most once an hour.
create function share_by_session(wanted bytea, its_address text, its_agent text)
  returns table (id uuid, org_id uuid, shipment_id uuid, org_name text, org_kind text, csrf_token text, expires_at timestamptz)
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  with due as (
    update share_sessions s set traced_at = now() from share_links l
    where s.token_hash = wanted and s.traced_at <= now() - interval '1 hour'
      and l.id = s.link_id and l.withdrawn_at is null and l.expires_at > now()
    returning s.link_id
  )
  insert into share_uses (link_id, address, agent) select due.link_id, its_address, left(its_agent, 300) from due;
  return query
    select l.id, l.org_id, l.shipment_id, o.name, o.kind, s.csrf_token, l.expires_at
    from share_sessions s join share_links l on l.id = s.link_id join organisations o on o.id = l.org_id
    where s.token_hash = wanted and l.withdrawn_at is null and l.expires_at > now();
end $$;
revoke all on function open_share, share_by_session from public;
grant execute on function open_share, share_by_session to zaitu_app;
