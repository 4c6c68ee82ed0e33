import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { Problem } from '../../../server/model/page.ts'
import { mqttAccess } from '../../../server/mqtt-clients.ts'
import { type Service, startService } from '../http/service.ts'
import { createWorld, type World } from './world.ts'

const BOUND_MS = 6_000
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2_147_483_647)

type Operation = {
  method: string
  path: string
  parameters: { name: string; in: string; schema: unknown }[]
  body: unknown
}
const Described = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), in: z.string(), schema: z.unknown() })).default([]),
        requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
      }),
    ),
  ),
})

let service: Service
let world: World
let operations: Operation[]
let tokens: string[]
beforeAll(async () => {
  const access = mqttAccess(BROKERS, async () => ({ ok: false, reason: 'nobody' }), {})
  service = await startService({ requestsPerMinute: 1_000_000, mqttAccess: access })
  world = await createWorld(service.owner)
  const { paths } = Described.parse((await service.app.inject('/api/openapi.json')).json())
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters, requestBody }]) => ({
      method,
      path,
      parameters,
      body: Object.values(requestBody?.content ?? {})[0]?.schema,
    })),
  )
  tokens = []
  for (const party of ['buyer', 'carrier'] as const)
    tokens.push((await world.make.session(await world.make.person(party, 'admin'))).token)
})
/** What ends the session that asks gets one of its own, so that all others reach what they ask for. */
const BROKERS = 'the secret of a broker'
const ENDING = new Set(['delete /api/v1/session'])
afterAll(() => service.close())

