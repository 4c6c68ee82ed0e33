import type { Receipt, ReceiptSaid } from '../model/order.ts'
import { earliestOf } from '../orders/judge.ts'
import type { ChangedBy } from './order-changes.ts'
import type { Tx } from './pool.ts'

type Row = Omit<Receipt, 'at' | 'recordedAt'> & { at: Date; recordedAt: Date }

const COLUMNS = `id::text, at, quantity, condition, remark, more, key, corrects::text,
  jsonb_build_object('kind', said_by ->> 'kind', 'name', said_by ->> 'name') as by, recorded_at as "recordedAt"`

const view = (row: Row): Receipt => ({
  ...row,
  at: row.at.toISOString(),
  recordedAt: row.recordedAt.toISOString(),
})

/** What was recorded as arrived of a line, oldest first; corrections and what they correct stay. */
export const listReceipts = async (tx: Tx, orderId: string, line: string): Promise<Receipt[]> => {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from receipts where order_id = $1::uuid and line = $2::text order by id`,
    [orderId, line],
  )
  return rows.map(view)
}

const isSame = (kept: Receipt, said: ReceiptSaid): boolean =>
  kept.at === new Date(said.at).toISOString() &&
  kept.quantity === said.quantity &&
  kept.condition === said.condition &&
  kept.remark === (said.remark ?? null) &&
  kept.more === said.more &&
  kept.corrects === (said.corrects ?? null)

/** Clocks differ: this far ahead is now, ms. */
const AHEAD_MS = 5 * 60_000

export type Received =
  | { ok: true; receipt: Receipt; already: boolean }
  | { ok: false; status: 409 | 422; reason: string }

const refused = (reason: string, status: 409 | 422 = 422): Received => ({ ok: false, status, reason })

/**
 * Keeps a receipt of one of the buyer's own lines. The same `key` again answers what is kept, where it says the same;
 * times in epoch ms.
 */
export const recordReceipt = async (
  tx: Tx,
  line: {
    orderId: string
    line: string
    orgId: string
    supplierId: string
    orderedAt: number | null
    createdAt: number
    cancelledAt: number | null
  },
  said: ReceiptSaid,
  by: ChangedBy,
  now: number,
): Promise<Received> => {
  const of = [line.orderId, line.line]
  // two who record at once wait for one another, so that a retry finds what it repeats
  await tx.query('select from order_lines where order_id = $1::uuid and line = $2::text for update', of)
  const before = await listReceipts(tx, line.orderId, line.line)
  const kept = said.key === undefined ? undefined : before.find(({ key }) => key === said.key)
  if (kept !== undefined)
    return isSame(kept, said)
      ? { ok: true, receipt: kept, already: true }
      : refused(`The key ${said.key} stands for another receipt already, recorded at ${kept.recordedAt}.`, 409)
  if (line.cancelledAt !== null) return refused('This line was cancelled. Take the cancellation back first.')
  if (said.at > now + AHEAD_MS)
    return refused(`${new Date(said.at).toISOString()} lies ahead: a receipt is of what has arrived.`)
  if (said.at < earliestOf(line))
    return refused(`${new Date(said.at).toISOString()} is before the order: check the date.`)
  if (said.corrects === undefined && said.quantity === 0)
    return refused('A receipt of nothing is none. To take one back, name it as `corrects`.')
  if (said.corrects !== undefined) {
    if (!before.some(({ id }) => id === said.corrects))
      return refused(`This line has no receipt ${said.corrects} to correct.`)
    const correction = before.find(({ corrects }) => corrects === said.corrects)
    if (correction !== undefined)
      return refused(`Receipt ${said.corrects} is corrected by ${correction.id} already: correct that one.`, 409)
  }
  const { rows } = await tx.query<Row>(
    `insert into receipts (order_id, line, org_id, supplier_id, at, quantity, condition, remark, more, key, corrects, said_by)
     values ($1::uuid, $2::text, $3::uuid, $4::uuid, $5::timestamptz, $6::float8, $7::text, $8::text, $9::boolean, $10::text,
       $11::bigint, $12::jsonb) returning ${COLUMNS}`,
    [
      ...of, line.orgId, line.supplierId, new Date(said.at), said.quantity, said.condition, said.remark ?? null, said.more,
      said.key ?? null, said.corrects ?? null, JSON.stringify(by),
    ],
  ) // biome-ignore format: the columns, in their order
  const [row] = rows
  if (row === undefined) throw new Error('a receipt was not kept')
  return { ok: true, receipt: view(row), already: false }
}
