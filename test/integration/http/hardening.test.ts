import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppDeps } from '../../../server/app.ts'
import { PASSWORD, type Service, startService } from './service.ts'

let plain: Service
let secure: Service
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zaitu-page-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Zaitu</title>')
  plain = await startService({ dashboard: folder })
  secure = await startService({ dashboard: folder, secureCookies: true })
})
afterAll(async () => {
  await Promise.all([plain.close(), secure.close()])
  await rm(folder, { recursive: true })
})

const ANSWERS: [what: string, status: number, InjectOptions][] = [
  ['the page', 200, { url: '/', headers: { accept: 'text/html' } }],
  ['a path of the page', 200, { url: '/shared', headers: { accept: 'text/html' } }],
  ['the API', 401, { url: '/api/v1/shipments' }],
  ['an unknown path', 404, { url: '/api/v1/nothing' }],
  [
    'a body that can not be read',
    400,
    { method: 'POST', url: '/api/v1/session', payload: '{', headers: { 'content-type': 'application/json' } },
  ],
  ['the description', 200, { url: '/api/openapi.json' }],
  ['the docs', 200, { url: '/api/docs' }],
  ['a script of the docs', 200, { url: '/api/docs/static/swagger-initializer.js' }],
  ['health', 200, { url: '/livez' }],
]

describe('headers', () => {
  it.each(ANSWERS)('are on %s (%i)', async (_what, status, options) => {
    const { statusCode, headers } = await plain.app.inject(options)
    expect(statusCode).toBe(status)
    const policy = String(headers['content-security-policy'])
    const directives = Object.fromEntries(policy.split(';').map((part) => part.trim().split(/ (.*)/)))
    expect(directives).toMatchObject({
      'default-src': "'self'",
      'connect-src': "'self'",
      'frame-ancestors': "'none'",
      'base-uri': "'self'",
      'form-action': "'self'",
      'object-src': "'none'",
    })
    // scripts fall back to default-src, or are named with no more than hashes of their own
    expect(directives['script-src'] ?? "'self'").not.toMatch(/unsafe|https?:|\*/)
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('geolocation=()'),
    })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['x-powered-by'] ?? headers.server).toBeUndefined()
  })

  it('are on what never reaches a route', async () => {
    const { statusCode, headers } = await plain.app.inject('/%zz')
    expect(statusCode).toBe(400)
    expect(headers).toMatchObject({
      'content-type': expect.stringContaining('application/problem+json'),
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })

  it('ask for TLS from then on only where there is TLS', async () => {
    const header = async (service: Service) => (await service.app.inject('/')).headers['strict-transport-security']
    expect(await header(plain)).toBeUndefined()
    expect(await header(secure)).toMatch(/max-age=\d{8}/)
  })
})

describe('the cookies', () => {
  /** Each as its name, without a value, and its flags in order. */
  const cookiesOf = async (service: Service) => {
    const payload = { email: service.one.email.member, password: PASSWORD }
    const { headers } = await service.app.inject({ method: 'POST', url: '/api/v1/session', payload })
    return [headers['set-cookie'] ?? []].flat().map((cookie) => {
      const [pair = '', ...flags] = cookie.split('; ')
      return [pair.replace(/=[\w-]{43}$/, ''), flags.filter((flag) => !/^(Max-Age|Expires)=/.test(flag)).toSorted()]
    })
  }
  it('are bound to their host, closed to scripts and not sent from elsewhere', async () => {
    const flags = ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']
    expect(await cookiesOf(secure)).toEqual([
      ['__Host-zaitu', flags],
      ['__Host-zaitu-browser', flags.with(2, 'SameSite=Strict')],
    ])
  })
  it('are the same but for TLS on plain HTTP, where browsers refuse the prefix', async () => {
    const flags = ['HttpOnly', 'Path=/', 'SameSite=Lax']
    expect(await cookiesOf(plain)).toEqual([
      ['zaitu_session', flags],
      ['zaitu_browser', flags.with(2, 'SameSite=Strict')],
    ])
  })
})

