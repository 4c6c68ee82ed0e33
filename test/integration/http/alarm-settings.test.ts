import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPipeline, type Pipeline } from '../../../server/pipeline.ts'
import type { Submitted } from '../../../server/routes/dependencies.ts'
import { SUPPRESSED_IN } from '../../../server/rules/suppression.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { createSubmit } from '../../../server/submit.ts'
import { freshDatabase } from './database.ts'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

const MINUTE = 60_000
let database: Awaited<ReturnType<typeof freshDatabase>>
let ingest: Pool
let pipeline: Pipeline
let service: Service
let admin: Client
let shipment: string
let secret: string
const start = Date.now() - 120 * MINUTE

beforeAll(async () => {
  database = await freshDatabase()
  const log = pino({ level: 'silent' })
  ingest = openPool(database.url, { role: 'zaitu_ingest', max: 4, log })
  let submit: ReturnType<typeof createSubmit> = async (): Promise<Submitted> => {
    throw new Error('before the pipeline was there')
  }
  service = await startService(
    { submit: (message) => submit(message), refoldsRequested: () => pipeline.refoldSoon() },
    database,
  )
  pipeline = createPipeline({
    pool: ingest,
    log,
    publish: async () => {},
    live: { readings: () => {}, alarmsChanged: () => {} },
    intakeUp: () => true,
  })
  submit = createSubmit(pipeline)
  admin = await service.signIn(service.one.email.admin)
  secret = (await admin.ask('POST', '/devices', { id: 'tank:1', intervalSeconds: 60 })).json().secret
  const limits = { temperature: { high: 30 } }
  shipment = (await admin.ask('POST', '/shipments', shipmentBody('S-1', { limits }))).json().id
  await admin.ask('POST', `/shipments/${shipment}/assignments`, { deviceId: 'tank:1', from: start - MINUTE })
})
afterAll(async () => {
  await pipeline.stop()
  await ingest.end()
  await service.close()
})

const send = async (from: number, temperatures: number[]): Promise<void> => {
  await service.app.inject({
    method: 'POST',
    url: '/api/v1/telemetry',
    headers: { authorization: `Basic ${Buffer.from(`tank:1:${secret}`).toString('base64')}` },
    payload: {
      deviceId: 'tank:1',
      readings: temperatures.map((temperature, minute) => ({ time: from + minute * MINUTE, temperature })),
    },
  })
  await pipeline.settled()
}
const alarms = async (query = 'state=all') => (await admin.ask('GET', `/alarms?${query}`)).json().items
const active = async () => (await admin.ask('GET', `/shipments/${shipment}`)).json().activeAlarms

describe('settings of the rules', () => {
  it('tried out over what is stored, say which alarms would come and go, and change nothing', async () => {
    // a value that hovers about its limit, and once goes well beyond
    const hovering = Array.from({ length: 30 }, (_, minute) => (minute % 6 < 3 ? 30.3 : 29.4))
    await send(start, [...hovering, 33, 33, 33, 20])
    const before = await alarms()
    expect(before).toHaveLength(6)
    const tried = (
      await admin.ask('POST', '/alarm-try-out', { settings: { deadband: { temperature: 1 } }, shipmentId: shipment })
    ).json()
    expect(tried).toMatchObject({ streams: 1, readings: 34, complete: true, stay: 1, come: [] })
    expect(tried.go).toHaveLength(5)
    const lower = (await admin.ask('POST', '/alarm-try-out', { settings: {} })).json()
    expect(lower).toMatchObject({ stay: before.length, come: [], go: [] })
    expect(await alarms()).toEqual(before)
  })

  it('hold from now on, the shipment’s own before those of the organisation, each with its history', async () => {
    expect((await admin.ask('PUT', '/alarm-settings', { battery: 20, shock: 5 })).statusCode).toBe(200)
    const own = await admin.ask('PUT', `/shipments/${shipment}/alarm-settings`, { shock: 9 })
    expect(own.json()).toMatchObject({
      inForce: { battery: 20, shock: 9, rateOfRise: 3 },
      defaults: { shock: 5 },
      own: { shock: 9 },
      history: [{ setBy: 'The admin of one' }],
    })
    const delay = { onDelayMs: { 'temperature-high-high': 1000 } }
    expect((await admin.ask('PUT', '/alarm-settings', delay)).json()).toMatchObject({
      status: 422,
      detail: 'temperature-high-high is critical: it is raised at once, without an on-delay.',
    })
    expect((await admin.ask('PUT', '/alarm-settings', { loudness: 11 })).statusCode).toBe(400)
  })
})

