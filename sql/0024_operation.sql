-- A dead letter that somebody sent through again, as it was or corrected: when, who, and what became of it. It stays, as
-- what was received; what was still wrong with it is a letter of its own.
alter table dead_letters
  add column replayed_at timestamptz,
  add column replayed_by text,
  add column replay_stored integer,
  add column replay_letters integer;
create index on dead_letters (org_id, id) where replayed_at is null;
grant update (replayed_at, replayed_by, replay_stored, replay_letters) on dead_letters to zaitu_app;

-- The age of compression is a setting: a policy that says another one is made anew.
create or replace function arrange_compression(after interval) returns boolean language plpgsql as $$
declare
  arranged interval;
begin
  if storage_capability() <> 'timescale' then
    return false;
  end if;
  execute $q$
    select (config ->> 'compress_after')::interval from timescaledb_information.jobs
    where proc_name in ('policy_compression', 'policy_columnstore') and hypertable_name = 'readings'
  $q$ into arranged;
  if arranged = after then
    return true;
  end if;
  if arranged is null then
    execute 'alter table readings set (timescaledb.compress, timescaledb.compress_segmentby = ''device_id'', timescaledb.compress_orderby = ''time, seq'')';
  else
    perform remove_compression_policy('readings', if_exists => true);
  end if;
  perform add_compression_policy('readings', after, if_not_exists => true);
  return true;
end $$;
