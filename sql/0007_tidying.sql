-- What nobody needs any more goes, hour by hour (server/store/upkeep.ts).
--   checkpoints: all of the last day, the last of each hour before, and the last of each stream whatever its age;
--   sessions that have ended; notifications that were sent, letters and the feed of changes, once as old as raw readings.
create function tidy(before timestamptz) returns void language sql as $$
  delete from stream_checkpoints where ctid in (
    select ctid from (
      select ctid, time, lead(time) over (partition by shipment_id, device_id order by time, seq) as next from stream_checkpoints
    ) c
    where time < now() - interval '1 day' and next is not null
      and (time < before or next < date_trunc('hour', time, 'UTC') + interval '1 hour'));
  delete from sessions where expires_at < now();
  delete from outbox where sent_at < before;
  delete from dead_letters where received_at < before;
  delete from alarm_changes where at < before;
$$;