describe('what is quiet by design, or out of service', () => {
  it('is judged underneath, marked, and asks for nobody', async () => {
    const path = `/shipments/${shipment}/out-of-service`
    const out = { rule: 'temperature-high', reason: 'the sensor is broken' }
    expect((await admin.ask('POST', path, out)).json().items).toMatchObject([{ ...out, to: null }])
    expect((await admin.ask('POST', path, out)).statusCode).toBe(409)
    await pipeline.settled()
    await send(Date.now(), [40])
    const found = (await alarms()).find((alarm: { clearedAt: string | null }) => alarm.clearedAt === null)
    expect(found).toMatchObject({ rule: 'temperature-high', outOfService: true, suppressed: false })
    expect(await active()).toBe(0)
    await admin.ask('DELETE', `${path}/temperature-high`)
    // at its return the present condition decides
    expect(await active()).toBe(1)
    expect((await admin.ask('DELETE', `${path}/temperature-high`)).statusCode).toBe(409)
    await admin.ask('PATCH', `/shipments/${shipment}`, { phase: 'cleaning' })
    expect(await active()).toBe(0)
  })

  it('is so in the same phases for the rules and for the database', async () => {
    const { rows } = await service.owner.query<{ rule: string; phase: string }>(
      'select rule, phase from suppressed_rules',
    )
    const table = Object.entries(SUPPRESSED_IN).flatMap(([rule, phases]) => phases.map((phase) => `${rule} ${phase}`))
    expect(rows.map(({ rule, phase }) => `${rule} ${phase}`).sort()).toEqual(table.sort())
  })
})

describe('the quality of the alarm system', () => {
  it('says rates, the worst rules and what cures them; what was over before it was known asked for nobody', async () => {
    await admin.ask('PATCH', `/shipments/${shipment}`, { phase: 'in-transit' })
    const quality = (await admin.ask('GET', '/alarm-quality')).json()
    expect(quality).toMatchObject({
      people: 2,
      alarms: 1,
      byPriority: { critical: 0, high: 1, medium: 0, low: 0 },
      worstRules: [
        {
          rule: 'temperature-high',
          alarms: 1,
          share: 1,
          cure: 'limit',
          shipmentId: shipment,
          shipmentReference: 'S-1',
        },
      ],
      acknowledgement: { medianMinutes: null, open: 1 },
    })
    const turned = await admin.ask('GET', `/alarm-quality?from=${Date.now()}&to=${start}`)
    expect(turned.json()).toMatchObject({ status: 400, detail: 'from must be before to.' })
  })
})

describe('a planned way', () => {
  it('is entered with a shipment or later; readings off it raise an alarm, also those that were there before', async () => {
    const { secret: key } = (await admin.ask('POST', '/devices', { id: 'tank:2', intervalSeconds: 60 })).json()
    const { id } = (await admin.ask('POST', '/shipments', shipmentBody('S-2'))).json()
    const from = Date.now() - 60 * MINUTE
    await admin.ask('POST', `/shipments/${id}/assignments`, { deviceId: 'tank:2', from })
    await service.app.inject({
      method: 'POST',
      url: '/api/v1/telemetry',
      headers: { authorization: `Basic ${Buffer.from(`tank:2:${key}`).toString('base64')}` },
      payload: {
        deviceId: 'tank:2',
        readings: Array.from({ length: 60 }, (_, minute) => ({
          time: from + minute * MINUTE,
          lat: minute < 30 ? 31 : 31.2,
          lon: 121 + minute / 100,
        })),
      },
    })
    await pipeline.settled()
    const left = async () =>
      (await admin.ask('GET', `/shipments/${id}/alarms`))
        .json()
        .items.filter((alarm: { rule: string }) => alarm.rule === 'corridor-left')
    expect(await left()).toEqual([])
    const corridor = {
      points: [
        [31, 121],
        [31, 122],
      ],
      metres: 5_000,
    }
    const changed = await admin.ask('PATCH', `/shipments/${id}`, { corridor })
    expect(changed.json()).toMatchObject({ corridor })
    await pipeline.settled()
    expect(await left()).toMatchObject([
      { onset: new Date(Math.floor((from + 30 * MINUTE) / MINUTE) * MINUTE).toISOString(), limit: 5_000 },
    ])
    expect((await admin.ask('PATCH', `/shipments/${id}`, { corridor: { points: [[31, 121]] } })).statusCode).toBe(400)
  })
})
