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
