import { createHash, randomUUID } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sessionFromHeaders } from '../../../server/routes/authentication.ts'
import { asOrganisation, type Viewer } from '../../../server/store/pool.ts'
import { type Client, PASSWORD, type Service, shipmentBody, startService } from './service.ts'

const HOUR = 3_600_000
const ended: string[] = []
let service: Service
let member: Client
let shipment: string
let second: string
beforeAll(async () => {
  service = await startService({ accessEnded: (id) => void ended.push(id) })
  member = await service.signIn(service.one.email.member)
  shipment = (
    await member.ask('POST', '/shipments', shipmentBody('S-1', { limits: { temperature: { high: 30 } } }))
  ).json().id
  second = (await member.ask('POST', '/shipments', shipmentBody('S-2'))).json().id
})
afterAll(() => service.close())
beforeEach(() => void ended.splice(0))

const ahead = (hours: number): string => new Date(Date.now() + hours * HOUR).toISOString()
const make = (client: Client, more: Record<string, unknown> = {}) =>
  client.ask('POST', '/share-links', { shipmentId: shipment, expiresAt: ahead(4), note: 'Fire brigade', ...more })
const tokenOf = (made: LightMyRequestResponse): string => String(made.json().link).split('#')[1] ?? ''
const open = (token: string) =>
  service.app.inject({
    method: 'POST',
    url: '/api/v1/session/share',
    payload: { token },
    headers: { 'user-agent': 'Test/1' },
  })
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
/** Asks as a page under /shared does; `more` adds cookies, as a browser with a signed-in person would. */
const asHolder =
  (cookie: string, more: Record<string, string> = {}) =>
  (method: Method, path: string, body?: unknown) =>
    service.app.inject({
      method,
      url: `/api/v1${path}`,
      headers: { cookie, 'x-zaitu-share': '1', ...more },
      ...(body !== undefined && { payload: JSON.parse(JSON.stringify(body)) }),
    })
const cookieOf = (opened: LightMyRequestResponse): string => `${opened.cookies[0]?.name}=${opened.cookies[0]?.value}`
const holder = async (more: Record<string, unknown> = {}) => {
  const made = await make(member, more)
  const opened = await open(tokenOf(made))
  return { id: String(made.json().id), cookie: cookieOf(opened), opened, ask: asHolder(cookieOf(opened)) }
}

