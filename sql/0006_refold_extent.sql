-- How far a request goes: null to the end of the stream (limits and loans hold from a moment on), else the last late
-- reading. A refold may end where it agrees with an old checkpoint, but only with one beyond all that was asked for.
alter table refold_requests add column to_time timestamptz;
