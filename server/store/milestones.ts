import type { Milestone, MilestoneSaid, SaidBy } from '../model/milestone.ts'
import type { PlannedStage } from '../model/order.ts'
import { judgeMilestone, type LineFacts } from '../orders/judge.ts'
import type { Tx } from './pool.ts'

/** A line that somebody speaks of, with what a milestone is judged against. */
export type KnownLine = LineFacts & { orderId: string; line: string; orgId: string; supplierId: string }

type LineRow = {
  order_id: string
  line: string
  org_id: string
  supplier_id: string
  stages: PlannedStage[]
  ordered_at: Date | null
  created_at: Date
  cancelled_at: Date | null
}

const known = (row: LineRow): KnownLine => ({
  orderId: row.order_id,
  line: row.line,
  orgId: row.org_id,
  supplierId: row.supplier_id,
  stages: row.stages,
  orderedAt: row.ordered_at?.getTime() ?? null,
  createdAt: row.created_at.getTime(),
  cancelledAt: row.cancelled_at?.getTime() ?? null,
})

const SELECT = `select l.order_id, l.line, l.org_id, l.supplier_id, l.stages, l.cancelled_at, o.ordered_at, o.created_at, o.number
  from order_lines l join orders o on o.id = l.order_id`

/** A line by its order's id; null when the organisation of `tx` sees none. */
export const findLine = async (tx: Tx, orderId: string, line: string): Promise<KnownLine | null> => {
  const { rows } = await tx.query<LineRow>(`${SELECT} where l.order_id = $1::uuid and l.line = $2::text`, [
    orderId,
    line,
  ])
  return rows[0] === undefined ? null : known(rows[0])
}

/** A line with the buyer's own number of its order, and whose that is. */
export type NumberedLine = KnownLine & { number: string; buyer: string }

/** The lines of orders with these numbers, as far as the organisation of `tx` sees them. */
export const linesByNumber = async (tx: Tx, numbers: readonly string[]): Promise<NumberedLine[]> => {
  const { rows } = await tx.query<LineRow & { number: string; buyer: string }>(
    `select x.*, b.name as buyer from (${SELECT} where o.number = any ($1::text[])) x
     join organisations b on b.id = x.org_id`,
    [numbers],
  )
  return rows.map((row) => ({ ...known(row), number: row.number, buyer: row.buyer }))
}

/**
 * A line by the buyer's order number, as a supplier knows it. Numbers are the buyers' own, so that two may use the same:
 * then `buyer` (id or name) has to say whose. `tx` sees every organisation.
 */
export const findSuppliersLine = async (
  tx: Tx,
  { supplierId, order, line, buyer }: { supplierId: string; order: string; line: string; buyer?: string | undefined },
): Promise<{ ok: true; line: KnownLine } | { ok: false; reason: string }> => {
  const { rows } = await tx.query<LineRow & { buyer: string }>(
    `select x.*, b.name as buyer from (${SELECT} where l.supplier_id = $1::uuid and l.line = $3::text and o.number = $2::text) x
     join organisations b on b.id = x.org_id
     where $4::text is null or b.id::text = lower($4::text) or lower(b.name) = lower($4::text)`,
    [supplierId, order, line, buyer ?? null],
  )
  const [first, second] = rows
  if (first === undefined)
    return {
      ok: false,
      reason: `you have no line ${line} in an order ${order}${buyer === undefined ? '' : ` of ${buyer}`}`,
    }
  if (second !== undefined)
    return {
      ok: false,
      reason: `order ${order} can be of ${rows.map((row) => row.buyer).join(' or of ')}: say which as buyer`,
    }
  return { ok: true, line: known(first) }
}

/** Of a line `l`, all that was said of it, as where its stages stand is told from it. */
export const HEARD = `(select coalesce(jsonb_agg(jsonb_build_object('id', m.id::text, 'stage', m.stage, 'classifier', m.classifier,
    'at', iso(m.at), 'progress', m.progress, 'corrects', milestone_corrects(m)::text, 'key', m.key, 'lot', m.lot, 'saidAt', iso(m.said_at),
    'recordedAt', iso(m.recorded_at)) order by m.id), '[]')
  from milestones m where m.order_id = l.order_id and m.line = l.line) as heard`

/** Something of a line `l` is still to come. */
export const IS_OPEN = `l.cancelled_at is null and not exists (select from receipts r where r.order_id = l.order_id and r.line = l.line
  and not r.more and r.quantity > 0 and not exists (select from receipts c where c.corrects = r.id))`

type Row = Omit<Milestone, 'at' | 'saidAt' | 'recordedAt'> & { at: Date; saidAt: Date | null; recordedAt: Date }

const COLUMNS = `id::text, stage, classifier, at, progress, quantity, note, lot, key, milestone_corrects(milestones)::text as corrects,
  corrects_key as "correctsKey", said_by as "saidBy", said_at as "saidAt",
  exists (select from milestone_photos p where p.milestone_id = milestones.id) as photo, recorded_at as "recordedAt"`

const view = (row: Row): Milestone => ({
  ...row,
  at: row.at.toISOString(),
  saidAt: row.saidAt?.toISOString() ?? null,
  recordedAt: row.recordedAt.toISOString(),
})

