import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { z } from 'zod'
import { ImportPreview } from '../../../server/model/import.ts'
import { type Client, type Service, startService } from './service.ts'

const ORDERS = fileURLToPath(new URL('../../../../shared/data/orders/', import.meta.url))

let service: Service
let buyer: Client
let stranger: Client
const told: string[] = []

beforeAll(async () => {
  service = await startService({ orderChanged: (id) => void told.push(id) })
  buyer = await service.signIn(service.one.email.admin)
  stranger = await service.signIn(service.other.email.admin)
})
afterAll(() => service.close())

const send = (content: string | Buffer, { kind = 'orders', type = 'text/csv', query = '', client = buyer } = {}) =>
  service.app.inject({
    method: 'POST',
    url: `/api/v1/${kind}/import${query}`,
    headers: { 'content-type': type, cookie: client.cookie, 'x-csrf-token': client.csrfToken },
    payload: content,
  })
const look = async (...of: Parameters<typeof send>): Promise<ImportPreview> => {
  const answer = await send(...of)
  expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([201, expect.anything()])
  return ImportPreview.parse(answer.json())
}
const remap = async ({ id, mapping }: ImportPreview, more: object) => {
  const answer = await buyer.ask('PATCH', `/imports/${id}`, { mapping: { ...mapping, ...more } })
  expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([200, expect.anything()])
  return ImportPreview.parse(answer.json())
}
const take = ({ id }: { id: string }) => buyer.ask('POST', `/imports/${id}/commit`)
const Orders = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      number: z.string(),
      orderedAt: z.string().nullable(),
      lines: z.array(
        z.object({
          line: z.string(), quantity: z.number(), unit: z.string(), needBy: z.string(), family: z.string().nullable(), price: z.number().nullable(),
          substance: z.object({ cas: z.string() }), supplier: z.object({ name: z.string() }), received: z.unknown(), lot: z.string().nullable(),
          stages: z.array(z.object({ stage: z.string(), plannedAt: z.string().nullable(), actualAt: z.string().nullable() })),
        }), // biome-ignore format: its fields
      ),
    }),
  ),
})
const order = async (number: string) => {
  const { items } = Orders.parse((await buyer.ask('GET', '/orders?limit=1000')).json())
  return items.find((one) => one.number === number)
}
const count = async (table: string): Promise<number> =>
  Number((await service.owner.query(`select count(*) from ${table}`)).rows[0].count)
const supplier = async (name: string): Promise<string> =>
  (await buyer.ask('POST', '/organisations', { name, kind: 'supplier' })).json().id

const HEAD = 'PO,Line,CAS,Qty,Unit,Need by,Supplier,Order date'

