import { createHash, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asOrganisation } from '../../../server/store/pool.ts'
import { type Client, type Service, startService } from './service.ts'

const DAY = 86_400_000
const ended: string[] = []
const changed: string[] = []
let service: Service
let member: Client
let supplier: string
let rival: string
let order: { id: string; number: string }

const ahead = (days: number): string => new Date(Date.now() + days * DAY).toISOString()
const organisation = async (name: string): Promise<string> => {
  const { rows } = await service.owner.query<{ id: string }>(
    `insert into organisations (name, kind) values ($1, 'supplier') returning id`,
    [name],
  )
  const id = rows[0]?.id ?? ''
  for (const buyer of [service.one.id, service.other.id])
    await service.owner.query('insert into partners values ($1, $2), ($2, $1)', [buyer, id])
  return id
}
const line = (name: string, more: Record<string, unknown> = {}) => ({
  line: name,
  substance: { cas: '67-56-1' },
  quantity: 20,
  unit: 't',
  needBy: ahead(30),
  price: 98765.4321,
  currency: 'CNY',
  ...more,
})
const enter = async (client: Client, lines: unknown[], supplierId = supplier): Promise<typeof order> => {
  const made = await client.ask('POST', '/orders', { number: `PO-${randomUUID()}`, supplierId, lines })
  expect(made.statusCode, made.body).toBe(201)
  return made.json()
}

beforeAll(async () => {
  service = await startService({
    accessEnded: (id) => void ended.push(id),
    orderChanged: (id) => void changed.push(id),
    requestsPerMinute: 1e6,
  })
  member = await service.signIn(service.one.email.member)
  supplier = await organisation('Linhai Solvents')
  rival = await organisation('Rival Solvents')
  order = await enter(member, [line('10'), line('20', { needBy: ahead(9) }), line('30', { supplierId: rival })])
})
afterAll(() => service.close())
beforeEach(() => {
  ended.splice(0)
  changed.splice(0)
})

const make = (client: Client, more: Record<string, unknown> = {}) =>
  client.ask('POST', '/supplier-links', { supplierId: supplier, expiresAt: ahead(90), note: 'Chen', ...more })
const tokenOf = (made: LightMyRequestResponse): string => String(made.json().link).split('#')[1] ?? ''
const open = (token: string) =>
  service.app.inject({
    method: 'POST',
    url: '/api/v1/session/supplier',
    payload: { token },
    headers: { 'user-agent': 'Phone/1' },
  })
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
/** A link that was made and opened, and how its page asks. */
const holder = async (more: Record<string, unknown> = {}, client = member) => {
  const made = await make(client, more)
  expect(made.statusCode, made.body).toBe(201)
  const opened = await open(tokenOf(made))
  expect(opened.statusCode, opened.body).toBe(200)
  const headers = {
    cookie: `${opened.cookies[0]?.name}=${opened.cookies[0]?.value}`,
    'x-zaitu-supplier': '1',
    'x-csrf-token': String(opened.json().csrfToken),
  }
  const ask = (method: Method, path: string, body?: unknown, other: Record<string, string> = {}) =>
    service.app.inject({
      method,
      url: `/api/v1${path}`,
      headers: { ...headers, ...other },
      ...(body !== undefined && { payload: JSON.parse(JSON.stringify(body)) }),
    })
  return { id: String(made.json().id), opened, ask }
}
const linesOf = (answer: LightMyRequestResponse): string[] => {
  const { items }: { items: { orderId: string; line: string }[] } = answer.json()
  return items.map((item) => `${item.orderId}/${item.line}`).toSorted()
}
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