/** Everything said of a line, oldest first; corrections and what they correct stay. */
export const listMilestones = async (tx: Tx, orderId: string, line: string): Promise<Milestone[]> => {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from milestones where order_id = $1::uuid and line = $2::text order by id`,
    [orderId, line],
  )
  return rows.map(view)
}

export type Said =
  | { ok: true; milestone: Milestone; already: boolean }
  /** `conflict`: the key stands for something else already */
  | { ok: false; reason: string; conflict?: true }

/** Whether a retry says what is kept. */
const isSame = (kept: Milestone, said: MilestoneSaid): boolean =>
  kept.stage === said.stage &&
  kept.classifier === said.classifier &&
  kept.at === new Date(said.at).toISOString() &&
  kept.progress === (said.progress ?? null) &&
  kept.quantity === (said.quantity ?? null) &&
  kept.note === (said.note ?? null) &&
  kept.lot === (said.lot ?? null) &&
  (said.saidAt === undefined || kept.saidAt === new Date(said.saidAt).toISOString()) &&
  // however it was named, then or now
  (kept.corrects === (said.corrects ?? null) ||
    (kept.correctsKey !== null && kept.correctsKey === (said.correctsKey ?? null)))

/** What is corrected by its key; null where it has not come yet. */
const idOfKey = async (tx: Tx, of: readonly string[], orgId: string, key: string): Promise<string | null> => {
  const { rows } = await tx.query<{ id: string }>(
    'select id::text from milestones where order_id = $1::uuid and line = $2::text and said_org = $3::uuid and key = $4::text',
    [...of, orgId, key],
  )
  return rows[0]?.id ?? null
}

/** Why an organisation may not correct that, in a sentence; null when it may. */
const correctionObjection = async (
  tx: Tx,
  line: KnownLine,
  orgId: string,
  corrects: string,
): Promise<string | null> => {
  const { rows } = await tx.query<{ said_org: string }>(
    'select said_org from milestones where order_id = $1::uuid and line = $2::text and id = $3::bigint',
    [line.orderId, line.line, corrects],
  )
  const [row] = rows
  if (row === undefined) return `corrects ${corrects}: this line has no such milestone`
  // a buyer takes back what its supplier says by telephone; nobody takes back the buyer's word but the buyer
  return row.said_org === orgId || orgId === line.orgId
    ? null
    : `corrects ${corrects}: that was said by the other side, who alone can correct it`
}

/**
 * Keeps what an organisation said of a line. The same `key` again answers what is kept, where it says the same; `at` in
 * epoch ms, `now` likewise.
 */
export const sayMilestone = async (
  tx: Tx,
  line: KnownLine,
  asked: MilestoneSaid,
  saidBy: SaidBy & { orgId: string },
  now: number,
): Promise<Said> => {
  const of = [line.orderId, line.line]
  const { orgId, ...speaker } = saidBy
  const { correctsKey } = asked
  // a correction may overtake what it corrects: its key is kept, and means that as soon as it is there
  const byKey = correctsKey === undefined ? null : await idOfKey(tx, of, orgId, correctsKey)
  if (correctsKey !== undefined && correctsKey === asked.key)
    return { ok: false, reason: `correctsKey ${correctsKey} is its own key: name what it corrects` }
  if (correctsKey !== undefined && asked.corrects !== undefined && asked.corrects !== byKey)
    return {
      ok: false,
      reason: `corrects ${asked.corrects} and correctsKey ${correctsKey} are two milestones: name one`,
    }
  const said: MilestoneSaid = { ...asked, ...(byKey !== null && { corrects: byKey }) }
  const already = (milestone: Milestone): Said =>
    isSame(milestone, said)
      ? { ok: true, milestone, already: true }
      : {
          ok: false,
          conflict: true,
          reason: `key ${said.key} stands for something else already, said at ${milestone.recordedAt}`,
        }
  const kept = async (): Promise<Milestone | null> => {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from milestones where order_id = $1::uuid and line = $2::text and said_org = $3::uuid and key = $4::text`,
      [...of, orgId, said.key ?? null],
    )
    return rows[0] === undefined ? null : view(rows[0])
  }
  const before = said.key === undefined ? null : await kept()
  if (before !== null) return already(before)
  const reason = judgeMilestone(said, line, now)
  if (reason !== null) return { ok: false, reason }
  const objection = said.corrects === undefined ? null : await correctionObjection(tx, line, orgId, said.corrects)
  if (objection !== null) return { ok: false, reason: objection }
  const { rows } = await tx.query<Row>(
    `insert into milestones (order_id, line, org_id, supplier_id, stage, classifier, at, progress, quantity, note, key, corrects, said_org, said_by,
       corrects_key, said_at, lot)
     values ($1::uuid, $2::text, $3::uuid, $4::uuid, $5::text, $6::text, $7::timestamptz, $8::float8, $9::float8, $10::text, $11::text,
       $12::bigint, $13::uuid, $14::jsonb, $15::text, $16::timestamptz, $17::text)
     on conflict (order_id, line, said_org, key) where key is not null do nothing returning ${COLUMNS}`,
    [
      ...of, line.orgId, line.supplierId, said.stage, said.classifier, new Date(said.at), said.progress ?? null,
      said.quantity ?? null, said.note ?? null, said.key ?? null, said.corrects ?? null, orgId, JSON.stringify(speaker),
      correctsKey ?? null, said.saidAt === undefined ? null : new Date(said.saidAt), said.lot ?? null,
    ],
  ) // biome-ignore format: the columns, in their order
  const [row] = rows
  if (row !== undefined) return { ok: true, milestone: view(row), already: false }
  // somebody else's retry came first
  const theirs = await kept()
  if (theirs === null) throw new Error('a milestone was neither new nor known')
  return already(theirs)
}
