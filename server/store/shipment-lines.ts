import type { Tx } from './pool.ts'

export type ShipmentLine = { orderId: string; number: string; line: string; quantity: number; unit: string }

/** The order lines that a shipment carries, as far as the organisation of `tx` sees them. */
export const shipmentLines = async (tx: Tx, shipmentId: string): Promise<ShipmentLine[]> => {
  const { rows } = await tx.query<ShipmentLine>(
    `select x.order_id as "orderId", o.number, x.line, x.quantity, l.unit
     from shipment_lines x join orders o on o.id = x.order_id
     join order_lines l on l.order_id = x.order_id and l.line = x.line
     where x.shipment_id = $1::uuid order by o.number, length(x.line), x.line`,
    [shipmentId],
  )
  return rows
}

/** What of a line is on shipments, and on which; the line is held until the transaction ends. */
export const shippedOf = async (
  tx: Tx,
  orderId: string,
  line: string,
): Promise<{ quantity: number; references: string[] }> => {
  const { rows } = await tx.query<{ quantity: number; reference: string }>(
    `select x.quantity, s.reference from shipment_lines x join shipments s on s.id = x.shipment_id
     where x.order_id = $1::uuid and x.line = $2::text order by s.depart_at`,
    [orderId, line],
  )
  return {
    quantity: rows.reduce((sum, row) => sum + row.quantity, 0),
    references: rows.map(({ reference }) => reference),
  }
}

/** Sums of floats: what differs by less is the same quantity. */
const SAME = 1e-9

type Share = { orderId: string; line: string; quantity: number }
export type Linked = { orderId: string; line: string; supplierId: string; before: number | null; after: number }

/**
 * Puts a share of one of the buyer's own lines on a shipment, or changes the share that is on it. A line is not shipped
 * more than once: what is on other shipments counts.
 */
export const linkLine = async (
  tx: Tx,
  shipmentId: string,
  { orderId, line, quantity }: Share,
): Promise<{ ok: true; linked: Linked } | { ok: false; unknown: boolean; reason: string }> => {
  // the line is held, so that two who share it out at once do not share out too much
  const { rows } = await tx.query<{
    quantity: number
    unit: string
    supplier_id: string
    number: string
    cancelled: boolean
  }>(
    `select l.quantity, l.unit, l.supplier_id, o.number, l.cancelled_at is not null as cancelled
     from order_lines l join orders o on o.id = l.order_id
     where l.order_id = $1::uuid and l.line = $2::text and l.org_id = app_org() for update of l`,
    [orderId, line],
  )
  const [known] = rows
  if (known === undefined)
    return {
      ok: false,
      unknown: true,
      reason: 'You have no order with this id and line: lines are of your own orders.',
    }
  const named = `Line ${line} of ${known.number}`
  if (known.cancelled)
    return { ok: false, unknown: false, reason: `${named} was cancelled. Take the cancellation back first.` }
  const shares = await tx.query<{ mine: number | null; others: number }>(
    `select max(quantity) filter (where shipment_id = $3::uuid) as mine,
       coalesce(sum(quantity) filter (where shipment_id <> $3::uuid), 0) as others
     from shipment_lines where order_id = $1::uuid and line = $2::text`,
    [orderId, line, shipmentId],
  )
  const { mine = null, others = 0 } = shares.rows[0] ?? {}
  const left = Math.max(0, known.quantity - others)
  if (quantity > left * (1 + SAME)) {
    const rest = Number(left.toPrecision(12))
    const free = rest === 0 ? 'none is left' : `${rest} ${known.unit} are left`
    const reason = `${named} has ${known.quantity} ${known.unit}, and ${Number(others.toPrecision(12))} ${known.unit} are on other shipments: ${free}. Put less on this one, or change the quantity of the line first.`
    return { ok: false, unknown: false, reason }
  }
  await tx.query(
    `insert into shipment_lines (shipment_id, order_id, line, org_id, supplier_id, quantity)
     values ($1::uuid, $2::uuid, $3::text, app_org(), $4::uuid, $5::float8)
     on conflict (shipment_id, order_id, line) do update set quantity = excluded.quantity`,
    [shipmentId, orderId, line, known.supplier_id, quantity],
  )
  return { ok: true, linked: { orderId, line, supplierId: known.supplier_id, before: mine, after: quantity } }
}

/** Takes a line off a shipment; what it was, or null where it is not on it. */
export const unlinkLine = async (
  tx: Tx,
  shipmentId: string,
  orderId: string,
  line: string,
): Promise<{ supplierId: string; quantity: number } | null> => {
  const { rows } = await tx.query<{ supplierId: string; quantity: number }>(
    `delete from shipment_lines where shipment_id = $1::uuid and order_id = $2::uuid and line = $3::text and org_id = app_org()
     returning supplier_id as "supplierId", quantity`,
    [shipmentId, orderId, line],
  )
  return rows[0] ?? null
}
