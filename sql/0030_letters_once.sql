-- A letter is written once, however often its batch is tried: after an outage in the middle of one, or after a commit whose
-- answer was lost. `batch_id` names the batch, `part` what of it; letters of before, and of the version before, have neither.
alter table dead_letters
  add column batch_id uuid,
  add column part text;
create unique index on dead_letters (batch_id, part) where batch_id is not null;
