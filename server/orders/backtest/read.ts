import { parse } from 'csv-parse/sync'
import type { Row } from './moments.ts'

/** Rows of a CSV file by their header; comma, semicolon or tab; UTF-8, else GB18030. */
export const readRows = (bytes: Uint8Array): Row[] => {
  const text = decode(bytes)
  const header = text.slice(0, text.search(/\r?\n|$/))
  const delimiter = [',', ';', '\t'].toSorted((a, b) => header.split(b).length - header.split(a).length)[0] ?? ','
  return parse<Row>(text, { columns: true, delimiter, bom: true, relax_column_count: true, skip_empty_lines: true })
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
