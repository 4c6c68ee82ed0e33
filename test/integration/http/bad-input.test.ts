import { createServer } from 'node:net'
import fc from 'fast-check'
import type { LightMyRequestResponse } from 'fastify'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '../../../server/store/pool.ts'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
let shipment: string
beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.member)
  shipment = (await member.ask('POST', '/shipments', shipmentBody('S'))).json().id
})
afterAll(() => service.close())

/** A port at which nothing listens. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

/** Says no in the one form that all refusals have, and lets nothing of the inside out. */
const expectProblem = (answer: LightMyRequestResponse, status: number, detail: RegExp) => {
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.json()).toMatchObject({ type: 'about:blank', title: expect.any(String), status })
  expect(answer.json().detail).toMatch(detail)
  expect(answer.body).not.toMatch(/\.ts|node_modules|at \w+ \(/)
}

describe('a chart', () => {
  it.each([
    ['from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z', /from must be before to/],
    ['from=1000&to=1000', /from must be before to/],
    ['from=2016-05-01T00:00:00Z&to=2026-05-01T00:00:00Z&points=1', /points/],
    ['from=0&to=1000&points=10001', /points/],
    ['from=0&to=1000&points=many', /points/],
    ['from=yesterday&to=1000', /from/],
    ['from=2026-05-01T00:00:00&to=2026-05-02T00:00:00Z', /from/],
    ['to=1000', /from/],
  ])('of %s is refused', async (query, detail) => {
    for (const path of ['readings', 'track'])
      expectProblem(await member.ask('GET', `/shipments/${shipment}/${path}?${query}`), 400, detail)
  })

  it.each(['from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00%2B08:00', 'from=0&to=1777600000000&points=2'])(
    'of %s is drawn',
    async (query) => {
      expect((await member.ask('GET', `/shipments/${shipment}/readings?${query}`)).statusCode).toBe(200)
      expect((await member.ask('GET', `/shipments/${shipment}/track?${query}`)).statusCode).toBe(200)
    },
  )
})

describe('a body', () => {
  const post = (payload: string | Buffer, type = 'application/json') =>
    service.app.inject({
      method: 'POST',
      url: '/api/v1/tanks',
      payload,
      headers: { cookie: member.cookie, 'x-csrf-token': member.csrfToken, 'content-type': type },
    })

  it('over 1 MiB is refused', async () => {
    expectProblem(await post(JSON.stringify({ name: 'x'.repeat(1_048_576) })), 413, /larger than 1 MiB/)
  })
  it('that is not JSON is refused', async () => {
    expectProblem(await post('{"name":'), 400, /not valid JSON/)
    expectProblem(await post('NaN'), 400, /not valid JSON/)
  })
  it('that says it is something else is refused', async () => {
    expectProblem(await post('name=T', 'application/x-www-form-urlencoded'), 415, /application\/json/)
    expectProblem(await post('T', 'text/plain'), 415, /application\/json/)
  })
  it('that would change the prototype is refused', async () => {
    expectProblem(await post('{"__proto__":{"admin":true},"name":"T","capacityLitres":1}'), 400, /JSON|prototype/)
  })
  it('that is missing is refused, each wrong field named', async () => {
    expectProblem(await post(''), 400, /./)
    const answer = await post('{"name":"","capacityLitres":-1}')
    expectProblem(answer, 400, /name.*capacityLitres/)
    expect(answer.json().errors).toEqual([
      { path: 'name', message: expect.any(String) },
      { path: 'capacityLitres', message: expect.any(String) },
    ])
  })
  it('with text that the database can not hold is refused', async () => {
    expectProblem(await post('{"name":"a\\u0000b","capacityLitres":1}'), 400, /can not be stored/)
  })
  it('with limits that contradict one another is refused', async () => {
    for (const limits of [
      { temperature: { high: 50, highHigh: 40 } },
      { temperature: { high: 10, low: 20 } },
      { pressure: { high: '2' } },
      { humidity: { high: 1 } },
    ])
      expectProblem(await member.ask('PATCH', `/shipments/${shipment}`, { limits }), 400, /limits/)
    expectProblem(await member.ask('PATCH', `/shipments/${shipment}`, {}), 400, /nothing to change/)
  })
})

