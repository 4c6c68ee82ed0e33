-- The feed asks of each entry whether a later one of the same alarm is there.
create index on alarm_changes (alarm_id, xid, id);