describe('a file of orders', () => {
  it('is looked at, taken whole, and harmless when it comes again', async () => {
    const id = await supplier('Linhai Solvents')
    const text = `${HEAD}\nI-1,10,67-56-1,"1,234.5",吨,2026-12-24,linhai  SOLVENTS,2026-11-01\nI-1,20,108-88-3,5 kg,,24-Dec-26,${id},\nI-2,1,67-56-1,7,t,2026/12/31,Linhai Solvents,\n`
    const before = await count('orders')
    const preview = await look(text, { query: '?name=open%20orders.csv&zone=Asia/Shanghai' })
    expect(preview).toMatchObject({
      name: 'open orders.csv',
      format: 'csv',
      counts: { new: 3, changed: 0, same: 0, failed: 0 },
      issues: [],
      mapping: { columns: { number: 'PO', needBy: 'Need by' }, zone: 'Asia/Shanghai' },
      remembered: false,
    })
    expect(await count('orders')).toBe(before)
    told.length = 0
    expect((await take(preview)).json()).toEqual({ new: 3, changed: 0, same: 0, orders: 2 })
    expect(told).toHaveLength(2)
    // taken is taken
    expect((await take(preview)).json()).toEqual({ new: 0, changed: 0, same: 0, orders: 0 })
    expect(await order('I-1')).toMatchObject({
      orderedAt: '2026-10-31T16:00:00.000Z',
      lines: [
        { line: '10', quantity: 1234.5, unit: 't', needBy: '2026-12-24T15:59:59.000Z', substance: { cas: '67-56-1' } },
        { line: '20', quantity: 5, unit: 'kg', needBy: '2026-12-24T15:59:59.000Z' },
      ],
    })
    const again = await look(text)
    expect([again.counts, again.remembered, again.mapping.zone]).toEqual([
      { new: 0, changed: 0, same: 3, failed: 0 },
      true,
      'Asia/Shanghai',
    ])
    expect((await take(again)).json().orders).toBe(0)
    const audit = (await buyer.ask('GET', '/audit?action=order.imported')).json().items
    expect(audit.map((entry: { details: unknown }) => entry.details)).toEqual([
      expect.objectContaining({ new: 3, orders: 2 }),
    ])
  })

  it('changes what it says otherwise, leaves what it does not say, and the history tells', async () => {
    await supplier('Second Works')
    const first = await look(
      `${HEAD},Price,Currency\nI-3,1,67-56-1,10,t,2026-12-01,Second Works,,100,CNY\nI-3,2,67-56-1,10,t,2026-12-01,Second Works,,,\n`,
    )
    await take(first)
    const next = await look(
      'PO,Line,CAS,Qty,Need by,Supplier\nI-3,1,67-56-1,12,2026-12-05,Second Works\nI-3,2,67-56-1,10,2026-12-01,Second Works\n',
    )
    expect([next.counts, next.changes]).toEqual([
      { new: 0, changed: 1, same: 1, failed: 0 },
      [
        {
          row: 2,
          number: 'I-3',
          line: '1',
          changes: { quantity: { before: 10, after: 12 }, needBy: expect.anything() },
        },
      ],
    ])
    expect((await take(next)).json()).toEqual({ new: 0, changed: 1, same: 1, orders: 1 })
    const changed = await order('I-3')
    expect(changed?.lines[0]).toMatchObject({ quantity: 12, unit: 't', price: 100 })
    const history = (await buyer.ask('GET', `/orders/${changed?.id}/history`)).json().items
    expect(history.at(-1)).toMatchObject({
      source: 'import',
      line: '1',
      changes: { quantity: { before: 10, after: 12 } },
    })
  })

  it('with anything wrong in it takes nothing, and says row by row what to do', async () => {
    await supplier('Third Works')
    const text = [
      HEAD,
      'I-4,1,67-56-1,10,t,2026-12-01,Third Works,',
      'I-4,2,67-56-2,10,t,2026-12-01,Third Works,',
      'I-4,3,67-56-1,ten,t,2026-12-01,Third Works,',
      'I-4,4,67-56-1,10,t,someday,Third Works,',
      'I-4,5,67-56-1,0,t,2026-12-01,Nobody Ltd,',
      'I-4,6,67-56-1,10,,2026-12-01,Third Works,',
      'I-4,1,67-56-1,11,t,2026-12-01,Third Works,',
      ',8,67-56-1,10,t,2026-12-01,Third Works,',
      'I-4,9,67-56-1,10,t,2026-12-01,=cmd|calc,',
    ].join('\n')
    const preview = await look(text)
    expect(preview.counts).toEqual({ new: 1, changed: 0, same: 0, failed: 8 })
    expect(preview.issues.map(({ row, column, code }) => [row, column, code])).toEqual([
      [3, 'CAS', 'bad-identifier'],
      [4, 'Qty', 'not-a-number'],
      [5, 'Need by', 'not-a-date'],
      [6, 'Supplier', 'unknown-supplier'],
      [6, 'Qty', 'not-positive'],
      [7, 'Unit', 'unknown-unit'],
      [8, 'Line', 'duplicate-line'],
      [9, 'PO', 'missing'],
      [10, 'Supplier', 'unknown-supplier'],
    ])
    expect(preview.issues[1]?.message).toBe('“ten” is not a number. Write it as 1234.5.')
    expect(preview.unknown.suppliers).toEqual([
      { name: 'Nobody Ltd', rows: 1 },
      { name: '=cmd|calc', rows: 1 },
    ])
    const refused = await take(preview)
    expect([refused.statusCode, refused.json().detail]).toEqual([
      422,
      expect.stringMatching(/8 of 9 rows .* nothing was taken.*row 3/),
    ])
    expect(await order('I-4')).toBeUndefined()
    const list = await buyer.ask('GET', `/imports/${preview.id}/errors?language=zh`)
    expect(list.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(list.body.startsWith('\ufeff行,列,内容,如何处理,PO,Line')).toBe(true)
    expect(list.body).toContain('“ten”不是数字')
    // what looks like a formula is none any more
    expect(list.body).toContain("'=cmd|calc")
    expect(list.body).not.toMatch(/(^|,)=/m)
  })

  it('asks which order its dates have, once', async () => {
    await supplier('Fourth Works')
    const text = `${HEAD}\nI-5,1,67-56-1,10,t,3/4/27,Fourth Works,\nI-5,2,67-56-1,10,t,5/6/27,Fourth Works,\n`
    const preview = await look(text, { query: '?name=dates' })
    expect([preview.asks, preview.issues[0]?.message]).toEqual([
      ['dateOrder'],
      expect.stringMatching(/can be 2027-04-03 \/ 2027-03-04/),
    ])
    const told = await remap(preview, { dateOrder: 'mdy' })
    expect([told.asks, told.counts.new]).toEqual([[], 2])
    await take(told)
    expect((await order('I-5'))?.lines[0]?.needBy).toMatch(/^2027-03-04/)
  })

  it('names products in its own words, which are said once and remembered', async () => {
    await supplier('Fifth Works')
    const text = (number: string) =>
      `PO,Item Description,Qty,Unit,Need by,Supplier\n${number},"MeOH, tech. grade",10,t,2026-12-01,Fifth Works\n${number},甲苯,5,t,2026-12-01,Fifth Works\n`
    const preview = await look(text('I-6'))
    // a name of the catalogue needs no saying
    expect(preview.unknown.products).toEqual([{ name: 'MeOH, tech. grade', rows: 1 }])
    const substances = (await buyer.ask('GET', '/substances?limit=1000')).json().items
    const methanol = substances.find(({ cas }: { cas: string }) => cas === '67-56-1').id
    expect((await take(await remap(preview, { products: { 'MeOH, tech. grade': methanol } }))).statusCode).toBe(200)
    // without a column for the line they are counted
    expect((await order('I-6'))?.lines.map(({ line, substance }) => [line, substance.cas])).toEqual([
      ['1', '67-56-1'],
      ['2', '108-88-3'],
    ])
    const next = await look(text('I-7').replace('MeOH', 'MEOH').replace('PO,', 'Order No,'))
    expect(next.counts).toMatchObject({ new: 2, failed: 0 })
    // an id of somebody else's is not taken
    const theirs = (await stranger.ask('POST', '/substances', { cas: '64-17-5', name: 'secret' })).json().id
    expect(
      (await buyer.ask('PATCH', `/imports/${next.id}`, { mapping: { ...next.mapping, products: { x: theirs } } }))
        .statusCode,
    ).toBe(422)
  })

  it('may be an Excel file, and GB18030', async () => {
    await supplier('宁波化工')
    const sheet = await writeXlsxFile([
      ['采购订单号', '行号', 'CAS号', '数量', '单位', '交货日期', '供应商'].map((value) => ({ value })),
      [
        { value: 'I-8' }, { value: 10, type: Number }, { value: '67-56-1' }, { value: 12.5, type: Number }, { value: '吨' },
        { value: new Date('2026-12-01T00:00:00Z'), type: Date, format: 'yyyy-mm-dd' }, { value: '宁波化工' },
      ],
    ]).toBuffer() // biome-ignore format: cells
    const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    const preview = await look(sheet, { type })
    expect([preview.format, preview.counts.new, preview.issues]).toEqual(['xlsx', 1, []])
    await take(preview)
    expect((await order('I-8'))?.lines[0]).toMatchObject({
      line: '10',
      quantity: 12.5,
      unit: 't',
      needBy: '2026-12-01T23:59:59.000Z',
    })
    // PO,供应商,CAS,数量,单位,交期 / I-9,宁波化工,67-56-1,3,吨,2026年12月1日
    const gb = Buffer.concat([
      Buffer.from('PO,'), Buffer.from('b9a9d3a6c9cc', 'hex'), Buffer.from(',CAS,'), Buffer.from('cafdc1bf', 'hex'), Buffer.from(','),
      Buffer.from('b5a5cebb', 'hex'), Buffer.from(','), Buffer.from('bdbbc6da', 'hex'), Buffer.from('\nI-9,'), Buffer.from('c4feb2a8bbafb9a4', 'hex'),
      Buffer.from(',67-56-1,3,'), Buffer.from('b6d6', 'hex'), Buffer.from(',2026'), Buffer.from('c4ea', 'hex'), Buffer.from('12'), Buffer.from('d4c2', 'hex'),
      Buffer.from('1'), Buffer.from('c8d5', 'hex'), Buffer.from('\n'),
    ]) // biome-ignore format: bytes
    const chinese = await look(gb, { type: 'application/octet-stream' })
    expect([chinese.encoding, chinese.counts, chinese.issues]).toEqual([
      'gb18030',
      { new: 1, changed: 0, same: 0, failed: 0 },
      [],
    ])
  })

  it('does not touch what it must not: other suppliers, shipped quantities, cancelled lines', async () => {
    await supplier('Sixth Works')
    await supplier('Seventh Works')
    const row = (line: number, quantity: number, name = 'Sixth Works') =>
      `I-10,${line},67-56-1,${quantity},t,2026-12-01,${name},`
    await take(await look([HEAD, row(1, 10), row(2, 10), row(3, 10)].join('\n')))
    const id = (await order('I-10'))?.id ?? ''
    const shipment = await buyer.ask('POST', '/shipments', {
      reference: 'S-import', substance: { cas: '67-56-1', un: '1230' }, origin: { name: 'a', lat: 1, lon: 1 }, destination: { name: 'b', lat: 2, lon: 2 },
      departAt: '2026-11-01T00:00:00Z', eta: '2026-12-01T00:00:00Z', lines: [{ orderId: id, line: '2', quantity: 8 }],
    }) // biome-ignore format: a shipment
    expect(shipment.statusCode).toBe(201)
    await buyer.ask('PATCH', `/orders/${id}/lines/3`, { cancelled: true })
    const preview = await look([HEAD, row(1, 10, 'Seventh Works'), row(2, 7), row(3, 99)].join('\n'))
    expect(preview.issues.map(({ code, severity }) => [code, severity])).toEqual([
      ['other-supplier', 'error'],
      ['below-shipped', 'error'],
      ['cancelled', 'warning'],
    ])
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'text/csv', 400, /file itself/],
    ['a form', Buffer.from('--x'), 'multipart/form-data; boundary=x', 415, /not as a form/],
    ['no table', Buffer.from('89504e470d0a1a0a00000000', 'hex'), 'image/png', 422, /neither a CSV/],
    ['too much', Buffer.alloc(10 * 1024 * 1024 + 1, 'a'), 'text/csv', 413, /larger than 10 MiB/],
  ])('of %s is refused with a sentence', async (_what, content, type, status, sentence) => {
    const answer = await send(content, { type })
    expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.stringMatching(sentence)])
  })

  it('is nobody else’s', async () => {
    const { id } = await look(`${HEAD}\nI-11,1,67-56-1,1,t,2026-12-01,x,\n`)
    for (const [method, path] of [['GET', ''], ['GET', '/errors'], ['POST', '/commit']] as const)
      expect((await stranger.ask(method, `/imports/${id}${path}`)).statusCode).toBe(404)
    const viewer = await service.signIn(service.one.email.viewer)
    expect((await send('a,b\n1,2\n', { client: viewer })).statusCode).toBe(403)
  }) // biome-ignore format: a list
})

