import { stringify } from 'csv-stringify/sync'
import type { ImportIssue, ImportMapping, ImportPreview } from '../model/import.ts'
import { issueSentence } from '../model/import-issue.ts'
import { commitMilestones, planMilestones } from '../store/import-milestones.ts'
import { planOrders } from '../store/import-orders.ts'
import { commitOrders } from '../store/import-orders-commit.ts'
import { describeTable, type FileTable, isRemembered, type KeptImport } from '../store/imports.ts'
import type { SignedIn } from '../store/people.ts'
import type { Tx } from '../store/pool.ts'
import { refusal } from './problem.ts'

/** What a file would do, of either kind, and how it is done. */
export type Planned = Pick<ImportPreview, 'counts' | 'unknown' | 'issues' | 'changes'> & {
  mapping: ImportMapping
  asks: ImportPreview['asks']
  failed: number
  commit(tx: Tx, who: SignedIn): Promise<{ ok: true; orders: string[] } | { ok: false; reason: string }>
}

/** How many issues and changes a page is given at once; all issues can be downloaded. */
const SHOWN = 200

const planFile = async (tx: Tx, who: SignedIn, kind: KeptImport['kind'], table: FileTable, mapping: ImportMapping) => {
  const now = Date.now()
  if (kind === 'milestones') {
    const { work, ...plan } = await planMilestones(tx, who.orgId, table, mapping, now)
    const speaker = {
      orgId: who.orgId,
      kind: who.kind === 'token' ? 'token' : 'person',
      id: who.id,
      name: who.name,
    } as const
    return {
      ...plan,
      stranger: null,
      counts: { new: work.milestones.length, changed: 0, same: work.same },
      changes: [],
      commit: async (inTx: Tx) => ({ ok: true as const, orders: await commitMilestones(inTx, speaker, work) }),
    }
  }
  const { work, ...plan } = await planOrders(tx, table, mapping, now)
  const by = { kind: who.kind, id: who.id, name: who.name }
  const onlyReceived = work.receipts.filter(
    ({ order, line }) => ![...work.newLines, ...work.changed].some((one) => one.order === order && one.line === line),
  )
  return {
    ...plan,
    counts: { new: work.newLines.length, changed: work.changed.length + onlyReceived.length, same: work.same },
    changes: work.changed.map(({ row, order, line, changes }) => ({ row, number: order, line, changes })),
    commit: (inTx: Tx) => commitOrders(inTx, who.orgId, by, work),
  }
}

/** Looks at a file without changing anything. */
export const plan = async (
  tx: Tx,
  who: SignedIn,
  kind: KeptImport['kind'],
  table: FileTable,
  mapping: ImportMapping,
): Promise<Planned> => {
  const { stranger, failed, asks, ...planned } = await planFile(tx, who, kind, table, mapping)
  if (stranger !== null)
    throw refusal(422, `You know nothing with the id ${stranger}: choose a substance or an organisation of yours.`, {
      errors: [{ path: 'mapping', message: 'names what you do not know' }],
    })
  return { ...planned, asks: [...asks], failed: failed.size, counts: { ...planned.counts, failed: failed.size } }
}

/** The answer that a page shows before anything is taken. */
export const previewOf = async (
  tx: Tx,
  file: Pick<KeptImport, 'id' | 'kind' | 'name' | 'committedAt'>,
  table: FileTable,
  planned: Planned,
): Promise<ImportPreview> => ({
  id: file.id,
  kind: file.kind,
  name: file.name,
  ...describeTable(file.kind, table),
  mapping: planned.mapping,
  remembered: await isRemembered(tx, file.kind, table),
  counts: planned.counts,
  asks: planned.asks,
  unknown: planned.unknown,
  issues: planned.issues.slice(0, SHOWN),
  issueCount: planned.issues.length,
  changes: planned.changes.slice(0, SHOWN),
  committedAt: file.committedAt?.toISOString() ?? null,
})

const HEADINGS = { en: ['Row', 'Column', 'Value', 'What to do'], zh: ['行', '列', '内容', '如何处理'] } as const
const BOM = '\ufeff'

/**
 * What is wrong with a file as CSV, each with its row as it stands, for a spreadsheet: with a byte order mark, or Excel
 * does not take it for UTF-8, and with what looks like a formula made harmless.
 */
export const errorList = (table: FileTable, issues: readonly ImportIssue[], language: 'en' | 'zh'): string => {
  const rows = new Map(table.rows.map((row) => [row.row, row.cells]))
  const text = (cell: unknown): string =>
    cell instanceof Date ? cell.toISOString().replace(/T00:00:00\.000Z$/, '') : String(cell ?? '')
  return `${BOM}${stringify(
    [
      [...HEADINGS[language], ...table.headings],
      ...issues.map((issue) => [
        String(issue.row),
        issue.column ?? '',
        issue.value,
        issueSentence(language, issue),
        ...table.headings.map((_, index) => text(rows.get(issue.row)?.[index])),
      ]),
    ],
    { escape_formulas: true, record_delimiter: 'windows' },
  )}`
}
