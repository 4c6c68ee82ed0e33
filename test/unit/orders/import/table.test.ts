import { Buffer } from 'node:buffer'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { guessColumns } from '../../../../server/orders/import/fields.ts'
import { readTable, type Table } from '../../../../server/orders/import/table.ts'
import { unpacksWithin } from '../../../../server/orders/import/zip-bound.ts'

const ok = async (bytes: Buffer): Promise<Table> => {
  const read = await readTable(bytes)
  if (!read.ok) throw new Error(read.reason)
  return read.table
}
const cellsOf = ({ headings, rows }: Table) => [headings, ...rows.map(({ cells }) => cells)]
const refused = async (bytes: Buffer): Promise<string> => {
  const read = await readTable(bytes)
  return read.ok ? 'read' : read.reason
}

const CHINESE = '订单号,行号,品名,数量,交期\nPO-1,10,甲醇,20,2026-12-01\n'
/** 订单号,品名 / PO-1,甲醇 in GB18030 */
const GB = Buffer.from('b6a9b5a5bac52cc6b7c3fb0a504f2d312cbcd7b4bc0a', 'hex')

describe('a file', () => {
  it('is read as UTF-8, with or without a byte order mark, as UTF-16, and as GB18030', async () => {
    const wanted = [
      ['订单号', '行号', '品名', '数量', '交期'],
      ['PO-1', '10', '甲醇', '20', '2026-12-01'],
    ]
    const files = [Buffer.from(CHINESE), Buffer.from(`\ufeff${CHINESE}`), Buffer.from(`\ufeff${CHINESE}`, 'utf16le')]
    const tables = await Promise.all(files.map(ok))
    expect(tables.map(cellsOf)).toEqual([wanted, wanted, wanted])
    expect(tables.map(({ encoding }) => encoding)).toEqual(['utf-8', 'utf-8', 'utf-16le'])
    const gb = await ok(GB)
    expect([gb.encoding, cellsOf(gb)]).toEqual([
      'gb18030',
      [
        ['订单号', '品名'],
        ['PO-1', '甲醇'],
      ],
    ])
  })

  it.each([
    [';', '1,5'],
    ['\t', 'a,b'],
    ['|', 'a;b'],
    [',', 'x'],
  ])('is read with its delimiter %j', async (delimiter, inside) => {
    const text = [
      ['a', 'b', 'c'],
      ['1', inside, '"q\nr"'],
      ['2', inside, 'z'],
    ]
      .map((row) => row.join(delimiter))
      .join('\r\n')
    const table = await ok(Buffer.from(text))
    expect([table.delimiter, table.rows]).toEqual([
      delimiter,
      [
        { row: 2, cells: ['1', inside, 'q\nr'] },
        { row: 3, cells: ['2', inside, 'z'] },
      ],
    ])
  })

  it('may have a title above its headings, empty rows, and headings that are empty or the same', async () => {
    const table = await ok(Buffer.from('Open orders,,,\n,,,\nPO,Date,,Date\n1,2,3,4\n\n,,,\n5,6,7,8\n'))
    expect(table.headings).toEqual(['PO', 'Date', 'Column 3', 'Date (2)'])
    expect(table.rows.map(({ row }) => row)).toEqual([4, 7])
  })

  it('of Excel is its first sheet, with numbers and dates as such', async () => {
    const bytes = await writeXlsxFile([
      [{ value: 'PO' }, { value: 'Qty' }, { value: 'Need by' }],
      [
        { value: 'PO-1' },
        { value: 20.5, type: Number },
        { value: new Date('2026-12-01T00:00:00Z'), type: Date, format: 'yyyy-mm-dd' },
      ],
    ]).toBuffer()
    const table = await ok(bytes)
    expect([table.format, cellsOf(table)]).toEqual([
      'xlsx',
      [
        ['PO', 'Qty', 'Need by'],
        ['PO-1', 20.5, new Date('2026-12-01T00:00:00Z')],
      ],
    ])
  })

  it.each([
    ['nothing', Buffer.alloc(0), /empty/],
    ['blanks', Buffer.from('\n\n,,\n'), /empty/],
    ['a heading alone', Buffer.from('a,b\n'), /no rows/],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /\.xlsx or CSV/],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /neither a CSV nor/],
    ['half a workbook', Buffer.from('504b030414000000', 'hex'), /damaged/],
    ['a quote that never ends', Buffer.from('a,b\n"1,2\n3,4\n'), /can't be read as CSV: Quote Not Closed.*line/],
  ])('of %s gets a sentence', async (_what, bytes, sentence) => {
    expect(await refused(bytes)).toMatch(sentence)
  })
})

