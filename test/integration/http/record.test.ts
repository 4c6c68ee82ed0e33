import { randomUUID } from 'node:crypto'
import pg from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../../server/store/migrate.ts'
import { inTransaction, openPool } from '../../../server/store/pool.ts'
import { loadRecords } from '../../../server/store/record.ts'
import { databaseAt } from '../../setup/clones.ts'
import { emptyDatabase } from '../../setup/database.ts'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.member)
})
afterAll(() => service.close())

const made = async (path: string, body: unknown) => {
  const answer = await member.ask('POST', path, body)
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  return answer.json()
}
const tank = () =>
  made('/tanks', {
    name: randomUUID(),
    capacityLitres: 24_000,
    mawpBar: 2.67,
    testPressureBar: 4,
    kind: 'portable-tank',
  })

describe('a substance', () => {
  it('keeps what it is given, and gives back null for what is not known', async () => {
    const body = {
      cas: '80-15-9', un: '3109', name: 'CHP 80 %', sadt: 65, flashPoint: 79, freezingPoint: -9, controlTemperature: 30,
      emergencyTemperature: 35, reactivity: 'organic-peroxide', reactiveType: 'F', heatingEffect: 'low', liquefied: false,
      antoine: { a: 7, b: 1500, c: 200, from: 10, to: null }, expansion: 0.0009, density15: 1.05, density50: 1.02,
      tunnelCode: 'D', responseCard: { en: { first: 'a', fire: 'b', spill: 'c', distance: 'd' } },
    } // biome-ignore format: one substance
    expect(await made('/substances', body)).toMatchObject(body)
    expect(await made('/substances', { cas: '80-15-9', name: 'plain' })).toMatchObject({
      flashPoint: null, antoine: null, liquefied: false, responseCard: null, reactivity: null,
    }) // biome-ignore format: one substance
  })
  it.each([{ tunnelCode: 'X' }, { expansion: 0 }, { reactiveType: 'Z' }, { antoine: { a: 1 } }, { density15: -1 }])(
    'is refused with %j',
    async (more) => {
      expect(
        (await member.ask('POST', '/substances', { cas: '80-15-9', name: randomUUID(), ...more })).statusCode,
      ).toBe(400)
    },
  )
  it('of the catalogue brings literature values, card and tunnel code', async () => {
    const { items } = (await member.ask('GET', '/substances?limit=1000')).json()
    const methanol = items.find((item: { name: string }) => item.name === 'METHANOL')
    expect(methanol).toMatchObject({
      antoine: { a: 8.08097, b: 1582.27, c: 239.73, from: 15, to: 84 }, flashPoint: 11, density15: 0.796, tunnelCode: 'D/E',
    }) // biome-ignore format: one substance
    const dangerous = items.filter((item: { un: string | null; id: string }) => item.un !== null && item.un !== '3109')
    for (const item of dangerous)
      expect([
        item.name,
        Object.keys(item.responseCard?.en ?? {}),
        Object.keys(item.responseCard?.zh ?? {}).length,
      ]).toEqual([item.name, expect.arrayContaining(['first', 'fire', 'spill', 'distance']), 4])
    expect(dangerous.filter((item: { tunnelCode: unknown }) => item.tunnelCode === null)).toEqual([])
  })
})

describe('what the detectors are told', () => {
  it('is the record in bar absolute, as whoever stores readings sees it', async () => {
    const filling = { fraction: 0.9, celsius: 20 }
    const { id } = await made('/shipments', shipmentBody(randomUUID(), { tankId: (await tank()).id, filling }))
    const bare = await made('/shipments', shipmentBody(randomUUID(), { substance: { un: '3113' } }))
    const { rows } = await service.owner.query<{ name: string }>('select current_database() as name')
    const own = service.owner.options.connectionString ?? ''
    const url = databaseAt(own, rows[0]?.name ?? '')
    const ingest = openPool(url, { role: 'zaitu_ingest', max: 1, log: pino({ level: 'silent' }) })
    const found = await inTransaction(ingest, (tx) => loadRecords(tx, [id, bare.id, randomUUID()]))
    await ingest.end()
    expect(found.size).toBe(2)
    expect(found.get(id)).toEqual({
      cargo: {
        antoine: { a: 8.08097, b: 1582.27, c: 239.73, from: 15, to: 84 },
        expansion: expect.closeTo(0.0012357, 6),
        liquefied: false,
        filling,
        control: null,
        emergency: null,
        reactive: false,
      },
      tank: { capacityLitres: 24_000, mawp: 3.68325, testPressure: 5.01325, relief: 4.34658, filling: 'TP1' },
    })
    expect(found.get(bare.id)).toMatchObject({ cargo: { control: 20, emergency: 25, reactive: true }, tank: null })
  })
})

