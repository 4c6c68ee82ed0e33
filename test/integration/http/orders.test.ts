import { randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asOrganisation } from '../../../server/store/pool.ts'
import { type Client, PASSWORD, type Service, shipmentBody, startService } from './service.ts'

type Party = { id: string; client: Client }
let service: Service
let buyer: Client
let suppliers: [Party, Party]
let carrier: Party
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
const needBy = '2027-03-01T00:00:00Z'
const line = (name: string, more: object = {}) => ({
  line: name,
  substance: { cas: '67-56-1' },
  quantity: 20,
  unit: 't',
  needBy,
  ...more,
})

beforeAll(async () => {
  service = await startService({ orderChanged: (id) => void told.push(id) })
  buyer = await service.signIn(service.one.email.admin)
  stranger = await service.signIn(service.other.email.admin)
  suppliers = [await party('First', 'supplier'), await party('Second', 'supplier')]
  carrier = await party('Hauler', 'carrier')
})
afterAll(() => service.close())

const place = async (number: string, lines: object[] = [line('1')]) =>
  buyer.ask('POST', '/orders', { number, supplierId: suppliers[0].id, lines })

describe('an order', () => {
  it('is entered, with the usual plan where none is given, and shown to its buyer', async () => {
    const made = await place('PO-1', [line('1', { price: 12_500.5, currency: 'CNY' })])
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({
      number: 'PO-1',
      buyer: { name: 'one' },
      lines: [
        {
          line: '1',
          supplier: { name: 'First' },
          quantity: 20,
          price: 12_500.5,
          currency: 'CNY',
          reached: null,
          done: 0,
        },
      ],
    })
    expect(made.json().lines[0].stages.map(({ stage }: { stage: string }) => stage)).toContain('quality-released')
    expect((await buyer.ask('GET', `/orders/${made.json().id}`)).json()).toEqual(made.json())
    expect(told).toContain(made.json().id)
    expect((await place('PO-1')).statusCode).toBe(409)
  })

  it.each([
    ['a supplier that nobody knows', { supplierId: randomUUID() }, 422, 'supplierId'],
    ['a mistyped CAS number', { lines: [line('1', { substance: { cas: '67-56-2' } })] }, 400, 'lines.0.substance.cas'],
    ['a line twice', { lines: [line('1'), line('1')] }, 400, 'lines'],
    [
      'a stage twice',
      { lines: [line('1', { stages: [{ stage: 'ready' }, { stage: 'ready' }] })] },
      400,
      'lines.0.stages',
    ],
    ['a price without a currency', { lines: [line('1', { price: 1 })] }, 400, 'lines.0'],
    ['no lines', { lines: [] }, 400, 'lines'],
  ])('with %s is refused, and says where', async (_what, more, status, path) => {
    const answer = await buyer.ask('POST', '/orders', {
      number: 'PO-X',
      supplierId: suppliers[0].id,
      lines: [line('1')],
      ...more,
    })
    expect([answer.statusCode, answer.json().errors?.[0]?.path]).toEqual([status, path])
  })

  it('shows a supplier its own lines, and nobody else anything', async () => {
    const made = await place('PO-2', [
      line('1', { price: 1, currency: 'EUR' }),
      line('2', { supplierId: suppliers[1].id, price: 2, currency: 'EUR' }),
    ])
    const { id } = made.json()
    const seen = async (client: Client) => {
      const answer = await client.ask('GET', `/orders/${id}`)
      const listed = (await client.ask('GET', '/orders')).json().items.map((order: { id: string }) => order.id)
      return [answer.statusCode, answer.json().lines?.map((l: { line: string }) => l.line), listed.includes(id)]
    }
    expect(await seen(buyer)).toEqual([200, ['1', '2'], true])
    expect(await seen(suppliers[0].client)).toEqual([200, ['1'], true])
    expect(await seen(suppliers[1].client)).toEqual([200, ['2'], true])
    expect(await seen(carrier.client)).toEqual([404, undefined, false])
    expect(await seen(stranger)).toEqual([404, undefined, false])
    expect(
      (await carrier.client.ask('POST', '/orders', { number: 'x', supplierId: suppliers[0].id, lines: [line('1')] }))
        .statusCode,
    ).toBe(403)
  })

  it('is listed page by page', async () => {
    const all: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: { number: string }[]; next: string | null } = (
        await buyer.ask('GET', `/orders?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
      ).json()
      all.push(...page.items.map(({ number }: { number: string }) => number))
      cursor = page.next
    }
    expect(all).toEqual(['PO-2', 'PO-1'])
  })
})

describe('a shipment of order lines', () => {
  it('names them to buyer and supplier, each its own, and to the carrier none', async () => {
    const { id: orderId } = (await place('PO-3', [line('1'), line('2', { supplierId: suppliers[1].id })])).json()
    const made = await buyer.ask('POST', '/shipments', {
      ...shipmentBody('S-lines'),
      supplierId: suppliers[0].id,
      carrierId: carrier.id,
      lines: [
        { orderId, line: '1', quantity: 5 },
        { orderId, line: '2', quantity: 6 },
      ],
    })
    expect(made.statusCode).toBe(201)
    const lines = async (client: Client) =>
      (await client.ask('GET', `/shipments/${made.json().id}`)).json().lines.map((l: { line: string }) => l.line)
    expect(await lines(buyer)).toEqual(['1', '2'])
    expect(await lines(suppliers[0].client)).toEqual(['1'])
    expect(await lines(carrier.client)).toEqual([])
  })

  it('takes only lines of the buyer’s own orders', async () => {
    const { id: orderId } = (await place('PO-4')).json()
    for (const [client, named] of [
      [stranger, { orderId, line: '1', quantity: 1 }],
      [buyer, { orderId, line: '9', quantity: 1 }],
      [buyer, { orderId: randomUUID(), line: '1', quantity: 1 }],
    ] as const) {
      const answer = await client.ask('POST', '/shipments', { ...shipmentBody(`S-${Math.random()}`), lines: [named] })
      expect([answer.statusCode, answer.json().errors[0].path]).toEqual([422, 'lines.0'])
    }
  })
})

describe('a milestone', () => {
  let impossible: string | undefined
  const at = new Date(Date.now() - 3_600_000).toISOString()
  const say = (client: Client, id: string, body: object, name = '1') =>
    client.ask('POST', `/orders/${id}/lines/${name}/milestones`, body)

  it('is said by supplier or buyer, and moves the line', async () => {
    const { id } = (
      await place('PO-5', [line('1', { stages: [{ stage: 'raw-material' }, { stage: 'synthesis', weight: 3 }] })])
    ).json()
    const said = await say(suppliers[0].client, id, { stage: 'raw-material', classifier: 'actual', at })
    expect([said.statusCode, said.json()]).toEqual([
      201,
      expect.objectContaining({ stage: 'raw-material', saidBy: expect.objectContaining({ name: 'Someone of First' }) }),
    ])
    await say(buyer, id, { stage: 'synthesis', classifier: 'estimated', at: '2027-01-01T00:00:00Z', progress: 0.5 })
    expect((await suppliers[0].client.ask('GET', `/orders/${id}`)).json().lines[0]).toMatchObject({
      reached: 'raw-material',
      done: 0.625,
      stages: [{ actualAt: at }, { estimatedAt: '2027-01-01T00:00:00.000Z', progress: 0.5 }],
    })
  })

  it('may be said again, and be corrected, and nothing that was said is lost', async () => {
    const { id } = (await place('PO-6')).json()
    const body = { stage: 'ready', classifier: 'actual', at, key: 'k-1' }
    const answers = await Promise.all([1, 2, 3].map(() => say(suppliers[0].client, id, body)))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 201])
    const [first] = answers.map((answer) => answer.json())
    const later = new Date(Date.now() - 60_000).toISOString()
    await say(suppliers[0].client, id, { stage: 'ready', classifier: 'actual', at: later, corrects: first.id })
    expect(
      (await buyer.ask('GET', `/orders/${id}`))
        .json()
        .lines[0].stages.find((s: { stage: string }) => s.stage === 'ready'),
    ).toMatchObject({ actualAt: later })
    expect((await buyer.ask('GET', `/orders/${id}/lines/1/milestones`)).json().items).toHaveLength(2)
  })

  it('keeps the keys of the two sides apart, and one that stands for something else is no retry', async () => {
    const { id } = (await place('PO-7')).json()
    const body = { stage: 'ready', classifier: 'actual', at, key: '1' }
    expect((await say(buyer, id, { stage: 'synthesis', classifier: 'planned', at, key: '1' })).statusCode).toBe(201)
    expect((await say(suppliers[0].client, id, body)).statusCode).toBe(201)
    expect((await say(suppliers[0].client, id, { ...body, stage: 'filled' })).statusCode).toBe(409)
    expect((await buyer.ask('GET', `/orders/${id}/lines/1/milestones`)).json().items).toHaveLength(2)
  })

  it('is corrected by its key too, for who never hears our ids, and that may be said again', async () => {
    const { id } = (await place('PO-9')).json()
    const body = { stage: 'ready', classifier: 'actual', at, key: 'k-1' }
    const first = (await say(suppliers[0].client, id, body)).json()
    const later = { ...body, at: new Date(Date.now() - 60_000).toISOString(), key: 'k-2', correctsKey: 'k-1' }
    expect((await say(suppliers[0].client, id, later)).json().corrects).toBe(first.id)
    expect((await say(suppliers[0].client, id, later)).statusCode).toBe(200)
    // the other side's keys are its own: by those of the buyer nothing has come yet
    const foreign = await say(buyer, id, { ...body, stage: 'filled', key: 'k-3', correctsKey: 'k-1' })
    expect([foreign.statusCode, foreign.json()]).toMatchObject([201, { corrects: null, correctsKey: 'k-1' }])
    // and so is its word, which the supplier does not take back
    const taken = await say(suppliers[0].client, id, { ...body, key: 'k-4', corrects: foreign.json().id })
    expect([taken.statusCode, taken.json().detail]).toEqual([422, expect.stringMatching(/said by the other side/)])
    // done by mistake is taken back by what is true instead
    await say(suppliers[0].client, id, {
      stage: 'ready',
      classifier: 'estimated',
      at: '2027-01-01T00:00:00Z',
      correctsKey: 'k-2',
    })
    const { stages } = (await buyer.ask('GET', `/orders/${id}`)).json().lines[0]
    expect(stages.find((s: { stage: string }) => s.stage === 'ready')).toMatchObject({
      actualAt: null,
      estimatedAt: '2027-01-01T00:00:00.000Z',
    })
  })

  it('and its corrections hold as they were meant, in whichever order they reach us', async () => {
    const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
    const ago = (days: number): string => soon(-days)
    const words = [
      { stage: 'raw-material', classifier: 'actual', at: ago(3), key: 'done' },
      { stage: 'raw-material', classifier: 'actual', at: ago(5), key: 'done-right', correctsKey: 'done' },
      { stage: 'synthesis', classifier: 'estimated', at: soon(20), key: 'first', saidAt: ago(4) },
      { stage: 'synthesis', classifier: 'estimated', at: soon(9), key: 'second', saidAt: ago(2) },
      { stage: 'filled', classifier: 'estimated', at: soon(30), key: 'one' },
      { stage: 'filled', classifier: 'estimated', at: soon(25), key: 'other' },
      { stage: 'filled', classifier: 'planned', at: soon(24), key: 'plan', correctsKey: 'one' },
    ]
    const told = async (number: string, order: readonly number[]) => {
      const { id } = (await place(number)).json()
      for (const index of order) expect((await say(suppliers[0].client, id, words[index] ?? {})).statusCode).toBe(201)
      // a retry of a correction says what is kept, though what it corrects came after it
      for (const index of [1, 6]) expect((await say(suppliers[0].client, id, words[index] ?? {})).statusCode).toBe(200)
      const { items } = (await buyer.ask('GET', `/orders/${id}/lines/1/milestones`)).json()
      const idOf = (key: string) => items.find((one: { key: string }) => one.key === key)
      expect(idOf('done-right').corrects).toBe(idOf('done').id)
      const { p50 } = (await buyer.ask('GET', `/orders/${id}/lines/1/forecast`)).json()
      return [(await buyer.ask('GET', `/orders/${id}`)).json().lines[0].stages, p50 === null]
    }
    const straight = await told('PO-11', [0, 1, 2, 3, 4, 5, 6])
    expect(straight[0]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ stage: 'raw-material', actualAt: words[1]?.at }),
        expect.objectContaining({ stage: 'synthesis', estimatedAt: words[3]?.at }),
        expect.objectContaining({ stage: 'filled', estimatedAt: words[5]?.at, plannedAt: words[6]?.at }),
      ]),
    )
    expect(await told('PO-12', [6, 5, 4, 3, 2, 1, 0])).toEqual(straight)
    expect(await told('PO-13', [3, 1, 6, 0, 5, 2, 4])).toEqual(straight)
  })

  it.each([
    [{ classifier: 'estimated', at: '1990-01-01T00:00:00Z' }, /before the order/],
    [{ classifier: 'planned', at: '1990-01-01T00:00:00Z' }, /before the order/],
    [{ classifier: 'estimated', at: new Date(Date.now() - 40 * 86_400_000).toISOString() }, /month before it was said/],
    [{ classifier: 'planned', at: '2999-01-01T00:00:00Z' }, /ten years ahead/],
    [{ classifier: 'estimated', at: '2027-01-01T00:00:00Z', saidAt: '2999-01-01T00:00:00Z' }, /SaidAt .* lies ahead/],
    [{ classifier: 'estimated', at: '2027-01-01T00:00:00Z', key: 'k', correctsKey: 'k' }, /its own key/],
  ])('that cannot be gets an answer that says why: %j', async (body, reason) => {
    impossible ??= (await place('PO-14')).json().id as string
    const id = impossible
    const answer = await say(suppliers[0].client, id, { stage: 'ready', ...body })
    expect([answer.statusCode, answer.json().detail]).toEqual([422, expect.stringMatching(reason)])
    const received = await buyer.ask('POST', `/orders/${id}/lines/1/receipts`, {
      at: '1990-01-01T00:00:00Z',
      quantity: 1,
    })
    expect([received.statusCode, received.json().detail]).toEqual([422, expect.stringMatching(/before the order/)])
  })

  it('of work that is done again takes a stage back until it is done again, and skipped stages do no harm', async () => {
    const { id } = (await place('PO-10')).json()
    const done = (stage: string, more: object = {}) =>
      say(suppliers[0].client, id, { stage, classifier: 'actual', at, ...more })
    const reached = async () => (await buyer.ask('GET', `/orders/${id}`)).json().lines[0].reached
    await done('quality-released')
    expect(await reached()).toBe('quality-released')
    await done('quality-released', { progress: 0.2 })
    expect(await reached()).toBeNull()
    await done('ready')
    expect(await reached()).toBe('ready')
  })

  it('cannot be slipped into a foreign order, whatever the routes say', async () => {
    const { id } = (await place('PO-8')).json()
    const intrude = asOrganisation(service.deps.pool, { orgId: service.other.id }, (tx) =>
      tx.query(
        `insert into order_lines (order_id, line, org_id, supplier_id, substance_id, quantity, unit, need_by, stages)
         select $1, '66', $2, $2, id, 1, 't', now(), '[]' from substances where cas = '67-56-1'`,
        [id, service.other.id],
      ),
    )
    await expect(intrude).rejects.toThrow(/foreign key|row-level/)
  })

  it.each([
    ['a stage that the plan lacks', { stage: 'heat-treated' }, 422, /not in the plan.*raw-material, synthesis/],
    ['the future as done', { at: '2027-01-01T00:00:00Z' }, 422, /lies ahead/],
    ['a time long before the order', { at: '2019-01-01T00:00:00Z' }, 422, /before the order/],
    ['more progress than all', { progress: 1.2 }, 400, /progress/],
    ['a correction of nothing', { corrects: '999999' }, 422, /no such milestone/],
  ])('of %s is refused with a sentence', async (_what, more, status, sentence) => {
    const id = (await buyer.ask('GET', '/orders')).json().items[0].id
    const answer = await say(suppliers[0].client, id, { stage: 'ready', classifier: 'actual', at, ...more })
    expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.stringMatching(sentence)])
  })

  it('is nothing for others: not the other supplier, the carrier, or a stranger', async () => {
    const id = (await buyer.ask('GET', '/orders')).json().items[0].id
    for (const client of [suppliers[1].client, carrier.client, stranger])
      for (const answer of [
        await say(client, id, { stage: 'ready', classifier: 'actual', at }),
        await client.ask('GET', `/orders/${id}/lines/1/milestones`),
      ])
        expect(answer.statusCode).toBe(404)
  })
})
