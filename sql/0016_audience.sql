-- Who sees a shipment has changed: the devices on it are marked, so that every server looks anew within seconds whom it
-- tells of their readings (server/store/device-watch.ts), and not only the one that made the change.
create function mark_audience_changed() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update devices d set access_changed_at = clock_timestamp()
    where d.id in (select a.device_id from assignments a where a.shipment_id = new.id and coalesce(upper(a.during), 'infinity') > now());
  return null;
end $$;
create trigger shipment_audience_changed after update of org_id, carrier_id, supplier_id on shipments
  for each row when ((new.org_id, new.carrier_id, new.supplier_id) is distinct from (old.org_id, old.carrier_id, old.supplier_id))
  execute function mark_audience_changed();
