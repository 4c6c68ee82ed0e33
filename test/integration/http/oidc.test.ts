import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cookiesOf, type Jar, startProvider, type TestProvider } from './oidc-rig.ts'
import { type Service, startService } from './service.ts'

const ORIGIN = 'http://localhost:3999'
const back = (id: string) => `${ORIGIN}/api/v1/session/oidc/${id}/callback`
const [HOME, AWAY] = [randomUUID(), randomUUID()]

let company: TestProvider
let other: TestProvider
let service: Service
beforeAll(async () => {
  company = await startProvider(['company', 'open', 'wrong', 'crossing'].map(back))
  other = await startProvider([back('other')], 'client_secret_post')
  const base = {
    clientId: 'zaitu',
    clientSecret: 'a secret of this test',
    issuer: company.issuer,
    organisationId: HOME,
  }
  service = await startService({
    publicUrl: ORIGIN,
    oidcProviders: [
      { ...base, id: 'company', name: 'Company' },
      { ...base, id: 'open', name: 'Open', createAs: 'viewer' },
      { ...base, id: 'other', name: 'Other', organisationId: AWAY, issuer: other.issuer, createAs: 'member' },
      { ...base, id: 'wrong', name: 'Wrong', clientSecret: 'not the secret' },
      // the same provider, for another organisation
      { ...base, id: 'crossing', name: 'Crossing', organisationId: AWAY, createAs: 'viewer' },
      { ...base, id: 'gone', name: 'Gone', issuer: 'http://127.0.0.1:9' },
    ],
  })
  await service.owner.query(
    `insert into organisations (id, name, kind) values ($1, 'Home', 'buyer'), ($2, 'Away', 'carrier')`,
    [HOME, AWAY],
  )
})
afterAll(async () => {
  await service.close()
  await Promise.all([company.close(), other.close()])
})
beforeEach(async () => {
  await service.owner.query('delete from people where org_id = any ($1)', [[HOME, AWAY]])
  company.accounts.clear()
  other.accounts.clear()
})

const addPerson = async (orgId: string, email: string): Promise<string> => {
  const { rows } = await service.owner.query<{ id: string }>(
    `insert into people (org_id, email, name, role) values ($1, $2, 'Somebody', 'member') returning id`,
    [orgId, email],
  )
  return rows[0]?.id ?? ''
}

const get = async (path: string, jar: Jar) => {
  const answer = await service.app.inject({ url: path, headers: { cookie: cookiesOf(jar) } })
  for (const { name, value } of answer.cookies) value === '' ? jar.delete(name) : jar.set(name, value)
  return answer
}

/** From the button on our page and back to it; answers where one ends, and who one is then. */
const signInBy = async (id: string, subject: string, { to = '', answer = 'agrees' as 'agrees' | 'cancels' } = {}) => {
  const provider = id === 'other' ? other : company
  const jar: Jar = new Map()
  const start = await get(`/api/v1/session/oidc/${id}${to}`, jar)
  expect(start.statusCode).toBe(303)
  const returned = await provider.walk(String(start.headers.location), subject, answer)
  expect(returned.startsWith(back(id))).toBe(true)
  const path = returned.slice(ORIGIN.length)
  const end = await get(path, jar)
  expect(end.statusCode).toBe(303)
  const who = await get('/api/v1/session', jar)
  return { where: end.headers.location, user: who.statusCode === 200 ? who.json().user : null, jar, path }
}

it('names the providers, and nothing that is secret', async () => {
  const answer = await service.app.inject('/api/v1/session/providers')
  expect(answer.json().items).toContainEqual({ id: 'company', name: 'Company' })
  expect(answer.body).not.toContain('secret')
  for (const path of ['/api/v1/session/oidc/unknown', '/api/v1/session/oidc/unknown/callback?code=x'])
    expect((await service.app.inject(path)).statusCode).toBe(404)
})

it('sends the browser on with PKCE, state and nonce, and keeps its part out of reach of scripts', async () => {
  const answer = await service.app.inject('/api/v1/session/oidc/company')
  const { searchParams } = new URL(String(answer.headers.location))
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'zaitu',
    response_type: 'code',
    redirect_uri: back('company'),
    scope: 'openid email profile',
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
  })
  expect(answer.cookies).toEqual([
    expect.objectContaining({ name: 'zaitu_oidc', httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 600 }),
  ])
  // the cookie is a name for what is stored, and tells nothing of it
  for (const [name, value] of searchParams)
    if (name !== 'redirect_uri') expect(answer.cookies[0]?.value).not.toBe(value)
})

