import { ImportField, type ImportIssue, type ImportMapping } from '../../model/import.ts'
import { type IssueCode, issueSentence } from '../../model/import-issue.ts'
import { guessOrder, momentReader, parseDate } from './dates.ts'
import { cellText, guessDecimal, isGap, parseNumber, plain } from './numbers.ts'
import type { Cell, Table, TableRow } from './table.ts'

export type Issue = (field: ImportField | null, code: IssueCode, about?: string, value?: string) => void

/** A row's cells by field, and what is said of them. Every reader answers undefined where the cell is a gap or wrong. */
export type RowReader = {
  row: number
  /** as a person would write it; '' where there is none */
  text(field: ImportField): string
  number(field: ImportField): { value: number; rest: string } | undefined
  /** epoch ms; a day without a time is `dayMs` into it */
  date(field: ImportField, dayMs: number): number | undefined
  issue: Issue
  /** whether an error was said of this row */
  failed(): boolean
}

const DATES: readonly ImportField[] = ['needBy', 'orderedAt', 'receivedAt', 'at']
const NUMBERS: readonly ImportField[] = ['quantity', 'price', 'progress']
const WARNINGS: ReadonlySet<IssueCode> = new Set<IssueCode>(['cancelled', 'before-order'])

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** What a mapping says of a name: this one, or every other one. */
export const mappedName = (names: Record<string, string>, name: string): string | undefined => {
  const wanted = plain(name).toLowerCase()
  const exact = Object.entries(names).find(([one]) => plain(one).toLowerCase() === wanted)
  return exact?.[1] ?? own(names, '*')
}

/**
 * Reads rows by a mapping. Where the mapping does not say in which order dates are written, and what the decimal mark is,
 * the file may show it; `asks` where it does not. Issues come in the order of the rows.
 */
export const createRowReader = (table: Table, mapping: ImportMapping) => {
  const column = new Map<ImportField, number>()
  for (const field of ImportField.options) {
    const index = table.headings.indexOf(mapping.columns[field] ?? '')
    if (index >= 0) column.set(field, index)
  }
  const cellsOf = function* (fields: readonly ImportField[]): Generator<Cell> {
    for (const field of fields) {
      const index = column.get(field)
      if (index !== undefined) for (const { cells } of table.rows) yield cells[index] ?? null
    }
  }
  const guessed = guessOrder(cellsOf(DATES))
  const order = mapping.dateOrder ?? guessed.order
  const decimal = mapping.decimal ?? guessDecimal(cellsOf(NUMBERS))
  const epoch = momentReader(mapping.zone)
  const issues: ImportIssue[] = []

  const reader = ({ row, cells }: TableRow): RowReader => {
    let wrong = false
    const cellOf = (field: ImportField): Cell => {
      const index = column.get(field)
      const cell = index === undefined ? null : (cells[index] ?? null)
      return isGap(cell) ? (own(mapping.constants, field) ?? null) : cell
    }
    const issue: Issue = (field, code, about = '', value) => {
      const severity = WARNINGS.has(code) ? 'warning' : 'error'
      wrong ||= severity === 'error'
      const shown = (value ?? (field === null ? '' : cellText(cellOf(field)))).slice(0, 200)
      const index = field === null ? undefined : column.get(field)
      const said = { code, value: shown, about: about.slice(0, 500) }
      issues.push({
        row,
        column: index === undefined ? null : (table.headings[index] ?? null),
        field,
        ...said,
        severity,
        message: issueSentence('en', said),
      })
    }
    return {
      row,
      issue,
      failed: () => wrong,
      text: (field) => {
        const cell = cellOf(field)
        return isGap(cell) ? '' : plain(cellText(cell))
      },
      number: (field) => {
        const cell = cellOf(field)
        if (isGap(cell)) return undefined
        const read = parseNumber(cell, decimal)
        if (read !== null) return read
        issue(field, 'not-a-number')
        return undefined
      },
      date: (field, dayMs) => {
        const cell = cellOf(field)
        if (isGap(cell)) return undefined
        const read = parseDate(cell, order)
        if (read.ok) return epoch(read.moment, dayMs)
        if (read.can.length > 0) issue(field, 'ambiguous-date', read.can.join(' / '))
        else issue(field, 'not-a-date')
        return undefined
      },
    }
  }
  const rawAt = new Map(table.rows.map((raw) => [raw.row, raw]))
  return {
    reader,
    /** says something of a row that was read before, by whoever knows what it is compared with */
    say: (row: number, ...said: Parameters<Issue>): void => {
      const raw = rawAt.get(row)
      if (raw !== undefined) reader(raw).issue(...said)
    },
    issues,
    has: (field: ImportField): boolean => column.has(field) || own(mapping.constants, field) !== undefined,
    /** with what the file shows, so that a person can see it and change it */
    mapping: {
      ...mapping,
      ...(order !== undefined && { dateOrder: order }),
      ...(decimal !== undefined && { decimal }),
    },
    asks: order === undefined && guessed.asks ? (['dateOrder'] as const) : ([] as const),
  }
}

/** Counts names that nothing is known by, in the order they came. */
export const createUnknown = () => {
  const counts = new Map<string, { name: string; rows: number }>()
  return {
    add: (name: string): void => {
      const known = counts.get(name.toLowerCase())
      if (known === undefined) counts.set(name.toLowerCase(), { name, rows: 1 })
      else known.rows++
    },
    list: () => [...counts.values()],
  }
}
