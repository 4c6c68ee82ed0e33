-- Orders: what a buyer has ordered of whom, by when, and how far production has come. A line joins a buyer and a
-- supplier, and nobody else sees it: no other supplier, no carrier, no share link. Both organisations stand on each row,
-- so that the policies need no other table.
create table orders (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  number text not null,
  ordered_at timestamptz,
  created_at timestamptz not null default now(),
  unique (org_id, number),
  unique (id, org_id)
);
create index orders_page on orders (created_at desc, id desc);
comment on column orders.org_id is 'the buyer; the number is its own';

create table order_lines (
  order_id uuid not null,
  line text not null,
  org_id uuid not null,
  supplier_id uuid not null references organisations,
  substance_id uuid not null references substances,
  quantity double precision not null check (quantity > 0),
  unit text not null,
  need_by timestamptz not null,
  price numeric(18, 4),
  currency text,
  -- the plan: stages in their order, [{stage, weight, plannedAt}]
  stages jsonb not null,
  primary key (order_id, line),
  -- a line is of its order's buyer, and what refers to a line is of the same two sides
  foreign key (order_id, org_id) references orders (id, org_id),
  unique (order_id, line, org_id, supplier_id),
  check ((price is null) = (currency is null))
);
create index on order_lines (supplier_id, order_id);
create index on order_lines (substance_id);

-- Append-only: a correction refers to what it corrects; `at` is when it happens, `recorded_at` when we learnt of it.
create table milestones (
  id bigint generated always as identity primary key,
  order_id uuid not null,
  line text not null,
  org_id uuid not null,
  supplier_id uuid not null,
  stage text not null,
  classifier text not null check (classifier in ('actual', 'estimated', 'planned')),
  at timestamptz not null,
  progress double precision check (progress between 0 and 1),
  quantity double precision,
  note text,
  key text,
  corrects bigint references milestones,
  -- which organisation spoke, and who of it
  said_org uuid not null references organisations,
  said_by jsonb not null,
  recorded_at timestamptz not null default now(),
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id)
);
create index on milestones (order_id, line, id);
-- a retry is harmless; the other side's keys are its own
create unique index milestones_key on milestones (order_id, line, said_org, key) where key is not null;

create table shipment_lines (
  shipment_id uuid not null references shipments,
  order_id uuid not null,
  line text not null,
  org_id uuid not null,
  supplier_id uuid not null,
  quantity double precision not null check (quantity > 0),
  primary key (shipment_id, order_id, line),
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id)
);
create index on shipment_lines (order_id, line);

do $$
declare t text;
begin
  foreach t in array array['order_lines', 'milestones', 'shipment_lines'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy both_sides on %I for select to zaitu_app using (app_shipment() is null and app_org() in (org_id, supplier_id))', t);
    execute format('create policy ingest on %I to zaitu_ingest using (true) with check (true)', t);
  end loop;
end $$;
-- both ends have to be seen: a line tells its supplier nothing of a shipment that is not the supplier's
drop policy both_sides on shipment_lines;
create policy both_sides on shipment_lines for select to zaitu_app
  using (app_shipment() is null and app_org() in (org_id, supplier_id)
    and exists (select from shipment_access a where a.shipment_id = shipment_lines.shipment_id));
alter table orders enable row level security;
create policy both_sides on orders for select to zaitu_app
  using (app_shipment() is null and (org_id = app_org() or id in (select l.order_id from order_lines l where l.supplier_id = app_org())));
create policy ingest on orders to zaitu_ingest using (true);
create policy made on orders for insert to zaitu_app with check (app_shipment() is null and org_id = app_org());
create policy made on order_lines for insert to zaitu_app with check (app_shipment() is null and org_id = app_org());
create policy made on shipment_lines for insert to zaitu_app with check (app_shipment() is null and org_id = app_org()
  and exists (select from shipment_access a where a.shipment_id = shipment_lines.shipment_id and a.part = 'buyer'));
create policy made on milestones for insert to zaitu_app
  with check (app_shipment() is null and app_org() in (org_id, supplier_id) and said_org = app_org());

-- a substance of the buyer's own is seen by whoever is to deliver it
drop policy seen on substances;
create policy seen on substances for select to zaitu_app
  using (org_id is null or org_id = app_org() or exists (select from shipments s where s.substance_id = substances.id)
    or exists (select from order_lines l where l.substance_id = substances.id));

grant select, insert on orders, order_lines, milestones, shipment_lines to zaitu_app;
grant select on orders, order_lines, milestones to zaitu_ingest;
grant insert on milestones to zaitu_ingest;

-- who trades with one another knows one another by name
create function keep_trading_partners() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if new.org_id <> new.supplier_id then
    insert into partners (org_id, partner_id) values (new.org_id, new.supplier_id), (new.supplier_id, new.org_id)
      on conflict do nothing;
  end if;
  return null;
end $$;
create trigger trading_partners after insert on order_lines for each row execute function keep_trading_partners();
