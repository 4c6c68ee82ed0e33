-- Minutes and hours, so that months draw fast. What makes an answer right at once, late data included:
--   before `rolled_to` a bucket is read from the roll-up, unless its hour is in `rollup_dirty`: then from raw rows;
--   from `rolled_to` on, everything is read from raw rows;
--   whoever stores a reading before `dirty_from` adds its hour to `rollup_dirty` in the same transaction.
-- `dirty_from` moves first, under a lock that waits for every storing transaction that saw the old value.
create table rollup_state (
  single boolean primary key default true check (single),
  rolled_to timestamptz not null,
  dirty_from timestamptz not null,
  check (rolled_to <= dirty_from)
);
insert into rollup_state (rolled_to, dirty_from)
  values (date_trunc('hour', now()) - interval '31 days', date_trunc('hour', now()) - interval '31 days');

-- Append-only with an identity, so that a refresh deletes just the rows it saw; one that commits later stays.
create table rollup_dirty (
  id bigint generated always as identity primary key,
  device_id integer not null,
  hour timestamptz not null
);
create index on rollup_dirty (device_id, hour);

-- Taken by every storing transaction: shared with one another, exclusive to the move of `dirty_from`.
create function storing_begins() returns timestamptz language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(5240713);
  return (select dirty_from from rollup_state);
end $$;

do $$
declare
  resolution record;
  aggregate text;
  measures constant text := $m$
    count(*)::integer as readings,
    count(temperature)::integer as temperature_count, min(temperature) as temperature_min, max(temperature) as temperature_max, sum(temperature) as temperature_sum,
    count(pressure)::integer as pressure_count, min(pressure) as pressure_min, max(pressure) as pressure_max, sum(pressure) as pressure_sum,
    count(level)::integer as level_count, min(level) as level_min, max(level) as level_max, sum(level) as level_sum,
    count(ambient)::integer as ambient_count, min(ambient) as ambient_min, max(ambient) as ambient_max, sum(ambient) as ambient_sum,
    max(received_at - time) as latest_arrival
  $m$;
begin
  for resolution in values ('readings_1m', '1 minute'), ('readings_1h', '1 hour') loop
    if storage_capability() = 'timescale' then
      execute format(
        'create materialized view %I with (timescaledb.continuous, timescaledb.materialized_only = true) as '
        'select device_id, time_bucket(%L::interval, time) as bucket, %s from readings group by 1, 2 with no data',
        resolution.column1, resolution.column2, measures);
    else
      aggregate := format(
        'select device_id, date_bin(%L::interval, time, timestamptz ''2000-01-01 00:00Z'') as bucket, %s from readings',
        resolution.column2, measures);
      execute format('create table %I as %s group by 1, 2 with no data', resolution.column1, aggregate);
      execute format('alter table %I add primary key (device_id, bucket)', resolution.column1);
      if storage_capability() = 'apache' then
        perform create_hypertable(resolution.column1::regclass, by_range('bucket', interval '30 days'), create_default_indexes => false);
      end if;
      -- Whole buckets from `from_time` to `to_time`, of one device or of all, made anew from the raw rows. All devices are
      -- named, because the index has the device before the time: versions before 18 cannot skip in it, and would read a
      -- whole week or day for the last minute, every 20 s.
      execute format($f$
        create function roll_up_%1$s(from_time timestamptz, to_time timestamptz, of_device integer) returns void language plpgsql as $body$
        begin
          if of_device is null then
            delete from %1$I where device_id = any (array(select id from devices)) and bucket >= from_time and bucket < to_time;
            insert into %1$I %2$s where device_id = any (array(select id from devices)) and time >= from_time and time < to_time group by 1, 2;
          else
            delete from %1$I where device_id = of_device and bucket >= from_time and bucket < to_time;
            insert into %1$I %2$s where device_id = of_device and time >= from_time and time < to_time group by 1, 2;
          end if;
        end $body$ $f$, resolution.column1, aggregate);
    end if;
    execute format('grant select on %I to zaitu_app, zaitu_ingest', resolution.column1);
  end loop;
end $$;

grant select on rollup_state, rollup_dirty to zaitu_app, zaitu_ingest;
grant insert on rollup_dirty to zaitu_ingest;
grant execute on function storing_begins to zaitu_ingest;

-- Whole partitions or chunks that end at or before `bound`; how many went.
create function drop_readings_before(bound timestamptz) returns integer language plpgsql as $$
declare
  part record;
  dropped integer := 0;
begin
  if storage_capability() = 'none' then
    for part in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'readings'::regclass
        and (to_date(right(c.relname, 8), 'YYYYMMDD') + 7)::timestamp at time zone 'UTC' <= bound
    loop
      execute format('drop table %I', part.relname);
      dropped := dropped + 1;
    end loop;
    return dropped;
  end if;
  return (select count(*) from drop_chunks('readings', bound));
end $$;

-- The Community edition compresses by itself, once late data is over; the others leave rows as they are.
create function arrange_compression(after interval) returns boolean language plpgsql as $$
begin
  if storage_capability() <> 'timescale' then
    return false;
  end if;
  if not exists (select from timescaledb_information.jobs where proc_name in ('policy_compression', 'policy_columnstore') and hypertable_name = 'readings') then
    execute 'alter table readings set (timescaledb.compress, timescaledb.compress_segmentby = ''device_id'', timescaledb.compress_orderby = ''time, seq'')';
    perform add_compression_policy('readings', after, if_not_exists => true);
  end if;
  return true;
end $$;
