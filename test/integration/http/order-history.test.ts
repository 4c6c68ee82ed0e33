import { randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, PASSWORD, type Service, shipmentBody, startService } from './service.ts'

type Party = { id: string; client: Client }
let service: Service
let buyer: Client
let supplier: Party
let rival: Party
let stranger: Client
const told: string[] = []

const party = async (name: string, kind: string): Promise<Party> => {
  const id = (await buyer.ask('POST', '/organisations', { name, kind })).json().id
  const email = `${name.toLowerCase()}@example.org`
  await service.owner.query(
    `insert into people (org_id, email, name, role, password_hash) values ($1, $2, $3, 'member', $4)`,
    [id, email, `Someone of ${name}`, await hash(PASSWORD, { memoryCost: 8, timeCost: 1, parallelism: 1 })],
  )
  return { id, client: await service.signIn(email) }
}

beforeAll(async () => {
  service = await startService({ orderChanged: (id) => void told.push(id) })
  buyer = await service.signIn(service.one.email.admin)
  stranger = await service.signIn(service.other.email.admin)
  supplier = await party('First', 'supplier')
  rival = await party('Second', 'supplier')
})
afterAll(() => service.close())

const needBy = '2027-03-01T00:00:00.000Z'
const place = async (lines: object[] = [{}]): Promise<string> => {
  const answer = await buyer.ask('POST', '/orders', {
    number: `PO-${randomUUID()}`,
    supplierId: supplier.id,
    lines: lines.map((more, i) => ({
      line: String(i + 1),
      substance: { cas: '67-56-1' },
      quantity: 20,
      unit: 't',
      needBy,
      ...more,
    })),
  })
  expect([answer.statusCode, answer.body.slice(0, 200)]).toEqual([201, expect.anything()])
  return answer.json().id
}
const history = async (client: Client, id: string) => (await client.ask('GET', `/orders/${id}/history`)).json().items
const ship = async (lines: object[] = [], more: object = {}) =>
  buyer.ask('POST', '/shipments', { ...shipmentBody(`S-${randomUUID()}`), ...more, lines })