describe('the report', () => {
  it('holds the ADR line, people, card, limits with their sources, and alarms', async () => {
    const contacts = [
      { name: '赵', phone: '+86 1', role: '调度' },
      { name: 'Desk', phone: '+86 2', role: '24-hour emergency' },
      { name: 'Smith', phone: '+86 3', role: 'consignee' },
      { name: 'Li', phone: '+86 4', role: 'driver' },
    ]
    const { id } = await made('/shipments', shipmentBody('P-1', { substance: { cas: '107-18-6' }, contacts, tankId: (await tank()).id })) // biome-ignore format: one line
    const report = (await member.ask('GET', `/shipments/${id}/report`)).json()
    expect(report.adr).toEqual({ line: 'UN 1098 ALLYL ALCOHOL, 6.1 (3), I, (C/D)', because: null, missing: [] })
    expect(report.people.map((one: { part: string; name: string }) => [one.part, one.name])).toEqual([
      ['emergency', 'Desk'],
      ['consignee', 'Smith'],
      ['dispatcher', '赵'],
      ['other', 'Li'],
    ])
    expect(report).toMatchObject({
      reference: 'P-1', missing: ['consignor'], organisations: { buyer: 'one', supplier: null }, tank: { mawpBar: 2.67 },
      responseCard: { zh: { first: expect.stringContaining('上风向') } }, alarms: [], moreAlarms: false,
    }) // biome-ignore format: one report
    expect(report.limits.limits.map((limit: { rule: string }) => limit.rule)).toContain('90 % of MAWP 2.67 bar gauge')
  })
  it('prints control and emergency temperature behind the line, and says where there is none', async () => {
    const { id } = await made('/shipments', shipmentBody('P-2', { substance: { un: '3113' } }))
    const { adr } = (await member.ask('GET', `/shipments/${id}/report`)).json()
    expect(adr.line).toMatch(
      /^UN 3113 ORGANIC PEROXIDE.*, 5\.2, \(D\), control temperature: 20 °C, emergency temperature: 25 °C$/,
    )
    const mdi = await made('/shipments', shipmentBody('P-3', { substance: { cas: '101-68-8' } }))
    const plain = (await member.ask('GET', `/shipments/${mdi.id}/report`)).json()
    expect(plain.adr).toMatchObject({ line: null, because: expect.stringMatching(/no UN number/) })
  })
})

it('the migration takes the limits of before as what people have set', async () => {
  const database = await emptyDatabase()
  const client = new pg.Client(database.url)
  try {
    await migrate(database.url, { to: 17 })
    await client.connect()
    await client.query(`with o as (insert into organisations (name, kind) values ('Buyer', 'buyer') returning id),
      s as (insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
        select o.id, 'old', (select id from substances limit 1), '{}', '{}', now(), now(), 'planned' from o returning id, org_id)
      insert into shipment_limits (org_id, shipment_id, valid_from, limits)
        select org_id, id, v.at, v.limits from s, (values
          (timestamptz '1970-01-01', '{"temperature":{"high":30,"low":1}}'::jsonb),
          (timestamptz '2026-01-01', '{"temperature":{"high":33.5},"pressure":{"highHigh":2}}'::jsonb)) v (at, limits)`)
    await migrate(database.url)
    const { rows } = await client.query('select measure, side, value from limit_settings order by measure')
    expect(rows).toEqual([
      { measure: 'pressure', side: 'highHigh', value: 2 },
      { measure: 'temperature', side: 'high', value: 33.5 },
    ])
  } finally {
    await client.end()
    await database.drop()
  }
})
