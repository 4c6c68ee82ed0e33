-- Who did what, when and from where: a chain of hashes per organisation (server/store/audit-chain.ts says over what).
-- The application may append at the end of its organisation's chain and read it; nobody but the owner may change or
-- remove an entry, and `npm run verify-audit` names the first one that the owner did.

create table audit (
  org_id uuid not null references organisations,
  seq bigint not null check (seq > 0),
  at timestamptz not null,
  actor jsonb not null,
  from_address text not null,
  action text not null,
  subject jsonb not null,
  details jsonb not null,
  prev_hash bytea not null check (length(prev_hash) = 32),
  hash bytea not null check (length(hash) = 32),
  primary key (org_id, seq)
);
create index on audit (org_id, (subject ->> 'id'), seq);
create index on audit (org_id, at);

-- The end of each chain. Whoever appends holds its row until the commit, so that a chain has no forks and no gaps.
create table audit_heads (
  org_id uuid primary key references organisations,
  seq bigint not null default 0,
  hash bytea not null default decode(repeat('00', 32), 'hex'),
  at timestamptz
);

alter table audit enable row level security;
alter table audit_heads enable row level security;
create policy seen on audit for select to zaitu_app using (org_id = app_org() and app_shipment() is null);
-- what the holder of a share link does is written down as well
create policy made on audit for insert to zaitu_app with check (org_id = app_org());
create policy seen on audit_heads for select to zaitu_app using (org_id = app_org() and app_shipment() is null);
grant select, insert on audit to zaitu_app;
grant select on audit_heads to zaitu_app;

-- Where the chain of the organisation that speaks ends, held until the transaction is over, and the time of the next
-- entry: taken while held and never before the last one's, so that times run as the chain does.
create function lock_audit_head(out seq bigint, out hash bytea, out at timestamptz)
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  select h.seq, h.hash, h.at into seq, hash, at from audit_heads h where h.org_id = app_org() for update;
  if not found then
    insert into audit_heads (org_id) values (app_org()) on conflict do nothing;
    select h.seq, h.hash, h.at into seq, hash, at from audit_heads h where h.org_id = app_org() for update;
  end if;
  at := greatest(at, date_trunc('milliseconds', clock_timestamp()));
end $$;
revoke all on function lock_audit_head from public;
grant execute on function lock_audit_head to zaitu_app;

-- An entry that does not continue the chain is refused, whoever writes it.
create function advance_audit_head() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update audit_heads set seq = new.seq, hash = new.hash, at = new.at
    where org_id = new.org_id and seq = new.seq - 1 and hash = new.prev_hash;
  if not found then
    raise exception 'entry % does not continue the audit chain of %', new.seq, new.org_id using errcode = '40001';
  end if;
  return null;
end $$;
create trigger audit_head_advances after insert on audit for each row execute function advance_audit_head();

-- The heads are published outside once a day: the server that has a day's row does it, until `claimed_until`.
create table audit_publications (
  day date not null,
  target text not null,
  claimed_until timestamptz not null,
  published_at timestamptz,
  primary key (day, target)
);
