import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashToken } from '../../../server/store/people.ts'
import { type Client, type Service, startService } from './service.ts'

let service: Service
let admin: Client
const ended: string[] = []
beforeAll(async () => {
  service = await startService({ accessEnded: (id) => void ended.push(id) })
  admin = await service.signIn(service.one.email.admin)
})
afterAll(() => service.close())

const NEW = 'a long and fresh one'
const tokenOf = (link: string): string => link.split('#')[1] ?? ''
const invite = async (email: string, more: Record<string, unknown> = {}, by = admin) =>
  by.ask('POST', '/people', { email, name: 'Zhao', role: 'member', ...more })
const use = (payload: Record<string, unknown>) =>
  service.app.inject({ method: 'POST', url: '/api/v1/session/invitation', payload })
const look = (token: string) =>
  service.app.inject({ method: 'POST', url: '/api/v1/session/invitation/look', payload: { token } })

describe('an invitation', () => {
  it('is a link whose token is shown once and kept as a hash', async () => {
    const answer = await invite('Zhao@One.example')
    expect(answer.statusCode).toBe(201)
    const { id, link, expiresAt } = answer.json()
    expect(link).toMatch(/^http:\/\/localhost(:\d+)?\/welcome#[\w-]{43}$/)
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 6.99 * 86_400_000)
    const listed = await admin.ask('GET', '/invitations')
    expect(listed.json().items).toEqual([
      {
        id,
        email: 'zhao@one.example',
        name: 'Zhao',
        role: 'member',
        organisation: { id: service.one.id, name: 'one', kind: 'buyer' },
        expiresAt,
        purpose: 'invitation',
      },
    ])
    expect(listed.body).not.toContain(tokenOf(link))
    const { rows } = await service.owner.query('select token_hash from invitations where id = $1', [id])
    expect(rows[0].token_hash).toEqual(hashToken(tokenOf(link)))
  })

  it('lets its holder see what it is for, and come in with a password of their own, once', async () => {
    const token = tokenOf((await invite('qian@one.example')).json().link)
    expect((await look(token)).json()).toEqual({
      email: 'qian@one.example',
      name: 'Zhao',
      organisation: 'one',
      purpose: 'invitation',
    })
    const answer = await use({ token, name: 'Qian', password: NEW })
    expect(answer.statusCode).toBe(200)
    expect(answer.json().user).toMatchObject({ email: 'qian@one.example', name: 'Qian', role: 'member' })
    const [session] = answer.cookies
    const who = await service.app.inject({
      url: '/api/v1/session',
      headers: { cookie: `${session?.name}=${session?.value}` },
    })
    expect(who.json().user.organisation.id).toBe(service.one.id)
    for (const again of [await use({ token, password: NEW }), await look(token)]) {
      expect(again.statusCode).toBe(404)
      expect(again.json().detail).toContain('Ask for a new one')
    }
    expect((await invite('qian@one.example')).statusCode).toBe(409)
  })

  it('makes one person, however many use it at once', async () => {
    const token = tokenOf((await invite('sun@one.example')).json().link)
    const statuses = await Promise.all([1, 2, 3, 4].map(async () => (await use({ token, password: NEW })).statusCode))
    expect(statuses.toSorted()).toEqual([200, 404, 404, 404])
  })

  it('ends when it is withdrawn, replaced, or seven days old', async () => {
    const withdrawn = (await invite('li@one.example')).json()
    expect((await admin.ask('DELETE', `/invitations/${withdrawn.id}`)).statusCode).toBe(204)
    const replaced = (await invite('li@one.example')).json()
    const old = (await invite('li@one.example')).json()
    await service.owner.query(
      `update invitations set created_at = created_at - interval '7 days', expires_at = expires_at - interval '7 days' where id = $1`,
      [old.id],
    )
    for (const { id, link } of [withdrawn, replaced, old]) {
      expect((await look(tokenOf(link))).statusCode).toBe(404)
      expect((await use({ token: tokenOf(link), password: NEW })).statusCode).toBe(404)
      expect((await admin.ask('GET', '/invitations')).body).not.toContain(id)
    }
  })

  it.each([
    ['at least 10 characters', 'ninechars'],
    ['first that are guessed', 'Password123!'],
    ['first that are guessed', 'zhou2026zhou'],
    ['not the e-mail address', 'zhou@one.example'],
  ])('takes no password that is weak: %s', async (sentence, password) => {
    const token = tokenOf((await invite('zhou@one.example')).json().link)
    const answer = await use({ token, password })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().detail).toContain(sentence)
    expect((await look(token)).statusCode).toBe(200)
  })

  it('does not take an account over that is there already', async () => {
    const made = await invite(service.other.email.admin)
    expect(made.statusCode).toBe(201)
    const answer = await use({ token: tokenOf(made.json().link), password: NEW })
    expect(answer.statusCode).toBe(409)
    const stranger = await service.signIn(service.other.email.admin)
    expect((await stranger.ask('GET', '/session')).json().user.organisation.id).toBe(service.other.id)
  })

  it('links to where the settings say', async () => {
    const set = await startService({ publicUrl: 'https://zaitu.example/' })
    try {
      const client = await set.signIn(set.one.email.admin)
      const body = { email: 'a@one.example', name: 'A', role: 'viewer' }
      expect((await client.ask('POST', '/people', body)).json().link).toMatch(/^https:\/\/zaitu\.example\/welcome#/)
    } finally {
      await set.close()
    }
  })

  it('is for administrators of its own organisation', async () => {
    const { id } = (await invite('wu@one.example')).json()
    const stranger = await service.signIn(service.other.email.admin)
    expect((await stranger.ask('GET', '/invitations')).json().items).toEqual([])
    const [theirs, nobodys] = [
      await stranger.ask('DELETE', `/invitations/${id}`),
      await stranger.ask('DELETE', `/invitations/${randomUUID()}`),
    ]
    expect([theirs.statusCode, theirs.json()]).toEqual([404, nobodys.json()])
    for (const role of ['viewer', 'member'] as const) {
      const other = await service.signIn(service.one.email[role])
      expect((await invite('x@one.example', {}, other)).statusCode).toBe(403)
      expect((await other.ask('GET', '/invitations')).statusCode).toBe(403)
      expect((await other.ask('DELETE', `/invitations/${id}`)).statusCode).toBe(403)
    }
  })
})

