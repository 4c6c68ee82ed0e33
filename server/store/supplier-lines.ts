import type { Milestone } from '../model/milestone.ts'
import type { PlannedStage } from '../model/order.ts'
import type { Reliability, SupplierLine } from '../model/supplier-link.ts'
import { doneShare, type Heard, reachedStage, stageStates } from '../orders/stages.ts'
import { HEARD, type KnownLine } from './milestones.ts'
import type { Tx } from './pool.ts'

type Row = {
  order_id: string
  number: string
  line: string
  org_id: string
  supplier_id: string
  substance: SupplierLine['substance']
  quantity: number
  unit: string
  need_by: Date
  stages: PlannedStage[]
  stage_names: SupplierLine['stageNames']
  ordered_at: Date | null
  created_at: Date
  heard: Heard[]
  last: Milestone | null
}

/** A line that a link shows, and what a milestone of it is judged against. */
export type LinkedLine = { seen: SupplierLine; known: KnownLine }

const lineOf = (row: Row): LinkedLine => {
  const stages = stageStates(row.stages, row.heard)
  const { substance, quantity, unit, last } = row
  return {
    seen: {
      orderId: row.order_id,
      number: row.number,
      line: row.line,
      substance,
      quantity,
      unit,
      needBy: row.need_by.toISOString(),
      stages,
      stageNames: row.stage_names,
      reached: reachedStage(stages),
      done: doneShare(stages),
      last,
    },
    known: {
      // a line that was cancelled is not shown
      cancelledAt: null,
      orderId: row.order_id,
      line: row.line,
      orgId: row.org_id,
      supplierId: row.supplier_id,
      stages: row.stages,
      orderedAt: row.ordered_at?.getTime() ?? null,
      createdAt: row.created_at.getTime(),
    },
  }
}

/** The lines that the supplier's link of `tx` shows, the soonest needed first; `only` one of them. */
export const listLinkedLines = async (tx: Tx, only?: { orderId: string; line: string }): Promise<LinkedLine[]> => {
  const { rows } = await tx.query<Row>(
    `select l.order_id, l.number, l.line, l.org_id, l.supplier_id, l.quantity, l.unit, l.need_by, l.stages, l.stage_names, l.ordered_at, l.created_at,
       jsonb_build_object('cas', l.cas, 'name', l.name, 'nameZh', l.name_zh) as substance,
       ${HEARD},
       (select jsonb_build_object('id', m.id::text, 'stage', m.stage, 'classifier', m.classifier, 'at', iso(m.at), 'progress', m.progress,
          'quantity', m.quantity, 'note', m.note, 'lot', m.lot, 'key', m.key, 'corrects', milestone_corrects(m)::text, 'correctsKey', m.corrects_key,
          'saidBy', m.said_by, 'saidAt', iso(m.said_at),
          'photo', exists (select from milestone_photos p where p.milestone_id = m.id), 'recordedAt', iso(m.recorded_at))
        from milestones m where m.order_id = l.order_id and m.line = l.line and m.said_org = l.supplier_id
          and milestone_stands(m)
        order by m.id desc limit 1) as last
     from visible_lines l
     where $1::uuid is null or (l.order_id = $1::uuid and l.line = $2::text)
     order by l.need_by, l.number, length(l.line), l.line limit 500`,
    [only?.orderId ?? null, only?.line ?? null],
  )
  return rows.map(lineOf)
}

/** Null where the link of `tx` shows no such line. */
export const findLinkedLine = async (tx: Tx, orderId: string, line: string): Promise<LinkedLine | null> =>
  (await listLinkedLines(tx, { orderId, line }))[0] ?? null

/** The figure that both sides see (sql/0021); nothing is judged where `tx` is of neither. */
export const supplierReliability = async (tx: Tx, buyerId: string, supplierId: string): Promise<Reliability> => {
  const { rows } = await tx.query<{ judged: number; onTime: number }>(
    'select judged, on_time as "onTime" from supplier_reliability($1::uuid, $2::uuid)',
    [buyerId, supplierId],
  )
  return rows[0] ?? { judged: 0, onTime: 0 }
}

export type Photo = { type: 'image/jpeg' | 'image/webp' | 'image/png'; content: Buffer }

const isJpeg = (bytes: Buffer): boolean => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))
const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))
const isWebp = (bytes: Buffer): boolean =>
  bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP'

/** What a data: URL holds, judged by its own bytes and not by what it calls itself; null where that is no picture. */
export const readPhoto = (dataUrl: string): Photo | null => {
  const content = Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64')
  if (isJpeg(content)) return { type: 'image/jpeg', content }
  if (isPng(content)) return { type: 'image/png', content }
  return isWebp(content) ? { type: 'image/webp', content } : null
}

/** Keeps a picture with what was said; the first one stays. */
export const keepPhoto = async (
  tx: Tx,
  { orderId, line, orgId, supplierId }: KnownLine,
  milestone: string,
  { type, content }: Photo,
): Promise<void> => {
  await tx.query(
    `insert into milestone_photos (milestone_id, order_id, line, org_id, supplier_id, type, content)
     values ($1::bigint, $2::uuid, $3::text, $4::uuid, $5::uuid, $6::text, $7::bytea) on conflict do nothing`,
    [milestone, orderId, line, orgId, supplierId, type, content],
  )
}

/** The picture of a milestone of this line; null where there is none, or it is not seen. */
export const readMilestonePhoto = async (
  tx: Tx,
  { orderId, line, milestone }: { orderId: string; line: string; milestone: string },
): Promise<Photo | null> => {
  const { rows } = await tx.query<Photo>(
    `select type, content from milestone_photos
     where milestone_id = $1::bigint and order_id = $2::uuid and line = $3::text`,
    [milestone, orderId, line],
  )
  return rows[0] ?? null
}