describe('an answer that holds a secret', () => {
  it('is kept by nobody', async () => {
    const admin = await plain.signIn(plain.one.email.admin)
    const payload = { email: plain.one.email.member, password: PASSWORD }
    const answers = [
      await plain.app.inject({ method: 'POST', url: '/api/v1/session', payload }),
      await admin.ask('GET', '/session'),
      await admin.ask('POST', '/devices', { id: 'kept-1', intervalSeconds: 5 }),
      await admin.ask('POST', '/devices/kept-1/secret'),
      await admin.ask('GET', '/audit/export'),
    ]
    for (const answer of answers)
      expect([answer.statusCode < 300, answer.headers['cache-control']]).toEqual([true, 'no-store'])
    expect((await admin.ask('GET', '/shipments')).headers['cache-control']).toBe('private, no-cache')
  })
})

describe('limits of requests', () => {
  const from = (service: Service, url: string, remoteAddress: string, more: Partial<InjectOptions> = {}) =>
    service.app.inject({ method: 'GET', url, remoteAddress, ...more })

  it('hold for each address, also before anybody is signed in, and say when to come back', async () => {
    const service = await startService({ requestsPerMinute: 3 })
    const asked = async (address: string) => (await from(service, '/api/v1/shipments', address)).statusCode
    expect([await asked('10.0.0.1'), await asked('10.0.0.1'), await asked('10.0.0.1')]).toEqual([401, 401, 401])
    const refused = await from(service, '/api/v1/shipments', '10.0.0.1')
    expect(refused.statusCode).toBe(429)
    expect(refused.headers['content-type']).toContain('application/problem+json')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(await asked('10.0.0.2')).toBe(401)
    await service.close()
  })

  it('do not believe an address that a client claims', async () => {
    const service = await startService({ requestsPerMinute: 1 })
    const claim = (address: string) =>
      from(service, '/api/v1/shipments', '10.0.0.1', { headers: { 'x-forwarded-for': address } })
    expect([(await claim('1.1.1.1')).statusCode, (await claim('2.2.2.2')).statusCode]).toEqual([401, 429])
    await service.close()
  })

  it('are tighter where passwords are tried', async () => {
    const service = await startService({ signInLimits: { max: 10_000, windowMs: 60_000 } })
    const guess = async () => {
      const payload = { email: 'a', password: 'b' }
      return (await from(service, '/api/v1/session', '10.0.0.1', { method: 'POST', payload })).statusCode
    }
    const answers = []
    for (let n = 0; n < 121; n++) answers.push(await guess())
    expect([answers.slice(0, 120).every((status) => status === 400), answers[120]]).toEqual([true, 429])
    await service.close()
  })
})

describe('/metrics', () => {
  const statusFrom = async (parts: Partial<AppDeps>, remoteAddress: string, headers: Record<string, string> = {}) => {
    const service = await startService(parts)
    const { statusCode } = await service.app.inject({ url: '/metrics', remoteAddress, headers })
    await service.close()
    return statusCode
  }
  const metricsToken = 'a token for metrics'
  it.each<[number, string, Partial<AppDeps>, string, Record<string, string>?]>([
    [200, 'this machine', {}, '127.0.0.1'],
    [200, 'this machine, by IPv6', {}, '::1'],
    [200, 'this machine, IPv4 in IPv6', {}, '::ffff:127.0.0.1'],
    [403, 'another machine', {}, '10.0.0.1'],
    [403, 'another machine that claims to be this one', {}, '10.0.0.1', { 'x-forwarded-for': '127.0.0.1' }],
    [403, 'whoever comes through a proxy here', {}, '127.0.0.1', { 'x-forwarded-for': '10.0.0.1' }],
    [403, 'a trusted proxy', { trustProxy: '127.0.0.1' }, '127.0.0.1'],
    [403, 'behind TLS, which is a proxy', { secureCookies: true }, '127.0.0.1'],
    [200, 'who has the token', { metricsToken }, '10.0.0.1', { authorization: `Bearer ${metricsToken}` }],
    [
      200,
      'who has it, through a proxy',
      { metricsToken, trustProxy: true },
      '10.0.0.1',
      { authorization: `Bearer ${metricsToken}` },
    ],
    [401, 'who has another one', { metricsToken }, '10.0.0.1', { authorization: 'Bearer another' }],
    [401, 'this machine without the token', { metricsToken }, '127.0.0.1'],
  ])('answers %i to %s', async (status, _who, parts, address, headers) => {
    expect(await statusFrom(parts, address, headers)).toBe(status)
  })
})
