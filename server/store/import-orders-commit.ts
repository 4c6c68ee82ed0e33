import type { OrderWork } from './import-orders.ts'
import { type ChangedBy, keepChanges } from './order-changes.ts'
import { writeLines } from './order-lines.ts'
import { insertLines, insertOrders } from './orders.ts'
import type { Tx } from './pool.ts'

/**
 * Does what a file says, all of it or (by throwing, when somebody entered one of its orders meanwhile) nothing. The orders
 * that are new or changed.
 */
export const commitOrders = async (
  tx: Tx,
  orgId: string,
  by: ChangedBy,
  work: OrderWork,
): Promise<{ ok: true; orders: string[] } | { ok: false; reason: string }> => {
  const made = await insertOrders(tx, orgId, work.newOrders)
  if (made.size < work.newOrders.length)
    return { ok: false, reason: 'One of these orders was entered by somebody else meanwhile. Look at the file again.' }
  const idOf = (number: string): string => made.get(number) ?? work.ids.get(number) ?? ''
  await insertLines(
    tx,
    orgId,
    work.newLines.map(({ order, ...line }) => ({ ...line, orderId: idOf(order) })),
  )
  await writeLines(tx, work.changed)
  await tx.query(
    `update orders o set ordered_at = x.at from unnest($1::uuid[], $2::timestamptz[]) as x (id, at) where o.id = x.id`,
    [work.orderedAt.map(({ orderId }) => orderId), work.orderedAt.map(({ after }) => after)],
  )
  const added = work.newLines.filter(({ order }) => work.ids.has(order))
  await keepChanges(tx, orgId, by, 'import', [
    ...added.map(({ order, line, supplierId, quantity }) => ({
      orderId: idOf(order),
      line,
      supplierId,
      what: 'changed' as const,
      changes: { quantity: { before: null, after: quantity } },
    })),
    ...work.changed.map(({ orderId, line, supplierId, changes }) => ({
      orderId,
      line,
      supplierId,
      changes,
      what: 'changed' as const,
    })),
    ...work.orderedAt.map(({ orderId, before, after }) => ({
      orderId,
      line: null,
      supplierId: null,
      what: 'changed' as const,
      changes: { orderedAt: { before, after } },
    })),
  ])
  const { receipts } = work
  await tx.query(
    `insert into receipts (org_id, said_by, condition, more, key, order_id, line, supplier_id, at, quantity)
     select $1::uuid, $2::jsonb, 'good', false, 'import', * from unnest($3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[], $7::float8[])`,
    [
      orgId, JSON.stringify(by), receipts.map((r) => idOf(r.order)), receipts.map((r) => r.line),
      receipts.map((r) => r.supplierId), receipts.map((r) => new Date(r.at)), receipts.map((r) => r.quantity),
    ],
  ) // biome-ignore format: the columns, in their order
  const touched = [
    ...made.values(),
    ...work.newLines.map(({ order }) => idOf(order)),
    ...work.changed.map(({ orderId }) => orderId),
    ...work.orderedAt.map(({ orderId }) => orderId),
    ...receipts.map(({ order }) => idOf(order)),
  ]
  return { ok: true, orders: [...new Set(touched)] }
}
