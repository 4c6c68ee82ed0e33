-- Names come by name_of_person since 0008: the devices' side has nothing to look for among people, least of all password hashes.
revoke select on people from zaitu_ingest;

-- A share link shows the substance of its shipment, not the others that its organisation has entered.
drop policy seen on substances;
create policy seen on substances for select to zaitu_app
  using (org_id is null or (org_id = app_org() and app_shipment() is null)
    or exists (select from shipments s where s.substance_id = substances.id)
    or exists (select from order_lines l where l.substance_id = substances.id));
