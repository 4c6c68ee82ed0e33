import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, PASSWORD, type Service, startService } from './service.ts'

let service: Service
let admin: Client
let ended: string[] = []
beforeAll(async () => {
  service = await startService({ accessEnded: (id) => void ended.push(id) })
  admin = await service.signIn(service.one.email.admin)
})
beforeEach(() => {
  ended = []
})
afterAll(() => service.close())

const signIn = (email: string, password = PASSWORD) =>
  service.app.inject({ method: 'POST', url: '/api/v1/session', payload: { email, password } })
const patch = (id: string, body: unknown) => admin.ask('PATCH', `/people/${id}`, body)

it('lists one’s own people, for administrators', async () => {
  const answer = await admin.ask('GET', '/people')
  expect(answer.json()).toEqual({
    items: [
      {
        id: service.one.person.admin,
        email: 'admin@one.example',
        name: 'The admin of one',
        role: 'admin',
        disabled: false,
        lastSeenAt: expect.any(String),
      },
      expect.objectContaining({ email: 'member@one.example', lastSeenAt: null }),
      expect.objectContaining({ email: 'viewer@one.example' }),
    ],
    next: null,
  })
  expect(answer.body).not.toContain('argon2')
  for (const role of ['viewer', 'member'] as const)
    expect((await (await service.signIn(service.one.email[role])).ask('GET', '/people')).statusCode).toBe(403)
})

it('changes a name and a role, which hold at the next request', async () => {
  const viewer = await service.signIn(service.one.email.viewer)
  expect((await viewer.ask('POST', '/tanks', { name: 'A', capacityLitres: 1 })).statusCode).toBe(403)
  const changed = await patch(service.one.person.viewer, { name: 'Wei', role: 'member' })
  expect(changed.json()).toMatchObject({ name: 'Wei', role: 'member', disabled: false })
  expect((await viewer.ask('POST', '/tanks', { name: 'A', capacityLitres: 1 })).statusCode).toBe(201)
  expect((await viewer.ask('GET', '/session')).json().user).toMatchObject({ name: 'Wei', role: 'member' })
  expect((await patch(service.one.person.viewer, {})).statusCode).toBe(400)
  expect((await patch(service.one.person.viewer, { role: 'owner' })).statusCode).toBe(400)
  await patch(service.one.person.viewer, { role: 'viewer' })
})

describe('a disabled person', () => {
  it('is out at once, and comes in again when enabled', async () => {
    const member = await service.signIn(service.one.email.member)
    const reset = await admin.ask('POST', `/people/${service.one.person.member}/reset`)
    expect(reset.statusCode).toBe(201)
    expect((await patch(service.one.person.member, { disabled: true })).json()).toMatchObject({ disabled: true })
    expect(ended).toEqual([service.one.person.member])
    expect((await member.ask('GET', '/session')).statusCode).toBe(401)
    expect((await signIn(service.one.email.member)).json().detail).toBe(
      (await signIn('nobody@one.example')).json().detail,
    )
    const token = reset.json().link.split('#')[1]
    const used = await service.app.inject({
      method: 'POST',
      url: '/api/v1/session/invitation',
      payload: { token, password: 'another long one' },
    })
    expect(used.statusCode).toBe(404)
    expect((await admin.ask('POST', `/people/${service.one.person.member}/reset`)).statusCode).toBe(409)

    await patch(service.one.person.member, { disabled: false })
    expect((await member.ask('GET', '/session')).statusCode).toBe(401)
    expect((await signIn(service.one.email.member)).statusCode).toBe(200)
  })

  it('does not get a session that was on its way', async () => {
    await patch(service.one.person.member, { disabled: true })
    const { rows } = await service.owner.query(
      `select open_session($1, '\\x01', 'c', interval '1 hour', null, null, null, sha256('b')) as opened`,
      [service.one.person.member],
    )
    expect(rows).toEqual([{ opened: false }])
    await patch(service.one.person.member, { disabled: false })
  })
})

describe('the last administrator', () => {
  it('can neither be demoted nor disabled', async () => {
    for (const body of [{ role: 'member' }, { disabled: true }]) {
      const answer = await patch(service.one.person.admin, body)
      expect(answer.statusCode).toBe(409)
      expect(answer.json().detail).toContain('last administrator')
    }
    expect((await patch(service.one.person.admin, { name: 'Still here' })).statusCode).toBe(200)
    // one who is disabled administers nothing
    await patch(service.one.person.member, { role: 'admin', disabled: true })
    expect((await patch(service.one.person.admin, { role: 'member' })).statusCode).toBe(409)
    await patch(service.one.person.member, { role: 'member', disabled: false })
  })

  it('is left even when two demote one another at once', async () => {
    for (let round = 0; round < 5; round++) {
      await service.owner.query(`update people set role = 'admin' where id = any ($1)`, [
        [service.other.person.admin, service.other.person.member],
      ])
      const one = await service.signIn(service.other.email.admin)
      const two = await service.signIn(service.other.email.member)
      const answers = await Promise.all([
        one.ask('PATCH', `/people/${service.other.person.member}`, { role: 'member' }),
        two.ask('PATCH', `/people/${service.other.person.admin}`, { role: 'member' }),
      ])
      // the second either comes too late to be an administrator, or finds itself the last one
      const statuses = answers.map(({ statusCode }) => statusCode).sort()
      expect(statuses[0]).toBe(200)
      expect([403, 409]).toContain(statuses[1])
      const { rows } = await service.owner.query(
        `select count(*)::int as admins from people where org_id = $1 and role = 'admin'`,
        [service.other.id],
      )
      expect(rows).toEqual([{ admins: 1 }])
    }
    await service.owner.query(`update people set role = 'admin' where id = $1`, [service.other.person.admin])
  })
})

it('answers for people of another organisation as for nobody', async () => {
  const [theirs, nobody] = [service.other.person.member, randomUUID()]
  for (const [method, path, body] of [
    ['PATCH', '', { name: 'Mine now' }],
    ['PATCH', '', { disabled: true }],
    ['POST', '/reset', undefined],
  ] as const) {
    const foreign = await admin.ask(method, `/people/${theirs}${path}`, body)
    const unknown = await admin.ask(method, `/people/${nobody}${path}`, body)
    expect([foreign.statusCode, foreign.json()]).toEqual([404, unknown.json()])
  }
  expect((await patch('not-an-id', { name: 'x' })).statusCode).toBe(404)
  expect((await signIn(service.other.email.member)).statusCode).toBe(200)
})
