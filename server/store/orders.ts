import type { Order, OrderLine, PlannedStage } from '../model/order.ts'
import { doneShare, type Heard, heardLot, reachedStage, stageStates } from '../orders/stages.ts'
import { linesOfLots } from './lots.ts'
import { HEARD, IS_OPEN } from './milestones.ts'
import type { Tx } from './pool.ts'

export type NewLine = {
  line: string
  supplierId: string
  substanceId: string
  quantity: number
  unit: string
  needBy: number
  price: number | null
  currency: string | null
  family?: string | null
  stages: readonly PlannedStage[]
}

/** Enters lines of orders of the buyer's own, in one statement. Times in epoch ms. */
export const insertLines = async (
  tx: Tx,
  orgId: string,
  lines: readonly (NewLine & { orderId: string })[],
): Promise<void> => {
  await tx.query(
    `insert into order_lines (org_id, order_id, line, supplier_id, substance_id, quantity, unit, need_by, price, currency, family, stages)
     select $1::uuid, * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::float8[], $7::text[], $8::timestamptz[],
       $9::numeric[], $10::text[], $11::text[], $12::jsonb[])`,
    [
      orgId, lines.map((l) => l.orderId), lines.map((l) => l.line), lines.map((l) => l.supplierId), lines.map((l) => l.substanceId),
      lines.map((l) => l.quantity), lines.map((l) => l.unit), lines.map((l) => new Date(l.needBy)),
      lines.map((l) => l.price), lines.map((l) => l.currency), lines.map((l) => l.family ?? null),
      lines.map((l) => JSON.stringify(l.stages)),
    ],
  ) // biome-ignore format: the columns, in their order
}

/** Enters orders without lines, in one statement: number to id. Fewer where some number is taken. Times in epoch ms. */
export const insertOrders = async (
  tx: Tx,
  orgId: string,
  orders: readonly { number: string; orderedAt: number | null }[],
): Promise<Map<string, string>> => {
  const { rows } = await tx.query<{ id: string; number: string }>(
    `insert into orders (org_id, number, ordered_at) select $1::uuid, * from unnest($2::text[], $3::timestamptz[])
     on conflict (org_id, number) do nothing returning id, number`,
    [orgId, orders.map((o) => o.number), orders.map((o) => (o.orderedAt === null ? null : new Date(o.orderedAt)))],
  )
  return new Map(rows.map(({ id, number }) => [number, id]))
}

/** Enters an order with its lines; null when the buyer has one of this number. Times in epoch ms. */
export const createOrder = async (
  tx: Tx,
  orgId: string,
  { number, orderedAt, lines }: { number: string; orderedAt: number | null; lines: readonly NewLine[] },
): Promise<string | null> => {
  const id = (await insertOrders(tx, orgId, [{ number, orderedAt }])).get(number)
  if (id === undefined) return null
  await insertLines(
    tx,
    orgId,
    lines.map((line) => ({ ...line, orderId: id })),
  )
  return id
}

type OrderRow = { id: string; number: string; buyer: Order['buyer']; ordered_at: Date | null; created_at: Date }
type LineRow = Omit<OrderLine, 'needBy' | 'cancelledAt' | 'stages' | 'reached' | 'done' | 'lot' | 'sharesLot'> & {
  order_id: string
  need_by: Date
  cancelled_at: Date | null
  plan: PlannedStage[]
  heard: Heard[]
}

const withLines = async (tx: Tx, rows: readonly OrderRow[]): Promise<Order[]> => {
  if (rows.length === 0) return []
  const { rows: lines } = await tx.query<LineRow>(
    `select l.order_id, l.line, l.quantity, l.unit, l.need_by, l.price::float8 as price, l.currency, l.family, l.cancelled_at,
       l.stages as plan,
       jsonb_build_object('id', l.supplier_id, 'name', s.name) as supplier,
       jsonb_build_object('id', b.id, 'cas', b.cas, 'un', b.un, 'name', b.name, 'nameZh', b.name_zh) as substance,
       ${HEARD},
       (select jsonb_build_object('at', iso(max(r.at)), 'quantity', sum(r.quantity), 'complete', not bool_and(r.more))
        from receipts r where r.order_id = l.order_id and r.line = l.line and r.quantity > 0
          and not exists (select from receipts c where c.corrects = r.id) having count(*) > 0) as received,
       (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'reference', p.reference, 'phase', p.phase, 'quantity', x.quantity,
            'eta', iso(p.eta)) order by p.depart_at, p.id), '[]')
        from shipment_lines x join shipments p on p.id = x.shipment_id where x.order_id = l.order_id and x.line = l.line) as shipments,
       (select jsonb_build_object('p10', iso(f.p10), 'p50', iso(f.p50), 'p90', iso(f.p90), 'probabilityLate', f.probability_late,
            'asOf', iso(f.as_of), 'arrivedAt', iso(f.arrived_at), 'cause', (
              -- what keeps a shipment is told to its buyer alone
              select c.value from jsonb_array_elements(f.causes) with ordinality c
              where f.org_id = app_org() or c.value ->> 'kind' not in ('transit', 'condition') order by c.ordinality limit 1))
        from line_forecasts f where f.order_id = l.order_id and f.line = l.line and f.p50 is not null) as forecast
     from order_lines l join organisations s on s.id = l.supplier_id join substances b on b.id = l.substance_id
     where l.order_id = any ($1::uuid[]) order by l.order_id, length(l.line), l.line`,
    [rows.map(({ id }) => id)],
  )
  const told = await withLots(tx, lines)
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    buyer: row.buyer,
    orderedAt: row.ordered_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    lines: told.flatMap(({ orderId, line }) => (orderId === row.id ? [line] : [])),
  }))
}

