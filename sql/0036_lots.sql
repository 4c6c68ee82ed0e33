-- Lines that share a lot are late together: by which lot an alarm of a line is one matter with others. None in what a former
-- server writes beside, which groups by supplier and stage.
alter table alarms add column lot text check (length(lot) between 1 and 100);
comment on column alarms.group_key is 'what makes it one matter with others: lines on one shipment, of one lot, or of one supplier at one stage; says neither';
create index milestones_of_lot on milestones (supplier_id, lot) where lot is not null;

-- As before, and with the lot.
create or replace view alarm_details with (security_invoker = true) as
select a.id, a.org_id, a.shipment_id, a.order_id, a.supplier_id, a.group_key, a.rule, a.onset, a.cleared_at, a.void, a.priority,
  ack.at is not null as acknowledged, quiet.suppressed or quiet.out_of_service as quiet,
  -- somebody still has to do something; a silence, a late line or what is of low priority asks for nobody once it is over
  not a.void and not (quiet.suppressed or quiet.out_of_service)
    and (a.cleared_at is null or (ack.at is null and a.priority <> 'low' and a.rule <> 'silence' and a.order_id is null) or (a.latching and reset.at is null)) as open,
  jsonb_build_object(
    'id', a.id, 'shipmentId', a.shipment_id, 'shipmentReference', s.reference, 'deviceId', d.code,
    'orderId', a.order_id, 'orderNumber', o.number, 'line', a.line, 'supplierId', a.supplier_id, 'supplierName', p.name,
    'stage', a.stage, 'lot', a.lot, 'group', a.group_key,
    'rule', a.rule, 'priority', a.priority,
    'state', case
      when a.void then 'cleared'
      when a.cleared_at is null then 'active'
      when a.latching and reset.at is null then 'latched'
      else 'cleared' end
      || case
        when a.void then ''
        when a.cleared_at is not null and not a.latching and (a.priority = 'low' or a.rule = 'silence' or a.order_id is not null) then ''
        when ack.at is null then '-unacknowledged'
        when a.cleared_at is null or (a.latching and reset.at is null) then '-acknowledged'
        else '' end,
    'onset', iso(a.onset), 'clearedAt', iso(a.cleared_at), 'value', a.value, 'peak', a.peak, 'limit', a.limit_value,
    'cause', a.cause, 'figures', a.figures, 'retrospective', a.retrospective, 'recovered', a.recovered, 'void', a.void,
    'suppressed', quiet.suppressed, 'outOfService', quiet.out_of_service, 'causedBy', incident.id,
    'acknowledgedBy', ack.name, 'acknowledgedAt', iso(ack.at),
    'shelvedUntil', case when shelf.until > now() then iso(shelf.until) end,
    'shelvedBy', case when shelf.until > now() then shelf.name end,
    'shelvedFor', case when shelf.until > now() then shelf.note end,
    'resetAt', iso(reset.at), 'raisedAt', iso(a.raised_at), 'explanation', a.explanation) as alarm,
  shelf.until as shelved_until
from alarms a
left join shipments s on s.id = a.shipment_id
left join devices d on d.id = a.device_id
left join orders o on o.id = a.order_id
left join organisations p on p.id = a.supplier_id
left join lateral (
  select x.at, name_of_person(x.person_id) as name from alarm_actions x
  where x.alarm_id = a.id and x.action = 'acknowledged' order by x.id limit 1
) ack on true
left join lateral (
  select x.until, x.note, name_of_person(x.person_id) as name from alarm_actions x
  where x.alarm_id = a.id and x.action in ('shelved', 'unshelved') order by x.id desc limit 1
) shelf on true
left join lateral (
  select x.at from alarm_actions x where x.alarm_id = a.id and x.action = 'reset' order by x.id desc limit 1
) reset on true
left join lateral (
  -- by the phase that it ended in, or that is now
  select
    exists (select from suppressed_rules q where q.rule = a.rule and q.phase = (
      select p.phase from shipment_phases p
      where p.shipment_id = a.shipment_id and p.valid_from <= coalesce(a.cleared_at, now())
      order by p.valid_from desc, p.id desc limit 1)) as suppressed,
    exists (select from rule_service o where o.shipment_id = a.shipment_id and o.rule = a.rule
      and o.out_from <= coalesce(a.cleared_at, now()) and (o.out_to is null or o.out_to > coalesce(a.cleared_at, now()))) as out_of_service
) quiet on true
left join lateral (
  -- what brought it about, whichever device of the shipment saw that; else the same thing, seen before by another device
  select x.id from (
    select c.id, q.rank, c.onset, c.device_id from alarm_consequences q
    join alarms c on c.shipment_id = a.shipment_id and c.rule = q.cause_rule and (q.cause is null or c.cause = q.cause)
      and (c.device_id = a.device_id or not is_of_device(c.rule))
    where q.rule = a.rule and not c.void and c.id <> a.id
      and c.onset <= coalesce(a.cleared_at, 'infinity') and coalesce(c.cleared_at, 'infinity') >= a.onset - interval '30 minutes'
    union all
    select c.id, 1000, c.onset, c.device_id from alarms c
    where c.shipment_id = a.shipment_id and c.rule = a.rule and c.device_id <> a.device_id and not c.void
      and (c.onset, c.device_id) < (a.onset, a.device_id) and coalesce(c.cleared_at, 'infinity') >= a.onset
      and c.cause is not distinct from a.cause and a.cause is distinct from 'sensor-fault'
      and not is_of_device(a.rule)
  ) x order by x.rank, x.onset, x.device_id, x.id limit 1
) incident on true
-- a shipment or an order that is not seen takes its alarms along, for whoever looks past the policies of alarms
where (s.id is not null and d.id is not null) or o.id is not null;