describe('a file of milestones', () => {
  it('says what it says once, however often it comes', async () => {
    await supplier('Eighth Works')
    await take(
      await look(
        `${HEAD}\nM-1,1,67-56-1,1,t,2027-01-01,Eighth Works,2026-10-01\nM-2,7,67-56-1,1,t,2027-01-01,Eighth Works,2026-10-01\n`,
      ),
    )
    const text = [
      '订单号,行号,阶段,状态,日期,备注,批号',
      'M-1,1,合成,已完成,2026-10-20,,',
      'M-1,1,ready,预计,2026-12-20,slow,L-7',
      'M-2,7,Quality release,done,2026-10-21 08:30,,',
    ].join('\n')
    const preview = await look(text, { kind: 'milestones' })
    expect([preview.counts, preview.issues]).toEqual([{ new: 3, changed: 0, same: 0, failed: 0 }, []])
    expect((await take(preview)).json()).toEqual({ new: 3, changed: 0, same: 0, orders: 2 })
    const stages = (await order('M-1'))?.lines[0]?.stages
    expect(stages?.find(({ stage }) => stage === 'synthesis')?.actualAt).toBe('2026-10-20T00:00:00.000Z')
    expect((await order('M-1'))?.lines[0]?.lot).toBe('L-7')
    const again = await look(text, { kind: 'milestones' })
    expect(again.counts).toEqual({ new: 0, changed: 0, same: 3, failed: 0 })
    expect((await take(again)).json().orders).toBe(0)
    expect(await count('milestones')).toBe(3)
  })

  it('with impossible ones takes nothing', async () => {
    const text = [
      'order,line,stage,type,date',
      'M-1,1,forged,done,2026-10-20',
      'M-1,1,ready,done,2099-01-01',
      'M-1,1,ready,done,2020-01-01',
      'M-1,9,ready,done,2026-10-20',
      'M-1,1,ready,perhaps,2026-10-20',
    ].join('\n')
    const preview = await look(text, { kind: 'milestones' })
    expect(preview.issues.map(({ row, code, message }) => [row, code, message])).toEqual([
      [2, 'unknown-stage', expect.stringMatching(/no stage of this line/)],
      [3, 'impossible', expect.stringMatching(/lies ahead/)],
      [4, 'impossible', expect.stringMatching(/before the order/)],
      [5, 'unknown-line', expect.stringMatching(/no line 9 of M-1/)],
      [6, 'unknown-classifier', expect.stringMatching(/neither actual/)],
    ])
    expect((await take(preview)).statusCode).toBe(422)
    // a stage's name is said once
    const mapped = await remap(
      await look('order,line,stage,type,date\nM-1,1,Stirring,done,2026-10-21\n', { kind: 'milestones' }),
      { stages: { Stirring: 'raw-material' } },
    )
    expect((await take(mapped)).json().new).toBe(1)
    expect((await look('order,stage,date\nM-1,STIRRING,2026-10-22\n', { kind: 'milestones' })).counts).toMatchObject({
      new: 1,
      failed: 0,
    })
  })
})

