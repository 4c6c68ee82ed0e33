import { stringify } from 'csv-stringify/sync'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ExportRow } from '../store/export.ts'

type Pages = AsyncIterable<readonly ExportRow[]>
type Column = { name: string; of: keyof ExportRow; as: 'instant' | 'text' | 'whole' | 'number'; required?: true }

/** Names carry units, as a file has no description beside it. */
const COLUMNS: readonly Column[] = [
  { name: 'time', of: 'time', as: 'instant', required: true },
  { name: 'device', of: 'device', as: 'text', required: true },
  { name: 'seq', of: 'seq', as: 'whole', required: true },
  { name: 'received_at', of: 'received_at', as: 'instant', required: true },
  { name: 'temperature_celsius', of: 'temperature', as: 'number' },
  { name: 'pressure_bar_absolute', of: 'pressure', as: 'number' },
  { name: 'level_fraction', of: 'level', as: 'number' },
  { name: 'ambient_celsius', of: 'ambient', as: 'number' },
  { name: 'latitude', of: 'lat', as: 'number' },
  { name: 'longitude', of: 'lon', as: 'number' },
  { name: 'battery_percent', of: 'battery', as: 'number' },
  { name: 'shock_g', of: 'shock', as: 'number' },
  { name: 'extra', of: 'extra', as: 'text' },
]

/** CSV of RFC 4180 in UTF-8; a text that a spreadsheet would take for a formula begins with an apostrophe. */
export async function* asCsv(pages: Pages): AsyncGenerator<string> {
  yield `${COLUMNS.map(({ name }) => name).join()}\r\n`
  for await (const page of pages)
    yield stringify(
      page.map((row) =>
        COLUMNS.map(({ of }) => {
          const value = row[of]
          return value instanceof Date ? value.toISOString() : value
        }),
      ),
      { escape_formulas: true, record_delimiter: 'windows' },
    )
}

const PHYSICAL = {
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  whole: { type: 'INT32' },
  number: { type: 'DOUBLE' },
} as const

/** Parquet, a row group a page; only the groups' places are kept for the end. */
export async function* asParquet(pages: Pages): AsyncGenerator<Buffer> {
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({
    writer: bytes,
    createdBy: 'Zaitu',
    schema: [
      { name: 'root', num_children: COLUMNS.length },
      ...COLUMNS.map(({ name, as, required }) => ({
        name,
        ...PHYSICAL[as],
        repetition_type: required === true ? ('REQUIRED' as const) : ('OPTIONAL' as const),
      })),
    ],
  })
  /** What was written since the last time; the places that the writer counts go on. */
  const taken = (): Buffer => {
    const part = Buffer.from(new Uint8Array(bytes.buffer, 0, bytes.index))
    bytes.index = 0
    return part
  }
  for await (const page of pages) {
    await writer.write({
      columnData: COLUMNS.map(({ name, of }) => ({ name, data: page.map((row) => row[of]) })),
      rowGroupSize: page.length,
    })
    yield taken()
  }
  await writer.finish()
  yield taken()
}
