import type { PlannedStage } from '../model/order.ts'
import type { Arrived, LineFacts, LineTerms, Said } from '../orders/forecast/known.ts'
import { isUnderWay, type Position, type ShipmentFacts } from '../orders/forecast/transit.ts'
import type { Tx } from './pool.ts'

export type LineKey = { orderId: string; line: string }

type Change = {
  at: number
  changes: Partial<
    Record<'orderedAt' | 'needBy' | 'quantity' | 'cancelledAt' | 'stages' | 'family', { before: unknown }>
  >
}
type Row = {
  order_id: string
  line: string
  org_id: string
  supplier_id: string
  product: string
  substance_id: string
  ordered_at: number | null
  created_at: number
  need_by: number
  quantity: number
  cancelled_at: number | null
  stages: PlannedStage[]
  changes: Change[]
  said: Said[]
  receipts: Arrived[]
  shipments: Omit<ShipmentFacts, 'positions'>[]
}

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`
const list = (fields: string, from: string, order: string): string =>
  `(select coalesce(json_agg(json_build_object(${fields}) order by ${order}), '[]') from ${from})`

/** Of `order_lines l join orders o`, all that a forecast and what is learnt of it goes by, but shipments. */
const LINE = `l.order_id, l.line, l.org_id, l.supplier_id, lower(coalesce(l.family, l.substance_id::text)) as product, l.substance_id,
  ${ms('o.ordered_at')} as ordered_at, ${ms('o.created_at')} as created_at, ${ms('l.need_by')} as need_by, l.quantity,
  ${ms('l.cancelled_at')} as cancelled_at, l.stages,
  ${list(`'at', ${ms('c.at')}, 'changes', c.changes`, `order_changes c where c.order_id = l.order_id and (c.line = l.line or c.line is null) and c.what = 'changed'`, 'c.id')} as changes,
  ${list(`'id', m.id::text, 'stage', m.stage, 'classifier', m.classifier, 'at', ${ms('m.at')}, 'progress', m.progress, 'corrects', milestone_corrects(m)::text, 'recordedAt', ${ms('m.recorded_at')}, 'saidAt', ${ms('m.said_at')}, 'key', m.key, 'lot', m.lot, 'by', m.said_org`, 'milestones m where m.order_id = l.order_id and m.line = l.line', 'm.id')} as said,
  ${list(`'id', r.id::text, 'at', ${ms('r.at')}, 'quantity', r.quantity, 'more', r.more, 'corrects', r.corrects::text, 'recordedAt', ${ms('r.recorded_at')}`, 'receipts r where r.order_id = l.order_id and r.line = l.line', 'r.id')} as receipts`

const history = (what: string, pick: string): string =>
  `(select ${pick} from order_changes c where c.order_id = l.order_id and c.line = l.line and c.shipment_id = p.id and c.what = '${what}')`

/** A share that was taken off again is known from the line's history alone. */
const SHIPMENTS = `(
  select coalesce(json_agg(json_build_object('id', p.id, 'quantity', x.quantity,
    'attachedAt', coalesce(${ms(history('attached', 'min(c.at)'))}, ${ms('p.created_at')}),
    'detachedAt', case when x.gone then ${ms(history('detached', 'max(c.at)'))} end,
    'departAt', ${ms('p.depart_at')}, 'eta', ${ms('p.eta')},
    'etas', ${list(`'eta', ${ms('e.eta')}, 'until', ${ms('e.until')}`, 'shipment_etas e where e.shipment_id = p.id', 'e.id')},
    'phases', ${list(`'phase', v.phase, 'from', ${ms('v.valid_from')}, 'recordedAt', ${ms('v.recorded_at')}`, 'shipment_phases v where v.shipment_id = p.id', 'v.id')},
    'origin', json_build_object('lat', p.origin -> 'lat', 'lon', p.origin -> 'lon'),
    'destination', json_build_object('lat', p.destination -> 'lat', 'lon', p.destination -> 'lon'),
    'alarms', ${list(
      `'rule', a.rule, 'priority', a.priority, 'onset', ${ms('a.onset')}, 'raisedAt', ${ms('a.raised_at')}, 'clearedAt', ${ms('a.cleared_at')},
        'clearLearntAt', (select ${ms('min(c.at)')} from alarm_changes c where c.alarm_id = a.id and c.change = 'cleared')`,
      `alarms a where a.shipment_id = p.id and not a.void and (a.rule in ('arrival', 'departure') or a.priority in ('critical', 'high'))`,
      'a.onset, a.id',
    )}) order by p.depart_at, p.id), '[]')
  from (
    select s.shipment_id, s.quantity, false as gone from shipment_lines s where s.order_id = l.order_id and s.line = l.line
    union all
    select c.shipment_id, max((d.value ->> 'before')::float8), true from order_changes c cross join lateral jsonb_each(c.changes) d
    where c.order_id = l.order_id and c.line = l.line and c.what = 'detached' and c.shipment_id is not null
      and not exists (select from shipment_lines s where s.shipment_id = c.shipment_id and s.order_id = l.order_id and s.line = l.line)
    group by c.shipment_id
  ) x join shipments p on p.id = x.shipment_id) as shipments`

const instant = (value: unknown): number | null => (typeof value === 'string' ? Date.parse(value) : null)

/** What the terms were before a change, of those that a forecast goes by. */
const before = ({ changes }: Change, substanceId: string): Partial<LineTerms> => ({
  ...(changes.orderedAt !== undefined && { orderedAt: instant(changes.orderedAt.before) }),
  ...(changes.needBy !== undefined && { needBy: instant(changes.needBy.before) ?? 0 }),
  ...(typeof changes.quantity?.before === 'number' && { quantity: changes.quantity.before }),
  ...(changes.cancelledAt !== undefined && { cancelledAt: instant(changes.cancelledAt.before) }),
  ...(Array.isArray(changes.stages?.before) && { stages: changes.stages.before }),
  ...(changes.family !== undefined && {
    product: (typeof changes.family.before === 'string' ? changes.family.before : substanceId).toLowerCase(),
  }),
})

const factsOf = (row: Row): LineFacts => ({
  orderId: row.order_id,
  line: row.line,
  orgId: row.org_id,
  supplierId: row.supplier_id,
  product: row.product,
  orderedAt: row.ordered_at,
  createdAt: row.created_at,
  needBy: row.need_by,
  quantity: row.quantity,
  cancelledAt: row.cancelled_at,
  stages: row.stages,
  changes: row.changes.map((change) => ({ at: change.at, before: before(change, row.substance_id) })),
  said: row.said,
  receipts: row.receipts,
  shipments: row.shipments.map((shipment) => ({ ...shipment, positions: [] })),
})

/** What is known of these lines, with where their shipments were up to `asOf`. `tx` acts as zaitu_ingest. */
export const loadLineFacts = async (tx: Tx, keys: readonly LineKey[], asOf: number): Promise<LineFacts[]> => {
  const { rows } = await tx.query<Row>(
    `select ${LINE}, ${SHIPMENTS}
     from unnest($1::uuid[], $2::text[]) as k (order_id, line)
     join order_lines l on l.order_id = k.order_id and l.line = k.line join orders o on o.id = l.order_id`,
    [keys.map(({ orderId }) => orderId), keys.map(({ line }) => line)],
  )
  const lines = rows.map(factsOf)
  const moving = lines.flatMap(({ shipments }) => shipments.filter((one) => isUnderWay(one, asOf)).map(({ id }) => id))
  const positions = await loadPositions(tx, [...new Set(moving)], asOf)
  return lines.map((line) => ({
    ...line,
    shipments: line.shipments.map((one) => ({ ...one, positions: positions.get(one.id) ?? [] })),
  }))
}

/** How far back the pace of a trip is looked at. */
const TRACK_HOURS = 96

/** The last position of each hour, as far as it had come by `asOf`, by shipment. */
const loadPositions = async (
  tx: Tx,
  shipmentIds: readonly string[],
  asOf: number,
): Promise<Map<string, Position[]>> => {
  const found = new Map<string, Position[]>()
  if (shipmentIds.length === 0) return found
  const { rows } = await tx.query<Position & { shipment_id: string }>(
    `select a.shipment_id, ${ms('r.time')} as time, ${ms('r.received_at')} as "receivedAt", r.lat, r.lon
     from assignments a
     cross join lateral generate_series(
       date_trunc('hour', greatest(lower(a.during), $2::timestamptz - make_interval(hours => $3::integer))) + interval '1 hour',
       date_trunc('hour', least(coalesce(upper(a.during), $2::timestamptz), $2::timestamptz)) + interval '1 hour', interval '1 hour') as h (until)
     cross join lateral (
       select x.time, x.received_at, x.lat, x.lon from readings x
       where x.device_id = a.device_id and x.time >= h.until - interval '1 hour' and x.time < h.until
         and x.time >= $2::timestamptz - make_interval(hours => $3::integer + 1) and x.time <= $2::timestamptz
         and a.during @> x.time and x.received_at <= $2::timestamptz and x.lat is not null and x.lon is not null
       order by x.time desc, x.seq desc limit 1
     ) r
     where a.shipment_id = any ($1::uuid[]) and lower(a.during) <= $2::timestamptz order by r.time`,
    [shipmentIds, new Date(asOf), TRACK_HOURS],
  )
  for (const { shipment_id, ...position } of rows) {
    const track = found.get(shipment_id) ?? []
    found.set(shipment_id, track)
    track.push(position)
  }
  return found
}

/** How far back one learns. */
const LEARN_YEARS = 3

/**
 * Lines of a buyer of which something was learnt after `after` and by `until` (epoch ms; `after` null: ever), without
 * their shipments. `tx` acts as zaitu_ingest.
 */
export const loadTaught = async (tx: Tx, orgId: string, after: number | null, until: number): Promise<LineFacts[]> => {
  const { rows } = await tx.query<Row>(
    `with taught as (
       select order_id, line from milestones where org_id = $1::uuid and recorded_at > $2::timestamptz and recorded_at <= $3::timestamptz
       union select order_id, line from receipts where org_id = $1::uuid and recorded_at > $2::timestamptz and recorded_at <= $3::timestamptz
       union select l.order_id, l.line from order_changes c join order_lines l on l.order_id = c.order_id and (l.line = c.line or c.line is null)
         where c.org_id = $1::uuid and c.at > $2::timestamptz and c.at <= $3::timestamptz
     )
     select ${LINE}, '[]'::json as shipments
     from taught t join order_lines l on l.order_id = t.order_id and l.line = t.line join orders o on o.id = l.order_id`,
    [orgId, new Date(after ?? until - LEARN_YEARS * 365 * 86_400_000), new Date(until)],
  )
  return rows.map(factsOf)
}