describe('a path or a cursor', () => {
  it('that leads nowhere is 404, an id that can not be one like an unknown one', async () => {
    expectProblem(await member.ask('GET', '/nothing'), 404, /nothing at GET \/api\/v1\/nothing/)
    expectProblem(await service.app.inject('/nothing'), 404, /./)
    expectProblem(await service.app.inject('/api/v1/%zz'), 400, /./)
    expectProblem(await member.ask('GET', `/shipments/${'x'.repeat(5000)}`), 414, /./)
    for (const id of ['1', 'x', '00000000-0000-4000-8000-000000000000'])
      expectProblem(await member.ask('GET', `/shipments/${id}`), 404, /There is no such/)
  })

  it('that nobody gave out is 400', async () => {
    const forged = Buffer.from('["x","y"]').toString('base64url')
    for (const path of ['shipments', 'alarms', 'substances', 'dead-letters'])
      for (const cursor of ['garbage', forged, 'bnVsbA'])
        expectProblem(await member.ask('GET', `/${path}?cursor=${cursor}`), 400, /^cursor/)
    expectProblem(await member.ask('GET', '/devices?limit=0'), 400, /limit/)
    expectProblem(await member.ask('GET', '/devices?limit=1001'), 400, /limit/)
  })
})

it('never breaks on what somebody sends', async () => {
  const range = 'from=0&to=1000'
  const device = (await member.ask('POST', '/devices', { id: 'd', intervalSeconds: 1 })).json()
  const whole = shipmentBody('F', {
    contacts: [{ name: 'n', phone: '123', role: 'r' }],
    limits: { pressure: { high: 2 } },
  })
  const targets = [
    ['POST', '/session', { email: 'a@b.example', password: 'p' }],
    ['POST', '/devices', { id: 'e', intervalSeconds: 1, reportSeconds: 2, pressureReference: 'gauge' }],
    ['POST', '/substances', { cas: '67-56-1', un: '1230', name: 'n', sadt: 1 }],
    ['POST', '/tanks', { name: 'n', capacityLitres: 1, mawpBar: 1 }],
    ['POST', '/sites', { name: 'n', lat: 0, lon: 0, radiusMetres: 1 }],
    ['POST', '/shipments', whole],
    ['PATCH', `/shipments/${shipment}`, { phase: 'closed', eta: 0, tankId: null, contacts: [] }],
    ['POST', `/shipments/${shipment}/assignments`, { deviceId: device.id, from: 0, to: 1 }],
    ['POST', '/telemetry', { deviceId: device.id, readings: [{ time: 0 }] }],
  ] as const
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      8.64e15,
      -8.64e15,
      253402300799999,
      -62135596800000,
      1e308,
      '',
      '\u0000',
      '\ud800',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59-08:00',
      [[]],
      { a: {} },
    ),
  )
  const bodies = fc.constantFrom(...targets).chain(([method, path, good]) =>
    fc.record({
      method: fc.constant(method),
      path: fc.constant(path),
      body: fc.oneof(
        anything,
        fc.tuple(fc.constantFrom(...Object.keys(good)), anything).map(([key, value]) => ({ ...good, [key]: value })),
      ),
    }),
  )
  await fc.assert(
    fc.asyncProperty(bodies, async ({ method, path, body }) => {
      const answer = await member.ask(method, path, body)
      expect(answer.statusCode).toBeLessThan(500)
    }),
    { numRuns: 400 },
  )
  // nor breaks it later, on what was stored of that
  for (const list of ['/shipments', '/devices', '/substances', '/tanks', '/sites', '/alarms'])
    expect((await member.ask('GET', `${list}?limit=1000`)).statusCode).toBe(200)
  const queries = fc.record({
    from: fc.string(),
    to: fc.string(),
    points: fc.string(),
    cursor: fc.string(),
    limit: fc.string(),
  })
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      for (const path of [
        `/shipments/${shipment}/readings?${range}&`,
        '/shipments?',
        '/alarms?',
        '/devices?',
        '/sparklines?hours=1&',
      ])
        expect((await member.ask('GET', path + new URLSearchParams(query))).statusCode).toBeLessThan(500)
    }),
    { numRuns: 50 },
  )
}, 60_000)

it('answers 503 and when to come back while the database is away', async () => {
  const port = await freePort()
  const log = pino({ level: 'silent' })
  const pool = openPool(`postgres://127.0.0.1:${port}/zaitu`, { role: 'zaitu_app', max: 1, log })
  const away = await startService({ pool })
  try {
    const headers = { cookie: `zaitu_session=${'x'.repeat(43)}` }
    const answer = await away.app.inject({ url: '/api/v1/shipments', headers })
    expectProblem(answer, 503, /out of reach/)
    expect(answer.headers['retry-after']).toBe('5')
  } finally {
    await away.close()
    await pool.end()
  }
})

it('holds back an address that asks without end, and says for how long', async () => {
  const busy = await startService({ requestsPerMinute: 5 })
  try {
    const statuses = []
    for (let i = 0; i < 6; i++) statuses.push((await busy.app.inject('/api/v1/session')).statusCode)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    const answer = await busy.app.inject('/api/v1/session')
    expectProblem(answer, 429, /Too many requests/)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect((await busy.app.inject('/livez')).statusCode).toBe(200)
  } finally {
    await busy.close()
  }
})
