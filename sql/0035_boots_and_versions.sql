-- A device's numbers are followed in each of its last boots, and not in the greatest one alone: what an older one left is
-- committed and asked for as well, and a unit that was replaced, or erased, may begin at any boot.
alter table device_progress rename to boot_progress;
alter table boot_progress drop constraint device_progress_pkey;
alter table boot_progress add primary key (device_id, boot);

-- As the version before knows it: one row a device, of the greatest boot.
create view device_progress as
  select distinct on (device_id) device_id, boot, seq, beyond, untold, gap_since, heard_at
  from boot_progress order by device_id, boot desc;
create function device_progress_told() returns trigger language plpgsql as $$
begin
  update boot_progress p set untold = new.untold where p.device_id = new.device_id and p.boot = new.boot;
  return new;
end $$;
create trigger told instead of update on device_progress for each row execute function device_progress_told();
grant select, update on device_progress to zaitu_ingest;
grant delete on boot_progress to zaitu_ingest;

-- Adds what one server knows of numbers to what is stored; answers the rows that say something else than it gave.
create function save_boots(ids integer[], boots integer[], seqs integer[], beyonds int4multirange[], ours boolean[])
  returns table (device_id integer, boot integer, seq integer, beyond int4multirange)
  language sql volatile as $$
  with given as (
    select * from unnest(ids, boots, seqs, beyonds, ours) as g (device_id, boot, seq, beyond, ours)
  ), saved as (
    insert into boot_progress as p (device_id, boot, seq, beyond, untold, gap_since)
    select g.device_id, g.boot, g.seq, g.beyond, not g.ours, case when not isempty(g.beyond) then now() end from given g
    on conflict on constraint boot_progress_pkey do update set (seq, beyond, untold, gap_since, heard_at) = (
      select n.seq, n.beyond, p.untold or excluded.untold,
        case when isempty(n.beyond) then null when n.seq = p.seq then coalesce(p.gap_since, now()) else now() end,
        now()
      from (
        select case when lower(w.done) = 0 then upper(range_merge(w.first)) - 1 else -1 end as seq,
          -- a device that loses every other reading must not grow its row: the newest stretches go
          case when isempty(w.done) or (lower(w.done) = 0 and isempty(w.done - w.first)) then '{}'
            else (select range_agg(r) from (select r from unnest(case when lower(w.done) = 0 then w.done - w.first else w.done end) r limit 1000) x)
          end as beyond
        from (
          select k.done, int4multirange(int4range(0, (select upper(r) from unnest(k.done) r limit 1))) as first
          from (
            select int4multirange(int4range(0, p.seq + 1)) + p.beyond
              + int4multirange(int4range(0, excluded.seq + 1)) + excluded.beyond as done
          ) k
        ) w
      ) n)
    returning p.device_id, p.boot, p.seq, p.beyond
  )
  select s.device_id, s.boot, s.seq, s.beyond from saved s join given g on g.device_id = s.device_id and g.boot = s.boot
  where (g.seq, g.beyond) is distinct from (s.seq, s.beyond);
$$;
grant execute on function save_boots to zaitu_ingest;

-- The version before gives one boot a device, and hears of the greatest one.
create or replace function save_progress(ids integer[], boots integer[], seqs integer[], beyonds int4multirange[], ours boolean[])
  returns table (device_id integer, boot integer, seq integer, beyond int4multirange)
  language plpgsql volatile as $$
#variable_conflict use_column
begin
  perform save_boots(ids, boots, seqs, beyonds, ours);
  return query select p.device_id, p.boot, p.seq, p.beyond
    from unnest(ids, boots, seqs, beyonds) as g (device_id, boot, seq, beyond) join device_progress p on p.device_id = g.device_id
    where (g.boot, g.seq, g.beyond) is distinct from (p.boot, p.seq, p.beyond);
end $$;

-- While two versions run side by side, the older one folds: one stream is not judged by the rules of both in turn. And two
-- servers of one name, which take each other's connection to the broker, are told so.
alter table servers add column version integer not null default 0;

create function hold_leases(mine bigint, called text, its_session text, hold interval, its_version integer)
  returns table (epoch bigint, buckets integer[], surplus integer[], others integer, gone text[], namesake boolean)
  language plpgsql volatile security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  me bigint;
  proven boolean;
  dead record;
  removed text[] := '{}';
  servers_up integer;
  sharing integer;
  fair integer := 0;
  held integer;
begin
  perform pg_advisory_xact_lock(5240720);
  select s.epoch, s.until > clock_timestamp() into me, proven from servers s where s.epoch = mine;
  if me is null then
    insert into servers (name, session, until, version) values (called, its_session, clock_timestamp() + hold, its_version) returning servers.epoch into me;
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

  -- Rules of one version at a time: a newer one waits until those before it are gone.
  select count(*), count(*) filter (where s.version = oldest.version) into servers_up, sharing
  from servers s, (select min(o.version) as version from servers o where o.until > clock_timestamp() and not o.leaving) oldest
  where s.until > clock_timestamp() and not s.leaving;
  if not exists (select from servers s where s.epoch = 0)
    and not exists (select from servers s where s.version < its_version and s.until > clock_timestamp() and not s.leaving) then
    fair := ceil(64.0 / greatest(1, sharing));
  end if;
  select count(*) into held from stream_leases l where l.epoch = me;
  update stream_leases l set epoch = me where l.bucket in (
    select f.bucket from stream_leases f where f.epoch is null order by f.bucket * 37 & 63 limit greatest(0, fair - held));
  return query select me,
    array(select l.bucket::integer from stream_leases l where l.epoch = me),
    array(select l.bucket::integer from stream_leases l where l.epoch = me order by l.bucket * 37 & 63 limit greatest(0, held - fair)),
    servers_up - 1, removed,
    -- one that was killed is removed when its name begins to run anew: these two live
    mine is not null and exists (select from servers s where s.name = called and s.epoch <> me and s.until > clock_timestamp() and not s.leaving);
end $$;
revoke all on function hold_leases(bigint, text, text, interval, integer) from public;
grant execute on function hold_leases(bigint, text, text, interval, integer) to zaitu_ingest;

-- As the version before calls it.
create or replace function hold_leases(mine bigint, called text, its_session text, hold interval)
  returns table (epoch bigint, buckets integer[], surplus integer[], others integer, gone text[])
  language sql volatile security definer set search_path = public, pg_temp set lock_timeout = '2s'
  as $$ select h.epoch, h.buckets, h.surplus, h.others, h.gone from hold_leases(mine, called, its_session, hold, 0) h $$;
