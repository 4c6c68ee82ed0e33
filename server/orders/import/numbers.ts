import type { Cell } from './table.ts'

/** Full-width signs to the usual ones, and all kinds of spaces to one. */
export const plain = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim()

/** What people write where they have nothing to write. */
const GAPS = new Set([
  '', '-', '--', '—', '/', 'n/a', 'na', '#n/a', 'null', 'none', 'nil', 'tbd', 'tba', 'unknown', 'date not captured', 'not captured',
  '无', '未知', '待定', '不详', '暂无',
]) // biome-ignore format: a list

/** "N/A - from stock" says why there is nothing, and is nothing. */
const isNothing = (text: string): boolean => GAPS.has(text) || /^n\/a\b/.test(text)

/** Whether a cell says nothing. */
export const isGap = (cell: Cell | undefined): boolean =>
  cell === null || cell === undefined || (typeof cell === 'string' && isNothing(plain(cell).toLowerCase()))

/** A cell as text, the way a spreadsheet shows it. */
export const cellText = (cell: Cell | undefined): string => {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$/, '')
  return String(cell)
}

const GROUPED = { ',': /^\d{1,3}(,\d{2,3})*,\d{3}$/, '.': /^\d{1,3}(\.\d{3})+$/ } as const
type Mark = ',' | '.'

/** Digits with marks between them; null where they can't be a number. */
const magnitude = (text: string, decimal: Mark | undefined): number | null => {
  const [commas, points] = [text.split(',').length - 1, text.split('.').length - 1]
  let mark: Mark | null = null
  if (commas > 0 && points > 0) mark = text.lastIndexOf(',') > text.lastIndexOf('.') ? ',' : '.'
  else if (commas === 1) mark = decimal === ',' || (decimal === undefined && !GROUPED[','].test(text)) ? ',' : null
  else if (points === 1) mark = decimal === ',' ? null : '.'
  const [whole = '', part] =
    mark === null ? [text] : [text.slice(0, text.lastIndexOf(mark)), text.slice(text.lastIndexOf(mark) + 1)]
  const group: Mark = mark === ',' || (mark === null && points > 0) ? '.' : ','
  if (!/^\d*$/.test(whole) && !GROUPED[group].test(whole)) return null
  if (part !== undefined && !/^\d*$/.test(part)) return null
  const value = Number(`${whole.replaceAll(group, '') || '0'}.${part || '0'}`)
  return /\d/.test(text) && Number.isFinite(value) ? value : null
}

/**
 * A number and what stands behind it ("1,234.5 kg" → 1234.5, "kg"). Thousands may be set apart by a comma, a point, a
 * space or an apostrophe; a lone comma with three digits behind it sets thousands apart, a lone point never does, unless
 * `decimal` says otherwise. Null where it is no number. Pure.
 */
export const parseNumber = (cell: Cell, decimal?: Mark): { value: number; rest: string } | null => {
  if (typeof cell === 'number') return Number.isFinite(cell) ? { value: cell, rest: '' } : null
  if (cell === null || cell instanceof Date) return null
  const text = plain(cell)
  if (/^[+-]?\d+(\.\d+)?e[+-]?\d{1,3}$/i.test(text))
    return Number.isFinite(Number(text)) ? { value: Number(text), rest: '' } : null
  const parts = /^([+-]?)(?:[¥$€£]|CNY|RMB|USD|EUR)? ?([\d.,](?:[\d.,]|[ '’](?=\d{3}(?!\d)))*) ?([^\d\s.,].*)?$/i.exec(
    text,
  )
  if (parts === null) return null
  const [, sign, digits = '', rest = ''] = parts
  const size = magnitude(digits.replace(/[ '’]/g, ''), decimal)
  return size === null ? null : { value: sign === '-' ? -size : size, rest }
}

/** Which mark is the decimal one in these cells: a comma only where they show it and no point shows itself as one. Pure. */
export const guessDecimal = (cells: Iterable<Cell>): Mark | undefined => {
  const seen = { ',': false, '.': false }
  for (const cell of cells) {
    if (typeof cell !== 'string') continue
    const digits = /[\d.,]+/.exec(plain(cell))?.[0] ?? ''
    const mark = /([.,])(\d+)$/.exec(digits)
    if (mark === null) continue
    const [, sign, behind = ''] = mark
    const both = digits.includes(',') && digits.includes('.')
    if ((sign === ',' || sign === '.') && (both || behind.length !== 3)) seen[sign] = true
  }
  return seen[','] && !seen['.'] ? ',' : undefined
}

const UNITS: Record<string, readonly string[]> = {
  t: ['t', 'mt', 'to', 'ton', 'tons', 'tonne', 'tonnes', 'metric ton', 'metric tons', '吨', '公吨'],
  kg: ['kg', 'kgs', 'kilo', 'kilogram', 'kilograms', '千克', '公斤'],
  g: ['g', 'gram', 'grams', '克'],
  L: ['l', 'lt', 'ltr', 'litre', 'litres', 'liter', 'liters', '升'],
  'm³': ['m3', 'cbm', '立方米', '方'],
  drum: ['drum', 'drums', '桶'],
  pcs: ['pcs', 'pc', 'pce', 'ea', 'each', 'piece', 'pieces', '件', '个', '只'],
  pack: ['pack', 'packs', 'pk', '包', '袋'],
} // biome-ignore format: a unit a line
const UNIT_OF = new Map(Object.entries(UNITS).flatMap(([unit, words]) => words.map((word) => [word, unit] as const)))

/** A unit by the name that we keep; one that we don't know stays as it is written. Pure. */
export const unitOf = (text: string): string => {
  const written = plain(text).replace(/\.$/, '')
  return UNIT_OF.get(written.toLowerCase()) ?? written
}