describe('a line that is changed', () => {
  it('is as it was last said, and keeps who changed what, when and why', async () => {
    const id = await place()
    const path = `/orders/${id}/lines/1`
    told.length = 0
    const changed = await buyer.ask('PATCH', path, {
      quantity: 18,
      needBy: '2027-02-01T00:00:00Z',
      reason: 'less needed',
    })
    expect([changed.statusCode, changed.json().lines[0]]).toEqual([
      200,
      expect.objectContaining({ quantity: 18, needBy: '2027-02-01T00:00:00.000Z' }),
    ])
    expect(told).toEqual([id])
    await buyer.ask('PATCH', path, {
      stages: [
        { stage: 'synthesis', usualDays: 4 },
        { stage: 'ready', weight: 2 },
      ],
    })
    // the same again changes nothing
    await buyer.ask('PATCH', path, { quantity: 18 })
    expect(await history(buyer, id)).toEqual([
      expect.objectContaining({ what: 'entered', line: null }),
      expect.objectContaining({
        line: '1',
        what: 'changed',
        changes: { quantity: { before: 20, after: 18 }, needBy: { before: needBy, after: '2027-02-01T00:00:00.000Z' } },
        reason: 'less needed',
        by: { kind: 'person', name: 'The admin of one' },
      }),
      expect.objectContaining({ changes: { stages: expect.anything() } }),
    ])
    expect((await buyer.ask('GET', `/orders/${id}`)).json().lines[0].stages).toMatchObject([
      { stage: 'synthesis', weight: 1, usualDays: 4 },
      { stage: 'ready', weight: 2, usualDays: null },
    ])
  })

  it('is cancelled and taken back; meanwhile nothing is said of it', async () => {
    const id = await place()
    const path = `/orders/${id}/lines/1`
    expect((await buyer.ask('PATCH', path, { cancelled: true })).json().lines[0].cancelledAt).not.toBeNull()
    const said = { stage: 'ready', classifier: 'actual', at: Date.now() - 1_000 }
    const refused = await supplier.client.ask('POST', `${path}/milestones`, said)
    expect([refused.statusCode, refused.json().detail]).toEqual([422, expect.stringMatching(/was cancelled/)])
    expect((await buyer.ask('PATCH', path, { quantity: 3 })).json().detail).toMatch(/cancelled: false/)
    expect((await ship([{ orderId: id, line: '1', quantity: 1 }])).json().detail).toMatch(/was cancelled/)
    expect((await buyer.ask('PATCH', path, { cancelled: false })).json().lines[0].cancelledAt).toBeNull()
    expect((await supplier.client.ask('POST', `${path}/milestones`, said)).statusCode).toBe(201)
  })

  it('keeps the stages that are done', async () => {
    const id = await place()
    const path = `/orders/${id}/lines/1`
    await supplier.client.ask('POST', `${path}/milestones`, {
      stage: 'synthesis',
      classifier: 'actual',
      at: Date.now() - 1_000,
    })
    const answer = await buyer.ask('PATCH', path, { stages: [{ stage: 'ready' }] })
    expect([answer.statusCode, answer.json().detail]).toEqual([
      422,
      expect.stringMatching(/synthesis was said to be done/),
    ])
    expect(
      (await buyer.ask('PATCH', path, { stages: [{ stage: 'synthesis' }, { stage: 'heat-treated' }] })).statusCode,
    ).toBe(200)
  })

  it('is changed by its buyer alone, and its history is seen line by line', async () => {
    const id = await place([{}, { supplierId: rival.id }])
    const status = async (client: Client) =>
      (await client.ask('PATCH', `/orders/${id}/lines/1`, { quantity: 5 })).statusCode
    expect([await status(supplier.client), await status(rival.client), await status(stranger)]).toEqual([403, 404, 404])
    await buyer.ask('PATCH', `/orders/${id}/lines/1`, { quantity: 5 })
    await buyer.ask('PATCH', `/orders/${id}/lines/2`, { quantity: 6 })
    const lines = async (client: Client) => (await history(client, id)).map(({ line }: { line: string }) => line)
    expect([await lines(buyer), await lines(supplier.client), await lines(rival.client)]).toEqual([
      [null, '1', '2'],
      [null, '1'],
      [null, '2'],
    ])
    expect((await stranger.ask('GET', `/orders/${id}/history`)).statusCode).toBe(404)
  })

  it.each([
    [{}],
    [{ quantity: 0 }],
    [{ stages: [] }],
    [{ supplierId: randomUUID() }],
    [{ quantity: Number.MAX_VALUE }],
  ])('to %j is refused', async (body) => {
    expect((await buyer.ask('PATCH', `/orders/${await place()}/lines/1`, body)).statusCode).toBe(400)
  })
})

describe('a line on shipments', () => {
  it('is split over several, and never more than there is of it', async () => {
    const id = await place()
    const share = (quantity: number) => [{ orderId: id, line: '1', quantity }]
    const first = (await ship(share(12))).json()
    const second = (await ship()).json()
    const too = await buyer.ask('POST', `/shipments/${second.id}/lines`, share(9)[0])
    expect([too.statusCode, too.json().detail]).toEqual([
      422,
      expect.stringMatching(/has 20 t, and 12 t are on other shipments: 8 t are left/),
    ])
    expect((await ship(share(9))).json().errors[0].path).toBe('lines.0')
    expect((await buyer.ask('POST', `/shipments/${second.id}/lines`, share(8)[0])).statusCode).toBe(201)
    // its own share does not count against itself
    expect((await buyer.ask('POST', `/shipments/${first.id}/lines`, share(11)[0])).statusCode).toBe(200)
    const { lines } = (await buyer.ask('GET', `/orders/${id}`)).json()
    expect(lines[0].shipments.map(({ quantity }: { quantity: number }) => quantity).sort()).toEqual([11, 8])
    expect((await buyer.ask('PATCH', `/orders/${id}/lines/1`, { quantity: 15 })).json().detail).toMatch(
      /19 t of line 1/,
    )
    expect((await buyer.ask('PATCH', `/orders/${id}/lines/1`, { cancelled: true })).json().detail).toMatch(
      /Take it off/,
    )
    expect((await buyer.ask('DELETE', `/shipments/${first.id}/lines/${id}/1`)).statusCode).toBe(204)
    expect((await buyer.ask('DELETE', `/shipments/${first.id}/lines/${id}/1`)).statusCode).toBe(404)
    expect((await buyer.ask('PATCH', `/orders/${id}/lines/1`, { quantity: 15 })).statusCode).toBe(200)
    expect((await history(buyer, id)).map(({ what }: { what: string }) => what)).toEqual([
      'entered', 'attached', 'attached', 'attached', 'detached', 'changed',
    ]) // biome-ignore format: one line
  })

  it('is not shared out twice by two who do it at once', async () => {
    const id = await place()
    const shipments = await Promise.all([1, 2, 3].map(async () => (await ship()).json().id))
    const answers = await Promise.all(
      shipments.map((one) => buyer.ask('POST', `/shipments/${one}/lines`, { orderId: id, line: '1', quantity: 12 })),
    )
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 422, 422])
  })

  it('tells its supplier nothing of a shipment that is not the supplier’s', async () => {
    const id = await place()
    const hidden = (await ship([{ orderId: id, line: '1', quantity: 3 }])).json()
    const shown = (await ship([{ orderId: id, line: '1', quantity: 4 }], { supplierId: supplier.id })).json()
    const { lines } = (await supplier.client.ask('GET', `/orders/${id}`)).json()
    expect(lines[0].shipments.map((s: { id: string }) => s.id)).toEqual([shown.id])
    expect(JSON.stringify(await history(supplier.client, id))).not.toContain(hidden.reference)
    const put = await supplier.client.ask('POST', `/shipments/${shown.id}/lines`, {
      orderId: id,
      line: '1',
      quantity: 1,
    })
    expect(put.statusCode).toBe(403)
    expect((await stranger.ask('DELETE', `/shipments/${shown.id}/lines/${id}/1`)).statusCode).toBe(404)
  })
})