const scms = `${ORDERS}scms-orders-to-2012.csv`
describe.skipIf(!existsSync(scms))('the real files (skipped where ../shared/data/orders is missing)', () => {
  it('6,514 lines of the SCMS are taken by mapping, and are the same when they come again', {
    timeout: 120_000,
  }, async () => {
    const bytes = readFileSync(scms)
    const began = performance.now()
    const preview = await look(bytes)
    const lookedMs = performance.now() - began
    expect(preview.mapping.columns).toMatchObject({
      number: 'PO / SO #',
      line: 'ID',
      supplier: 'Vendor',
      product: 'Item Description',
      needBy: 'Scheduled Delivery Date',
    })
    // vendors and products are in its own words
    expect([preview.unknown.suppliers.length > 30, preview.unknown.products.length > 100]).toEqual([true, true])
    const one = await supplier('Some vendor')
    const substances = (await buyer.ask('GET', '/substances?limit=1000')).json().items
    const any = substances.find(({ cas }: { cas: string }) => cas === '64-17-5').id
    const mapped = await remap(preview, {
      suppliers: { '*': one },
      products: { '*': any },
      constants: { unit: 'pack', currency: 'USD' },
    })
    const failed = mapped.issues
      .filter(({ severity }) => severity === 'error')
      .map(({ row, code, value }) => [row, code, value])
    expect(failed).toEqual([])
    expect(mapped.counts).toEqual({ new: 6514, changed: 0, same: 0, failed: 0 })
    const commitBegan = performance.now()
    expect((await take(mapped)).json()).toMatchObject({ new: 6514 })
    process.stdout.write(
      `SCMS: looked at in ${Math.round(lookedMs)} ms, taken in ${Math.round(performance.now() - commitBegan)} ms\n`,
    )
    expect((await look(bytes)).counts).toEqual({ new: 0, changed: 0, same: 6514, failed: 0 })
  })

  it('2,380 production stages are taken as milestones', { timeout: 120_000 }, async () => {
    const one = await supplier('Metal Parts')
    const text = readFileSync(`${ORDERS}production-stages-a.csv`, 'utf8')
    const cases = [
      ...new Set(
        text
          .split('\n')
          .slice(1)
          .flatMap((row) => row.split(',')[0] || []),
      ),
    ]
    const stages = ['turning', 'grinding', 'lapping', 'heat-treated', 'quality-released', 'packed', 'other'].map(
      (stage) => ({ stage }),
    )
    for (const number of cases)
      await buyer.ask('POST', '/orders', {
        number,
        supplierId: one,
        orderedAt: '2012-01-01T00:00:00Z',
        lines: [
          { line: '1', substance: { cas: '67-56-1' }, quantity: 1, unit: 't', needBy: '2012-06-01T00:00:00Z', stages },
        ],
      })
    const preview = await look(text, { kind: 'milestones' })
    const names = preview.unknown.stages.map(({ name }) => name)
    const mapped = await remap(preview, {
      stages: Object.fromEntries(
        names.map((name) => [
          name,
          /turn/i.test(name)
            ? 'turning'
            : /lapp/i.test(name)
              ? 'lapping'
              : /grind/i.test(name)
                ? 'grinding'
                : /inspect|quality/i.test(name)
                  ? 'quality-released'
                  : /pack/i.test(name)
                    ? 'packed'
                    : 'other',
        ]),
      ),
    })
    expect([mapped.counts.failed, mapped.issues.slice(0, 5)]).toEqual([0, []])
    const taken = (await take(mapped)).json()
    expect(taken.new + taken.same).toBe(2380)
    expect((await look(text, { kind: 'milestones' })).counts).toMatchObject({ new: 0, same: 2380, failed: 0 })
  })
})
