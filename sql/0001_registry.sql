-- Who is here and what travels: organisations, people, devices, substances, tanks, sites, shipments, assignments.
-- Two roles own nothing and do the work: zaitu_app answers people and sees one organisation at a time,
-- zaitu_ingest stores what devices send. Roles belong to the whole instance, so two databases may race here.
do $$
begin
  create role zaitu_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$
begin
  create role zaitu_ingest nologin;
exception when duplicate_object or unique_violation then null;
end $$;
do $$
begin
  execute format('grant zaitu_app, zaitu_ingest to %I', current_user);
exception when others then
  -- two migrations of one instance may update the same membership row; having it is what counts
  if not (pg_has_role(current_user, 'zaitu_app', 'member') and pg_has_role(current_user, 'zaitu_ingest', 'member')) then
    raise;
  end if;
end $$;

create table organisations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  kind text not null check (kind in ('buyer', 'supplier', 'carrier', 'operator')),
  created_at timestamptz not null default now()
);

create table people (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  email text not null check (email = lower(email)) unique,
  name text not null,
  role text not null check (role in ('viewer', 'member', 'admin')),
  password_hash text not null,
  created_at timestamptz not null default now()
);

create table sessions (
  token_hash bytea primary key,
  person_id uuid not null references people on delete cascade,
  csrf_token text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

-- `id` is what readings carry (small), `code` is what topics, bodies and people call the device
create table devices (
  id integer generated always as identity primary key,
  code text not null unique,
  org_id uuid not null references organisations,
  interval_seconds double precision not null check (interval_seconds > 0),
  report_seconds double precision not null check (report_seconds > 0),
  pressure_reference text not null check (pressure_reference in ('absolute', 'gauge')),
  secret_hash bytea not null,
  revoked_at timestamptz,
  status text not null default 'unknown' check (status in ('online', 'offline', 'unknown')),
  status_at timestamptz,
  created_at timestamptz not null default now()
);
create index on devices (org_id, code);

-- org_id null: the catalogue that everyone sees
create table substances (
  id uuid primary key default gen_random_uuid(),
  org_id uuid references organisations,
  cas text not null,
  un text,
  name text not null,
  name_zh text,
  hazard_class text,
  packing_group text check (packing_group in ('I', 'II', 'III')),
  sadt double precision,
  sapt double precision,
  created_at timestamptz not null default now(),
  unique nulls not distinct (org_id, cas, un, name)
);

create table tanks (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  name text not null,
  capacity_litres double precision not null,
  mawp_bar double precision,
  test_pressure_bar double precision,
  relief_pressure_bar double precision,
  created_at timestamptz not null default now(),
  unique (org_id, name)
);

create table sites (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  name text not null,
  lat double precision not null,
  lon double precision not null,
  radius_metres double precision not null,
  created_at timestamptz not null default now(),
  unique (org_id, name)
);

create table shipments (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  reference text not null,
  substance_id uuid not null references substances,
  tank_id uuid references tanks,
  carrier_id uuid references organisations,
  supplier_id uuid references organisations,
  origin jsonb not null,
  destination jsonb not null,
  depart_at timestamptz not null,
  eta timestamptz not null,
  phase text not null check (phase in ('planned', 'loading', 'in-transit', 'unloading', 'delivered', 'cleaning', 'closed')),
  contacts jsonb not null default '[]',
  created_at timestamptz not null default now(),
  unique (org_id, reference)
);
create index on shipments (org_id, id);

-- Limits and phases are part of the timeline that rules fold over: a version holds from `valid_from` until the next.
create table shipment_limits (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments,
  valid_from timestamptz not null,
  limits jsonb not null,
  set_by uuid references people,
  recorded_at timestamptz not null default now()
);
create index on shipment_limits (shipment_id, valid_from, id);

create table shipment_phases (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments,
  valid_from timestamptz not null,
  phase text not null,
  set_by uuid references people,
  recorded_at timestamptz not null default now()
);
create index on shipment_phases (shipment_id, valid_from, id);

-- A shipment borrows a device for a time range; a device serves one shipment at a time. The integer stands as a
-- one-element range, so that the constraint needs no extension.
create table assignments (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments,
  device_id integer not null references devices,
  during tstzrange not null check (not isempty(during) and lower_inc(during) and not upper_inc(during) and not lower_inf(during)),
  created_at timestamptz not null default now(),
  constraint assignments_no_overlap exclude using gist (int4range(device_id, device_id, '[]') with &&, during with &&)
);
create index on assignments (shipment_id);

grant usage on schema public to zaitu_app, zaitu_ingest;
grant select on organisations, people, devices, substances, tanks, sites, shipments, shipment_limits, shipment_phases, assignments to zaitu_app;
grant insert, update on devices, tanks, sites, substances, shipments, assignments to zaitu_app;
grant insert on shipment_limits, shipment_phases to zaitu_app;
grant select, insert, delete on sessions to zaitu_app;
grant select on organisations, devices, substances, shipments, shipment_limits, shipment_phases, assignments to zaitu_ingest;
grant update (status, status_at) on devices to zaitu_ingest;

create function app_org() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.org_id', true), '')::uuid $$;

do $$
declare t text;
begin
  foreach t in array array['people', 'devices', 'tanks', 'sites', 'shipments', 'shipment_limits', 'shipment_phases', 'assignments'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own_organisation on %I to zaitu_app using (org_id = app_org()) with check (org_id = app_org())', t);
    execute format('create policy ingest on %I to zaitu_ingest using (true)', t);
  end loop;
end $$;
alter table substances enable row level security;
create policy own_or_catalogue on substances to zaitu_app using (org_id is null or org_id = app_org()) with check (org_id = app_org());
create policy ingest on substances to zaitu_ingest using (true);

-- Before sign-in there is no organisation yet, so these two look past the policies, each for one exact key.
create function person_by_email(wanted text) returns table (id uuid, org_id uuid, email text, name text, role text, password_hash text)
  language sql stable security definer set search_path = public
  as $$ select id, org_id, email, name, role, password_hash from people where email = lower(wanted) $$;

create function person_by_session(wanted bytea)
  returns table (id uuid, org_id uuid, email text, name text, role text, org_name text, org_kind text, csrf_token text, expires_at timestamptz)
  language sql stable security definer set search_path = public
  as $$
    select p.id, p.org_id, p.email, p.name, p.role, o.name, o.kind, s.csrf_token, s.expires_at
    from sessions s join people p on p.id = s.person_id join organisations o on o.id = p.org_id
    where s.token_hash = wanted and s.expires_at > now()
  $$;
revoke all on function person_by_email, person_by_session from public;
grant execute on function person_by_email, person_by_session to zaitu_app;
