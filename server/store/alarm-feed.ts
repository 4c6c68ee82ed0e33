import type { Alarm, AlarmChangeKind } from '../model/alarm.ts'
import type { Pool, Tx } from './pool.ts'

/** Where a reader of the feed stands: transaction, then identity; `{xid}-{id}` as clients see it. */
export type Cursor = { xid: bigint; id: bigint }

export const formatCursor = ({ xid, id }: Cursor): string => `${xid}-${id}`

/** null when the text is no cursor of ours */
export const parseCursor = (text: string): Cursor | null => {
  const match = /^(\d{1,20})-(\d{1,19})$/.exec(text)
  return match === null ? null : { xid: BigInt(match[1] ?? 0), id: BigInt(match[2] ?? 0) }
}

export const isAfter = (a: Cursor, b: Cursor): boolean => a.xid > b.xid || (a.xid === b.xid && a.id > b.id)

/** `audience`: the organisations that may be told, as far as the reader may know them. */
export type FeedEntry = {
  cursor: Cursor
  audience: string[]
  /** null: of an order line */
  shipmentId: string | null
  change: AlarmChangeKind
  alarm: Alarm
}

/** Before everything that this statement's snapshot does not surely hold: reading on from here misses nothing. */
export const feedHead = async (db: Pool | Tx): Promise<Cursor> => {
  const { rows } = await db.query<{ xmin: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin')
  return { xid: BigInt(rows[0]?.xmin ?? 0), id: 0n }
}

/**
 * The next changes after `after`, in their order, of all organisations that the transaction's role sees. Only of
 * transactions below xmin: all of those are over, so nothing can appear before what was handed out (reliability, 9).
 * Transactions are not numbered in the order in which they commit, so the newest entry of an alarm tells of it as it is
 * now: of two that changed it at once, the last entry knows both.
 */
export const feedAfter = async (db: Pool | Tx, after: Cursor, most: number): Promise<FeedEntry[]> => {
  const { rows } = await db.query<{
    xid: string
    id: string
    audience: string[]
    shipment_id: string | null
    change: AlarmChangeKind
    alarm: Alarm
  }>({
    name: 'feed-after',
    text: `select xid::text, id::text, shipment_id, change, audience, alarm from alarm_feed_after($1::text::xid8, $2::bigint, $3::integer)`,
    values: [after.xid.toString(), after.id.toString(), most],
  })
  return rows.map((row) => ({
    cursor: { xid: BigInt(row.xid), id: BigInt(row.id) },
    audience: row.audience,
    shipmentId: row.shipment_id,
    change: row.change,
    alarm: row.alarm,
  }))
}
