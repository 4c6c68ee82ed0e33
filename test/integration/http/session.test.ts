import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionFromHeaders } from '../../../server/routes/authentication.ts'
import { PASSWORD, type Service, startService } from './service.ts'

let service: Service
beforeAll(async () => {
  service = await startService({ signInLimits: { max: 3, windowMs: 60_000 } })
})
afterAll(() => service.close())

const signIn = (email: string, password: string, remoteAddress = '127.0.0.1') =>
  service.app.inject({ method: 'POST', url: '/api/v1/session', payload: { email, password }, remoteAddress })

describe('signing in', () => {
  it('answers who I am, and sets a cookie that scripts can not read', async () => {
    const answer = await signIn(service.one.email.member.toUpperCase(), PASSWORD)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      user: {
        id: service.one.person.member,
        email: 'member@one.example',
        name: 'The member of one',
        role: 'member',
        kind: 'person',
        shipmentId: null,
        organisation: { id: service.one.id, name: 'one', kind: 'buyer' },
      },
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(answer.cookies).toEqual([
      expect.objectContaining({ name: 'zaitu_session', httpOnly: true, sameSite: 'Lax', path: '/' }),
      expect.objectContaining({ name: 'zaitu_browser', httpOnly: true, sameSite: 'Strict', path: '/' }),
    ])
  })

  it.each([
    ['member@one.example', 'wrong'],
    ['nobody@one.example', PASSWORD],
  ])('refuses %s with %s in the same words', async (email, password) => {
    const answer = await signIn(email, password)
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().detail).toBe('This e-mail address and password do not belong together.')
  })

  it('stops guessing at one account from one address, and nobody else', async () => {
    const guesses = []
    for (let i = 0; i < 4; i++) guesses.push((await signIn('admin@other.example', 'wrong', '10.0.0.1')).statusCode)
    expect(guesses).toEqual([401, 401, 401, 429])
    const right = await signIn('admin@other.example', PASSWORD, '10.0.0.1')
    expect(right.statusCode).toBe(429)
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0)
    expect((await signIn('admin@other.example', PASSWORD, '10.0.0.2')).statusCode).toBe(200)
    expect((await signIn('member@other.example', PASSWORD, '10.0.0.1')).statusCode).toBe(200)
  })

  it('does not count what went well', async () => {
    for (let i = 0; i < 5; i++) expect((await signIn('viewer@one.example', PASSWORD, '10.0.0.3')).statusCode).toBe(200)
  })
})

describe('a session', () => {
  it('ends when its person signs out', async () => {
    const client = await service.signIn('member@one.example')
    expect((await client.ask('GET', '/session')).json().user.email).toBe('member@one.example')
    expect((await client.ask('DELETE', '/session')).statusCode).toBe(204)
    expect((await client.ask('GET', '/session')).statusCode).toBe(401)
  })

  it('ends by itself', async () => {
    const client = await service.signIn('member@one.example')
    await service.owner.query(`update sessions set expires_at = now() - interval '1 second'`)
    expect((await client.ask('GET', '/session')).statusCode).toBe(401)
  })

  it('is found by cookie or bearer token, for whoever upgrades a connection', async () => {
    const { cookie } = await service.signIn('member@one.example')
    const token = cookie.split('=')[1] ?? ''
    const read = (headers: Record<string, string>) => sessionFromHeaders(service.deps.pool, headers, { secure: false })
    expect(await read({ cookie: `a=b; ${cookie}; c=d` })).toMatchObject({ orgId: service.one.id, by: 'cookie' })
    expect(await read({ authorization: `Bearer ${token}` })).toMatchObject({ orgId: service.one.id, by: 'bearer' })
    expect(await read({ cookie: `__Host-zaitu=${token}` })).toBeNull()
    expect(await read({ authorization: `Bearer ${'x'.repeat(43)}` })).toBeNull()
    expect(await read({})).toBeNull()
  })

  it('changes something only with its own CSRF token', async () => {
    const client = await service.signIn('member@one.example')
    const stranger = await service.signIn('admin@one.example')
    const post = (headers: Record<string, string>) =>
      service.app.inject({ method: 'POST', url: '/api/v1/tanks', payload: { name: 'T', capacityLitres: 1 }, headers })
    expect((await post({ cookie: client.cookie })).statusCode).toBe(403)
    expect((await post({ cookie: client.cookie, 'x-csrf-token': stranger.csrfToken })).statusCode).toBe(403)
    expect((await post({ cookie: client.cookie, 'x-csrf-token': client.csrfToken })).statusCode).toBe(201)
    expect((await post({ authorization: `Bearer ${client.cookie.split('=')[1]}` })).statusCode).toBe(409)
  })

  it('lets a viewer look and sign out, and nothing more', async () => {
    const viewer = await service.signIn('viewer@one.example')
    expect((await viewer.ask('GET', '/tanks')).statusCode).toBe(200)
    expect((await viewer.ask('POST', '/tanks', { name: 'V', capacityLitres: 1 })).statusCode).toBe(403)
    expect((await viewer.ask('DELETE', '/session')).statusCode).toBe(204)
  })
})

it('offers the sign-in of a demo only where there is one', async () => {
  expect((await service.app.inject('/api/v1/demo')).json()).toEqual({})
  const demo = await startService({ demoSignIn: { email: 'buyer@zaitu.example', password: PASSWORD } })
  const signIn = (headers: Record<string, string>) =>
    demo.app.inject({ method: 'POST', url: '/api/v1/session', headers, payload: { email: demo.one.email.admin, password: PASSWORD } }) // biome-ignore format: one line
  try {
    const answer = await demo.app.inject('/api/v1/demo')
    expect(answer.json()).toEqual({ demo: { email: 'buyer@zaitu.example', password: PASSWORD } })
    expect((await signIn({})).statusCode).toBe(200)
    // through a proxy that no setting tells of, it is offered to nobody, and lets nobody in
    for (const headers of [{ 'x-forwarded-for': '203.0.113.9' }, { forwarded: 'for=203.0.113.9' }, { via: '1.1 x' }]) {
      expect((await demo.app.inject({ url: '/api/v1/demo', headers })).json()).toEqual({})
      expect((await signIn(headers)).statusCode).toBe(401)
    }
  } finally {
    await demo.close()
  }
})

it('asks for a __Host- cookie over TLS', async () => {
  const secure = await startService({ secureCookies: true })
  try {
    const answer = await secure.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { email: 'member@one.example', password: PASSWORD },
    })
    expect(answer.cookies).toEqual([
      expect.objectContaining({ name: '__Host-zaitu', secure: true, path: '/' }),
      expect.objectContaining({ name: '__Host-zaitu-browser', secure: true, path: '/' }),
    ])
    expect(answer.headers['strict-transport-security']).toBeDefined()
  } finally {
    await secure.close()
  }
})
