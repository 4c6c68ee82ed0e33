import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sessionFromHeaders } from '../../../server/routes/authentication.ts'
import { hashToken } from '../../../server/store/people.ts'
import { findToken } from '../../../server/store/tokens.ts'
import { type Client, type Service, startService } from './service.ts'

let service: Service
let admin: Client
const ended: string[] = []
const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()

beforeAll(async () => {
  service = await startService({ accessEnded: (id) => void ended.push(id) })
  admin = await service.signIn(service.one.email.admin)
})
afterAll(() => service.close())

const make = async (scope: string, more: Record<string, unknown> = {}) => {
  const answer = await admin.ask('POST', '/tokens', { name: `for ${scope}`, scope, expiresAt: inDays(30), ...more })
  expect(answer.statusCode).toBe(201)
  return answer.json() as { id: string; token: string }
}
const by = (token: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: Record<string, unknown>) =>
  service.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${token}` },
    ...(payload !== undefined && { payload }),
  })

it('shows a token once, and keeps a hash of it only', async () => {
  const made = await make('read', { name: 'shown once' })
  expect(made).toEqual({
    id: expect.any(String),
    name: 'shown once',
    scope: 'read',
    token: expect.stringMatching(/^zt_[\w-]{43}$/),
    createdBy: 'The admin of one',
    createdAt: expect.any(String),
    expiresAt: expect.any(String),
    lastUsedAt: null,
    revokedAt: null,
  })
  const listed = await admin.ask('GET', '/tokens')
  expect(listed.json().items).toEqual([expect.objectContaining({ id: made.id, name: 'shown once' })])
  expect(listed.body).not.toContain(made.token)
  const { rows } = await service.owner.query('select * from api_tokens where id = $1', [made.id])
  expect(rows[0].token_hash).toEqual(hashToken(made.token))
  expect(JSON.stringify(rows)).not.toContain(made.token.slice(3))
})

it('lets a reader look, a writer change things without a CSRF token, and neither administer', async () => {
  const [reader, writer] = [await make('read'), await make('write')]
  expect((await by(reader.token, 'GET', '/tanks')).statusCode).toBe(200)
  expect((await by(reader.token, 'POST', '/tanks', { name: 'R', capacityLitres: 1 })).statusCode).toBe(403)
  expect((await by(writer.token, 'POST', '/tanks', { name: 'W', capacityLitres: 1 })).statusCode).toBe(201)
  for (const { token } of [reader, writer])
    for (const path of ['/tokens', '/people', '/invitations'])
      expect([path, (await by(token, 'GET', path)).statusCode]).toEqual([path, 403])
  expect((await by(writer.token, 'GET', '/session')).json().user).toMatchObject({
    kind: 'token',
    email: null,
    role: 'member',
    organisation: { id: service.one.id },
  })
})

it('lets a token for telemetry send readings of its organisation, and nothing else', async () => {
  const { token } = await make('telemetry')
  await admin.ask('POST', '/devices', { id: 'tokens-1', intervalSeconds: 5 })
  const readings = [{ time: 0, temperature: 1 }]
  expect((await by(token, 'POST', '/telemetry', { deviceId: 'tokens-1', readings })).statusCode).toBe(200)
  expect((await by(token, 'POST', '/telemetry', { deviceId: 'nobodys', readings })).statusCode).toBe(404)
  for (const path of ['/tanks', '/devices', '/shipments', '/session', '/session/list'])
    expect([path, (await by(token, 'GET', path)).statusCode]).toEqual([path, 403])
  const milestones = await make('milestones')
  expect((await by(milestones.token, 'POST', '/telemetry', { deviceId: 'tokens-1', readings })).statusCode).toBe(403)
})

it('is a bearer token only: no cookie, and no query', async () => {
  const { token } = await make('read')
  const { pool } = service.deps
  const read = (headers: Record<string, string>) => sessionFromHeaders(pool, headers, { secure: false })
  expect(await read({ authorization: `Bearer ${token}` })).toMatchObject({ kind: 'token', csrfToken: '' })
  expect(await read({ cookie: `zaitu_session=${token}` })).toBeNull()
  for (const url of [`/api/v1/tanks?token=${token}`, `/api/v1/tanks?access_token=${token}`])
    expect((await service.app.inject(url)).statusCode).toBe(401)
  expect(await findToken(pool, `zt_${'x'.repeat(43)}`)).toBeNull()
  // a session's token is no API token, nor the other way round
  expect(await findToken(pool, admin.cookie.split('=')[1] ?? '')).toBeNull()
})

it('ends when it is revoked, and by itself', async () => {
  const { id, token } = await make('read')
  expect((await by(token, 'GET', '/tanks')).statusCode).toBe(200)
  expect((await admin.ask('DELETE', `/tokens/${id}`)).statusCode).toBe(204)
  expect((await by(token, 'GET', '/tanks')).statusCode).toBe(401)
  expect(ended).toContain(id)
  const revokedAt = (await admin.ask('GET', '/tokens'))
    .json()
    .items.find((one: { id: string }) => one.id === id).revokedAt
  expect(revokedAt).not.toBeNull()
  expect((await admin.ask('DELETE', `/tokens/${id}`)).statusCode).toBe(204)
  const again = (await admin.ask('GET', '/tokens')).json().items.find((one: { id: string }) => one.id === id)
  expect(again.revokedAt).toBe(revokedAt)

  const old = await make('read')
  await service.owner.query(
    `update api_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 second' where id = $1`,
    [old.id],
  )
  expect((await by(old.token, 'GET', '/tanks')).statusCode).toBe(401)
})

