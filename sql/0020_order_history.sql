-- Orders that change and are received, plans of stages that an organisation keeps, and files that are read into orders.

-- What a line may change to. Its supplier and substance stay: what was said of it was said of those.
alter table order_lines
  add column family text,
  add column cancelled_at timestamptz;
comment on column order_lines.family is 'product family, in the buyer''s own words: plans and usual durations go by it';
create index on order_lines (org_id, substance_id) where family is not null;
grant update (quantity, unit, need_by, price, currency, stages, family, cancelled_at) on order_lines to zaitu_app;
create policy changed on order_lines for update to zaitu_app using (app_shipment() is null and org_id = app_org());
grant update (ordered_at) on orders to zaitu_app;
create policy changed on orders for update to zaitu_app using (app_shipment() is null and org_id = app_org());

-- Append-only: what was changed of a line, from what to what, by whom. `shipment_id`: the line was put on it or taken
-- off, which is told only to who sees that shipment. `line` is null where it is of the order as a whole.
create table order_changes (
  id bigint generated always as identity primary key,
  order_id uuid not null,
  line text,
  org_id uuid not null,
  supplier_id uuid,
  shipment_id uuid references shipments,
  what text not null check (what in ('changed', 'attached', 'detached')),
  changes jsonb not null,
  reason text,
  -- by hand, or out of a file
  source text not null check (source in ('person', 'import')),
  said_by jsonb not null,
  at timestamptz not null default now(),
  foreign key (order_id, org_id) references orders (id, org_id),
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id),
  check ((line is null) = (supplier_id is null))
);
create index on order_changes (order_id, id);

-- What arrived, as somebody recorded it. Append-only: a correction refers to what it corrects.
create table receipts (
  id bigint generated always as identity primary key,
  order_id uuid not null,
  line text not null,
  org_id uuid not null,
  supplier_id uuid not null,
  at timestamptz not null,
  quantity double precision not null check (quantity >= 0),
  condition text not null,
  remark text,
  -- more of the line is still to come
  more boolean not null,
  key text,
  corrects bigint references receipts,
  said_by jsonb not null,
  recorded_at timestamptz not null default now(),
  foreign key (order_id, line, org_id, supplier_id) references order_lines (order_id, line, org_id, supplier_id)
);
create index on receipts (order_id, line, id);
create unique index receipts_key on receipts (order_id, line, key) where key is not null;
create unique index receipts_corrected on receipts (corrects) where corrects is not null;
comment on table receipts is 'a line has arrived when a receipt stands (none corrects it), has a quantity and says no more is to come';

do $$
declare t text;
begin
  foreach t in array array['order_changes', 'receipts'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy both_sides on %I for select to zaitu_app using (app_shipment() is null and app_org() in (org_id, supplier_id))', t);
    execute format('create policy made on %I for insert to zaitu_app with check (app_shipment() is null and org_id = app_org())', t);
    execute format('create policy ingest on %I for select to zaitu_ingest using (true)', t);
    execute format('grant select, insert on %I to zaitu_app', t);
    execute format('grant select on %I to zaitu_ingest', t);
  end loop;
end $$;
drop policy both_sides on order_changes;
create policy both_sides on order_changes for select to zaitu_app
  using (app_shipment() is null and app_org() in (org_id, supplier_id)
    and (shipment_id is null or exists (select from shipment_access a where a.shipment_id = order_changes.shipment_id)));

-- A line is put on a shipment, its share is changed, and it is taken off again, by the buyer.
grant update (quantity), delete on shipment_lines to zaitu_app;
create policy changed on shipment_lines for update to zaitu_app using (app_shipment() is null and org_id = app_org()
  and exists (select from shipment_access a where a.shipment_id = shipment_lines.shipment_id and a.part = 'buyer'));
create policy removed on shipment_lines for delete to zaitu_app using (app_shipment() is null and org_id = app_org()
  and exists (select from shipment_access a where a.shipment_id = shipment_lines.shipment_id and a.part = 'buyer'));

-- Stages of an organisation's own, beside those that everybody knows, and plans of stages: for a product family and a
-- supplier, for one of them, or for all that has none. A plan that is replaced ends and stays.
create table own_stages (
  org_id uuid not null references organisations,
  stage text not null,
  name text not null,
  name_zh text,
  created_at timestamptz not null default now(),
  primary key (org_id, stage)
);
create table stage_plans (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  family text,
  supplier_id uuid references organisations,
  -- [{stage, weight, usualDays}] in their order
  stages jsonb not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create unique index stage_plans_one on stage_plans (org_id, family, supplier_id) nulls not distinct where ended_at is null;

-- A file on its way in: looked at, mapped, and then taken whole or not at all. It goes after a day.
create table imports (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  kind text not null check (kind in ('orders', 'milestones')),
  name text not null,
  sha256 text not null,
  content bytea,
  mapping jsonb not null,
  created_at timestamptz not null default now(),
  committed_at timestamptz
);
create index on imports (org_id, created_at);
-- What an organisation said once of a heading or a name, so that it need not say it again.
create table import_mappings (
  org_id uuid not null references organisations,
  kind text not null check (kind in ('orders', 'milestones')),
  -- the headings, normalised and in order
  headings text not null,
  mapping jsonb not null,
  used_at timestamptz not null default now(),
  primary key (org_id, kind, headings)
);
create table import_names (
  org_id uuid not null references organisations,
  kind text not null check (kind in ('product', 'supplier', 'stage')),
  -- as the file writes it, normalised
  name text not null,
  target text not null,
  used_at timestamptz not null default now(),
  primary key (org_id, kind, name)
);

do $$
declare t text;
begin
  foreach t in array array['own_stages', 'stage_plans', 'imports', 'import_mappings', 'import_names'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy own on %I to zaitu_app using (org_id = app_org() and app_shipment() is null) with check (org_id = app_org() and app_shipment() is null)', t);
    execute format('grant select, insert on %I to zaitu_app', t);
  end loop;
end $$;
grant update (name, name_zh) on own_stages to zaitu_app;
grant update (ended_at) on stage_plans to zaitu_app;
grant update (mapping, content, committed_at), delete on imports to zaitu_app;
grant update (mapping, used_at) on import_mappings to zaitu_app;
grant update (target, used_at) on import_names to zaitu_app;
-- a stage of the buyer's own that is in a line's plan is known by its name to who delivers the line
create policy shared on own_stages for select to zaitu_app
  using (app_shipment() is null and exists (select from order_lines l where l.org_id = own_stages.org_id and l.supplier_id = app_org()
    and l.stages @> jsonb_build_array(jsonb_build_object('stage', own_stages.stage))));