describe('a receipt', () => {
  const at = new Date(Date.now() - 3_600_000).toISOString()
  const receive = (id: string, body: object, client = buyer) =>
    client.ask('POST', `/orders/${id}/lines/1/receipts`, body)
  const received = async (id: string) => (await buyer.ask('GET', `/orders/${id}`)).json().lines[0].received

  it('says what arrived, and closes the line', async () => {
    const id = await place()
    expect(await received(id)).toBeNull()
    const first = await receive(id, { at, quantity: 8, condition: 'damaged', remark: 'seal broken', more: true })
    expect([first.statusCode, first.json()]).toEqual([
      201,
      expect.objectContaining({
        quantity: 8,
        condition: 'damaged',
        remark: 'seal broken',
        by: { kind: 'person', name: 'The admin of one' },
      }),
    ])
    expect(await received(id)).toEqual({ at, quantity: 8, complete: false })
    await receive(id, { at, quantity: 11.5 })
    expect(await received(id)).toEqual({ at, quantity: 19.5, complete: true })
    expect((await supplier.client.ask('GET', `/orders/${id}/lines/1/receipts`)).json().items).toHaveLength(2)
    expect((await buyer.ask('PATCH', `/orders/${id}/lines/1`, { cancelled: true })).json().detail).toMatch(
      /arrived already/,
    )
  })

  it('is corrected by one that refers to it, once, and said again without harm', async () => {
    const id = await place()
    const body = { at, quantity: 20, key: 'gate-7' }
    const answers = await Promise.all([1, 2, 3].map(() => receive(id, body)))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 201])
    expect((await receive(id, { ...body, quantity: 19 })).statusCode).toBe(409)
    const wrong = answers[0]?.json().id
    expect((await receive(id, { at, quantity: 0, corrects: wrong })).statusCode).toBe(201)
    expect(await received(id)).toBeNull()
    expect((await receive(id, { at, quantity: 5, corrects: wrong })).statusCode).toBe(409)
    expect((await buyer.ask('GET', `/orders/${id}/lines/1/receipts`)).json().items).toHaveLength(2)
  })

  it.each([
    ['that lies ahead', { at: '2039-01-01T00:00:00Z', quantity: 1 }, 422, /lies ahead/],
    ['of nothing', { at, quantity: 0 }, 422, /receipt of nothing/],
    ['that corrects none', { at, quantity: 1, corrects: '999999' }, 422, /no receipt 999999/],
    ['of less than nothing', { at, quantity: -1 }, 400, /quantity/],
  ])('%s is refused with a sentence', async (_what, body, status, sentence) => {
    const answer = await receive(await place(), body)
    expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.stringMatching(sentence)])
  })

  it('is for the buyer to record', async () => {
    const id = await place()
    const body = { at, quantity: 1 }
    expect((await receive(id, body, supplier.client)).statusCode).toBe(403)
    expect((await receive(id, body, stranger)).statusCode).toBe(404)
    expect((await receive(id, body, rival.client)).statusCode).toBe(404)
  })
})