describe('the first person of a partner', () => {
  const partner = async (name: string, by = admin): Promise<string> =>
    (await by.ask('POST', '/organisations', { name, kind: 'supplier' })).json().id

  it('is invited by who added it, as its administrator, while it has nobody', async () => {
    const organisationId = await partner('First Supplier')
    expect((await invite('boss@first.example', { organisationId })).statusCode).toBe(400)
    const two = await Promise.all(
      ['boss@first.example', 'other@first.example'].map((email) => invite(email, { role: 'admin', organisationId })),
    )
    const [token = '', late = ''] = two.map((answer) => tokenOf(answer.json().link))
    const [listed] = (await admin.ask('GET', '/invitations'))
      .json()
      .items.filter((one: { email: string }) => one.email === 'boss@first.example')
    expect(listed.organisation).toEqual({ id: organisationId, name: 'First Supplier', kind: 'supplier' })
    const came = await use({ token, password: NEW })
    expect(came.json().user).toMatchObject({ role: 'admin', organisation: { id: organisationId, kind: 'supplier' } })
    // from now on its own people decide
    expect((await use({ token: late, password: NEW })).statusCode).toBe(404)
    expect((await invite('third@first.example', { role: 'admin', organisationId })).statusCode).toBe(409)
    expect((await admin.ask('GET', '/people')).body).not.toContain('boss@first.example')
    const known = (await admin.ask('GET', '/organisations')).json().items
    expect(known).toContainEqual(expect.objectContaining({ id: organisationId, hasPeople: true }))
  })

  it('is one, even when two links are used at once', async () => {
    const organisationId = await partner('Second Supplier')
    const links: string[] = []
    for (const email of ['a@second.example', 'b@second.example'])
      links.push((await invite(email, { role: 'admin', organisationId })).json().link)
    const statuses = await Promise.all(
      links.map(async (link) => (await use({ token: tokenOf(link), password: NEW })).statusCode),
    )
    expect(statuses.toSorted()).toEqual([200, 404])
  })

  it('is not invited by who merely knows it, or does not', async () => {
    const organisationId = await partner('Third Supplier')
    const stranger = await service.signIn(service.other.email.admin)
    const ask = () => invite('spy@third.example', { role: 'admin', organisationId }, stranger)
    expect((await ask()).statusCode).toBe(404)
    await service.owner.query('insert into partners (org_id, partner_id) values ($1, $2)', [
      service.other.id,
      organisationId,
    ])
    expect((await ask()).statusCode).toBe(409)
    await service.owner.query(`update organisations set kind = 'operator' where id = $1`, [service.other.id])
    expect((await ask()).statusCode).toBe(201)
    await service.owner.query(`update organisations set kind = 'buyer' where id = $1`, [service.other.id])
  })
})

describe('a reset link', () => {
  it('sets a new password, ends what was signed in, and holds once', async () => {
    const before = await service.signIn(service.one.email.member)
    const path = `/people/${service.one.person.member}/reset`
    const first = (await admin.ask('POST', path)).json()
    const { link } = (await admin.ask('POST', path)).json()
    expect((await look(tokenOf(first.link))).statusCode).toBe(404)
    expect((await look(tokenOf(link))).json()).toMatchObject({ email: service.one.email.member, purpose: 'reset' })
    expect((await admin.ask('GET', '/invitations')).json().items).toContainEqual(
      expect.objectContaining({ email: service.one.email.member, purpose: 'reset' }),
    )
    const answer = await use({ token: tokenOf(link), password: NEW, name: 'Somebody else' })
    expect(answer.json().user).toMatchObject({ id: service.one.person.member, name: 'The member of one' })
    expect(ended).toContain(service.one.person.member)
    expect((await before.ask('GET', '/session')).statusCode).toBe(401)
    const signIn = (password: string) =>
      service.app.inject({
        method: 'POST',
        url: '/api/v1/session',
        payload: { email: service.one.email.member, password },
      })
    expect((await signIn('correct horse')).statusCode).toBe(401)
    expect((await signIn(NEW)).statusCode).toBe(200)
    expect((await use({ token: tokenOf(link), password: NEW })).statusCode).toBe(404)
  })
})
