import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

const MINUTE = 60_000
let service: Service
let admin: Client
let stranger: Client
let shipment: string
let substance: string
const start = Math.floor((Date.now() - 300 * MINUTE) / MINUTE) * MINUTE

beforeAll(async () => {
  service = await startService()
  admin = await service.signIn(service.one.email.admin)
  stranger = await service.signIn(service.other.email.admin)
  const made = await admin.ask('POST', '/shipments', shipmentBody('S-1', { limits: { temperature: { high: 25 } } }))
  shipment = made.json().id
  substance = made.json().substance.id
  await admin.ask('POST', '/devices', { id: 'tank-1', intervalSeconds: 60 })
  await admin.ask('POST', `/shipments/${shipment}/assignments`, { deviceId: 'tank-1', from: start })
  // two hours at 20 °C, one at 30 °C, an hour without anything, half an hour at 20 °C
  await service.owner.query(
    `insert into readings (device_id, time, received_at, temperature)
     select d.id, to_timestamp($1::float8 / 1000) + m * interval '1 minute', now(), case when m between 120 and 179 then 30 else 20 end
     from devices d, generate_series(0, 269) m where m < 180 or m >= 240`,
    [start],
  )
})
afterAll(() => service.close())

const exposure = async (query = '') => (await admin.ask('GET', `/shipments/${shipment}/exposure${query}`)).json()

it('says how long and how far it was beyond its limits, and how much of the time is known', async () => {
  const answer = await exposure(`?to=${start + 270 * MINUTE}`)
  // the last reading before the gap holds for three intervals
  expect(answer).toMatchObject({
    knownMinutes: 212,
    beyond: [{ side: 'high', limit: 25, minutes: 62, degreeHours: 5.17 }],
    budgets: [],
    resolutionSeconds: 60,
  })
  expect(answer.coverage).toBeCloseTo(212 / 270, 3)
  expect(answer.meanKineticCelsius).toBeGreaterThan(22.9)
  expect(answer.meanKineticCelsius).toBeLessThan(25)
})

it('counts against a budget, which each organisation sets for itself', async () => {
  const items = [
    { above: 22, minutes: 31 },
    { above: 25, degreeHours: 10 },
  ]
  expect((await admin.ask('PUT', `/substances/${substance}/exposure-budgets`, { items })).json()).toEqual({ items })
  await stranger.ask('PUT', `/substances/${substance}/exposure-budgets`, { items: [{ above: 1, minutes: 1 }] })
  expect((await exposure()).budgets).toMatchObject([
    { above: 22, minutes: 62, allowedMinutes: 31, used: 2 },
    { above: 25, degreeHours: 5.17, allowedDegreeHours: 10, used: 0.517 },
  ])
  const twice = await admin.ask('PUT', `/substances/${substance}/exposure-budgets`, { items: [items[0], items[0]] })
  expect(twice.statusCode).toBe(422)
})

it('stands in the papers of the trip', async () => {
  const papers = (await admin.ask('GET', `/shipments/${shipment}/report`)).json()
  expect(papers.exposure).toMatchObject({
    beyond: [{ side: 'high', minutes: 62 }],
    budgets: [{ above: 22 }, { above: 25 }],
  })
})

it('is nothing where no device was lent, and is not told to others', async () => {
  const other = (await admin.ask('POST', '/shipments', shipmentBody('S-2'))).json().id
  expect((await admin.ask('GET', `/shipments/${other}/exposure`)).json()).toMatchObject({
    coverage: 0,
    meanKineticCelsius: null,
  })
  expect((await stranger.ask('GET', `/shipments/${shipment}/exposure`)).statusCode).toBe(404)
  expect((await admin.ask('GET', `/shipments/${shipment}/exposure?from=${start}&to=${start}`)).statusCode).toBe(400)
})
