import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPipeline, type Pipeline } from '../../../server/pipeline.ts'
import type { Submitted } from '../../../server/routes/dependencies.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { createSubmit } from '../../../server/submit.ts'
import { freshDatabase } from './database.ts'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let ingest: Pool
let pipeline: Pipeline
let service: Service
let member: Client
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
  member = await service.signIn(service.one.email.member)
})
afterAll(async () => {
  await pipeline.stop()
  await ingest.end()
  await service.close()
})

const start = Date.now() - 600_000
const send = async (secret: string, readings: unknown[]) => {
  const answer = await service.app.inject({
    method: 'POST',
    url: '/api/v1/telemetry',
    headers: { authorization: `Basic ${Buffer.from(`tank:1:${secret}`).toString('base64')}` },
    payload: { deviceId: 'tank:1', readings },
  })
  return answer.json()
}
const reading = (second: number, temperature: number) => ({ time: start + second * 1000, temperature, pressure: 1.3 })

it('brings a reading from the device to the chart, and an excursion to the desk', async () => {
  const { secret } = (await member.ask('POST', '/devices', { id: 'tank:1', intervalSeconds: 10 })).json()
  const limits = { temperature: { high: 35 } }
  const { id } = (await member.ask('POST', '/shipments', shipmentBody('S-1', { limits }))).json()
  await member.ask('POST', `/shipments/${id}/assignments`, { deviceId: 'tank:1', from: start - 1000 })

  expect(await send(secret, [reading(0, 30), reading(10, 36), { time: 'never', temperature: 1 }])).toEqual({
    stored: 2,
    deadLetters: 1,
  })
  await pipeline.settled()
  const letters = (await member.ask('GET', '/dead-letters')).json()
  expect(letters.items).toEqual([
    expect.objectContaining({ topic: 'zaitu/v1/devices/tank:1/telemetry', reason: expect.stringMatching(/time/) }),
  ])

  const shown = (await member.ask('GET', `/shipments/${id}`)).json()
  expect(shown).toMatchObject({
    newest: { deviceId: 'tank:1', temperature: 36, time: new Date(start + 10_000).toISOString() },
    activeAlarms: 1,
    worstAlarm: { rule: 'temperature-high', acknowledged: false },
  })
  const [alarm] = (await member.ask('GET', '/alarms')).json().items
  expect(alarm).toMatchObject({
    shipmentId: id,
    state: 'active-unacknowledged',
    value: 36,
    limit: 35,
    deviceId: 'tank:1',
  })
  const acknowledged = await member.ask('POST', `/alarms/${alarm.id}/acknowledge`)
  expect(acknowledged.json()).toMatchObject({ state: 'active-acknowledged' })

  await send(secret, [reading(20, 34)])
  await pipeline.settled()
  expect((await member.ask('GET', `/alarms/${alarm.id}`)).json()).toMatchObject({
    state: 'cleared',
    clearedAt: new Date(start + 20_000).toISOString(),
  })

  // a lower limit holds from now on, also for a device that the pipeline knows already: what was all right no longer is
  await member.ask('PATCH', `/shipments/${id}`, { limits: { temperature: { high: 20 } } })
  await pipeline.settled()
  await send(secret, [{ ...reading(0, 25), time: Date.now() + 1000 }])
  await pipeline.settled()
  const open = (await member.ask('GET', '/alarms')).json().items
  expect(open).toEqual([expect.objectContaining({ limit: 20, value: 34, state: 'active-unacknowledged' })])
  const chart = (
    await member.ask('GET', `/shipments/${id}/readings?from=${start - 1000}&to=${Date.now() + 5000}`)
  ).json()
  expect(chart.temperature.max.filter((value: number | null) => value !== null)).toEqual([30, 36, 34, 25])
})
