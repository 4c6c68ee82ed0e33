import { z } from 'zod'
import { StageId } from './order.ts'

/** What a column of a file of orders can be; those that a row can't do without first. */
export const ORDER_FIELDS = [
  'number', 'quantity', 'needBy', 'line', 'supplier', 'product', 'cas', 'un', 'unit', 'orderedAt', 'price', 'currency',
  'family', 'receivedAt',
] as const // biome-ignore format: a list
/** What a column of a file of milestones can be. */
export const MILESTONE_FIELDS = [
  'number', 'stage', 'at', 'line', 'buyer', 'classifier', 'progress', 'quantity', 'note', 'lot', 'key',
] as const // biome-ignore format: a list

export const ImportKind = z.enum(['orders', 'milestones'])
export type ImportKind = z.infer<typeof ImportKind>
export const ImportField = z.enum([...new Set([...ORDER_FIELDS, ...MILESTONE_FIELDS])])
export type ImportField = z.infer<typeof ImportField>

export const Encoding = z.enum(['utf-8', 'utf-16le', 'gb18030', 'windows-1252'])
export type Encoding = z.infer<typeof Encoding>
export const DateOrder = z.enum(['dmy', 'mdy', 'ymd'])
export type DateOrder = z.infer<typeof DateOrder>

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
const Name = z.string().max(500)

export const Zone = z.string().max(64).refine(isZone, 'not a time zone such as Asia/Shanghai')

/** How a file is read: which column is what, and what its words mean. */
export const ImportMapping = z.object({
  columns: z.partialRecord(ImportField, z.string().max(500)).default({}).describe('field → heading of its column'),
  constants: z
    .partialRecord(ImportField, Name)
    .default({})
    .describe('field → what it is in every row that says nothing else'),
  dateOrder: DateOrder.optional().describe('what 3/4/12 means; asked for where the file does not tell'),
  decimal: z.enum(['.', ',']).optional(),
  zone: Zone.default('UTC').describe('of times without one'),
  encoding: Encoding.optional(),
  products: z.record(Name, z.uuid()).default({}).describe('product name → id of a substance; * for every other name'),
  suppliers: z.record(Name, z.uuid()).default({}).describe('name → id of an organisation; * for every other name'),
  stages: z.record(Name, StageId).default({}).describe('name → stage'),
})
export type ImportMapping = z.infer<typeof ImportMapping>

/** What is wrong, or odd, in one cell or row. `about`: what the sentence speaks of besides the value. */
export const ImportIssue = z.object({
  row: z.int().describe('as a spreadsheet counts: the heading is a row too'),
  column: z.string().nullable(),
  field: ImportField.nullable(),
  value: z.string(),
  code: z.string(),
  about: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
})
export type ImportIssue = z.infer<typeof ImportIssue>

const Unknown = z.array(z.object({ name: z.string(), rows: z.int() }))

/** What would become of a file, before anything does. */
export const ImportPreview = z.object({
  id: z.uuid(),
  kind: ImportKind,
  name: z.string(),
  format: z.enum(['csv', 'xlsx']),
  encoding: Encoding.nullable(),
  delimiter: z.string().nullable(),
  headings: z.array(z.string()),
  sample: z.array(z.array(z.string())).describe('the first rows, as they stand'),
  rows: z.int(),
  fields: z.array(z.object({ field: ImportField, required: z.boolean() })),
  mapping: ImportMapping,
  remembered: z.boolean().describe('the mapping is that of your last file with these headings'),
  counts: z.object({ new: z.int(), changed: z.int(), same: z.int(), failed: z.int().describe('rows with an error') }),
  asks: z.array(z.enum(['dateOrder'])).describe('what has to be said before it can be read'),
  unknown: z
    .object({ products: Unknown, suppliers: Unknown, stages: Unknown })
    .describe('names that nothing is known by'),
  issues: z.array(ImportIssue).describe('the first of them; all are in …/errors'),
  issueCount: z.int(),
  changes: z
    .array(
      z.object({
        row: z.int(),
        number: z.string(),
        line: z.string(),
        changes: z.record(z.string(), z.object({ before: z.unknown(), after: z.unknown() })),
      }),
    )
    .describe('the first lines that would change'),
  committedAt: z.iso.datetime().nullable(),
})
export type ImportPreview = z.infer<typeof ImportPreview>
