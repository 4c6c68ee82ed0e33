import type { Scorecard } from '../model/order-risk.ts'
import { type Heard, heardLot } from '../orders/stages.ts'
import type { LineKey } from './forecast-facts.ts'
import { HEARD, IS_OPEN } from './milestones.ts'
import type { Tx } from './pool.ts'

const share = (some: number, of: number): number | null => (of === 0 ? null : some / of)
const tenths = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10)

/** How a supplier has done for `buyerId`, or for all (null: only itself may ask); the figures that both sides see (sql/0027). */
export const supplierScorecard = async (tx: Tx, buyerId: string | null, supplierId: string): Promise<Scorecard> => {
  const { rows } = await tx.query<{
    lines: number
    arrived: number
    on_time: number
    estimates: number
    kept: number
    median_days_off: number | null
    median_silence: number | null
    open_silent: number
  }>('select * from supplier_scorecard($1::uuid, $2::uuid)', [buyerId, supplierId])
  const [row] = rows
  if (row === undefined) throw new Error('the scorecard answered nothing')
  return {
    supplierId,
    lines: row.lines,
    onTime: { share: share(row.on_time, row.arrived), of: row.arrived },
    estimates: { share: share(row.kept, row.estimates), of: row.estimates, medianDaysOff: tenths(row.median_days_off) },
    silence: { medianDays: tenths(row.median_silence), openSilent: row.open_silent },
  }
}

export type OpenLine = LineKey & { number: string; needBy: string; lot: string | null }

/** One's own open lines with a supplier, or those of one lot of it, what is needed first first. */
export const openLinesWith = async (
  tx: Tx,
  { supplierId, lot = null, most }: { supplierId: string; lot?: string | null | undefined; most: number },
): Promise<OpenLine[]> => {
  const { rows } = await tx.query<Omit<OpenLine, 'lot'> & { heard: Heard[] }>(
    `select l.order_id as "orderId", l.line, o.number, iso(l.need_by) as "needBy", ${HEARD}
     from order_lines l join orders o on o.id = l.order_id
     where l.supplier_id = $1::uuid and l.org_id = app_org() and ${IS_OPEN}
       and ($3::text is null or exists (select from milestones m where m.order_id = l.order_id and m.line = l.line and m.lot = $3::text))
     order by l.need_by, o.number, length(l.line), l.line limit $2::integer`,
    [supplierId, most, lot],
  )
  const lines = rows.map(({ heard, ...line }) => ({ ...line, lot: heardLot(heard) }))
  // of that lot once, and now of another
  return lot === null ? lines : lines.filter((line) => line.lot === lot)
}
