-- A dead letter that somebody sent through again, as it was or corrected: when, who, and what became of it. It stays, as
-- what was received; what was still wrong with it is a letter of its own.
alter table dead_letters
  add column replayed_at timestamptz,
  add column replayed_by text,
  add column replay_stored integer,
  add column replay_letters integer;
create index on dead_letters (org_id, id) where replayed_at is null;
grant update (replayed_at, replayed_by, replay_stored, replay_letters) on dead_letters to zaitu_app;
