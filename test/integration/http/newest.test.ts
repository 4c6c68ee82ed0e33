import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
const now = Date.now()
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.member)
  for (const id of ['one', 'two']) await member.ask('POST', '/devices', { id, intervalSeconds: 30, reportSeconds: 60 })
})
afterAll(() => service.close())
beforeEach(() => service.owner.query('truncate shipments cascade; truncate readings'))

const lend = async (reference: string, deviceId: string, from: string, to?: string): Promise<string> => {
  const known = (await member.ask('GET', `/shipments?q=${reference}`)).json().items[0]
  const id = known?.id ?? (await member.ask('POST', '/shipments', shipmentBody(reference))).json().id
  const answer = await member.ask('POST', `/shipments/${id}/assignments`, { deviceId, from, to })
  expect(answer.statusCode).toBe(201)
  return id
}
type Values = { temperature?: number; pressure?: number; level?: number; seq?: number }
const store = async (code: string, time: string, values: Values) => {
  await service.owner.query(
    `insert into readings (device_id, time, seq, received_at, temperature, pressure, level)
     select id, $2, $3, '2026-05-01T00:00:00Z', $4, $5, $6 from devices where code = $1`,
    [code, time, values.seq ?? 0, values.temperature ?? null, values.pressure ?? null, values.level ?? null],
  )
}
const newest = async (id: string) => (await member.ask('GET', `/shipments/${id}`)).json().newest

it('is the newest known value of each measure, the newest seq of one time, and not older than fifty readings', async () => {
  const id = await lend('S', 'one', minutesAgo(500))
  await store('one', minutesAgo(60), { level: 0.5 })
  await store('one', minutesAgo(55), { pressure: 1.4 })
  for (let i = 0; i < 48; i++) await store('one', minutesAgo(50 - i), { temperature: i, seq: 0 })
  await store('one', minutesAgo(3), { temperature: 99, seq: 7 })
  expect(await newest(id)).toEqual({
    time: minutesAgo(3),
    receivedAt: '2026-05-01T00:00:00.000Z',
    deviceId: 'one',
    temperature: 99,
    pressure: 1.4,
    level: null,
    ambient: null,
    lat: null,
    lon: null,
    battery: null,
  })
})

it('is taken only from the time in which the shipment had the device', async () => {
  const first = await lend('ship-1', 'one', minutesAgo(300), minutesAgo(200))
  const second = await lend('ship-2', 'one', minutesAgo(200), minutesAgo(100))
  const third = await lend('ship-3', 'one', minutesAgo(50))
  await store('one', minutesAgo(250), { temperature: 1 })
  await store('one', minutesAgo(200), { temperature: 2 })
  await store('one', minutesAgo(100), { temperature: 3 })
  await store('one', minutesAgo(301), { temperature: 4 })
  expect(await newest(first)).toMatchObject({ temperature: 1 })
  expect(await newest(second)).toMatchObject({ temperature: 2 })
  expect(await newest(third)).toBeNull()
})

it('joins the devices of a shipment, each measure from where it is newest', async () => {
  const id = await lend('S', 'one', minutesAgo(300))
  await lend('S', 'two', minutesAgo(300))
  await store('one', minutesAgo(10), { temperature: 20, pressure: 2 })
  await store('two', minutesAgo(5), { temperature: 21 })
  await store('two', minutesAgo(20), { pressure: 3, level: 0.9 })
  expect(await newest(id)).toMatchObject({
    time: minutesAgo(5),
    deviceId: 'two',
    temperature: 21,
    pressure: 2,
    level: 0.9,
  })
  const found = (await member.ask('GET', '/shipments')).json().items[0]
  expect(found).toMatchObject({ reportSeconds: 60, newest: { temperature: 21 } })
})
