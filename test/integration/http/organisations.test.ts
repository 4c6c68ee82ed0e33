import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let admin: Client
let stranger: Client
beforeAll(async () => {
  service = await startService()
  admin = await service.signIn(service.one.email.admin)
  stranger = await service.signIn(service.other.email.admin)
})
afterAll(() => service.close())

const names = async (client: Client): Promise<string[]> =>
  (await client.ask('GET', '/organisations')).json().items.map((one: { name: string }) => one.name)

it('shows oneself, and those whom one works with', async () => {
  expect((await admin.ask('GET', '/organisations')).json()).toEqual({
    items: [{ id: service.one.id, name: 'one', kind: 'buyer', self: true, hasPeople: true }],
    next: null,
  })
  const made = await admin.ask('POST', '/organisations', { name: 'Linhai Solvents', kind: 'supplier' })
  expect(made.statusCode).toBe(201)
  expect(made.json()).toEqual({
    id: expect.any(String),
    name: 'Linhai Solvents',
    kind: 'supplier',
    self: false,
    hasPeople: false,
  })
  expect(await names(admin)).toEqual(['Linhai Solvents', 'one'])
  expect(await names(stranger)).toEqual(['other'])
})

it('can be named on a shipment by who added it only', async () => {
  const { id } = (await admin.ask('POST', '/organisations', { name: 'Jiang Tanks', kind: 'carrier' })).json()
  const body = (carrierId: string) => shipmentBody(randomUUID(), { carrierId })
  expect((await admin.ask('POST', '/shipments', body(id))).statusCode).toBe(201)
  const theirs = await stranger.ask('POST', '/shipments', body(id))
  expect(theirs.statusCode).toBe(422)
  expect(theirs.json().detail).toBe((await stranger.ask('POST', '/shipments', body(randomUUID()))).json().detail)
})

it('may be called the same as somebody else’s, not as one’s own', async () => {
  const body = { name: 'Same', kind: 'supplier' }
  expect((await admin.ask('POST', '/organisations', body)).statusCode).toBe(201)
  expect((await admin.ask('POST', '/organisations', { ...body, name: 'same' })).statusCode).toBe(409)
  expect((await stranger.ask('POST', '/organisations', body)).statusCode).toBe(201)
})

it('is added by who may: buyers add suppliers and carriers, operators any kind, others none', async () => {
  const may = { buyer: ['supplier', 'carrier'], operator: ['buyer', 'supplier', 'carrier', 'operator'] }
  for (const own of ['buyer', 'supplier', 'carrier', 'operator'] as const) {
    await service.owner.query('update organisations set kind = $2 where id = $1', [service.one.id, own])
    for (const kind of ['buyer', 'supplier', 'carrier', 'operator']) {
      const { statusCode } = await admin.ask('POST', '/organisations', { name: `${own} made ${kind}`, kind })
      const allowed: readonly string[] = own === 'buyer' || own === 'operator' ? may[own] : []
      expect([own, kind, statusCode]).toEqual([own, kind, allowed.includes(kind) ? 201 : 403])
    }
  }
  // an operator knows everybody
  expect(await names(admin)).toEqual(expect.arrayContaining(['other', 'Same']))
  await service.owner.query(`update organisations set kind = 'buyer' where id = $1`, [service.one.id])
})

it('is added by administrators only, and seen by everybody of one’s own', async () => {
  for (const role of ['viewer', 'member'] as const) {
    const other = await service.signIn(service.one.email[role])
    expect((await other.ask('POST', '/organisations', { name: 'x', kind: 'carrier' })).statusCode).toBe(403)
    expect(await names(other)).toEqual(await names(admin))
  }
})

it.each([[{ name: 'x', kind: 'broker' }], [{ name: '', kind: 'carrier' }], [{ kind: 'carrier' }]])(
  'refuses %j',
  async (body) => {
    expect((await admin.ask('POST', '/organisations', body)).statusCode).toBe(400)
  },
)
