import { normalised } from '../orders/import/fields.ts'
import type { Known } from '../orders/import/order-rows.ts'
import { rememberedNames } from './imports.ts'
import type { LineFields } from './order-lines.ts'
import type { Tx } from './pool.ts'
import { pickSubstance, substanceCandidates } from './substances.ts'

/** A line that is there, with what a file may not contradict. */
export type Existing = LineFields & {
  supplierId: string
  supplierName: string
  substanceId: string
  substanceName: string
  shipped: number
  received: boolean
}
export type ExistingOrder = { id: string; orderedAt: string | null; lines: Map<string, Existing> }
type ExistingRow = Omit<Existing, 'needBy' | 'cancelledAt'> & {
  id: string
  number: string
  ordered_at: Date | null
  line: string | null
  need_by: Date
  cancelled_at: Date | null
}

/** The organisation's own orders of these numbers. */
export const loadExisting = async (tx: Tx, numbers: readonly string[]): Promise<Map<string, ExistingOrder>> => {
  const { rows } = await tx.query<ExistingRow>(
    `select o.id, o.number, o.ordered_at, l.line, l.supplier_id as "supplierId", s.name as "supplierName",
       l.substance_id as "substanceId", b.name as "substanceName", l.quantity, l.unit, l.need_by, l.price::float8 as price, l.currency,
       l.family, l.stages, l.cancelled_at,
       coalesce((select sum(x.quantity) from shipment_lines x where x.order_id = l.order_id and x.line = l.line), 0) as shipped,
       exists (select from receipts r where r.order_id = l.order_id and r.line = l.line) as received
     from orders o left join order_lines l on l.order_id = o.id left join organisations s on s.id = l.supplier_id
     left join substances b on b.id = l.substance_id
     where o.org_id = app_org() and o.number = any ($1::text[])`,
    [numbers],
  )
  const orders = new Map<string, ExistingOrder>()
  for (const { id, number, ordered_at, line, need_by, cancelled_at, ...fields } of rows) {
    const order = orders.get(number) ?? { id, orderedAt: ordered_at?.toISOString() ?? null, lines: new Map() }
    orders.set(number, order)
    if (line !== null)
      order.lines.set(line, {
        ...fields,
        needBy: need_by.toISOString(),
        cancelledAt: cancelled_at?.toISOString() ?? null,
      })
  }
  return orders
}

/** What the organisation knows by name, and the ids that a mapping may give. */
export const loadKnown = async (tx: Tx): Promise<{ known: Known; ids: Set<string> }> => {
  const names = await rememberedNames(tx)
  const { rows: organisations } = await tx.query<{ id: string; name: string }>('select id, name from organisations')
  const substances = await substanceCandidates(tx)
  const ids = new Set([...organisations, ...substances].map(({ id }) => id))
  const byName = new Map<string, string[]>()
  for (const { id, name } of organisations) byName.set(normalised(name), [...(byName.get(normalised(name)) ?? []), id])
  const products = new Map<string, string>()
  for (const { id, name, nameZh } of substances.toSorted((one, other) => Number(one.own) - Number(other.own)))
    for (const text of [name, nameZh]) if (text !== null) products.set(normalised(text), id)
  // one that was remembered and is gone is not known any more
  const kept = (id: string | undefined): string | undefined => (id !== undefined && ids.has(id) ? id : undefined)
  return {
    ids,
    known: {
      supplier: (name) => {
        const id =
          kept(names.supplier.get(normalised(name))) ?? (ids.has(name.toLowerCase()) ? name.toLowerCase() : undefined)
        if (id !== undefined) return { id }
        const [first, second] = byName.get(normalised(name)) ?? []
        return first === undefined ? 'unknown' : second === undefined ? { id: first } : 'ambiguous'
      },
      substance: (by) => {
        const found = pickSubstance(substances, by)
        return found.ok ? { id: found.id } : { reason: found.reason }
      },
      product: (name) => {
        const id = kept(names.product.get(normalised(name))) ?? products.get(normalised(name))
        return id === undefined ? null : { id }
      },
    },
  }
}
