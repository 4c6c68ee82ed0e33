import type { ImportMapping } from '../model/import.ts'
import { type OrderRow, readOrderRows } from '../orders/import/order-rows.ts'
import type { Table } from '../orders/import/table.ts'
import { stagesFor } from '../orders/plan.ts'
import { type Existing, loadExisting, loadKnown } from './import-known.ts'
import { failedRows } from './imports.ts'
import { changesBetween, type Differences } from './order-changes.ts'
import type { LineFields } from './order-lines.ts'
import type { NewLine } from './orders.ts'
import type { Tx } from './pool.ts'
import { familiesOf, listPlans } from './stage-plans.ts'

/** What a file would do, once all is known. `order`: its number, since a new one has no id yet. */
export type OrderWork = {
  newOrders: { number: string; orderedAt: number | null }[]
  /** numbers of the orders that are there, with their ids */
  ids: Map<string, string>
  newLines: (NewLine & { order: string })[]
  changed: {
    order: string
    orderId: string
    line: string
    supplierId: string
    fields: LineFields
    changes: Differences
    row: number
  }[]
  orderedAt: { orderId: string; before: string | null; after: string }[]
  receipts: { order: string; line: string; supplierId: string; at: number; quantity: number }[]
  same: number
}

const DAY_MS = 86_400_000

/** Whether a mapping names only what the organisation knows: the first id that it does not, or null. */
const strangerIn = (mapping: ImportMapping, ids: ReadonlySet<string>): string | null =>
  [...Object.values(mapping.suppliers), ...Object.values(mapping.products)].find((id) => !ids.has(id)) ?? null

/** What a line would be: what the file does not say stays. */
const fieldsAfter = (before: Existing, row: OrderRow): LineFields => ({
  quantity: row.quantity,
  unit: row.unit ?? before.unit,
  needBy: new Date(row.needBy).toISOString(),
  price: row.price ?? before.price,
  currency: row.currency ?? before.currency,
  family: row.family ?? before.family,
  stages: before.stages,
  cancelledAt: before.cancelledAt,
})

/**
 * What a file of orders would do to those that are there. Nothing is changed. `now` in epoch ms; an id in the mapping
 * that the organisation does not know is answered as `stranger`.
 */
export const planOrders = async (tx: Tx, table: Table, mapping: ImportMapping, now: number) => {
  const { known, ids } = await loadKnown(tx)
  const stranger = strangerIn(mapping, ids)
  const { rows, say, issues, unknown, ...read } = readOrderRows(table, mapping, known, now)
  const existing = await loadExisting(tx, [...new Set(rows.map(({ number }) => number))])
  const families = await familiesOf(
    tx,
    rows.map(({ substanceId }) => substanceId),
  )
  const plans = await listPlans(tx)
  const orderedAt = new Map<string, number>()
  for (const row of rows)
    if (row.orderedAt !== undefined)
      orderedAt.set(row.number, Math.min(orderedAt.get(row.number) ?? row.orderedAt, row.orderedAt))
  const work: OrderWork = {
    newOrders: [],
    ids: new Map(),
    newLines: [],
    changed: [],
    orderedAt: [],
    receipts: [],
    same: 0,
  }
  const begun = new Set<string>()
  const done = new Set<string>()
  for (const row of rows) {
    const order = existing.get(row.number)
    const ordered = orderedAt.get(row.number)
    const begunAt =
      ordered ?? (order?.orderedAt === undefined || order.orderedAt === null ? null : Date.parse(order.orderedAt))
    const isEarly = row.receivedAt !== undefined && begunAt !== null && row.receivedAt < begunAt - DAY_MS
    if (isEarly && begunAt !== null)
      say(row.row, 'receivedAt', 'before-order', new Date(begunAt).toISOString().slice(0, 10))
    const receivedAt = isEarly ? undefined : row.receivedAt
    if (!begun.has(row.number)) {
      begun.add(row.number)
      if (order === undefined) work.newOrders.push({ number: row.number, orderedAt: ordered ?? null })
      else {
        work.ids.set(row.number, order.id)
        const after = ordered === undefined ? order.orderedAt : new Date(ordered).toISOString()
        if (after !== null && after !== order.orderedAt)
          work.orderedAt.push({ orderId: order.id, before: order.orderedAt, after })
      }
    }
    const key = JSON.stringify([row.number, row.line])
    if (done.has(key)) {
      work.same++
      continue
    }
    done.add(key)
    const before = order?.lines.get(row.line)
    const receipt = { order: row.number, line: row.line, supplierId: row.supplierId, quantity: row.quantity }
    if (before === undefined) {
      const family = row.family ?? families.get(row.substanceId) ?? null
      if (row.unit === undefined) {
        say(row.row, 'unit', 'unknown-unit')
        continue
      }
      const stages = stagesFor(plans, { family, supplierId: row.supplierId, orderedAt: begunAt })
      const { number, line, supplierId, substanceId, quantity, unit, needBy, price = null, currency = null } = row
      work.newLines.push({
        order: number,
        line,
        supplierId,
        substanceId,
        quantity,
        unit,
        needBy,
        price,
        currency,
        family,
        stages,
      })
      if (receivedAt !== undefined) work.receipts.push({ ...receipt, at: receivedAt })
      continue
    }
    if (before.cancelledAt !== null) {
      say(row.row, 'line', 'cancelled')
      work.same++
      continue
    }
    const fields = fieldsAfter(before, row)
    if (before.supplierId !== row.supplierId) say(row.row, 'supplier', 'other-supplier', before.supplierName)
    else if (before.substanceId !== row.substanceId) say(row.row, 'product', 'other-substance', before.substanceName)
    else if (fields.quantity < before.shipped)
      say(row.row, 'quantity', 'below-shipped', `${before.shipped} ${before.unit}`)
    else if (before.shipped > 0 && fields.unit !== before.unit) say(row.row, 'unit', 'unit-of-shipped', before.unit)
    else {
      const changes = changesBetween(plainFields(before), plainFields(fields))
      const arrived = receivedAt !== undefined && !before.received
      if (receivedAt !== undefined && !before.received) work.receipts.push({ ...receipt, at: receivedAt })
      if (Object.keys(changes).length > 0 && order !== undefined)
        work.changed.push({
          order: row.number, orderId: order.id, line: row.line, supplierId: row.supplierId, fields, changes, row: row.row,
        }) // biome-ignore format: its fields
      else if (!arrived) work.same++
    }
  }
  const failed = failedRows(issues)
  return {
    ...read,
    issues: issues.toSorted((one, other) => one.row - other.row),
    failed,
    unknown: { ...unknown, stages: [] },
    stranger,
    work,
  }
}

const plainFields = ({ quantity, unit, needBy, price, currency, family }: LineFields) => ({
  quantity,
  unit,
  needBy,
  price,
  currency,
  family,
})
