-- An arrival that is changed is a version of the facts of the timeline, as limits and phases are: whoever may see the
-- shipment may see what its arrival was thought to be, and its streams are folded again from when it was changed.
create policy seen on shipment_etas for select to zaitu_app
  using (exists (select from shipment_access a where a.shipment_id = shipment_etas.shipment_id));
grant select on shipment_etas to zaitu_app;

create function refold_for_eta() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into refold_requests (shipment_id, device_id, from_time)
  select distinct a.shipment_id, a.device_id, date_trunc('milliseconds', now()) from assignments a
  where a.shipment_id = new.id and coalesce(upper(a.during), 'infinity') > now();
  return null;
end $$;
create trigger eta_changed after update of eta on shipments for each row
  when (new.eta is distinct from old.eta) execute function refold_for_eta();