/** Named with a line at most, of those that are of its lot. */
const MOST_OF_LOT = 50

/** With which other open lines each shares its lot, as far as they are seen: a lot is its supplier's. */
const withLots = async (tx: Tx, rows: readonly LineRow[]): Promise<{ orderId: string; line: OrderLine }[]> => {
  const lines = rows.map((row) => ({ orderId: row.order_id, line: lineOf(row) }))
  const of = await linesOfLots(
    tx,
    lines.flatMap(({ line: { lot, supplier } }) => (lot === null ? [] : [{ supplierId: supplier.id, lot }])),
  )
  return lines.map(({ orderId, line }) => {
    const others = of.filter(
      (one) =>
        one.lot === line.lot &&
        one.supplierId === line.supplier.id &&
        !(one.orderId === orderId && one.line === line.line),
    )
    const sharesLot = others
      .slice(0, MOST_OF_LOT)
      .map((one) => ({ orderId: one.orderId, number: one.number, line: one.line }))
    return { orderId, line: { ...line, sharesLot } }
  })
}

const lineOf = ({ order_id: _order, need_by, cancelled_at, plan, heard, ...line }: LineRow): OrderLine => {
  const stages = stageStates(plan, heard)
  return {
    ...line,
    needBy: need_by.toISOString(),
    cancelledAt: cancelled_at?.toISOString() ?? null,
    stages,
    reached: reachedStage(stages),
    done: doneShare(stages),
    lot: heardLot(heard),
    sharesLot: [],
  }
}

const SELECT = `select o.id, o.number, jsonb_build_object('id', b.id, 'name', b.name) as buyer, o.ordered_at, o.created_at
  from orders o join organisations b on b.id = o.org_id`

export type OrderPosition = readonly [createdUs: string, id: string]

/** Orders that the organisation of `tx` buys or delivers, newest first; a supplier gets its own lines of them. `open`: only those with a line of which something is still to come. */
export const listOrders = async (
  tx: Tx,
  { after, limit, open = false }: { after: OrderPosition | null; limit: number; open?: boolean },
): Promise<{ order: Order; position: OrderPosition }[]> => {
  const { rows } = await tx.query<OrderRow & { us: string }>(
    `select x.*, (extract(epoch from x.created_at) * 1000000)::bigint::text as us from (${SELECT}) x
     where (not $4::boolean or exists (select from order_lines l where l.order_id = x.id and ${IS_OPEN}))
       and ($1::bigint is null or (x.created_at, x.id) < (to_timestamp(0) + $1::bigint * interval '1 microsecond', $2::uuid))
     order by x.created_at desc, x.id desc limit $3::integer`,
    [after?.[0] ?? null, after?.[1] ?? null, limit, open],
  )
  const orders = await withLines(tx, rows)
  return orders.map((order, index) => ({ order, position: [rows[index]?.us ?? '0', order.id] }))
}

/** One order; null when the organisation sees none of this id. */
export const readOrder = async (tx: Tx, id: string): Promise<Order | null> => {
  const { rows } = await tx.query<OrderRow>(`${SELECT} where o.id = $1::uuid`, [id])
  return (await withLines(tx, rows))[0] ?? null
}

/** The organisations that see an order: its buyer, and the suppliers of its lines. `tx` acts as zaitu_ingest. */
export const sidesOf = async (tx: Tx, orderId: string): Promise<string[]> => {
  const { rows } = await tx.query<{ id: string }>(
    'select org_id as id from orders where id = $1::uuid union select supplier_id from order_lines where order_id = $1::uuid',
    [orderId],
  )
  return rows.map(({ id }) => id)
}
