-- Any number of servers over one database. A device's streams are folded by one of them at a time: buckets of devices are
-- leased, by the database's clock. A server that has not been heard of for a while is removed, its sessions are ended, and
-- others take its buckets; one that wakes up afterwards finds that its row is gone and can record nothing.
--
-- The version before goes on working beside this: it knows nothing of leases, so while it is there it folds everything, and
-- servers of this version hand over to it all that they take in (see `intake_is_up` below).
create table servers (
  -- names one run of one server from its joining on: never given twice. 0 is the version before, however many of them.
  epoch bigint generated always as identity primary key,
  name text not null,
  -- ends the application_name of its sessions
  session text not null,
  joined_at timestamptz not null default clock_timestamp(),
  until timestamptz not null,
  -- it has ended in order, and may be back in a moment; if not, others see to what waits for it at the broker
  leaving boolean not null default false
);

-- A device is in bucket `device_id & 63`.
create table stream_leases (
  bucket smallint primary key check (bucket between 0 and 63),
  epoch bigint references servers on delete set null
);
insert into stream_leases (bucket) select generate_series(0, 63);
create index on stream_leases (epoch);

-- The server whose connection this is.
create function database_session() returns text language sql stable parallel safe
  as $$ select substring(current_setting('application_name') from '#(.+)$') $$;

-- Who speaks to a channel: what a server was at when it died is another's at once, rather than when its claim ends.
alter table channels add column busy_by text;
grant update (busy_by) on channels to zaitu_ingest;

-- Who is alive says so every second, and learns which buckets are its own. `surplus` are those that it is to give back, when
-- nothing of theirs is under way, because another server has come; `gone` are the names of servers that were removed by this.
-- `mine`: its epoch, null when it begins to run.
create function hold_leases(mine bigint, called text, its_session text, hold interval)
  returns table (epoch bigint, buckets integer[], surplus integer[], others integer, gone text[])
  language plpgsql volatile security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  me bigint;
  proven boolean;
  dead record;
  removed text[] := '{}';
  servers_up integer;
  fair integer := 0;
  held integer;
begin
  perform pg_advisory_xact_lock(5240720);
  select s.epoch, s.until > clock_timestamp() into me, proven from servers s where s.epoch = mine;
  if me is null then
    insert into servers (name, session, until) values (called, its_session, clock_timestamp() + hold) returning servers.epoch into me;
    proven := mine is null;
  else
    update servers s set until = clock_timestamp() + hold where s.epoch = me;
  end if;

  -- After an outage of the database nobody has been heard of: only who was itself in time says that another was not.
  -- A server that begins to run takes the place of the one that had its name.
  for dead in select s.epoch, s.session, s.name from servers s
    where s.epoch > 0 and s.epoch <> me and ((proven and s.until < clock_timestamp()) or (mine is null and s.name = called))
  loop
    begin
      perform pg_terminate_backend(a.pid, 500) from pg_stat_activity a
      where a.datname = current_database() and a.application_name like 'zaitu%#' || dead.session;
    exception when insufficient_privilege then null;
    end;
    begin
      -- waits for what it has under way, which then is committed or is not
      delete from servers s where s.epoch = dead.epoch;
      with freed as (update channels c set busy_until = null, busy_by = null where c.busy_by = dead.session returning c.id)
      update notifications n set next_attempt_at = now() from freed
      -- tried, and not put down as sent (server/store/deliveries.ts)
      where n.channel_id = freed.id and n.state = 'waiting' and n.next_attempt_at = n.tried_at + interval '3 minutes';
      if dead.name <> called then removed := removed || dead.name; end if;
    exception when lock_not_available then null;
    end;
  end loop;

  -- The version before is there no longer: what it folded beside others is folded again.
  if exists (select from servers s where s.epoch = 0 and s.until < clock_timestamp()) then
    insert into refold_requests (shipment_id, device_id, from_time)
    select a.shipment_id, a.device_id, greatest(lower(a.during), s.joined_at - interval '10 minutes')
    from servers s join assignments a on a.during && tstzrange(s.joined_at - interval '10 minutes', null) where s.epoch = 0;
    delete from servers s where s.epoch = 0;
  end if;

  select count(*) into servers_up from servers s where s.until > clock_timestamp() and not s.leaving;
  if not exists (select from servers s where s.epoch = 0) then
    fair := ceil(64.0 / servers_up);
  end if;
  select count(*) into held from stream_leases l where l.epoch = me;
  update stream_leases l set epoch = me where l.bucket in (
    select f.bucket from stream_leases f where f.epoch is null order by f.bucket * 37 & 63 limit greatest(0, fair - held));
  return query select me,
    array(select l.bucket::integer from stream_leases l where l.epoch = me),
    array(select l.bucket::integer from stream_leases l where l.epoch = me order by l.bucket * 37 & 63 limit greatest(0, held - fair)),
    servers_up - 1, removed;
