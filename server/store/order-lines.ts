import type { OrderLinePatch, PlannedStage } from '../model/order.ts'
import type { Tx } from './pool.ts'

/** What may change of a line, as it is compared and kept. */
export type LineFields = {
  quantity: number
  unit: string
  needBy: string
  price: number | null
  currency: string | null
  family: string | null
  stages: PlannedStage[]
  cancelledAt: string | null
}
export type HeldLine = { supplierId: string; number: string; fields: LineFields }

type Row = {
  supplier_id: string
  number: string
  quantity: number
  unit: string
  need_by: Date
  price: number | null
  currency: string | null
  family: string | null
  stages: PlannedStage[]
  cancelled_at: Date | null
}

/** A line of the buyer's own, held until the transaction ends; null where there is none. */
export const holdLine = async (tx: Tx, orderId: string, line: string): Promise<HeldLine | null> => {
  const { rows } = await tx.query<Row>(
    `select l.supplier_id, o.number, l.quantity, l.unit, l.need_by, l.price::float8 as price, l.currency, l.family, l.stages,
       l.cancelled_at
     from order_lines l join orders o on o.id = l.order_id
     where l.order_id = $1::uuid and l.line = $2::text and l.org_id = app_org() for update of l`,
    [orderId, line],
  )
  const [row] = rows
  if (row === undefined) return null
  const { supplier_id, number, need_by, cancelled_at, ...fields } = row
  return {
    supplierId: supplier_id,
    number,
    fields: { ...fields, needBy: need_by.toISOString(), cancelledAt: cancelled_at?.toISOString() ?? null },
  }
}

/** A plan as it is stored, out of one that was given. */
export const plannedStages = (
  stages: readonly {
    stage: string
    weight?: number | undefined
    plannedAt?: number | undefined
    usualDays?: number | null | undefined
  }[],
): PlannedStage[] =>
  stages.map(({ stage, weight = 1, plannedAt, usualDays }) => ({
    stage,
    weight,
    plannedAt: plannedAt === undefined ? null : new Date(plannedAt).toISOString(),
    ...(typeof usualDays === 'number' && { usualDays }),
  }))

/** What a line is to be after a patch; `now` in epoch ms. */
export const patched = (before: LineFields, patch: OrderLinePatch, now: number): LineFields => ({
  ...before,
  ...(patch.quantity !== undefined && { quantity: patch.quantity }),
  ...(patch.unit !== undefined && { unit: patch.unit }),
  ...(patch.needBy !== undefined && { needBy: new Date(patch.needBy).toISOString() }),
  ...(patch.family !== undefined && { family: patch.family }),
  ...(patch.stages !== undefined && { stages: plannedStages(patch.stages) }),
  ...(patch.cancelled === true && { cancelledAt: before.cancelledAt ?? new Date(now).toISOString() }),
  ...(patch.cancelled === false && { cancelledAt: null }),
})

/** Writes what lines of the buyer's own are to be, in one statement. */
export const writeLines = async (
  tx: Tx,
  lines: readonly { orderId: string; line: string; fields: LineFields }[],
): Promise<void> => {
  if (lines.length === 0) return
  const of = <T>(pick: (fields: LineFields) => T): T[] => lines.map(({ fields }) => pick(fields))
  await tx.query(
    `update order_lines l set quantity = x.quantity, unit = x.unit, need_by = x.need_by, price = x.price, currency = x.currency,
       family = x.family, stages = x.stages, cancelled_at = x.cancelled_at
     from unnest($1::uuid[], $2::text[], $3::float8[], $4::text[], $5::timestamptz[], $6::numeric[], $7::text[], $8::text[], $9::jsonb[],
       $10::timestamptz[]) as x (order_id, line, quantity, unit, need_by, price, currency, family, stages, cancelled_at)
     where l.order_id = x.order_id and l.line = x.line and l.org_id = app_org()`,
    [
      lines.map((l) => l.orderId), lines.map((l) => l.line), of((f) => f.quantity), of((f) => f.unit), of((f) => f.needBy),
      of((f) => f.price), of((f) => f.currency), of((f) => f.family), of((f) => JSON.stringify(f.stages)), of((f) => f.cancelledAt),
    ],
  ) // biome-ignore format: the columns, in their order
}
