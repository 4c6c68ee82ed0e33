import { randomUUID } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PASSWORD, type Service, startService } from './service.ts'

let service: Service
const ended: string[] = []
beforeAll(async () => {
  service = await startService({
    signInLimits: { max: 3, windowMs: 60_000, strangers: 6, slow: { firstMs: 10, mostMs: 80, perAccount: 4 } },
    accessEnded: (id) => void ended.push(id),
  })
})
afterAll(() => service.close())

type Browser = { cookies: Map<string, string>; csrfToken: string; address: string; agent: string }
const browserAt = (address: string, agent = 'Test Browser'): Browser => ({
  cookies: new Map(),
  csrfToken: '',
  address,
  agent,
})

/** A browser keeps what it is given. */
const ask = async (
  browser: Browser,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  payload?: Record<string, unknown>,
): Promise<LightMyRequestResponse> => {
  const answer = await service.app.inject({
    method,
    url: `/api/v1${path}`,
    remoteAddress: browser.address,
    headers: {
      'user-agent': browser.agent,
      'x-csrf-token': browser.csrfToken,
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
    ...(payload !== undefined && { payload }),
  })
  for (const { name, value } of answer.cookies)
    if (value === '') browser.cookies.delete(name)
    else browser.cookies.set(name, value)
  return answer
}
const signIn = async (browser: Browser, email: string, password = PASSWORD): Promise<number> => {
  const answer = await ask(browser, 'POST', '/session', { email, password })
  if (answer.statusCode === 200) browser.csrfToken = answer.json().csrfToken
  return answer.statusCode
}

describe('guessing from many addresses', () => {
  it('becomes slow for the account, and lets its owner in from a browser that it knows and from a new one', async () => {
    const { admin: email } = service.one.email
    const owners = browserAt('192.0.2.1')
    expect(await signIn(owners, email)).toBe(200)
    await ask(owners, 'DELETE', '/session')

    const guesses = await Promise.all(
      Array.from({ length: 16 }, (_, i) => signIn(browserAt(`10.1.0.${i}`), email, 'x')),
    )
    // six at once, four that had to wait, whoever came when one of them had been tried; no room for the others
    expect(guesses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(10)
    expect(guesses.filter((status) => status === 429).length).toBeGreaterThan(0)

    // ten addresses that guess on and on, as fast as they are answered; each answer comes in its turn
    let attacked = true
    const answers = new Map<number, number>()
    const came = Array.from({ length: 10 }, () => 0)
    const attack = Array.from({ length: 10 }, async (_, i) => {
      while (attacked) {
        const status = await signIn(browserAt(`10.1.1.${i}`), email, 'x')
        answers.set(status, (answers.get(status) ?? 0) + 1)
        came[i] = (came[i] ?? 0) + 1
        // each stays below what one address may ask of us in a minute: that is another limit than the one tried here
        if (status === 429) await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })
    // by then none of them is there for the first time, as the owner is
    await vi.waitFor(() => expect(Math.min(...came)).toBeGreaterThanOrEqual(2), { timeout: 15_000 })
    const [tried, began] = [answers.get(401) ?? 0, Date.now()]
    for (let i = 0; i < 5; i++) {
      // from an address that has done nothing, in a browser that nobody knows
      expect(await signIn(browserAt(`192.0.2.${100 + i}`), email)).toBe(200)
      expect(await signIn(owners, email)).toBe(200)
      await ask(owners, 'DELETE', '/session')
    }
    attacked = false
    await Promise.all(attack)
    // one each 80 ms, but for those that a timer of this machine lets through early
    expect((answers.get(401) ?? 0) - tried).toBeLessThanOrEqual((Date.now() - began) / 75 + 1)
    // each address has three tries and no more, however long it waits for them
    expect(answers.get(401)).toBeLessThanOrEqual(30)
    // from where the attacker sits, and nobody else is touched
    expect(await signIn({ ...owners, address: '10.1.1.1' }, email)).toBe(200)
    expect(await signIn(browserAt('10.1.0.1'), service.one.email.viewer)).toBe(200)
  })

  it('counts a network of IPv6 as one', async () => {
    const guesses: number[] = []
    for (let i = 0; i < 5; i++)
      guesses.push(await signIn(browserAt(`2001:db8:0:1:${i}::${i}`), service.one.email.viewer, 'x'))
    expect(guesses).toEqual([401, 401, 401, 429, 429])
    expect(await signIn(browserAt('2001:db8:0:2::1'), service.one.email.viewer)).toBe(200)
  })

  it('is not made easier by a known browser: that is counted too, and by another account’s not at all', async () => {
    const { admin: email } = service.other.email
    const stolen = browserAt('192.0.2.9')
    expect(await signIn(stolen, email)).toBe(200)
    const guesses: number[] = []
    for (let i = 0; i < 5; i++) guesses.push(await signIn({ ...stolen, address: `10.2.0.${i}` }, email, `guess ${i}`))
    expect(guesses).toEqual([401, 401, 401, 429, 429])
    // the account's own browser, or a stranger, does not pay for it
    expect(await signIn(browserAt('10.2.1.1'), email)).toBe(200)

    const attackers = browserAt('10.3.0.0')
    expect(await signIn(attackers, service.one.email.member)).toBe(200)
    const others: number[] = []
    for (let i = 0; i < 7; i++)
      others.push(await signIn({ ...attackers, address: `10.3.0.${i}` }, service.other.email.member, `guess ${i}`))
    // the seventh had to wait for its turn
    expect(others).toEqual(Array(7).fill(401))
  })

  it('goes on at an unknown address in the same way', async () => {
    const guesses: number[] = []
    const guess = (i: number) => signIn(browserAt(`10.4.0.${i}`), 'nobody@one.example', 'guess')
    for (let i = 0; i < 6; i++) guesses.push(await guess(i))
    expect(guesses).toEqual(Array(6).fill(401))
    const atOnce = await Promise.all(Array.from({ length: 6 }, (_, i) => guess(10 + i)))
    expect(atOnce.filter((status) => status === 401).length).toBeGreaterThanOrEqual(4)
  })
})

it('gives a browser a new name at every sign-in, for all whom it knows', async () => {
  const shared = browserAt('192.0.2.20')
  await signIn(shared, service.one.email.member)
  const first = shared.cookies.get('zaitu_browser')
  await signIn(shared, service.one.email.viewer)
  const second = shared.cookies.get('zaitu_browser')
  expect(second).not.toBe(first)
  const { rows } = await service.owner.query(
    `select array_agg(person_id::text order by person_id::text) as people from known_browsers where token_hash = sha256($1)`,
    [Buffer.from(second ?? '')],
  )
  expect(rows[0].people).toEqual([service.one.person.member, service.one.person.viewer].toSorted())
  const old = await service.owner.query('select from known_browsers where token_hash = sha256($1)', [
    Buffer.from(first ?? ''),
  ])
  expect(old.rowCount).toBe(0)
})

describe('sessions', () => {
  it('are listed with where they come from, and ended one by one or all', async () => {
    const { viewer: email } = service.other.email
    const [desk, phone] = [browserAt('192.0.2.30', 'Desk 1.0'), browserAt('192.0.2.31', 'Phone 2.0')]
    await signIn(desk, email)
    await signIn(phone, email)
    const items = (await ask(desk, 'GET', '/session/list')).json().items
    expect(items).toEqual([
      expect.objectContaining({ from: '192.0.2.31', agent: 'Phone 2.0', current: false }),
      expect.objectContaining({ from: '192.0.2.30', agent: 'Desk 1.0', current: true }),
    ])
    const stranger = browserAt('192.0.2.32')
    await signIn(stranger, service.one.email.viewer)
    const [theirs, nobodys] = [
      await ask(stranger, 'DELETE', `/session/list/${items[0].id}`),
      await ask(stranger, 'DELETE', `/session/list/${randomUUID()}`),
    ]
    expect([theirs.statusCode, theirs.json()]).toEqual([404, nobodys.json()])
    expect((await ask(desk, 'DELETE', `/session/list/${items[0].id}`)).statusCode).toBe(204)
    expect(ended).toContain(service.other.person.viewer)
    expect((await ask(phone, 'GET', '/session')).statusCode).toBe(401)
    expect((await ask(desk, 'GET', '/session')).statusCode).toBe(200)

    await signIn(phone, email)
    expect((await ask(desk, 'DELETE', '/session?everywhere=true')).statusCode).toBe(204)
    for (const browser of [desk, phone]) expect((await ask(browser, 'GET', '/session')).statusCode).toBe(401)
    expect((await ask(stranger, 'GET', '/session')).statusCode).toBe(200)
  })

  it('remember when they were last used, to the minute', async () => {
    const browser = browserAt('192.0.2.40')
    await signIn(browser, service.one.email.member)
    const seen = async (): Promise<string> => {
      const { items } = (await ask(browser, 'GET', '/session/list')).json()
      return items.find((item: { current: boolean }) => item.current).lastSeenAt
    }
    const first = await seen()
    expect(await seen()).toBe(first)
    await service.owner.query(`update sessions set last_seen_at = now() - interval '61 seconds'`)
    expect(Date.parse(await seen())).toBeGreaterThanOrEqual(Date.parse(first))
  })
})

describe('a new password', () => {
  it('needs the old one, and ends all other sessions', async () => {
    const { member: email } = service.one.email
    const [desk, phone] = [browserAt('192.0.2.50'), browserAt('192.0.2.51')]
    await signIn(desk, email)
    await signIn(phone, email)
    const change = (current: string, password: string) => ask(desk, 'PUT', '/session/password', { current, password })
    expect((await change('wrong', 'a long and fresh one')).statusCode).toBe(403)
    for (const weak of ['short', '1234567890', 'qwertyuiop', 'iloveyou1234', email, PASSWORD])
      expect([weak, (await change(PASSWORD, weak)).statusCode]).toEqual([weak, 400])
    expect((await change(PASSWORD, 'a long and fresh one')).statusCode).toBe(204)
    expect((await ask(phone, 'GET', '/session')).statusCode).toBe(401)
    expect((await ask(desk, 'GET', '/session')).statusCode).toBe(200)
    expect(await signIn(browserAt('192.0.2.52'), email)).toBe(401)
    expect(await signIn(desk, email, 'a long and fresh one')).toBe(200)
    await service.owner.query(
      `update people set password_hash = (select password_hash from people where id = $2) where id = $1`,
      [service.one.person.member, service.one.person.viewer],
    )
  })

  it('can not be guessed at for ever from an open page', async () => {
    const desk = browserAt('192.0.2.60')
    await signIn(desk, service.one.email.viewer)
    const statuses: number[] = []
    for (let i = 0; i < 11; i++)
      statuses.push(
        (await ask(desk, 'PUT', '/session/password', { current: `guess ${i}`, password: 'a long and fresh one' }))
          .statusCode,
      )
    expect(statuses).toEqual([...Array(10).fill(403), 429])
  })

  it('is for a person who has one', async () => {
    const { viewer: id } = service.other.person
    const browser = browserAt('192.0.2.70')
    await signIn(browser, service.other.email.viewer)
    await service.owner.query('update people set password_hash = null where id = $1', [id])
    const body = { current: 'x', password: 'a long and fresh one' }
    expect((await ask(browser, 'PUT', '/session/password', body)).statusCode).toBe(409)
    // and nobody comes in with an empty one
    expect(await signIn(browserAt('192.0.2.71'), service.other.email.viewer, 'null')).toBe(401)
  })
})

it('hides from the application what it need not read', async () => {
  for (const query of [
    'select password_hash from people',
    'select csrf_token from sessions',
    'select token_hash from invitations',
    'select token_hash from api_tokens',
    'select * from person_identities',
    'select * from oidc_starts',
    'select * from open_invitations',
  ])
    await expect(service.deps.pool.query(query), query).rejects.toThrow('permission denied')
  // and without an organisation it sees none of what it may read
  for (const table of ['people', 'sessions', 'known_browsers', 'invitations', 'api_tokens', 'organisations'])
    expect((await service.deps.pool.query(`select count(*)::int as n from ${table}`)).rows).toEqual([{ n: 0 }])
})
