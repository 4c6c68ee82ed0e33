-- How much of a temperature a product may have had over a trip, as its buyer sets it.
create table exposure_budgets (
  org_id uuid not null references organisations,
  substance_id uuid not null references substances,
  above double precision not null,
  minutes double precision check (minutes > 0),
  degree_hours double precision check (degree_hours > 0),
  primary key (org_id, substance_id, above),
  check (minutes is not null or degree_hours is not null)
);
comment on column exposure_budgets.above is '°C';
comment on column exposure_budgets.degree_hours is 'K·h';
alter table exposure_budgets enable row level security;
create policy own on exposure_budgets to zaitu_app using (org_id = app_org() and app_shipment() is null)
  with check (org_id = app_org() and app_shipment() is null);
create policy ingest on exposure_budgets to zaitu_ingest using (true);
grant select, insert, delete on exposure_budgets to zaitu_app;

-- The budgets of whose shipment it is, for everybody who sees it.
create function shipment_budgets(shipment uuid) returns table (above double precision, minutes double precision, degree_hours double precision)
  language sql stable security definer set search_path = public as $$
  select b.above, b.minutes, b.degree_hours
  from shipment_access v join shipments s on s.id = v.shipment_id
  join exposure_budgets b on b.org_id = s.org_id and b.substance_id = s.substance_id
  where v.shipment_id = shipment and v.org_id = app_org() and (app_shipment() is null or app_shipment() = shipment)
  order by b.above
$$;
revoke all on function shipment_budgets from public;
grant execute on function shipment_budgets to zaitu_app;

-- A planned way, and how far from it is still on it.
alter table shipments add column corridor jsonb;
comment on column shipments.corridor is '{points: [[lat, lon], …], metres}: degrees WGS 84, m';