/** A zip of one entry; `says`: the size that it claims for itself. */
const zip = (content: Buffer, says = content.length): Buffer => {
  const packed = deflateRawSync(content)
  const name = Buffer.from('a.xml')
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(packed.length, 18)
  local.writeUInt32LE(says, 22)
  local.writeUInt16LE(name.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(8, 10)
  entry.writeUInt32LE(packed.length, 20)
  entry.writeUInt32LE(says, 24)
  entry.writeUInt16LE(name.length, 28)
  const body = Buffer.concat([local, name, packed])
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(entry.length + name.length, 12)
  end.writeUInt32LE(body.length, 16)
  return Buffer.concat([body, entry, name, end])
}

it('an archive that unpacks to more than the bound, or to more than it says, is not unpacked', async () => {
  const content = Buffer.alloc(1_000_000, 'a')
  expect(await unpacksWithin(zip(content), 1_000_000)).toBe(true)
  expect(await unpacksWithin(zip(content), 999_999)).toBe(false)
  expect(await unpacksWithin(zip(content, 10), 1_000_000)).toBe(false)
  // an entry that the directory does not name
  const hidden = zip(content)
  const two = Buffer.concat([hidden.subarray(0, 60), zip(content)])
  expect(await unpacksWithin(two, 1_000_000)).toBe(false)
})

describe('columns', () => {
  const table = (headings: string[], cells: string[] = []): Table => ({
    format: 'csv', encoding: 'utf-8', delimiter: ',', headings, rows: [{ row: 2, cells }],
  }) // biome-ignore format: one line
  it('are guessed from Chinese headings', () => {
    expect(guessColumns('orders', table(['采购订单号', '行号', '物料名称', 'CAS号', '数量', '单位', '交货日期', '供应商', '币种', '金额']))).toEqual({
      number: '采购订单号', line: '行号', product: '物料名称', cas: 'CAS号', quantity: '数量', unit: '单位', needBy: '交货日期', supplier: '供应商',
      currency: '币种', price: '金额',
    }) // biome-ignore format: one line
  })
  it('are guessed from the headings of the SCMS file, where the packs are no unit', () => {
    const headings =
      'ID,PO / SO #,ASN/DN #,Country,Fulfill Via,Vendor INCO Term,Shipment Mode,PQ First Sent to Client Date,PO Sent to Vendor Date,Scheduled Delivery Date,Delivered to Client Date,Delivery Recorded Date,Product Group,Sub Classification,Vendor,Item Description,Unit of Measure (Per Pack),Line Item Quantity,Line Item Value,Manufacturing Site,Weight (Kilograms)'.split(
        ',',
      )
    const cells = headings.map((heading) => (heading.startsWith('Unit') ? '30' : 'x'))
    expect(guessColumns('orders', table(headings, cells))).toEqual({
      number: 'PO / SO #', line: 'ID', product: 'Item Description', quantity: 'Line Item Quantity', needBy: 'Scheduled Delivery Date',
      supplier: 'Vendor', orderedAt: 'PO Sent to Vendor Date', price: 'Line Item Value', family: 'Product Group',
      receivedAt: 'Delivered to Client Date',
    }) // biome-ignore format: one line
  })
  it('of milestones are guessed too', () => {
    expect(guessColumns('milestones', table(['case', 'activity', 'resource', 'started_at', 'completed_at']))).toEqual({
      number: 'case', stage: 'activity', at: 'completed_at',
    }) // biome-ignore format: one line
  })
})