describe('who comes from the provider', () => {
  it('is found by verified address, and from then on by subject, whatever the address', async () => {
    const id = await addPerson(HOME, 'lin@home.example')
    company.accounts.set('s-1', { email: 'Lin@Home.example', email_verified: true })
    expect(await signInBy('company', 's-1')).toMatchObject({ where: '/', user: { id, role: 'member' } })
    company.accounts.set('s-1', { email: 'new@home.example', email_verified: false })
    expect((await signInBy('company', 's-1')).user).toMatchObject({ id, email: 'lin@home.example' })
  })

  it('is nobody where the address is not verified, or unknown', async () => {
    await addPerson(HOME, 'lin@home.example')
    company.accounts.set('s-1', { email: 'lin@home.example', email_verified: false })
    company.accounts.set('s-2', { email: 'lin@home.example' })
    company.accounts.set('s-3', { email: 'nobody@home.example', email_verified: true })
    company.accounts.set('s-4', {})
    for (const subject of ['s-1', 's-2', 's-3', 's-4'])
      expect(await signInBy('company', subject)).toMatchObject({ where: '/?refused=no-account', user: null })
  })

  it('is made where the settings say as what, once', async () => {
    company.accounts.set('s-1', { email: 'fresh@home.example', email_verified: true, name: 'Fresh 新人' })
    const first = await signInBy('open', 's-1', { to: '?to=/shipments/1%3Ftab%3Dx' })
    expect(first).toMatchObject({
      where: '/shipments/1?tab=x',
      user: { email: 'fresh@home.example', name: 'Fresh 新人', role: 'viewer', organisation: { id: HOME } },
    })
    expect((await signInBy('open', 's-1')).user.id).toBe(first.user.id)
    const signIn = await service.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { email: 'fresh@home.example', password: 'no one has this password' },
    })
    expect(signIn.statusCode).toBe(401)
  })

  it('also by a provider that wants the secret in the body', async () => {
    other.accounts.set('s-1', { email: 'driver@away.example', email_verified: true })
    expect((await signInBy('other', 's-1')).user).toMatchObject({ role: 'member', organisation: { id: AWAY } })
  })

  it('never is a person of another organisation', async () => {
    await addPerson(AWAY, 'theirs@away.example')
    company.accounts.set('s-1', { email: 'theirs@away.example', email_verified: true })
    for (const provider of ['company', 'open'])
      expect(await signInBy(provider, 's-1')).toMatchObject({ where: '/?refused=no-account', user: null })

    await addPerson(HOME, 'ours@home.example')
    company.accounts.set('s-2', { email: 'ours@home.example', email_verified: true })
    expect((await signInBy('company', 's-2')).user.organisation.id).toBe(HOME)
    // known by subject in one organisation: not let in, nor made, in the other
    expect(await signInBy('crossing', 's-2')).toMatchObject({ where: '/?refused=no-account', user: null })
  })

  it('does not inherit the account of whoever had the address before', async () => {
    await addPerson(HOME, 'desk@home.example')
    company.accounts.set('s-1', { email: 'desk@home.example', email_verified: true })
    expect((await signInBy('company', 's-1')).user).not.toBeNull()
    company.accounts.set('s-2', { email: 'desk@home.example', email_verified: true })
    for (const provider of ['company', 'open'])
      expect(await signInBy(provider, 's-2')).toMatchObject({ where: '/?refused=no-account', user: null })
  })

  it('stays out when disabled', async () => {
    const id = await addPerson(HOME, 'lin@home.example')
    company.accounts.set('s-1', { email: 'lin@home.example', email_verified: true })
    await service.owner.query('update people set disabled_at = now() where id = $1', [id])
    expect((await signInBy('open', 's-1')).user).toBeNull()
    await service.owner.query('update people set disabled_at = null where id = $1', [id])
    expect((await signInBy('open', 's-1')).user).not.toBeNull()
    await service.owner.query('update people set disabled_at = now() where id = $1', [id])
    expect((await signInBy('open', 's-1')).user).toBeNull()
  })
})

describe('coming back', () => {
  beforeEach(async () => {
    await addPerson(HOME, 'lin@home.example')
    company.accounts.set('s-1', { email: 'lin@home.example', email_verified: true })
  })

  it('works once, in the browser that went', async () => {
    const { path, jar } = await signInBy('company', 's-1')
    expect((await get(path, jar)).headers.location).toBe('/?refused=expired')

    const start = await service.app.inject('/api/v1/session/oidc/company')
    const returned = await company.walk(String(start.headers.location), 's-1')
    const elsewhere = await get(returned.slice(ORIGIN.length), new Map())
    expect(elsewhere.headers.location).toBe('/?refused=expired')
    expect(elsewhere.cookies.map(({ name }) => name)).not.toContain('zaitu_session')
  })

  it('does not work with what another start gave out, nor at another provider, nor too late', async () => {
    const attempt = async (change: (jar: Jar, returned: string) => Promise<string>) => {
      const jar: Jar = new Map()
      const start = await get('/api/v1/session/oidc/company', jar)
      const returned = await company.walk(String(start.headers.location), 's-1')
      return (await get((await change(jar, returned)).slice(ORIGIN.length), jar)).headers.location
    }
    // somebody else's code in my browser: the state is of another start
    expect(
      await attempt(async (jar, returned) => {
        jar.clear()
        await get('/api/v1/session/oidc/company', jar)
        return returned
      }),
    ).toBe('/?refused=failed')
    expect(await attempt(async (_jar, returned) => returned.replace(/state=[^&]+/, 'state=x'))).toBe('/?refused=failed')
    expect(await attempt(async (_jar, returned) => returned.replace(/code=[^&]+/, 'code=x'))).toBe('/?refused=failed')
    expect(await attempt(async (_jar, returned) => returned.replace('oidc/company', 'oidc/open'))).toBe(
      '/?refused=expired',
    )
    expect(
      await attempt(async (_jar, returned) => {
        await service.owner.query(`update oidc_starts set expires_at = now() - interval '1 second'`)
        return returned
      }),
    ).toBe('/?refused=expired')
    expect(await attempt(async (_jar, returned) => returned)).toBe('/')
  })

  it('says so when the person, or the provider, says no', async () => {
    expect(await signInBy('company', 's-1', { answer: 'cancels' })).toMatchObject({
      where: '/?refused=cancelled',
      user: null,
    })
    expect(await signInBy('wrong', 's-1')).toMatchObject({ where: '/?refused=failed', user: null })
    expect((await service.app.inject('/api/v1/session/oidc/gone')).headers.location).toBe('/?refused=unreachable')
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', ''])(
    'never leads elsewhere: %s',
    async (to) => {
      const answer = await service.app.inject(`/api/v1/session/oidc/company?to=${encodeURIComponent(to)}`)
      expect(answer.statusCode).toBe(400)
    },
  )
})
