import { isDeepStrictEqual } from 'node:util'
import type { OrderChange } from '../model/order.ts'
import type { Tx } from './pool.ts'

/** Who changed something, as it is kept with the change. */
export type ChangedBy = { kind: string; id: string; name: string }
export type Differences = Record<string, { before: unknown; after: unknown }>

/** Of the fields of `after` those that differ from `before`; values as JSON writes them. */
export const changesBetween = (before: Record<string, unknown>, after: Record<string, unknown>): Differences =>
  Object.fromEntries(
    Object.entries(after)
      .filter(([field, value]) => value !== undefined && !isDeepStrictEqual(before[field], value))
      .map(([field, value]) => [field, { before: before[field] ?? null, after: value }]),
  )

export type NewChange = {
  orderId: string
  /** null: the order as a whole */
  line: string | null
  supplierId: string | null
  shipmentId?: string | null
  what: 'changed' | 'attached' | 'detached'
  changes: Differences
  reason?: string | null
}

/** Keeps what was changed of the buyer's own lines, in one statement. */
export const keepChanges = async (
  tx: Tx,
  orgId: string,
  by: ChangedBy,
  source: 'person' | 'import',
  changes: readonly NewChange[],
): Promise<void> => {
  if (changes.length === 0) return
  await tx.query(
    `insert into order_changes (org_id, source, said_by, order_id, line, supplier_id, shipment_id, what, changes, reason)
     select $1::uuid, $2::text, $3::jsonb, * from unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::jsonb[], $10::text[])`,
    [
      orgId, source, JSON.stringify(by), changes.map((c) => c.orderId), changes.map((c) => c.line),
      changes.map((c) => c.supplierId), changes.map((c) => c.shipmentId ?? null), changes.map((c) => c.what),
      changes.map((c) => JSON.stringify(c.changes)), changes.map((c) => c.reason ?? null),
    ],
  ) // biome-ignore format: the columns, in their order
}

type Row = Omit<OrderChange, 'at'> & { at: Date }

/** What became of an order since it was entered, oldest first, as far as the organisation of `tx` may know. */
export const orderHistory = async (tx: Tx, orderId: string): Promise<OrderChange[]> => {
  const { rows } = await tx.query<Row>(
    `select x.n::text as id, x.at, x.line, x.what, x.changes, x.reason, x.source, x.by from (
       select 0::bigint as n, created_at as at, null as line, 'entered' as what, '{}'::jsonb as changes, null as reason,
         'person' as source, null::jsonb as by from orders where id = $1::uuid
       union all
       select id, at, line, what, changes, reason, source, jsonb_build_object('kind', said_by ->> 'kind', 'name', said_by ->> 'name')
         from order_changes where order_id = $1::uuid
     ) x order by x.n`,
    [orderId],
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}
