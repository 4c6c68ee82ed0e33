import { type Heard, heardLot } from '../orders/stages.ts'
import type { LineKey } from './forecast-facts.ts'
import { HEARD, IS_OPEN } from './milestones.ts'
import type { Tx } from './pool.ts'

/** A lot is its supplier's: two suppliers may use the same name. */
export type Lot = { supplierId: string; lot: string }
export type LineOfLot = LineKey & Lot & { orgId: string; number: string }

/** The open lines that are of these lots now, as far as `tx` sees them, what is needed first first. */
export const linesOfLots = async (tx: Tx, lots: readonly Lot[]): Promise<LineOfLot[]> => {
  if (lots.length === 0) return []
  const { rows } = await tx.query<LineKey & { orgId: string; supplierId: string; number: string; heard: Heard[] }>(
    `select l.order_id as "orderId", l.line, l.org_id as "orgId", l.supplier_id as "supplierId", o.number, ${HEARD}
     from (
       select distinct m.order_id, m.line from unnest($1::uuid[], $2::text[]) as k (supplier_id, lot)
       join milestones m on m.supplier_id = k.supplier_id and m.lot = k.lot
     ) named join order_lines l on l.order_id = named.order_id and l.line = named.line join orders o on o.id = l.order_id
     where ${IS_OPEN} order by l.need_by, o.number, length(l.line), l.line`,
    [lots.map(({ supplierId }) => supplierId), lots.map(({ lot }) => lot)],
  )
  return rows.flatMap(({ heard, ...line }) => {
    const lot = heardLot(heard)
    return lot === null ? [] : [{ ...line, lot }]
  })
}
