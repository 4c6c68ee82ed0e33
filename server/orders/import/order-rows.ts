import type { ImportField, ImportMapping } from '../../model/import.ts'
import { checkCas, checkUn } from '../../physics/identifiers.ts'
import { unitOf } from './numbers.ts'
import { createRowReader, createUnknown, mappedName, type RowReader } from './rows.ts'
import type { Table } from './table.ts'

const DAY_END_MS = 86_399_000
/** Clocks differ: this far ahead is now, ms. */
const AHEAD_MS = 5 * 60_000

/** What an organisation knows by name; the functions answer ids, or why not. */
export type Known = {
  supplier(name: string): { id: string } | 'unknown' | 'ambiguous'
  /** by identifiers, or by a product's name */
  substance(by: { cas?: string; un?: string }): { id: string } | { reason: string }
  product(name: string): { id: string } | null
}

/** A row that says enough to be a line. Undefined: the file does not say. Times in epoch ms. */
export type OrderRow = {
  row: number
  number: string
  line: string
  supplierId: string
  supplierName: string
  substanceId: string
  quantity: number
  unit: string | undefined
  needBy: number
  orderedAt: number | undefined
  price: number | undefined
  currency: string | undefined
  family: string | undefined
  receivedAt: number | undefined
}

const LONGEST: Partial<Record<ImportField, number>> = { number: 100, line: 40, unit: 20, family: 100 }

const textOf = (reader: RowReader, field: ImportField, required = false): string => {
  const text = reader.text(field)
  const longest = LONGEST[field]
  if (longest !== undefined && text.length > longest) reader.issue(field, 'too-long', String(longest))
  if (required && text === '') reader.issue(field, 'missing', field)
  return text
}

const supplierOf = (
  reader: RowReader,
  mapping: ImportMapping,
  known: Known,
  unknown: ReturnType<typeof createUnknown>,
) => {
  const name = textOf(reader, 'supplier', true)
  if (name === '') return null
  const mapped = mappedName(mapping.suppliers, name)
  if (mapped !== undefined) return { id: mapped, name }
  const found = known.supplier(name)
  if (typeof found !== 'string') return { id: found.id, name }
  if (found === 'unknown') unknown.add(name)
  reader.issue('supplier', found === 'unknown' ? 'unknown-supplier' : 'ambiguous-supplier')
  return null
}

const substanceOf = (
  reader: RowReader,
  mapping: ImportMapping,
  known: Known,
  unknown: ReturnType<typeof createUnknown>,
) => {
  const by: { cas?: string; un?: string } = {}
  for (const [field, check] of [['cas', checkCas], ['un', checkUn]] as const) {
    const text = reader.text(field)
    if (text === '') continue
    const checked = check(field === 'un' && /^\d{1,3}$/.test(text) ? text.padStart(4, '0') : text)
    if (checked.ok) by[field] = checked.value
    else {
      reader.issue(field, 'bad-identifier', checked.reason)
      return null
    }
  } // biome-ignore format: two checks
  const product = reader.text('product')
  if (Object.keys(by).length > 0) {
    const found = known.substance(by)
    if ('id' in found) return found.id
    reader.issue(by.cas === undefined ? 'un' : 'cas', 'unknown-substance', found.reason)
    return null
  }
  if (product === '') {
    reader.issue(null, 'no-product')
    return null
  }
  const id = mappedName(mapping.products, product) ?? known.product(product)?.id
  if (id !== undefined) return id
  unknown.add(product)
  reader.issue('product', 'unknown-product')
  return null
}

const positive = (reader: RowReader, field: ImportField): { value: number; rest: string } | undefined => {
  const read = reader.number(field)
  if (read === undefined) return undefined
  if (field === 'quantity' && read.value <= 0) reader.issue(field, 'not-positive')
  else if (read.value < 0 || read.value > 1e12) reader.issue(field, 'out-of-range', '0 … 1e12')
  return read
}

const currencyOf = (reader: RowReader, price: number | undefined): string | undefined => {
  if (price === undefined) return undefined
  const text = reader.text('currency').toUpperCase()
  const currency = text === '' ? '' : (CURRENCIES.get(text) ?? text)
  if (currency === '') reader.issue('price', 'price-alone')
  else if (!/^[A-Z]{3}$/.test(currency)) reader.issue('currency', 'bad-currency')
  return currency
}
const CURRENCIES = new Map(
  Object.entries({
    '¥': 'CNY',
    RMB: 'CNY',
    人民币: 'CNY',
    元: 'CNY',
    $: 'USD',
    US$: 'USD',
    美元: 'USD',
    '€': 'EUR',
    欧元: 'EUR',
  }),
)

/**
 * The rows of a file of orders, each judged alone, and names that nothing is known by. A file without a column for the
 * line numbers the lines of each order in the order they stand. `now` in epoch ms. Pure.
 */
export const readOrderRows = (table: Table, mapping: ImportMapping, known: Known, now: number) => {
  const rows = createRowReader(table, mapping)
  const [products, suppliers] = [createUnknown(), createUnknown()]
  const counted = new Map<string, number>()
  const read: OrderRow[] = []
  const seen = new Map<string, OrderRow>()
  for (const raw of table.rows) {
    const reader = rows.reader(raw)
    const number = textOf(reader, 'number', true)
    const count = (counted.get(number) ?? 0) + 1
    counted.set(number, count)
    const line = rows.has('line') ? textOf(reader, 'line', true) : String(count)
    const supplier = supplierOf(reader, mapping, known, suppliers)
    const substanceId = substanceOf(reader, mapping, known, products)
    const quantity = positive(reader, 'quantity')
    if (quantity === undefined && reader.text('quantity') === '') reader.issue('quantity', 'missing', 'quantity')
    const unit = textOf(reader, 'unit') || quantity?.rest
    const needBy = reader.date('needBy', DAY_END_MS)
    if (needBy === undefined && reader.text('needBy') === '') reader.issue('needBy', 'missing', 'needBy')
    const price = positive(reader, 'price')?.value
    const currency = currencyOf(reader, price)
    const orderedAt = reader.date('orderedAt', 0)
    const receivedAt = reader.date('receivedAt', 0)
    const family = textOf(reader, 'family')
    if (receivedAt !== undefined && receivedAt > now + AHEAD_MS) reader.issue('receivedAt', 'in-the-future')
    if (reader.failed() || supplier === null || substanceId === null || quantity === undefined || needBy === undefined)
      continue
    const one: OrderRow = {
      row: raw.row, number, line, supplierId: supplier.id, supplierName: supplier.name, substanceId, quantity: quantity.value,
      unit: unit === undefined || unit === '' ? undefined : unitOf(unit), needBy, orderedAt, price, currency,
      family: family === '' ? undefined : family, receivedAt,
    } // biome-ignore format: its fields
    const key = JSON.stringify([number, line])
    const before = seen.get(key)
    if (before !== undefined && JSON.stringify({ ...before, row: 0 }) !== JSON.stringify({ ...one, row: 0 })) {
      reader.issue('line', 'duplicate-line', String(before.row), line)
      continue
    }
    seen.set(key, before ?? one)
    read.push(one)
  }
  return {
    rows: read,
    say: rows.say,
    issues: rows.issues,
    mapping: rows.mapping,
    asks: rows.asks,
    unknown: { products: products.list(), suppliers: suppliers.list() },
  }
}
