import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { readSheet } from 'read-excel-file/node'
import type { Encoding } from '../../model/import.ts'
import { decodeText, detectDelimiter } from './text.ts'
import { unpacksWithin } from './zip-bound.ts'

export type Cell = string | number | Date | null
/** `row` as a spreadsheet counts, from 1, the heading included. */
export type TableRow = { row: number; cells: Cell[] }
export type Table = {
  format: 'csv' | 'xlsx'
  encoding: Encoding | null
  delimiter: string | null
  headings: string[]
  rows: TableRow[]
}
export type Read = { ok: true; table: Table } | { ok: false; reason: string }

const MOST_ROWS = 100_000
const MOST_COLUMNS = 300
/** Of text that an Excel file unpacks to: its reader holds all of it. */
const MOST_UNPACKED = 64 * 1024 * 1024
/** Titles and notes may stand above the headings; so many rows are looked at. */
const HEADING_AMONG = 10
const CHUNK = 64 * 1024

const isEmpty = (cell: Cell): boolean => cell === null || (typeof cell === 'string' && cell.trim() === '')

/** The row of the headings: of the first ones that with most texts in it. */
const headingOf = (rows: readonly TableRow[]): number => {
  let best = 0
  let most = 0
  for (const [index, { cells }] of rows.slice(0, HEADING_AMONG).entries()) {
    const texts = cells.filter(
      (cell) => typeof cell === 'string' && cell.trim() !== '' && !/^[\d.,/:-]+$/.test(cell.trim()),
    )
    if (texts.length > most) [best, most] = [index, texts.length]
  }
  return best
}

/** Every heading once, and none empty. */
const named = (cells: readonly Cell[], columns: number): string[] => {
  const seen = new Map<string, number>()
  return Array.from({ length: columns }, (_, index) => {
    const cell = cells[index] ?? null
    const text = (cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? ''))
      .replace(/\s+/g, ' ')
      .trim()
    const name = text === '' ? `Column ${index + 1}` : text.slice(0, 200)
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  })
}

const tableOf = (all: readonly TableRow[], facts: Pick<Table, 'format' | 'encoding' | 'delimiter'>): Read => {
  const rows = all.filter(({ cells }) => !cells.every(isEmpty))
  const at = headingOf(rows)
  const heading = rows[at]
  if (heading === undefined) return { ok: false, reason: 'The file is empty.' }
  const body = rows.slice(at + 1)
  if (body.length === 0) return { ok: false, reason: 'The file has a heading and no rows below it.' }
  const columns = rows.reduce((most, { cells }) => Math.max(most, cells.findLastIndex((cell) => !isEmpty(cell)) + 1), 0)
  if (columns > MOST_COLUMNS)
    return { ok: false, reason: `The file has ${columns} columns: at most ${MOST_COLUMNS} are read.` }
  return { ok: true, table: { ...facts, headings: named(heading.cells, columns), rows: body } }
}

const tooMany: Read = { ok: false, reason: `The file has more than ${MOST_ROWS} rows. Split it.` }

const readCsv = async (bytes: Buffer, wanted?: Encoding): Promise<Read> => {
  const { text, encoding } = decodeText(bytes, wanted)
  if (text.includes('\0')) return { ok: false, reason: 'This is neither a CSV nor an Excel file (.xlsx).' }
  const delimiter = detectDelimiter(text)
  // piece by piece, so that others are answered in between
  const pieces = Readable.from(
    (function* () {
      for (let at = 0; at < text.length; at += CHUNK) yield text.slice(at, at + CHUNK)
    })(),
  )
  const records = pieces.pipe(
    parse({ delimiter, bom: true, relax_column_count: true, relax_quotes: true, max_record_size: 1_000_000 }),
  )
  const rows: TableRow[] = []
  try {
    for await (const record of records) {
      const cells: unknown[] = Array.isArray(record) ? record : []
      rows.push({ row: rows.length + 1, cells: cells.map(String) })
      if (rows.length > MOST_ROWS) return tooMany
    }
  } catch (error) {
    return {
      ok: false,
      reason: `This file can't be read as CSV: ${error instanceof Error ? error.message : error}`,
    }
  }
  return tableOf(rows, { format: 'csv', encoding, delimiter })
}

const readXlsx = async (bytes: Buffer): Promise<Read> => {
  if (!(await unpacksWithin(bytes, MOST_UNPACKED)))
    return { ok: false, reason: 'This Excel file is damaged, or too large when unpacked. Save it anew, or as CSV.' }
  try {
    const sheet = await readSheet(bytes)
    if (sheet.length > MOST_ROWS) return tooMany
    const rows = sheet.map((cells, index) => ({
      row: index + 1,
      cells: cells.map((cell) =>
        cell === null || typeof cell === 'number' || cell instanceof Date ? cell : String(cell),
      ),
    }))
    return tableOf(rows, { format: 'xlsx', encoding: null, delimiter: null })
  } catch (error) {
    return { ok: false, reason: `This Excel file can't be read: ${error instanceof Error ? error.message : error}` }
  }
}

/**
 * A file's bytes to a table: CSV in any usual encoding and with any usual delimiter, or the first sheet of an Excel file
 * (.xlsx). What it is is read from its first bytes. A sentence where it is neither.
 */
export const readTable = async (bytes: Buffer, wanted?: Encoding): Promise<Read> => {
  if (bytes.length === 0) return { ok: false, reason: 'The file is empty.' }
  const magic = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0
  if (magic === 0x504b0304) return readXlsx(bytes)
  if (magic === 0xd0cf11e0)
    return { ok: false, reason: 'This is a workbook of the old format (.xls). Save it as .xlsx or CSV.' }
  return readCsv(bytes, wanted)
}
