-- What devices measured. With TimescaleDB a hypertable of days, on plain PostgreSQL weekly partitions made ahead.
do $$
begin
  if exists (select from pg_available_extensions where name = 'timescaledb')
     and coalesce(current_setting('shared_preload_libraries', true), '') like '%timescaledb%' then
    create extension if not exists timescaledb;
  end if;
exception when insufficient_privilege then
  raise notice 'TimescaleDB is there, but this user may not create the extension: going on with plain PostgreSQL';
end $$;

do $$
declare
  columns constant text := $columns$
    device_id integer not null,
    time timestamptz not null,
    seq integer not null default 0,
    received_at timestamptz not null,
    temperature double precision,
    pressure double precision,
    level double precision,
    ambient double precision,
    lat double precision,
    lon double precision,
    battery double precision,
    shock double precision,
    extra jsonb,
    primary key (device_id, time, seq)
  $columns$;
begin
  if exists (select from pg_extension where extname = 'timescaledb') then
    execute format('create table readings (%s)', columns);
    perform create_hypertable('readings', by_range('time', interval '1 day'), create_default_indexes => false);
  else
    execute format('create table readings (%s) partition by range (time)', columns);
  end if;
end $$;

-- none: plain PostgreSQL; apache: hypertable only; timescale: compression, continuous aggregates and policies as well
create function storage_capability() returns text language plpgsql stable as $$
begin
  if exists (select from pg_partitioned_table where partrelid = 'readings'::regclass) then
    return 'none';
  end if;
  return case current_setting('timescaledb.license', true) when 'timescale' then 'timescale' else 'apache' end;
end $$;

-- Attaching takes a lock that lets reading and writing go on; `create table … partition of` would stop both.
create function ensure_reading_partitions(from_time timestamptz, to_time timestamptz) returns integer
  language plpgsql as $$
declare
  week timestamp := date_trunc('week', from_time at time zone 'UTC');
  part text;
  made integer := 0;
begin
  if storage_capability() <> 'none' then
    return 0;
  end if;
  perform pg_advisory_xact_lock(5240712);
  while week <= to_time at time zone 'UTC' loop
    part := 'readings_' || to_char(week, 'YYYYMMDD');
    if to_regclass(part) is null then
      execute format('create table %I (like readings including defaults)', part);
      execute format('alter table readings attach partition %I for values from (%L) to (%L)',
                     part, week at time zone 'UTC', (week + interval '7 days') at time zone 'UTC');
      made := made + 1;
    end if;
    week := week + interval '7 days';
  end loop;
  return made;
end $$;
select ensure_reading_partitions(now() - interval '31 days', now() + interval '14 days');

create table dead_letters (
  id bigint generated always as identity primary key,
  org_id uuid,
  device_id integer,
  received_at timestamptz not null,
  topic text not null,
  payload bytea not null,
  reason text not null
);
create index on dead_letters (org_id, id);

-- Per device and boot: every seq from 0 to `seq` has been dealt with; `beyond` holds what came after a gap.
create table device_progress (
  device_id integer primary key references devices,
  boot integer not null,
  seq integer not null,
  beyond int4multirange not null default '{}'
) with (fillfactor = 70);

grant select, insert, update on readings to zaitu_ingest;
grant select on readings to zaitu_app;
grant insert on dead_letters to zaitu_ingest;
grant select on dead_letters to zaitu_app;
alter table dead_letters enable row level security;
create policy own_organisation on dead_letters to zaitu_app using (org_id = app_org());
create policy ingest on dead_letters to zaitu_ingest using (true) with check (true);
grant select, insert, update on device_progress to zaitu_ingest;
