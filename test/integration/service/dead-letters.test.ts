import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Running, startRunning, telemetry } from './running.ts'

let running: Running
let database: pg.Client
beforeAll(async () => {
  running = await startRunning()
  database = new pg.Client(running.databaseUrl)
  await database.connect()
})
afterAll(async () => {
  await database?.end()
  await running?.close()
})

const letters = async (query = ''): Promise<Record<string, unknown>[]> =>
  (await running.ask('GET', `/dead-letters?limit=100${query}`)).body.items ?? []
const stored = async (device: string): Promise<number[]> =>
  (
    await database.query<{ temperature: number }>(
      'select temperature from readings r join devices d on d.id = r.device_id where d.code = $1 order by time',
      [device],
    )
  ).rows.map(({ temperature }) => temperature)
/** Sends it as the device, and answers the id of the letter that comes of it. */
const send = async (device: string, secret: string, payload: string): Promise<string> => {
  const known = new Set((await letters()).map(({ id }) => id))
  const client = await running.device(device, secret)
  await client.publishAsync(telemetry(device), payload, { qos: 1 })
  const fresh = (await letters()).find(({ id }) => !known.has(id))
  return String(fresh?.id)
}

it('a message that was cut short is corrected and sent through again, once, however often somebody presses', async () => {
  const { deviceId, secret, shipmentId } = await running.lend('cut-short')
  const time = Date.now() - 60_000
  const id = await send(deviceId, secret, `{"time":${time},"temperature":31`)
  expect((await letters()).find((letter) => letter.id === id)).toMatchObject({
    topic: telemetry(deviceId),
    reason: expect.stringMatching(/JSON/),
    payload: `{"time":${time},"temperature":31`,
    replay: null,
  })
  const body = { payload: `{"time":${time},"temperature":31}` }
  const answers = await Promise.all([1, 2, 3].map(() => running.ask('POST', `/dead-letters/${id}/replay`, body)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
  expect(answers.find(({ status }) => status === 200)?.body).toEqual({ stored: 1, deadLetters: 0 })
  expect(await stored(deviceId)).toEqual([31])
  await running.settled()
  // it went the whole way: the alarm that it means is there
  expect((await running.ask('GET', `/shipments/${shipmentId}/alarms`)).body.items).toHaveLength(1)
  const whole = await running.ask('GET', `/dead-letters/${id}`)
  expect(whole.body).toMatchObject({ replay: { stored: 1, deadLetters: 0, by: expect.any(String) } })
  expect((await letters('&replayed=false')).map((letter) => letter.id)).not.toContain(id)
  expect((await letters('&replayed=true')).map((letter) => letter.id)).toContain(id)
})

it('what is still wrong with it becomes a letter of its own; the rest is taken', async () => {
  const { deviceId, secret } = await running.lend('half-right')
  const id = await send(deviceId, secret, 'nothing of the kind')
  const now = Date.now()
  const payload = JSON.stringify({
    readings: [
      { time: now, temperature: 5 },
      { time: now - 1, temperature: 1e308 },
    ],
  })
  const { body } = await running.ask('POST', `/dead-letters/${id}/replay`, { payload })
  expect(body).toEqual({ stored: 1, deadLetters: 1 })
  expect(await stored(deviceId)).toEqual([5])
  expect((await letters())[0]).toMatchObject({ topic: telemetry(deviceId), reason: expect.stringMatching(/range/) })
})

it('what the database refused is corrected and sent again: a gauge has the atmosphere added once', async () => {
  const { deviceId } = await running.lend('gauge', undefined, 'gauge')
  const time = new Date(Date.now() - 60_000).toISOString()
  const post = async (...readings: unknown[]) =>
    (
      await running.ask('POST', '/telemetry', {
        deviceId,
        readings: readings.map((one) => ({ time, ...(one as object) })),
      })
    ).body
  const pressures = async () =>
    (
      await database.query<{ pressure: number }>(
        'select pressure from readings r join devices d on d.id = r.device_id where d.code = $1 order by seq',
        [deviceId],
      )
    ).rows.map(({ pressure }) => pressure)
  await database.query('alter table readings add constraint odd check (temperature is distinct from 66)')
  try {
    expect(await post({ seq: 1, pressure: 0.1 }, { pressure: 0.4, temperature: 66 })).toEqual({
      stored: 1,
      deadLetters: 1,
    })
  } finally {
    await database.query('alter table readings drop constraint odd')
  }
  const [refused] = await letters()
  expect(refused).toMatchObject({ reason: expect.stringContaining('the database refuses'), topic: telemetry(deviceId) })
  expect(JSON.parse(String(refused?.payload))).toEqual({ time, temperature: 66, pressure: 0.4 })
  const payload = String(refused?.payload).replace('66', '6')
  expect((await running.ask('POST', `/dead-letters/${refused?.id}/replay`, { payload })).body).toEqual({
    stored: 1,
    deadLetters: 0,
  })
  expect(await pressures()).toEqual([0.4 + 1.01325, 0.1 + 1.01325])
  // and one that contradicts what is stored, sent again as it is, contradicts it again, by as much
  expect(await post({ seq: 1, pressure: 0.2 })).toEqual({ stored: 0, deadLetters: 1 })
  const [other] = await letters()
  expect(JSON.parse(String(other?.payload))).toEqual({ time, boot: 0, seq: 1, pressure: 0.2 })
  expect((await running.ask('POST', `/dead-letters/${other?.id}/replay`)).body).toEqual({ stored: 0, deadLetters: 1 })
  expect((await letters())[0]?.reason).toBe(other?.reason)
  expect(await pressures()).toEqual([0.4 + 1.01325, 0.1 + 1.01325])
})

it('a milestone likewise, which its supplier alone may send again', async () => {
  const session = (await running.ask('GET', '/session')).body.user as { organisation: { id: string } }
  const own = session.organisation.id
  const line = { line: '1', substance: { cas: '67-56-1' }, quantity: 1, unit: 't', needBy: '2027-03-01T00:00:00Z' }
  const order = await running.ask('POST', '/orders', { number: 'PO-1', supplierId: own, lines: [line] })
  expect(order.status).toBe(201)
  const said = { order: 'PO-1', line: '1', stage: 'ready', classifier: 'actual', at: Date.now() - 60_000 }
  const make = async (supplier: string) =>
    (
      await database.query<{ id: string }>(
        `insert into dead_letters (org_id, received_at, topic, payload, reason) values ($1, now(), $2, '{', 'r') returning id::text`,
        [own, `zaitu/v1/suppliers/${supplier}/milestones`],
      )
    ).rows[0]?.id
  const { body } = await running.ask('POST', `/dead-letters/${await make(own)}/replay`, {
    payload: JSON.stringify(said),
  })
  expect(body).toEqual({ stored: 1, deadLetters: 0 })
  const { body: list } = await running.ask('GET', `/orders/${order.body.id}/lines/1/milestones`)
  expect(list.items?.map(({ stage }) => stage)).toEqual(['ready'])
  const foreign = await running.ask('POST', `/dead-letters/${await make(crypto.randomUUID())}/replay`, {
    payload: JSON.stringify(said),
  })
  expect(foreign.status).toBe(409)
})