describe('a supplier’s link', () => {
  it('is shown once, behind the #, and only its hash is kept', async () => {
    const made = await make(member, { email: 'chen@linhai.example' })
    expect(made.statusCode).toBe(201)
    const { link, ...rest } = made.json()
    expect(link).toMatch(/^http:\/\/localhost(:\d+)?\/supplier#[A-Za-z0-9_-]{43}$/)
    expect(rest).toMatchObject({
      supplier: { id: supplier, name: 'Linhai Solvents' },
      orderId: null,
      line: null,
      email: 'chen@linhai.example',
      withdrawnAt: null,
      uses: 0,
    })
    const { rows } = await service.owner.query('select token_hash from supplier_links where id = $1', [rest.id])
    expect(rows[0].token_hash).toEqual(createHash('sha256').update(tokenOf(made)).digest())
    const listed = await member.ask('GET', `/supplier-links?supplierId=${supplier}`)
    expect(listed.body).not.toContain(tokenOf(made))
    expect(listed.json().items[0]).toEqual(rest)
  })

  it('opens a session that sees the supplier’s open lines, the soonest first, and no price', async () => {
    const { opened, ask, id } = await holder()
    expect(opened.cookies[0]).toMatchObject({ name: 'zaitu_supplier', httpOnly: true, sameSite: 'Strict', path: '/' })
    expect(opened.json().user).toMatchObject({
      kind: 'supplier-link',
      name: 'Linhai Solvents',
      organisation: { name: 'one' },
    })
    const seen = await ask('GET', '/supplier/lines')
    expect(seen.statusCode, seen.body).toBe(200)
    expect(seen.json()).toMatchObject({
      buyer: { name: 'one' },
      supplier: { name: 'Linhai Solvents' },
      reliability: { judged: 0, onTime: 0 },
      items: [
        { orderId: order.id, line: '20', number: order.number, reached: null, done: 0, last: null },
        { orderId: order.id, line: '10' },
      ],
    })
    expect(`${opened.body}${seen.body}`).not.toMatch(/98765|CNY|price|The member of one|Rival/)
    const uses = await member.ask('GET', `/supplier-links/${id}/uses`)
    expect(uses.json().items).toMatchObject([{ from: '127.0.0.1', agent: 'Phone/1' }])
  })

  it('takes a milestone, once for each key, and says how the line stands', async () => {
    const { ask } = await holder()
    const { id } = await enter(member, [line('1')])
    changed.splice(0)
    const path = `/supplier/lines/${id}/1/milestones`
    const done = { stage: 'raw-material', classifier: 'actual', at: Date.now() - 1000, key: 'k1', note: '已到货' }
    const first = await ask('POST', path, done)
    expect(first.statusCode, first.body).toBe(201)
    expect(first.json()).toMatchObject({
      milestone: { saidBy: { kind: 'supplier-link', name: 'Linhai Solvents' }, note: '已到货', photo: false },
      line: { reached: 'raw-material', last: { id: first.json().milestone.id } },
    })
    // what it did to the forecast of the line
    const { before, after, movedDays } = first.json().forecast
    expect(Date.parse(after.p50) - Date.parse(before.p50)).toBeLessThan(-DAY)
    expect(movedDays).toBeCloseTo((Date.parse(after.p50) - Date.parse(before.p50)) / DAY, 0)
    expect(changed).toEqual([id])
    expect((await ask('POST', path, done)).statusCode).toBe(200)
    expect(changed).toEqual([id])
    expect((await ask('POST', path, { ...done, stage: 'ready' })).statusCode).toBe(409)
    expect((await ask('POST', path, { ...done, key: 'k2', stage: 'nonsense' })).statusCode).toBe(422)
    // taken back: a correction, by its key
    const undone = await ask('POST', path, {
      stage: 'raw-material',
      classifier: 'estimated',
      at: Date.now() + DAY,
      key: 'k3',
      correctsKey: 'k1',
    })
    expect(undone.statusCode, undone.body).toBe(201)
    expect(undone.json().line.reached).toBeNull()
    const heard = await member.ask('GET', `/orders/${id}/lines/1/milestones`)
    expect(heard.json().items).toHaveLength(2)
    const audit = await (await service.signIn(service.one.email.admin)).ask('GET', '/audit?action=milestone.said')
    expect(audit.json().items[0]).toMatchObject({ actor: { kind: 'supplier-link', name: 'Linhai Solvents' } })
  })

  it('keeps a photo, which the buyer sees on the line, and nobody else', async () => {
    const { ask } = await holder()
    const { id } = await enter(member, [line('1')])
    const said = { stage: 'raw-material', classifier: 'actual', at: Date.now() - 1000 }
    const path = `/supplier/lines/${id}/1/milestones`
    const kept = await ask('POST', path, { ...said, photo: PIXEL })
    expect(kept.statusCode, kept.body).toBe(201)
    const { milestone } = kept.json()
    expect(milestone.photo).toBe(true)
    const heard = await member.ask('GET', `/orders/${id}/lines/1/milestones`)
    expect(heard.json().items[0].photo).toBe(true)
    const photo = `/orders/${id}/lines/1/milestones/${milestone.id}/photo`
    const seen = await member.ask('GET', photo)
    expect([seen.statusCode, seen.headers['content-type']]).toEqual([200, 'image/png'])
    expect(seen.rawPayload.toString('base64')).toBe(PIXEL.split(',')[1])
    expect(seen.headers['content-security-policy']).toContain('sandbox')
    const stranger = await service.signIn(service.other.email.admin)
    expect((await stranger.ask('GET', photo)).statusCode).toBe(404)
    expect((await ask('GET', photo)).statusCode).toBe(403)
    const lie = `data:image/png;base64,${Buffer.from('<svg onload=alert(1)>').toString('base64')}`
    expect((await ask('POST', path, { ...said, photo: lie })).statusCode).toBe(422)
    const large = `data:image/png;base64,${'A'.repeat(600_000)}`
    expect((await ask('POST', path, { ...said, photo: large })).statusCode).toBe(400)
  })

  it('answers wrong, over and withdrawn alike, and ends every session with itself', async () => {
    const [over, withdrawn] = [await make(member), await make(member)]
    const live = await holder()
    await service.owner.query(
      `update supplier_links set created_at = now() - interval '2 h', expires_at = now() - interval '1 s' where id = $1`,
      [over.json().id],
    )
    expect((await member.ask('DELETE', `/supplier-links/${withdrawn.json().id}`)).statusCode).toBe(204)
    const answers = [await open(tokenOf(over)), await open(tokenOf(withdrawn)), await open('a'.repeat(43))]
    for (const answer of answers) {
      expect([answer.statusCode, answer.body, answer.cookies]).toEqual([404, answers[0]?.body, []])
    }
    ended.splice(0)
    await member.ask('DELETE', `/supplier-links/${live.id}`)
    expect(ended).toEqual([live.id])
    expect((await live.ask('GET', '/supplier/lines')).statusCode).toBe(401)
    const late = await live.ask('POST', `/supplier/lines/${order.id}/10/milestones`, {
      stage: 'ready',
      classifier: 'estimated',
      at: Date.now() + DAY,
    })
    expect(late.statusCode).toBe(401)
  })

  it('lasts at most 180 days, is not made for a stranger, nor for a line of another supplier', async () => {
    for (const [more, status] of [
      [{ expiresAt: ahead(179) }, 201],
      [{ expiresAt: ahead(181) }, 400],
      [{ expiresAt: ahead(-1) }, 400],
      [{ supplierId: randomUUID() }, 404],
      [{ supplierId: service.one.id }, 404],
      [{ orderId: order.id }, 400],
      [{ orderId: order.id, line: '10' }, 201],
      [{ orderId: order.id, line: '30' }, 404],
      [{ orderId: randomUUID(), line: '10' }, 404],
    ] as const)
      expect([more, (await make(member, more)).statusCode]).toEqual([more, status])
    const viewer = await service.signIn(service.one.email.viewer)
    expect((await make(viewer)).statusCode).toBe(403)
  })

  it('needs its CSRF token, and says nothing beside its own page', async () => {
    const { ask } = await holder()
    const said = { stage: 'ready', classifier: 'estimated', at: Date.now() + DAY }
    const path = `/supplier/lines/${order.id}/10/milestones`
    expect((await ask('POST', path, said, { 'x-csrf-token': 'x' })).statusCode).toBe(403)
    for (const other of ['/orders', `/orders/${order.id}`, '/shipments', '/organisations', '/supplier-links', '/audit'])
      expect([other, (await ask('GET', other)).statusCode]).toEqual([other, 403])
    expect((await member.ask('GET', '/supplier/lines')).statusCode).toBe(403)
  })
})

describe('what it shows', () => {
  it('is gone when a line is cancelled or has arrived, and comes back with it', async () => {
    const { ask } = await holder()
    const mine = await enter(member, [line('1'), line('2')])
    const shown = async () => linesOf(await ask('GET', '/supplier/lines')).filter((one) => one.startsWith(mine.id))
    expect(await shown()).toEqual([`${mine.id}/1`, `${mine.id}/2`])
    const cancelled = await member.ask('PATCH', `/orders/${mine.id}/lines/1`, { cancelled: true })
    expect(cancelled.statusCode, cancelled.body).toBe(200)
    expect(await shown()).toEqual([`${mine.id}/2`])
    const received = await member.ask('POST', `/orders/${mine.id}/lines/2/receipts`, {
      at: Date.now() - 1000,
      quantity: 20,
    })
    expect(received.statusCode, received.body).toBe(201)
    expect(await shown()).toEqual([])
    const said = { stage: 'ready', classifier: 'estimated', at: Date.now() + DAY }
    expect((await ask('POST', `/supplier/lines/${mine.id}/2/milestones`, said)).statusCode).toBe(404)
    await member.ask('PATCH', `/orders/${mine.id}/lines/1`, { cancelled: false })
    expect(await shown()).toEqual([`${mine.id}/1`])
  })

  it('is the figure of both sides how far it keeps its word', async () => {
    const third = await organisation('Third')
    const { ask } = await holder({ supplierId: third })
    const { id } = await enter(
      member,
      [line('1', { stages: ['raw-material', 'synthesis', 'ready'].map((stage) => ({ stage })) })],
      third,
    )
    const say = (stage: string, classifier: string, at: number) =>
      ask('POST', `/supplier/lines/${id}/1/milestones`, { stage, classifier, at })
    for (const [stage, promised] of [
      ['raw-material', 2],
      ['synthesis', -3],
    ] as const)
      await say(stage, 'estimated', Date.now() + promised * DAY)
    // what was promised has to have been said before
    await service.owner.query(`update milestones set recorded_at = now() - interval '5 days' where order_id = $1`, [id])
    await say('raw-material', 'actual', Date.now() - 1000)
    expect((await say('synthesis', 'actual', Date.now() - 1000)).json().reliability).toEqual({ judged: 2, onTime: 1 })
    expect((await member.ask('GET', `/suppliers/${third}/reliability`)).json()).toEqual({ judged: 2, onTime: 1 })
    // and so is the rest of its record
    const scorecard = (await member.ask('GET', `/suppliers/${third}/scorecard`)).json()
    expect(scorecard).toMatchObject({ lines: 1, estimates: { share: 0.5, of: 2 } })
    expect((await ask('GET', '/supplier/lines')).json().scorecard).toEqual(scorecard)
    const stranger = await service.signIn(service.other.email.member)
    expect((await stranger.ask('GET', `/suppliers/${third}/reliability`)).json()).toEqual({ judged: 0, onTime: 0 })
    // done, and never promised: nothing to judge
    expect((await say('ready', 'actual', Date.now() - 1000)).json().reliability).toEqual({ judged: 2, onTime: 1 })
  })

  it('is nothing but that supplier’s open lines with that buyer, in random worlds, over HTTP and in the database', async () => {
    const other = await service.signIn(service.other.email.member)
    const buyers = [member, other]
    const suppliers = [await organisation('A'), await organisation('B'), await organisation('C')]
    const world = fc.record({
      orders: fc.array(
        fc.record({
          buyer: fc.nat(1),
          lines: fc.array(fc.record({ supplier: fc.nat(2), cancelled: fc.boolean() }), { minLength: 1, maxLength: 4 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      link: fc.record({ buyer: fc.nat(1), supplier: fc.nat(2), single: fc.boolean() }),
    })
    const all: { key: string; orderId: string; line: string; buyer: number; supplier: number; open: boolean }[] = []
    await fc.assert(
      fc.asyncProperty(world, async ({ orders, link }) => {
        for (const one of orders) {
          const buyer = buyers[one.buyer]
          if (buyer === undefined) continue
          const lines = one.lines.map((l, index) => line(String(index), { supplierId: suppliers[l.supplier] }))
          const { id } = await enter(buyer, lines)
          for (const [index, l] of one.lines.entries()) {
            const at = { orderId: id, line: String(index), key: `${id}/${index}` }
            if (l.cancelled) await buyer.ask('PATCH', `/orders/${id}/lines/${index}`, { cancelled: true })
            all.push({ ...at, buyer: one.buyer, supplier: l.supplier, open: !l.cancelled })
          }
        }
        const supplierId = suppliers[link.supplier]
        const mine = all.filter((l) => l.buyer === link.buyer && l.supplier === link.supplier)
        const [first] = mine
        const single = link.single && first !== undefined ? first : null
        const more = single === null ? {} : { orderId: single.orderId, line: single.line }
        const { ask } = await holder({ supplierId, ...more }, buyers[link.buyer])
        const expected = (single === null ? mine : [single]).filter((l) => l.open).map(({ key }) => key)
        expect(linesOf(await ask('GET', '/supplier/lines'))).toEqual(expected.toSorted())
        for (const l of all.slice(-6)) {
          const said = { stage: 'ready', classifier: 'estimated', at: Date.now() + DAY }
          const answer = await ask('POST', `/supplier/lines/${l.orderId}/${l.line}/milestones`, said)
          expect(answer.statusCode).toBe(expected.includes(l.key) ? 201 : 404)
        }
        const orgId = link.buyer === 0 ? service.one.id : service.other.id
        const linked = { id: supplierId ?? '', orderId: single?.orderId ?? null, line: single?.line ?? null }
        await asOrganisation(service.deps.pool, { orgId, supplier: linked }, async (tx) => {
          for (const table of [
            'orders',
            'order_lines',
            'shipments',
            'receipts',
            'partners',
            'people',
            'supplier_links',
          ])
            expect([table, (await tx.query(`select count(*)::integer as n from ${table}`)).rows[0].n]).toEqual([
              table,
              0,
            ])
          const { rows } = await tx.query<{ key: string }>(
            `select distinct order_id || '/' || line as key from milestones`,
          )
          for (const { key } of rows) expect(expected).toContain(key)
        })
      }),
      { numRuns: 15 },
    )
  })
})