end $$;
revoke all on function hold_leases from public;
grant execute on function hold_leases to zaitu_ingest;
grant select, update, delete on servers to zaitu_ingest;
grant select, update on stream_leases to zaitu_ingest;

-- What a server that is not the owner has stored, for the owner to fold; null: asked for by people, or by late data.
alter table refold_requests add column by_epoch bigint;
create index on assignments (device_id);

-- Numbers of one device may reach several servers: each adds what it knows.
alter table device_progress
  -- the owner is still to say so to the device
  add column untold boolean not null default false,
  -- since when the first number is missing that is missing
  add column gap_since timestamptz,
  add column heard_at timestamptz not null default now();
create index on device_progress (device_id) where untold;
create index on device_progress (device_id) where gap_since is not null;
-- alarms of what a device does not send again though it was asked to
create index alarms_gaps on alarms (device_id) where figures->'missingFrom' is not null and cleared_at is null;

-- Adds what one server knows of numbers to what is stored; answers the rows that say something else than it gave.
create function save_progress(ids integer[], boots integer[], seqs integer[], beyonds int4multirange[], ours boolean[])
  returns table (device_id integer, boot integer, seq integer, beyond int4multirange)
  language sql volatile as $$
  with given as (
    select * from unnest(ids, boots, seqs, beyonds, ours) as g (device_id, boot, seq, beyond, ours)
  ), saved as (
    insert into device_progress as p (device_id, boot, seq, beyond, untold, gap_since)
    select g.device_id, g.boot, g.seq, g.beyond, not g.ours, case when not isempty(g.beyond) then now() end from given g
    on conflict on constraint device_progress_pkey do update set (boot, seq, beyond, untold, gap_since, heard_at) = (
      select n.boot, n.seq, n.beyond, p.untold or excluded.untold,
        case when isempty(n.beyond) then null when (n.boot, n.seq) = (p.boot, p.seq) then coalesce(p.gap_since, now()) else now() end,
        now()
      from (
        -- an older boot says nothing new
        select w.boot, case when lower(w.done) = 0 then upper(range_merge(w.first)) - 1 else -1 end as seq,
          -- a device that loses every other reading must not grow its row: the newest stretches go
          case when isempty(w.done) or (lower(w.done) = 0 and isempty(w.done - w.first)) then '{}'
            else (select range_agg(r) from (select r from unnest(case when lower(w.done) = 0 then w.done - w.first else w.done end) r limit 1000) x)
          end as beyond
        from (
          select k.boot, k.done, int4multirange(int4range(0, (select upper(r) from unnest(k.done) r limit 1))) as first
          from (
            select greatest(p.boot, excluded.boot) as boot,
              case when p.boot >= excluded.boot then int4multirange(int4range(0, p.seq + 1)) + p.beyond else '{}' end
                + case when excluded.boot >= p.boot then int4multirange(int4range(0, excluded.seq + 1)) + excluded.beyond else '{}' end as done
          ) k
        ) w
      ) n)
    returning p.device_id, p.boot, p.seq, p.beyond
  )
  select s.device_id, s.boot, s.seq, s.beyond from saved s join given g on g.device_id = s.device_id
  where (g.boot, g.seq, g.beyond) is distinct from (s.boot, s.seq, s.beyond);
$$;
grant execute on function save_progress to zaitu_ingest;

-- The version before calls this one every 5 s, and so says that it is there.
alter function intake_is_up(interval) rename to intake_up;
create function intake_is_up(allowed interval) returns table (began_at timestamptz, ended_at timestamptz)
  language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  insert into servers (epoch, name, session, until) overriding system value
    values (0, 'the version before', '', clock_timestamp() + interval '15 s')
    on conflict on constraint servers_pkey do update set until = excluded.until;
  return query select u.began_at, u.ended_at from intake_up(allowed) u;
end $$;
grant execute on function intake_is_up(interval) to zaitu_ingest;
insert into servers (epoch, name, session, until) overriding system value
  select 0, 'the version before', '', heard_at + interval '15 s' from intake where heard_at > clock_timestamp() - interval '15 s';