it('remembers when it was last used, to the minute', async () => {
  const { id, token } = await make('read')
  const last = async (): Promise<Date | null> =>
    (await service.owner.query('select last_used_at from api_tokens where id = $1', [id])).rows[0].last_used_at
  await by(token, 'GET', '/tanks')
  const first = await last()
  expect(first).not.toBeNull()
  await by(token, 'GET', '/tanks')
  expect(await last()).toEqual(first)
  await service.owner.query(`update api_tokens set last_used_at = now() - interval '61 seconds' where id = $1`, [id])
  await by(token, 'GET', '/tanks')
  expect((await last())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0)
})

it.each([
  ['has passed already', { expiresAt: inDays(-1) }],
  ['at most 400 days', { expiresAt: inDays(402) }],
  ['scope', { scope: 'everything' }],
  ['name', { name: ' ' }],
])('refuses what %s', async (sentence, more) => {
  const answer = await admin.ask('POST', '/tokens', { name: 'x', scope: 'read', expiresAt: inDays(1), ...more })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().detail).toContain(sentence)
})

it('may end on the 400th day', async () => {
  await make('read', { name: 'long', expiresAt: inDays(400) })
})

it('is for administrators of its own organisation', async () => {
  const { id } = await make('read', { name: 'not theirs' })
  const stranger = await service.signIn(service.other.email.admin)
  const theirs = await stranger.ask('DELETE', `/tokens/${id}`)
  const nobodys = await stranger.ask('DELETE', `/tokens/${randomUUID()}`)
  expect([theirs.statusCode, theirs.json()]).toEqual([404, nobodys.json()])
  expect((await stranger.ask('GET', '/tokens')).json().items).toEqual([])
  for (const role of ['viewer', 'member'] as const) {
    const other = await service.signIn(service.one.email[role])
    expect((await other.ask('GET', '/tokens')).statusCode).toBe(403)
    expect((await other.ask('DELETE', `/tokens/${id}`)).statusCode).toBe(403)
    const body = { name: 'x', scope: 'read', expiresAt: inDays(1) }
    expect((await other.ask('POST', '/tokens', body)).statusCode).toBe(403)
  }
})

it('is listed page by page', async () => {
  const all = (await admin.ask('GET', '/tokens')).json().items.map((one: { id: string }) => one.id)
  const seen: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const page: { items: { id: string }[]; next: string | null } = (
      await admin.ask('GET', `/tokens?limit=2${next === '' ? '' : `&cursor=${next}`}`)
    ).json()
    seen.push(...page.items.map((one) => one.id))
    next = page.next
  }
  expect(seen).toEqual(all)
})
