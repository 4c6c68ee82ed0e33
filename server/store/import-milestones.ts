import type { ImportMapping } from '../model/import.ts'
import { normalised } from '../orders/import/fields.ts'
import { type MilestoneRow, readMilestoneRows } from '../orders/import/milestone-rows.ts'
import { createUnknown } from '../orders/import/rows.ts'
import type { Table } from '../orders/import/table.ts'
import { judgeMilestone } from '../orders/judge.ts'
import { failedRows, rememberedNames } from './imports.ts'
import { type KnownLine, linesByNumber, type NumberedLine } from './milestones.ts'
import type { Tx } from './pool.ts'

export type MilestoneWork = { milestones: (MilestoneRow & { of: KnownLine; stage: string })[]; same: number }

type Kept = {
  orderId: string
  line: string
  key: string
  stage: string
  classifier: string
  at: Date
  progress: number | null
  quantity: number | null
  note: string | null
  lot: string | null
}

/** What was said under these keys by the organisation before. */
const loadKept = async (tx: Tx, orgId: string, keys: readonly string[]): Promise<Map<string, Kept>> => {
  const { rows } = await tx.query<Kept>(
    `select order_id as "orderId", line, key, stage, classifier, at, progress, quantity, note, lot from milestones
     where said_org = $1::uuid and key = any ($2::text[])`,
    [orgId, keys],
  )
  return new Map(rows.map((row) => [JSON.stringify([row.orderId, row.line, row.key]), row]))
}

const isSame = (kept: Omit<Kept, 'orderId' | 'line' | 'key'>, row: MilestoneRow, stage: string): boolean =>
  kept.stage === stage &&
  kept.classifier === row.classifier &&
  kept.at.getTime() === row.at &&
  kept.progress === (row.progress ?? null) &&
  kept.quantity === (row.quantity ?? null) &&
  kept.note === (row.note ?? null) &&
  kept.lot === (row.lot ?? null)

/** Which line a row speaks of: an order of one line need not say which. */
const lineOf = (row: MilestoneRow, lines: readonly NumberedLine[], hasLine: boolean): NumberedLine[] => {
  const wanted = normalised(row.buyer)
  const ofBuyer = lines.filter(
    (one) =>
      one.number === row.number &&
      (wanted === '' || normalised(one.buyer) === wanted || one.orgId === row.buyer.toLowerCase()),
  )
  if (!hasLine && ofBuyer.length === 1) return ofBuyer
  return ofBuyer.filter(({ line }) => line === row.line)
}

/** What a file of milestones would say. Nothing is kept. `now` in epoch ms. */
export const planMilestones = async (tx: Tx, orgId: string, table: Table, mapping: ImportMapping, now: number) => {
  const { rows, hasLine, say, issues, ...read } = readMilestoneRows(table, mapping)
  const lines = await linesByNumber(tx, [...new Set(rows.map(({ number }) => number))])
  const byNumber = new Map<string, NumberedLine[]>()
  for (const one of lines) byNumber.set(one.number, [...(byNumber.get(one.number) ?? []), one])
  const remembered = (await rememberedNames(tx)).stage
  const { rows: named } = await tx.query<{ stage: string; name: string; name_zh: string | null }>(
    'select stage, name, name_zh from own_stages',
  )
  const own = new Map(
    named.flatMap(({ stage, name, name_zh }) => [name, name_zh ?? name].map((text) => [normalised(text), stage])),
  )
  const kept = await loadKept(
    tx,
    orgId,
    rows.map(({ key }) => key),
  )
  const unknown = createUnknown()
  const work: MilestoneWork = { milestones: [], same: 0 }
  const seen = new Map<string, { row: MilestoneRow; stage: string }>()
  for (const row of rows) {
    const [of, second] = lineOf(row, byNumber.get(row.number) ?? [], hasLine)
    if (of === undefined) {
      say(
        row.row,
        hasLine ? 'line' : 'number',
        'unknown-line',
        '',
        hasLine ? `${row.line} of ${row.number}` : row.number,
      )
      continue
    }
    if (second !== undefined) {
      say(row.row, 'number', 'ambiguous-line', [of, second].map(({ buyer, line }) => `${buyer} (${line})`).join(', '))
      continue
    }
    const plan = of.stages.map(({ stage }) => stage)
    const candidates = [
      ...row.stages.slice(0, 1),
      remembered.get(normalised(row.written)),
      own.get(normalised(row.written)),
      ...row.stages,
    ]
    const stage = candidates.find((one) => one !== undefined && plan.includes(one))
    if (stage === undefined) {
      say(row.row, 'stage', 'unknown-stage', plan.join(', '))
      unknown.add(row.written)
      continue
    }
    const reason = judgeMilestone({ stage, classifier: row.classifier, at: row.at }, of, now)
    if (reason !== null) {
      say(row.row, 'at', 'impossible', reason)
      continue
    }
    const key = JSON.stringify([of.orderId, of.line, row.key])
    const before = kept.get(key)
    const inFile = seen.get(key)
    const same =
      before !== undefined
        ? isSame(before, row, stage)
        : inFile === undefined
          ? null
          : isSame({ ...asKept(inFile.row), stage: inFile.stage }, row, stage)
    if (same === false) say(row.row, 'key', 'other-key', '', row.key)
    else if (same === true) work.same++
    else {
      seen.set(key, { row, stage })
      work.milestones.push({ ...row, of, stage })
    }
  }
  const failed = failedRows(issues)
  const names = { products: [], suppliers: [], stages: unknown.list() }
  return { ...read, issues: issues.toSorted((one, other) => one.row - other.row), failed, unknown: names, work }
}

const asKept = ({ classifier, at, progress, quantity, note, lot }: MilestoneRow) => ({
  classifier,
  at: new Date(at),
  progress: progress ?? null,
  quantity: quantity ?? null,
  note: note ?? null,
  lot: lot ?? null,
})

/** Keeps what a file says, all of it in one statement; what somebody's retry kept meanwhile stays. The orders it is of. */
export const commitMilestones = async (
  tx: Tx,
  speaker: { orgId: string; kind: 'person' | 'token'; id: string; name: string },
  { milestones: all }: MilestoneWork,
): Promise<string[]> => {
  const { orgId, ...saidBy } = speaker
  await tx.query(
    `insert into milestones (said_org, said_by, order_id, line, org_id, supplier_id, stage, classifier, at, progress, quantity, note, key, lot)
     select $1::uuid, $2::jsonb, * from unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[],
       $10::float8[], $11::float8[], $12::text[], $13::text[], $14::text[])
     on conflict (order_id, line, said_org, key) where key is not null do nothing`,
    [
      orgId, JSON.stringify(saidBy), all.map((m) => m.of.orderId), all.map((m) => m.of.line), all.map((m) => m.of.orgId),
      all.map((m) => m.of.supplierId), all.map((m) => m.stage), all.map((m) => m.classifier), all.map((m) => new Date(m.at)),
      all.map((m) => m.progress ?? null), all.map((m) => m.quantity ?? null), all.map((m) => m.note ?? null), all.map((m) => m.key),
      all.map((m) => m.lot ?? null),
    ],
  ) // biome-ignore format: the columns, in their order
  return [...new Set(all.map(({ of }) => of.orderId))]
}
