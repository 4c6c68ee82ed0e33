import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { asCsv } from '../../../server/routes/export-formats.ts'
import type { ExportRow } from '../../../server/store/export.ts'
import { createWorld, marker, START, type World } from '../isolation/world.ts'
import { type Service, startService } from './service.ts'

const EXTRA = 12_000
let service: Service
let world: World
let token: string
beforeAll(async () => {
  service = await startService()
  world = await createWorld(service.owner)
  token = (await world.make.session(await world.make.person('supplier', 'viewer'))).token
  // more than two pages, on a device of its own, with what a spreadsheet would run
  const code = await world.make.device('buyer', '=cmd')
  await world.make.lend('ours', code)
  await service.owner.query(
    `insert into readings (device_id, received_at, time, seq, temperature, pressure, extra)
     select id, now(), $2::timestamptz + n * interval '500 ms', n, -n / 10.0, null, '{"note":"=1+1, \\"quoted\\""}'
     from devices, generate_series(0, $3::integer - 1) n where code = $1`,
    [code, new Date(START), EXTRA],
  )
})
afterAll(() => service.close())

const ask = (query: string, id = world.load.ours) =>
  service.app.inject({ url: `/api/v1/shipments/${id}/export${query}`, headers: { authorization: `Bearer ${token}` } })

it('gives every reading as CSV, in order, and nothing that a spreadsheet would run', async () => {
  const answer = await ask('')
  expect(answer.statusCode).toBe(200)
  expect(answer.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${marker.on('ours')}.csv"`,
  })
  const rows: Record<string, string>[] = parse(answer.body, { columns: true })
  const own = rows.filter(({ device }) => device?.startsWith("'=cmd") === true)
  expect([own.length, rows.length - own.length]).toEqual([EXTRA, 60])
  expect(own.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: EXTRA }, (_, n) => n))
  expect(own[10]).toMatchObject({
    time: new Date(START + 5_000).toISOString(),
    temperature_celsius: '-1',
    pressure_bar_absolute: '',
    extra: '{"note": "=1+1, \\"quoted\\""}',
  })
})

it('gives the same as Parquet', async () => {
  const answer = await ask('?format=parquet')
  expect(answer.headers['content-type']).toBe('application/vnd.apache.parquet')
  const { buffer, byteOffset, byteLength } = answer.rawPayload
  const rows = await parquetReadObjects({ file: new Uint8Array(buffer, byteOffset, byteLength).slice().buffer })
  expect(rows).toHaveLength(EXTRA + 60)
  const own = rows.filter(({ device }) => String(device).startsWith('=cmd'))
  expect(own[10]).toMatchObject({
    time: new Date(START + 5_000),
    seq: 10,
    temperature_celsius: -1,
    pressure_bar_absolute: null,
    extra: '{"note": "=1+1, \\"quoted\\""}',
  })
})

it('gives the part that is asked for, of who may see it only', async () => {
  const [from, to] = [START + 60_000, START + 61_000]
  const rows: unknown[] = parse((await ask(`?from=${from}&to=${to}`)).body, { columns: true })
  expect(rows).toHaveLength(2 + 1)
  expect((await ask(`?from=${Date.now() + 1e10}`)).body.split('\r\n')).toHaveLength(2)
  expect((await ask('?to=-1000')).body.split('\r\n')).toHaveLength(2)
  expect((await ask(`?from=${to}&to=${from}`)).statusCode).toBe(400)
  expect((await ask('?format=xls')).statusCode).toBe(400)
  expect((await ask('', world.load.theirs)).statusCode).toBe(404)
})

it('reads no further than its reader takes', async () => {
  let read = 0
  const row: ExportRow = {
    ...{ time: new Date(0), device: 'd', seq: 0, received_at: new Date(0), extra: null },
    ...{ temperature: 1, pressure: 1, level: 1, ambient: 1, lat: 1, lon: 1, battery: 1, shock: 1 },
  }
  async function* pages() {
    for (; read < 1_000; read++) yield [row]
  }
  const csv = asCsv(pages())
  for (let i = 0; i < 3; i++) await csv.next()
  expect(read).toBeLessThan(3)
})
