import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AppDeps } from '../../../server/app.ts'
import { type Client, type Service, startService } from './service.ts'

type Submission = Parameters<AppDeps['submit']>[0]

let service: Service
let secret: string
let answers: AppDeps['submit']
let submitted: Submission[] = []
const clients: Record<string, Client> = {}

beforeAll(async () => {
  service = await startService({ submit: (message) => answers(message) })
  for (const role of ['viewer', 'member'] as const) clients[role] = await service.signIn(service.one.email[role])
  clients.stranger = await service.signIn(service.other.email.admin)
  secret = (await clients.member?.ask('POST', '/devices', { id: 'a:b', intervalSeconds: 1 }))?.json().secret
})
afterAll(() => service.close())
beforeEach(() => {
  submitted = []
  answers = async (message) => {
    submitted.push(message)
    return { ok: true, stored: 2, deadLetters: 1 }
  }
})

const basic = (code: string, password: string) => `Basic ${Buffer.from(`${code}:${password}`).toString('base64')}`
const send = (authorization: string, body: unknown) =>
  service.app.inject({
    method: 'POST',
    url: '/api/v1/telemetry',
    headers: { authorization, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  })

const body = { deviceId: 'a:b', readings: [{ time: 1777600000000, temperature: 20 }, { time: 'never' }] }

describe('readings over HTTP', () => {
  it('are taken from the device itself, bad ones among them, and answered when they are on disk', async () => {
    const answer = await send(basic('a:b', secret), body)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({ stored: 2, deadLetters: 1 })
    expect(submitted.map((message) => message.topic)).toEqual(['zaitu/v1/devices/a:b/telemetry'])
    expect(submitted[0]?.payload.toString()).toBe(JSON.stringify(body))
    expect(Math.abs((submitted[0]?.receivedAt ?? 0) - Date.now())).toBeLessThan(10_000)
  })

  it('are taken from people of its organisation who may do more than look', async () => {
    expect((await clients.member?.ask('POST', '/telemetry', body))?.statusCode).toBe(200)
    expect((await clients.viewer?.ask('POST', '/telemetry', body))?.statusCode).toBe(403)
    expect((await clients.stranger?.ask('POST', '/telemetry', body))?.statusCode).toBe(404)
    const noToken = await service.app.inject({
      method: 'POST',
      url: '/api/v1/telemetry',
      headers: { cookie: clients.member?.cookie ?? '' },
      payload: body,
    })
    expect(noToken.statusCode).toBe(403)
    expect(submitted).toHaveLength(1)
  })

  it('are refused from whoever is not that device', async () => {
    expect((await send(basic('a:b', 'guess'), body)).statusCode).toBe(401)
    expect((await send(basic('nobody', secret), body)).statusCode).toBe(401)
    expect((await send('Basic !', body)).statusCode).toBe(401)
    const other = await send(basic('a:b', secret), { ...body, deviceId: 'c' })
    expect(other.statusCode).toBe(403)
    expect(other.json().detail).toContain('only send its own readings')
    expect(submitted).toEqual([])
  })

  it('are refused whole when there are too many, or none', async () => {
    const reading = { time: 1777600000000, temperature: 20 }
    const many = await send(basic('a:b', secret), { deviceId: 'a:b', readings: Array(1001).fill(reading) })
    expect(many.statusCode).toBe(413)
    const huge = await send(basic('a:b', secret), { deviceId: 'a:b', readings: Array(100_000).fill(reading) })
    expect(huge.statusCode).toBe(413)
    expect((await send(basic('a:b', secret), { deviceId: 'a:b', readings: [] })).statusCode).toBe(400)
    expect((await send(basic('a:b', secret), { deviceId: 'a/#', readings: [reading] })).statusCode).toBe(400)
    expect((await send(basic('a:b', secret), [])).statusCode).toBe(400)
    expect(submitted).toEqual([])
    expect(
      (await send(basic('a:b', secret), { deviceId: 'a:b', readings: Array(1000).fill(reading) })).statusCode,
    ).toBe(200)
  })

  it('that could not be stored in time are to be sent again', async () => {
    answers = async () => ({ ok: false, status: 503, reason: 'The database is away; nothing was stored.' })
    const answer = await send(basic('a:b', secret), body)
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.json().detail).toBe('The database is away; nothing was stored.')
  })
})

it('lists what could not be taken, with the reason, to its own organisation', async () => {
  await service.owner.query(
    `insert into dead_letters (org_id, received_at, topic, payload, reason)
     select $1::uuid, '2026-05-01Z', 'zaitu/v1/devices/a:b/telemetry', convert_to(repeat('é', 5000), 'UTF8'), 'not JSON'
     from generate_series(1, 3)`,
    [service.one.id],
  )
  const first = (await clients.viewer?.ask('GET', '/dead-letters?limit=2'))?.json()
  expect(first.items).toEqual([
    expect.objectContaining({ reason: 'not JSON', payload: 'é'.repeat(2048), payloadBytes: 10_000 }),
    expect.anything(),
  ])
  const second = (await clients.viewer?.ask('GET', `/dead-letters?limit=2&cursor=${first.next}`))?.json()
  expect(second).toMatchObject({ items: [{ receivedAt: '2026-05-01T00:00:00.000Z' }], next: null })
  expect((await clients.stranger?.ask('GET', '/dead-letters'))?.json().items).toEqual([])
})
