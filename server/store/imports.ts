import { createHash } from 'node:crypto'
import { type ImportField, type ImportIssue, type ImportKind, ImportMapping } from '../model/import.ts'
import { fieldsOf, guessColumns, headingsKey, normalised, REQUIRED } from '../orders/import/fields.ts'
import { cellText } from '../orders/import/numbers.ts'
import { readTable, type Table } from '../orders/import/table.ts'
import type { Tx } from './pool.ts'

/** A file that waits; `content` is null once it was taken. */
export type KeptImport = {
  id: string
  kind: ImportKind
  name: string
  sha256: string
  content: Buffer | null
  mapping: ImportMapping
  committedAt: Date | null
}

/** A file as it was read. */
export type FileTable = Table

/** The bytes of a file as a table, or a sentence that says why not. Outside of any transaction: it may take a second. */
export const openFile = readTable

/** Keeps a file for a day; what is older goes. */
export const keepFile = async (
  tx: Tx,
  orgId: string,
  file: { kind: ImportKind; name: string; content: Buffer; mapping: ImportMapping },
): Promise<string> => {
  await tx.query(`delete from imports where org_id = $1::uuid and created_at < now() - interval '1 day'`, [orgId])
  const { rows } = await tx.query<{ id: string }>(
    `insert into imports (org_id, kind, name, sha256, content, mapping)
     values ($1::uuid, $2::text, $3::text, $4::text, $5::bytea, $6::jsonb) returning id`,
    [
      orgId, file.kind, file.name, createHash('sha256').update(file.content).digest('hex'), file.content,
      JSON.stringify(file.mapping),
    ],
  ) // biome-ignore format: the columns, in their order
  return rows[0]?.id ?? ''
}

type Row = Omit<KeptImport, 'mapping'> & { mapping: unknown }

/** A file that the organisation of `tx` has sent; null where there is none of this id, or no more. */
export const findFile = async (tx: Tx, id: string): Promise<KeptImport | null> => {
  const { rows } = await tx.query<Row>(
    `select id, kind, name, sha256, content, mapping, committed_at as "committedAt" from imports where id = $1::uuid`,
    [id],
  )
  return rows[0] === undefined ? null : { ...rows[0], mapping: ImportMapping.parse(rows[0].mapping) }
}

export const setMapping = async (tx: Tx, id: string, mapping: ImportMapping): Promise<void> => {
  await tx.query('update imports set mapping = $2::jsonb where id = $1::uuid', [id, JSON.stringify(mapping)])
}

/** A file was taken: its bytes may go. */
export const markTaken = async (tx: Tx, id: string): Promise<void> => {
  await tx.query('update imports set committed_at = now(), content = null where id = $1::uuid', [id])
}

/** One import of an organisation after another, so that two of the same file do not meet. Until the transaction ends. */
export const holdImports = async (tx: Tx, orgId: string): Promise<void> => {
  await tx.query('select pg_advisory_xact_lock(5240720, hashtext($1::text))', [orgId])
}

export type NameKind = 'product' | 'supplier' | 'stage'

/** What the organisation said once of names in its files: kind and normalised name to id. */
export const rememberedNames = async (tx: Tx): Promise<Record<NameKind, Map<string, string>>> => {
  const { rows } = await tx.query<{ kind: NameKind; name: string; target: string }>(
    'select kind, name, target from import_names where org_id = app_org()',
  )
  const of = (kind: NameKind) =>
    new Map(rows.filter((row) => row.kind === kind).map(({ name, target }) => [name, target]))
  return { product: of('product'), supplier: of('supplier'), stage: of('stage') }
}

/** Remembers how a file was read, for the next one with the same headings, and for its names in any file. */
export const remember = async (
  tx: Tx,
  orgId: string,
  kind: ImportKind,
  table: Table,
  { products, suppliers, stages, encoding: _encoding, ...mapping }: ImportMapping,
): Promise<void> => {
  const every = (names: Record<string, string>) => Object.entries(names).filter(([name]) => name === '*')
  const kept = {
    ...mapping,
    products: Object.fromEntries(every(products)),
    suppliers: Object.fromEntries(every(suppliers)),
  }
  await tx.query(
    `insert into import_mappings (org_id, kind, headings, mapping) values ($1::uuid, $2::text, $3::text, $4::jsonb)
     on conflict (org_id, kind, headings) do update set mapping = excluded.mapping, used_at = now()`,
    [orgId, kind, headingsKey(table), JSON.stringify(kept)],
  )
  const names = new Map<string, { kind: NameKind; name: string; target: string }>()
  for (const [of, record] of [['product', products], ['supplier', suppliers], ['stage', stages]] as const)
    for (const [name, target] of Object.entries(record))
      if (name !== '*') names.set(`${of} ${normalised(name)}`, { kind: of, name: normalised(name), target }) // biome-ignore format: three kinds
  const all = [...names.values()]
  await tx.query(
    `insert into import_names (org_id, kind, name, target) select $1::uuid, * from unnest($2::text[], $3::text[], $4::text[])
     on conflict (org_id, kind, name) do update set target = excluded.target, used_at = now()`,
    [orgId, all.map((one) => one.kind), all.map((one) => one.name), all.map((one) => one.target)],
  )
}

/**
 * How a file is likely to be read: as the last one with these headings was, else by what the headings say. `zone` counts
 * only where nothing is remembered: the same file is not read anew because somebody else sends it from elsewhere.
 */
export const firstMapping = async (
  tx: Tx,
  kind: ImportKind,
  table: Table,
  { zone, encoding }: { zone?: string | undefined; encoding?: ImportMapping['encoding'] | undefined },
): Promise<ImportMapping> => {
  const { rows } = await tx.query<{ mapping: unknown }>(
    'select mapping from import_mappings where org_id = app_org() and kind = $1::text and headings = $2::text',
    [kind, headingsKey(table)],
  )
  const before = ImportMapping.safeParse(rows[0]?.mapping)
  const mapping = before.success ? before.data : ImportMapping.parse({ zone, columns: guessColumns(kind, table) })
  return { ...mapping, ...(encoding !== undefined && { encoding }) }
}

/** Whether a mapping is that of the last file with these headings. */
export const isRemembered = async (tx: Tx, kind: ImportKind, table: Table): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'select from import_mappings where org_id = app_org() and kind = $1::text and headings = $2::text',
    [kind, headingsKey(table)],
  )
  return rowCount === 1
}

const SAMPLE = 5
const SHOWN = 200

/** What a page shows of a table whatever its rows say. */
export const describeTable = (kind: ImportKind, table: Table) => ({
  format: table.format,
  encoding: table.encoding,
  delimiter: table.delimiter,
  headings: table.headings,
  sample: table.rows
    .slice(0, SAMPLE)
    .map(({ cells }) => table.headings.map((_, i) => cellText(cells[i]).slice(0, SHOWN))),
  rows: table.rows.length,
  fields: fieldsOf(kind).map((field: ImportField) => ({ field, required: REQUIRED[kind].has(field) })),
})

/** The rows that can't be taken, by number. */
export const failedRows = (issues: readonly ImportIssue[]): Set<number> =>
  new Set(issues.filter(({ severity }) => severity === 'error').map(({ row }) => row))