const NASTY = [
  '', ' ', '\u0000', 'a\u0000b', '\ud800', '\u202e', '😀'.repeat(50), 'x'.repeat(20_000), "'; drop table people; --",
  "' or '1'='1", '%', '_', '\\', '<script>alert(1)</script>', '../../etc/passwd', '%00', '%2e%2e%2f', '{{7*7}}', '#{7*7}', 'null', 'true',
  'NaN', 'Infinity', '1e999', '-1', '0', '99999999999999999999', '2026-13-45T99:99:99Z', '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00.001Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '__proto__', 'constructor', 'W10', 'eyJhIjoxfQ',
  'WyIyMDI2LTAxLTAxIl0', '00000000-0000-0000-0000-000000000000', "\r\nset-cookie: a=b",
] // biome-ignore format: a list
const nastyText = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 40 }))
const nastyNumber = fc.constantFrom(
  0,
  -0,
  -1,
  1.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  8.64e15,
  8.64e15 + 1,
  1e20,
)
const deep = fc
  .integer({ min: 1, max: 2_000 })
  .map((depth) => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`) as unknown)
const polluted = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString').map((key): unknown => {
  const value: unknown = JSON.parse(`{"${key}":{"role":"admin","polluted":true,"orgId":"x"}}`)
  return value
})
const anything: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  nastyNumber,
  fc.constantFrom(null, true, [], {}),
  deep,
  polluted,
  fc.array(fc.constantFrom('a', 1), { minLength: 900, maxLength: 1_100 }),
  fc.json().map((text): unknown => JSON.parse(text)),
)

const get = (node: unknown, key: string): unknown =>
  typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined
const list = (node: unknown): unknown[] => (Array.isArray(node) ? node : [])

/** A value that the schema lets through, or nearly: where a pattern or a format is asked for, something of that form. */
const fitting = (schema: unknown, ids: string[]): fc.Arbitrary<unknown> => {
  const choices = [...list(get(schema, 'anyOf')), ...list(get(schema, 'oneOf'))]
  if (choices.length > 0) return fc.oneof(...choices.map((choice) => fitting(choice, ids)))
  const all = list(get(schema, 'allOf'))
  if (all.length > 0)
    return fc.tuple(...all.map((part) => fitting(part, ids))).map((parts) => Object.assign({}, ...parts))
  const values = list(get(schema, 'enum'))
  if (values.length > 0) return fc.constantFrom(...values)
  const constant = get(schema, 'const')
  if (constant !== undefined) return fc.constant(constant)
  switch (get(schema, 'type')) {
    case 'object': {
      const required = list(get(schema, 'required')).map(String)
      const properties = get(schema, 'properties')
      const entries: [string, unknown][] =
        typeof properties === 'object' && properties !== null ? Object.entries(properties) : []
      const model = Object.fromEntries(entries.map(([key, value]) => [key, mutated(value, ids)]))
      return fc.record(model, { requiredKeys: required.filter((key) => key in model) })
    }
    case 'array':
      return fc.array(mutated(get(schema, 'items'), ids), { maxLength: 4 })
    case 'integer':
      return fc.integer({ min: Number(get(schema, 'minimum') ?? -5), max: Number(get(schema, 'maximum') ?? 2_000) })
    case 'number':
      return fc.double({
        min: Number(get(schema, 'minimum') ?? -90),
        max: Number(get(schema, 'maximum') ?? 90),
        noNaN: true,
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      if (get(schema, 'format') === 'uuid') return fc.oneof(fc.uuid(), fc.constantFrom(...ids))
      if (get(schema, 'format') === 'email') return fc.emailAddress()
      return fc.oneof(
        fc.constantFrom('67-56-1', '1230', 'tank-1', ...ids),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.string({ minLength: 1, maxLength: 30 }),
        nastyText,
      )
  }
}
/** Mostly what fits, so that a request comes through to where something may break. */
const mutated = (schema: unknown, ids: string[]): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: fitting(schema, ids), weight: 12 }, { arbitrary: anything, weight: 1 })

type Sent = { headers: Record<string, string>; payload: string | undefined }
const brokenBody = fc.constantFrom<Sent>(
  { headers: { 'content-type': 'application/json' }, payload: '{' },
  { headers: { 'content-type': 'application/json' }, payload: '{"id":1,"id":"2","id":[]}' },
  { headers: { 'content-type': 'application/json' }, payload: '{"a":1}\u0000' },
  { headers: { 'content-type': 'application/json' }, payload: '"text"' },
  { headers: { 'content-type': 'application/json' }, payload: 'null' },
  { headers: { 'content-type': 'application/json; charset=utf-16' }, payload: '{}' },
  { headers: { 'content-type': 'application/json' }, payload: '['.repeat(100_000) },
  { headers: { 'content-type': 'text/plain' }, payload: '{}' },
  { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'a=b&a=c' },
  { headers: { 'content-type': 'multipart/form-data; boundary=x' }, payload: '--x\r\n\r\n--x--' },
  {
    headers: { 'content-type': 'application/xml' },
    payload: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  { headers: { 'content-type': 'nonsense' }, payload: 'x' },
  { headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' }, payload: 'x' },
  { headers: {}, payload: 'x' },
  { headers: { 'content-type': 'application/json' }, payload: `"${'x'.repeat(1_100_000)}"` },
)

const encode = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return encodeURIComponent(Buffer.from(text).toString())
}

it('answers whatever is sent with a success or a problem that says what is wrong, and never fails itself', {
  timeout: 90_000,
}, async () => {
  const { rows } = await service.owner.query<{ id: string }>(
    'select id::text from alarms union all select id::text from devices',
  )
  const ids = [...Object.values(world.load), ...Object.values(world.party), ...rows.map(({ id }) => id)]
  const request = fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      params: fc.tuple(...operation.parameters.map(({ schema }) => fc.option(mutated(schema, ids), { freq: 4 }))),
      sent:
        operation.body === undefined
          ? fc.oneof(
              { arbitrary: fc.constant<Sent>({ headers: {}, payload: undefined }), weight: 5 },
              { arbitrary: brokenBody, weight: 1 },
            )
          : fc.oneof(
              {
                arbitrary: mutated(operation.body, ids).map(
                  (body): Sent => ({ headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }),
                ),
                weight: 9,
              },
              { arbitrary: brokenBody, weight: 1 },
            ),
      token: fc.nat(),
      header: fc.oneof(
        { arbitrary: fc.constant({}), weight: 6 },
        fc.constantFrom(
          { 'if-none-match': '*' },
          { cookie: 'zaitu_session=%00' },
          { authorization: 'Basic %%%' },
          { authorization: 'Basic Og==' },
          { authorization: `Bearer zt_${'x'.repeat(150)}` },
          { 'x-forwarded-for': "';--" },
          { host: 'a b' },
          { 'user-agent': '\u00ff'.repeat(2_000) },
          { 'x-zaitu-share': '1' },
          { range: 'bytes=0-1' },
          { 'x-http-method-override': 'DELETE' },
        ),
      ),
    }),
  )
  let asked = 0
  const statuses = new Map<number, number>()
  let strangers = 0
  const refused = new Map<string, number>()
  const result = await fc.check(
    fc.asyncProperty(request, async ({ operation, params, sent, token, header }) => {
      let url = operation.path
      const query: string[] = []
      for (const [index, { name, in: place }] of operation.parameters.entries()) {
        const value = params[index]
        if (place === 'path') url = url.replace(`{${name}}`, encode(value ?? ids[token % ids.length]))
        else if (value !== null && place === 'query') query.push(`${name}=${encode(value)}`)
      }
      const key = `${operation.method} ${operation.path}`
      const speaker = ENDING.has(key)
        ? (await world.make.session(await world.make.person('buyer', 'admin'))).token
        : tokens[token % tokens.length]
      const answer = await service.app.inject({
        method: z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']).parse(operation.method.toUpperCase()),
        url: query.length > 0 ? `${url}?${query.join('&')}` : url,
        remoteAddress: `fd00:${(asked % 60_000).toString(16)}::1`,
        headers: { authorization: `Bearer ${speaker}`, 'x-mqtt-access-secret': BROKERS, ...sent.headers, ...header },
        ...(sent.payload !== undefined && { payload: sent.payload }),
      })
      asked++
      const { statusCode: status, body } = answer
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const isStranger = 'authorization' in header || 'x-zaitu-share' in header
      if (isStranger) strangers++
      else if (status === 401) refused.set(key, (refused.get(key) ?? 0) + 1)
      expect(status, body).toBeLessThan(500)
      expect(body).not.toMatch(/\bat .+:\d+:\d+\)?|node_modules|\/server\/|pg_catalog|SQLSTATE|syntax error/)
      expect(answer.headers['set-cookie'] ?? '').not.toContain('a=b')
      if (status >= 400) {
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
        const problem = Problem.parse(answer.json())
        expect(problem.status).toBe(status)
        expect(problem.detail).toMatch(/\S/)
      }
    }),
    { seed: SEED, numRuns: 1_000_000, interruptAfterTimeLimit: BOUND_MS, endOnFailure: false },
  )
  const counts = [...statuses].toSorted().map(([status, count]) => `${status}: ${count}`)
  process.stdout.write(
    `fuzz: seed ${SEED}, ${asked} requests over ${operations.length} operations (${counts.join(', ')}), ${strangers} of them as somebody unknown\n`,
  )
  if (result.failed) throw new Error(fc.defaultReportMessage(result))
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
  // one that is refused at the door proves little: the password is what `post /session` and `put /session/password` ask for
  const atDoor = [...refused].filter(([key]) => !key.includes('/session'))
  expect(atDoor).toEqual([])
  expect((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0)).toBeGreaterThan(asked / 20)
})