describe('a share link', () => {
  it('is shown once, behind the #, and only its hash is kept', async () => {
    const made = await make(member)
    expect(made.statusCode).toBe(201)
    const { link, ...rest } = made.json()
    expect(link).toMatch(/^http:\/\/localhost(:\d+)?\/shared#[A-Za-z0-9_-]{43}$/)
    expect(rest).toMatchObject({
      shipmentId: shipment,
      note: 'Fire brigade',
      withdrawnAt: null,
      uses: 0,
      lastUsedAt: null,
    })
    expect(rest.createdBy).toBe('The member of one')
    const { rows } = await service.owner.query('select token_hash from share_links where id = $1', [rest.id])
    expect(rows[0].token_hash).toEqual(createHash('sha256').update(tokenOf(made)).digest())
    const listed = await member.ask('GET', `/share-links?shipmentId=${shipment}`)
    expect(listed.body).not.toContain(tokenOf(made))
    expect(listed.json().items[0]).toEqual(rest)
  })

  it('opens a session that sees the shipment, says whose link it is and until when, and names no person', async () => {
    const until = ahead(4)
    const { opened, ask } = await holder({ expiresAt: until })
    expect(opened.statusCode).toBe(200)
    expect(opened.cookies[0]).toMatchObject({ name: 'zaitu_share', httpOnly: true, sameSite: 'Strict', path: '/' })
    expect(opened.headers['referrer-policy']).toBe('no-referrer')
    expect(opened.json()).toMatchObject({
      expiresAt: until,
      user: { kind: 'share', role: 'viewer', email: null, shipmentId: shipment, organisation: { name: 'one' } },
    })
    expect((await ask('GET', '/session')).json().user).toEqual(opened.json().user)
    const seen = await ask('GET', `/shipments/${shipment}`)
    expect(seen.json()).toMatchObject({ id: shipment, reference: 'S-1', limits: { temperature: { high: 30 } } })
    const limits = await ask('GET', `/shipments/${shipment}/limits`)
    expect(limits.json().history[0].setBy).toBeNull()
    expect(`${opened.body}${seen.body}${limits.body}`).not.toContain('The member of one')
  })

  it('answers wrong, over and withdrawn alike', async () => {
    const [over, withdrawn] = [await make(member), await make(member)]
    await service.owner.query(
      `update share_links set created_at = now() - interval '2 h', expires_at = now() - interval '1 s' where id = $1`,
      [over.json().id],
    )
    expect((await member.ask('DELETE', `/share-links/${withdrawn.json().id}`)).statusCode).toBe(204)
    const answers = [await open(tokenOf(over)), await open(tokenOf(withdrawn)), await open('a'.repeat(43))]
    for (const answer of answers) {
      expect(answer.statusCode).toBe(404)
      expect(answer.body).toBe(answers[0]?.body)
      expect(answer.cookies).toEqual([])
    }
  })

  it('ends every session with itself, at its end or when withdrawn', async () => {
    const [first, other] = [await holder(), await holder()]
    expect((await first.ask('GET', `/shipments/${shipment}`)).statusCode).toBe(200)
    await member.ask('DELETE', `/share-links/${first.id}`)
    expect(ended).toEqual([first.id])
    expect((await first.ask('GET', `/shipments/${shipment}`)).statusCode).toBe(401)
    expect((await first.ask('GET', '/session')).json().detail).toContain('Ask whoever sent it')
    expect((await other.ask('GET', '/session')).statusCode).toBe(200)
    await service.owner.query(
      `update share_links set created_at = now() - interval '2 h', expires_at = now() - interval '1 s' where id = $1`,
      [other.id],
    )
    expect((await other.ask('GET', '/session')).statusCode).toBe(401)
    // nobody can bring a withdrawn one back, nor withdraw it later than it was
    const before = (await member.ask('GET', `/share-links?shipmentId=${shipment}`)).json().items
    expect((await member.ask('DELETE', `/share-links/${first.id}`)).statusCode).toBe(204)
    expect((await member.ask('GET', `/share-links?shipmentId=${shipment}`)).json().items).toEqual(before)
  })

  it('lasts at most 30 days, and not into the past', async () => {
    for (const [hours, status] of [
      [30 * 24 - 1, 201],
      [30 * 24 + 1, 400],
      [-1, 400],
    ] as const)
      expect([hours, (await make(member, { expiresAt: ahead(hours) })).statusCode]).toEqual([hours, status])
  })
})

describe('what it shows', () => {
  /** What the page under /shared asks; everything else that can be read is refused. */
  const ALLOWED = new Set([
    '/session',
    '/shipments/{id}',
    '/shipments/{id}/readings',
    '/shipments/{id}/track',
    '/shipments/{id}/alarms',
    '/shipments/{id}/limits',
    '/shipments/{id}/report',
    '/shipments/{id}/export',
    '/shipments/{id}/exposure',
  ])
  type Paths = Record<string, Record<string, unknown>>
  const described = async (): Promise<[Method, string][]> => {
    const { paths }: { paths: Paths } = (await service.app.inject('/api/openapi.json')).json()
    return Object.entries(paths).flatMap(([path, item]) =>
      (['get', 'post', 'patch', 'put', 'delete'] as const)
        .filter((method) => method in item)
        .map((method): [Method, string] => [
          method.toUpperCase() as Method,
          path.replace('/api/v1', '').replace(/(.)\/$/, '$1'),
        ]),
    )
  }
  /** Open to whoever comes: signing in, and what a demo offers. */
  const ENTRANCES = /^(POST \/(session|telemetry|mqtt)|GET \/(demo|session\/(providers|oidc)))/
  const filled = (path: string, id: string): string =>
    `${path.replace('{id}', id).replace(/\{\w+\}/g, '1')}${/readings|track|export/.test(path) ? '?from=0&to=1000' : ''}`

  it('is this shipment, and no other path and no change at all', async () => {
    const { ask } = await holder()
    let [shown, refused] = [0, 0]
    for (const [method, path] of await described()) {
      if (ENTRANCES.test(`${method} ${path}`)) continue
      const answer = await ask(method, filled(path, shipment), method === 'GET' ? undefined : {})
      const wanted = method === 'GET' && ALLOWED.has(path)
      if (wanted) shown++
      else refused++
      expect([method, path, answer.statusCode]).toEqual([method, path, wanted ? 200 : 403])
    }
    expect(shown).toBe(ALLOWED.size)
    expect(refused).toBeGreaterThan(20)
  })

  it('of another shipment of the same organisation and of an unknown one, the same 404', async () => {
    const { ask } = await holder()
    for (const path of ALLOWED) {
      if (path === '/session') continue
      const [theirs, nobodys] = [await ask('GET', filled(path, second)), await ask('GET', filled(path, randomUUID()))]
      expect([path, theirs.statusCode, theirs.body]).toEqual([path, 404, nobodys.body])
    }
  })

  it('ends with what its organisation sees: nothing of a shipment that it has lost', async () => {
    const { ask } = await holder({ shipmentId: second })
    expect((await ask('GET', `/shipments/${second}`)).statusCode).toBe(200)
    await service.owner.query('delete from shipment_access where shipment_id = $1', [second])
    expect((await ask('GET', `/shipments/${second}`)).statusCode).toBe(404)
    await service.owner.query(`insert into shipment_access values ($1, $2, 'buyer')`, [second, service.one.id])
  })
})

describe('beside a person in the same browser', () => {
  it('each page speaks for its own', async () => {
    const { cookie } = await holder()
    const both = `${member.cookie}; ${cookie}`
    const kindOf = async (headers: Record<string, string>) =>
      (await service.app.inject({ url: '/api/v1/session', headers })).json().user?.kind
    expect(await kindOf({ cookie: both })).toBe('person')
    expect(await kindOf({ cookie: both, 'x-zaitu-share': '1' })).toBe('share')
    // a link's cookie alone opens nothing but the shared page, the person's alone no shared page
    expect(await kindOf({ cookie })).toBeUndefined()
    expect(await kindOf({ cookie: member.cookie, 'x-zaitu-share': '1' })).toBeUndefined()
    const socket = await sessionFromHeaders(
      service.deps.pool,
      { cookie: both, 'sec-websocket-protocol': 'zaitu.share' },
      { secure: false },
    )
    expect(socket).toMatchObject({ kind: 'share', shipmentId: shipment })
    expect((await asHolder(both)('GET', '/shipments')).statusCode).toBe(403)
    expect((await member.ask('GET', '/shipments')).statusCode).toBe(200)
  })
})

describe('who makes them', () => {
  it('buyer and carrier, members and administrators; each organisation sees its own', async () => {
    const carried = (await member.ask('POST', '/shipments', shipmentBody('S-carried'))).json().id
    const expiresAt = ahead(1)
    const carrier = await service.signIn(service.other.email.member)
    const attempt = (client: Client) => make(client, { shipmentId: carried, expiresAt })
    expect((await attempt(carrier)).statusCode).toBe(404)
    const as = (part: 'supplier' | 'carrier') =>
      service.owner.query(
        `update shipments set supplier_id = case $3 when 'supplier' then $2::uuid end,
           carrier_id = case $3 when 'carrier' then $2::uuid end where id = $1`,
        [carried, service.other.id, part],
      )
    await as('supplier')
    expect((await attempt(carrier)).statusCode).toBe(403)
    await as('carrier')
    const made = await attempt(carrier)
    expect(made.statusCode).toBe(201)
    expect((await attempt(await service.signIn(service.one.email.viewer))).statusCode).toBe(403)
    expect((await attempt(await service.signIn(service.one.email.admin))).statusCode).toBe(201)
    const of = async (client: Client) =>
      (await client.ask('GET', `/share-links?shipmentId=${carried}`)).json().items.map((one: { id: string }) => one.id)
    expect(await of(carrier)).toEqual([made.json().id])
    expect(await of(member)).not.toContain(made.json().id)
    for (const id of [made.json().id, randomUUID()]) {
      expect((await member.ask('DELETE', `/share-links/${id}`)).statusCode).toBe(404)
      expect((await member.ask('GET', `/share-links/${id}/uses`)).statusCode).toBe(404)
    }
    expect((await carrier.ask('GET', `/share-links?shipmentId=${shipment}`)).statusCode).toBe(404)
    expect((await open(tokenOf(made))).json().user.organisation.name).toBe('other')
  })

  it('pages through them', async () => {
    const all = (await member.ask('GET', '/share-links')).json().items
    const pages: unknown[] = []
    let cursor = ''
    do {
      const page = (await member.ask('GET', `/share-links?limit=2${cursor}`)).json()
      pages.push(...page.items)
      cursor = page.next === null ? '' : `&cursor=${page.next}`
    } while (cursor !== '')
    expect(all.length).toBeGreaterThan(4)
    expect(pages).toEqual(all)
  })
})

describe('the trace', () => {
  const usesOf = async (id: string) => (await member.ask('GET', `/share-links/${id}/uses`)).json().items

  it('has each opening and each further hour of looking', async () => {
    const { id, ask } = await holder()
    for (let i = 0; i < 5; i++) await ask('GET', '/session')
    expect(await usesOf(id)).toEqual([{ at: expect.any(String), from: '127.0.0.1', agent: 'Test/1' }])
    await service.owner.query(`update share_sessions set traced_at = now() - interval '61 min' where link_id = $1`, [
      id,
    ])
    await Promise.all(Array.from({ length: 5 }, () => ask('GET', '/session')))
    expect(await usesOf(id)).toHaveLength(2)
    const [link] = (await member.ask('GET', `/share-links?shipmentId=${shipment}`)).json().items
    expect(link).toMatchObject({ id, uses: 2, lastUsedAt: (await usesOf(id))[0].at })
  })

  it('can be read by nobody who answers people but its organisation, and changed by nobody', async () => {
    const { id } = await holder()
    for (const statement of [
      'update share_uses set address = null',
      'delete from share_uses',
      'delete from share_links',
      'update share_links set expires_at = now()',
      'select token_hash from share_links',
      'select * from share_sessions',
    ])
      await expect(service.deps.pool.query(statement)).rejects.toThrow('permission denied')
    expect((await service.deps.pool.query('select id from share_links')).rows).toEqual([])
    expect((await service.deps.pool.query('select id from share_uses')).rows).toEqual([])
    const visible = (viewer: Viewer) =>
      asOrganisation(service.deps.pool, viewer, async (tx) => {
        const { rows } = await tx.query<{ n: number }>(
          `select ((select count(*) from share_links where id = $1) + (select count(*) from share_uses where link_id = $1))::integer as n`,
          [id],
        )
        return rows[0]?.n
      })
    expect(await visible({ orgId: service.one.id })).toBe(2)
    expect(await visible({ orgId: service.other.id })).toBe(0)
    expect(await visible({ orgId: service.one.id, shipmentId: shipment })).toBe(0)
    const handedOn = asOrganisation(service.deps.pool, { orgId: service.one.id, shipmentId: shipment }, (tx) =>
      tx.query(
        `insert into share_links (org_id, shipment_id, token_hash, expires_at) values ($1, $2, sha256('x'), now() + interval '1 h')`,
        [service.one.id, shipment],
      ),
    )
    await expect(handedOn).rejects.toThrow('row-level security')
  })
})

it('takes 60 tries a minute from one address', async () => {
  const statuses: number[] = []
  for (let i = 0; i < 63; i++) {
    const answer = await service.app.inject({
      method: 'POST',
      url: '/api/v1/session/share',
      payload: { token: 'x'.repeat(43) },
      remoteAddress: '192.0.2.7',
    })
    statuses.push(answer.statusCode)
  }
  expect([...new Set(statuses.slice(0, 60))]).toEqual([404])
  expect(statuses.slice(60)).toEqual([429, 429, 429])
})

it('asks for a __Host- cookie and makes https links over TLS', async () => {
  const secure = await startService({ secureCookies: true })
  try {
    const signedIn = await secure.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { email: secure.one.email.admin, password: PASSWORD },
    })
    const headers = {
      cookie: `__Host-zaitu=${signedIn.cookies[0]?.value}`,
      'x-csrf-token': signedIn.json().csrfToken,
      host: 'zaitu.example',
    }
    const post = (path: string, payload: object) =>
      secure.app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload })
    const made = await post('/share-links', {
      shipmentId: (await post('/shipments', shipmentBody('S-1'))).json().id,
      expiresAt: ahead(1),
    })
    expect(made.json().link).toMatch(/^https:\/\/zaitu\.example\/shared#/)
    const opened = await post('/session/share', { token: tokenOf(made) })
    expect(opened.cookies[0]).toMatchObject({ name: '__Host-zaitu-share', secure: true, path: '/' })
  } finally {
    await secure.close()
  }
})
