-- The product's own forecast of each order line: its history, the newest, and what asks for it to be made again.

-- Append-only: one row whenever it moved, or its largest cause changed. `as_of`: from what was known then.
create table forecasts (
  id bigint generated always as identity primary key,
  order_id uuid not null,
  line text not null,
  org_id uuid not null,
  supplier_id uuid not null,
  as_of timestamptz not null,
  p10 timestamptz,
  p50 timestamptz,
  p90 timestamptz,
  probability_late double precision check (probability_late between 0 and 1),
  -- [{what, days, kind, …}], largest first
  causes jsonb not null,
  arrived_at timestamptz,
  check (p10 <= p50 and p50 <= p90),
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id)
);
create index on forecasts (order_id, line, id);

-- The newest of each line, however little it moved. `next_at`: when it is made again though nothing happens, since time
-- passes; null once the line is closed.
create table line_forecasts (
  order_id uuid not null,
  line text not null,
  org_id uuid not null,
  supplier_id uuid not null,
  as_of timestamptz not null,
  p10 timestamptz,
  p50 timestamptz,
  p90 timestamptz,
  probability_late double precision,
  causes jsonb not null,
  arrived_at timestamptz,
  next_at timestamptz,
  primary key (order_id, line),
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id)
);
create index on line_forecasts (next_at) where next_at is not null;

do $$
declare t text;
begin
  foreach t in array array['forecasts', 'line_forecasts'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy both_sides on %I for select to zaitu_app using (app_shipment() is null and app_org() in (org_id, supplier_id))', t);
    execute format('create policy ingest on %I to zaitu_ingest using (true) with check (true)', t);
    execute format('grant select on %I to zaitu_app', t);
    execute format('grant select, insert on %I to zaitu_ingest', t);
  end loop;
end $$;
grant update on line_forecasts to zaitu_ingest;
grant select on shipment_lines to zaitu_ingest;

-- Lines of which something happened. Only ever added to and taken from, so that whoever says something of a line never
-- waits for whoever forecasts it.
create table forecast_requests (
  id bigint generated always as identity primary key,
  order_id uuid not null,
  line text not null
);
alter table forecast_requests enable row level security;
create policy ingest on forecast_requests to zaitu_ingest using (true);
grant select, delete on forecast_requests to zaitu_ingest;

create function request_forecasts() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into forecast_requests (order_id, line) select distinct order_id, line from touched;
  return null;
end $$;
create trigger forecast_wanted after insert on milestones referencing new table as touched for each statement execute function request_forecasts();
create trigger forecast_wanted after insert on receipts referencing new table as touched for each statement execute function request_forecasts();
create trigger forecast_wanted after insert on order_lines referencing new table as touched for each statement execute function request_forecasts();
create trigger forecast_wanted_again after update on order_lines referencing new table as touched for each statement execute function request_forecasts();
create trigger forecast_wanted after insert on shipment_lines referencing new table as touched for each statement execute function request_forecasts();
create trigger forecast_wanted_again after update on shipment_lines referencing new table as touched for each statement execute function request_forecasts();
create trigger forecast_wanted_without after delete on shipment_lines referencing old table as touched for each statement execute function request_forecasts();

-- What a shipment's arrival was thought to be before it was changed: in hindsight that is what was known.
create table shipment_etas (
  id bigint generated always as identity primary key,
  org_id uuid not null,
  shipment_id uuid not null references shipments,
  eta timestamptz not null,
  until timestamptz not null default now()
);
create index on shipment_etas (shipment_id, id);
alter table shipment_etas enable row level security;
create policy ingest on shipment_etas for select to zaitu_ingest using (true);
grant select on shipment_etas to zaitu_ingest;

create function request_forecasts_of_shipment() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_table_name = 'shipments' then
    if new.eta is distinct from old.eta then
      insert into shipment_etas (org_id, shipment_id, eta) values (old.org_id, old.id, old.eta);
    end if;
    insert into forecast_requests (order_id, line) select order_id, line from shipment_lines where shipment_id = new.id;
  else
    insert into forecast_requests (order_id, line) select order_id, line from shipment_lines where shipment_id = new.shipment_id;
  end if;
  return null;
end $$;
create trigger forecast_wanted after update of phase, eta on shipments for each row
  when ((new.phase, new.eta) is distinct from (old.phase, old.eta)) execute function request_forecasts_of_shipment();
-- alarms that say where it is, or that may stop it
create trigger forecast_wanted after insert on alarms for each row
  when (new.rule in ('arrival', 'departure') or new.priority in ('critical', 'high')) execute function request_forecasts_of_shipment();
create trigger forecast_wanted_again after update of cleared_at, void on alarms for each row
  when (new.rule in ('arrival', 'departure') or new.priority in ('critical', 'high')) execute function request_forecasts_of_shipment();

insert into forecast_requests (order_id, line) select order_id, line from order_lines where cancelled_at is null;
