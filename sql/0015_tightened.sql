-- Names come by name_of_person since 0008: the devices' side has nothing to look for among people, least of all password hashes.
revoke select on people from zaitu_ingest;

-- A share link shows the substance of its shipment, not the others that its organisation has entered.
drop policy seen on substances;
create policy seen on substances for select to zaitu_app
  using (org_id is null or (org_id = app_org() and app_shipment() is null)
    or exists (select from shipments s where s.substance_id = substances.id)
    or exists (select from order_lines l where l.substance_id = substances.id));

-- A line belongs to an order of the same buyer, and goes on a shipment of the same buyer: else a row of one's own would
-- open another's order to look at.
drop policy made on order_lines;
create policy made on order_lines for insert to zaitu_app
  with check (app_shipment() is null and org_id = app_org()
    and exists (select from orders o where o.id = order_lines.order_id and o.org_id = app_org()));
drop policy made on shipment_lines;
create policy made on shipment_lines for insert to zaitu_app
  with check (app_shipment() is null and org_id = app_org()
    and exists (select from shipment_access a where a.shipment_id = shipment_lines.shipment_id and a.part = 'buyer')
    and exists (select from order_lines l where l.order_id = shipment_lines.order_id and l.line = shipment_lines.line
      and l.org_id = shipment_lines.org_id and l.supplier_id = shipment_lines.supplier_id));
