import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
let shipment: string
const start = Date.now() - 3_600_000
const seconds = (n: number) => new Date(start + n * 1000).toISOString()

beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.viewer)
  const maker = await service.signIn(service.one.email.member)
  shipment = (await maker.ask('POST', '/shipments', shipmentBody('S'))).json().id
  await maker.ask('POST', '/devices', { id: 'd', intervalSeconds: 10 })
  await maker.ask('POST', `/shipments/${shipment}/assignments`, { deviceId: 'd', from: start - 86_400_000 })
  for (const [at, temperature, lat] of [
    [0, 20, 31.5],
    [10, 25, null],
    [20, 21, 31.6],
  ] as const)
    await service.owner.query(
      `insert into readings (device_id, time, received_at, temperature, lat, lon) select id, $1, $1, $2, $3, $3 from devices`,
      [seconds(at), temperature, lat],
    )
})
afterAll(() => service.close())

const range = `from=${seconds(-10)}&to=${start + 30_000}`

it('draws what was measured, peaks kept, in columns of one length', async () => {
  const chart = (await member.ask('GET', `/shipments/${shipment}/readings?${range}&points=100`)).json()
  expect(chart).toMatchObject({ resolution: 'raw', coverage: expect.any(Number) })
  expect(Math.max(...chart.temperature.max)).toBe(25)
  for (const column of [chart.temperature.min, chart.temperature.mean, chart.pressure.max, chart.ambient.min])
    expect(column).toHaveLength(chart.time.length)
  const coarse = (await member.ask('GET', `/shipments/${shipment}/readings?${range}&points=2`)).json()
  expect(coarse.time.length).toBeLessThanOrEqual(2)
  expect(Math.max(...coarse.temperature.max)).toBe(25)
})

it('shows where it was', async () => {
  const track = (await member.ask('GET', `/shipments/${shipment}/track?${range}`)).json()
  expect(track).toEqual({ time: [start / 1000, start / 1000 + 20], lat: [31.5, 31.6], lon: [31.5, 31.6] })
})

it('draws small lines for the fleet, each organisation its own', async () => {
  const { items } = (await member.ask('GET', '/sparklines?hours=2')).json()
  expect(items).toEqual([expect.objectContaining({ shipmentId: shipment })])
  const stranger = await service.signIn(service.other.email.admin)
  expect((await stranger.ask('GET', '/sparklines')).json()).toEqual({ items: [] })
  expect((await member.ask('GET', '/sparklines?hours=1000')).statusCode).toBe(400)
})

it('answers any range that a moment can name, with a chart or a 400', async () => {
  for (const [from, to, status] of [
    ['-62135596800000', '253402300799999', 200],
    ['-62135596800001', '0', 400],
    ['0', '253402300800000', 400],
    ['2016-05-01T00:00:00Z', '2026-05-01T00:00:00Z', 200],
    ['-8640000000000000', '0', 400],
    ['0', '9999999999999999', 400],
    ['', '1000', 400],
    ['1e3', '5000', 400],
    ['0x10', '5000', 400],
  ] as const)
    for (const path of ['readings', 'track'])
      expect([
        path,
        from,
        to,
        (await member.ask('GET', `/shipments/${shipment}/${path}?from=${from}&to=${to}&points=2`)).statusCode,
      ]).toEqual([path, from, to, status])
})

it('sends nothing when nothing has changed', async () => {
  const url = `/api/v1/shipments/${shipment}/limits`
  const first = await service.app.inject({ url, headers: { cookie: member.cookie } })
  const tag = String(first.headers.etag)
  expect(first.headers['cache-control']).toBe('private, no-cache')
  const again = await service.app.inject({ url, headers: { cookie: member.cookie, 'if-none-match': tag } })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})
