import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../../server/broker/source.ts'
import { supplierTopic } from '../../../server/broker/topic.ts'
import { createMilestones } from '../../../server/milestones.ts'
import { createOrder } from '../../../server/store/orders.ts'
import { asOrganisation, openPool, type Pool } from '../../../server/store/pool.ts'
import { freshDatabase, type TestDatabase } from '../../setup/database.ts'

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const stages = [
  { stage: 'raw-material', weight: 1, plannedAt: null },
  { stage: 'ready', weight: 1, plannedAt: null },
]

let database: TestDatabase
let owner: Pool
let ingest: Pool
let app: Pool
let milestones: ReturnType<typeof createMilestones>
let supplier: string
const changed: string[] = []

const organisation = async (name: string, kind: string): Promise<string> =>
  (await owner.query('insert into organisations (name, kind) values ($1, $2) returning id', [name, kind])).rows[0].id

beforeAll(async () => {
  database = await freshDatabase()
  owner = openPool(database.url, { role: 'owner', max: 2, log: SILENT })
  ingest = openPool(database.url, { role: 'zaitu_ingest', max: 2, log: SILENT })
  app = openPool(database.url, { role: 'zaitu_app', max: 2, log: SILENT })
  milestones = createMilestones({ pool: ingest, log: SILENT, orderChanged: (id) => void changed.push(id) })
  supplier = await organisation('Linhai', 'supplier')
  const substanceId = (await owner.query(`select id from substances where cas = '67-56-1'`)).rows[0].id
  for (const [name, numbers] of [
    ['Huadong', ['PO-1', 'PO-2']],
    ['Beihai', ['PO-1']],
  ] as const) {
    const orgId = await organisation(name, 'buyer')
    for (const number of numbers)
      await asOrganisation(app, { orgId }, (tx) =>
        createOrder(tx, orgId, {
          number,
          orderedAt: null,
          lines: [
            {
              line: '10',
              supplierId: supplier,
              substanceId,
              quantity: 1,
              unit: 't',
              needBy: Date.now(),
              price: null,
              currency: null,
              stages,
            },
          ],
        }),
      )
  }
})
afterAll(async () => {
  await milestones.stop()
  await Promise.all([owner.end(), ingest.end(), app.end()])
  await database.drop()
})

const send = (payload: unknown, topic = supplierTopic(supplier)): Promise<Outcome | undefined> =>
  new Promise((acknowledge) =>
    milestones.deliver({
      topic,
      payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      receivedAt: Date.now(),
      acknowledge,
    }),
  )
const said = {
  order: 'PO-2',
  line: '10',
  stage: 'ready',
  classifier: 'actual',
  at: new Date(Date.now() - 60_000).toISOString(),
}
const lastReason = async (): Promise<string> =>
  (await owner.query('select reason from dead_letters order by id desc limit 1')).rows[0].reason

describe('what a supplier says over MQTT', () => {
  it('is kept before it is acknowledged, and told to who sees the order', async () => {
    expect(await send(said)).toEqual({ stored: 1, deadLetters: 0 })
    const { rows } = await owner.query(
      `select stage, said_by ->> 'kind' as kind, said_by ->> 'name' as name from milestones`,
    )
    expect(rows).toEqual([{ stage: 'ready', kind: 'mqtt', name: 'Linhai' }])
    expect(changed).toHaveLength(1)
  })

  it('may come again', async () => {
    for (const _ of [1, 2]) expect(await send({ ...said, key: 'once' })).toEqual({ stored: 1, deadLetters: 0 })
    expect((await owner.query(`select from milestones where key = 'once'`)).rowCount).toBe(1)
  })

  it.each([
    ['not JSON', '{"order"', /^not JSON/],
    ['an order of which it has no line', { ...said, order: 'PO-9' }, /you have no line 10 in an order PO-9/],
    ['a number that two buyers use', { ...said, order: 'PO-1' }, /Huadong or of Beihai|Beihai or of Huadong/],
    ['a stage that the plan lacks', { ...said, stage: 'synthesis' }, /raw-material, ready/],
    ['the future as done', { ...said, at: '2099-01-01T00:00:00Z' }, /lies ahead/],
    ['no time', { ...said, at: undefined }, /^at: /],
    ['text that no database takes', { ...said, note: 'a\0b' }, /refuses this milestone/],
  ])('as %s waits for a person, with the reason', async (_what, payload, reason) => {
    expect(await send(payload)).toEqual({ stored: 0, deadLetters: 1 })
    expect(await lastReason()).toMatch(reason)
  })

  it('says which buyer it means where two use the same number', async () => {
    expect(await send({ ...said, order: 'PO-1', buyer: 'beihai' })).toEqual({ stored: 1, deadLetters: 0 })
  })

  it('is judged one by one: a bad one takes no good one along', async () => {
    const many = {
      milestones: [said, { ...said, stage: 'no' }, { ...said, note: 'x\0' }, { ...said, stage: 'raw-material' }],
    }
    expect(await send(many)).toEqual({ stored: 2, deadLetters: 2 })
  })

  it('may correct what is still on its way, which then does not count', async () => {
    const wrong = { ...said, order: 'PO-1', buyer: 'beihai', stage: 'raw-material', key: 'wrong' }
    const right = { ...wrong, key: 'right', correctsKey: 'wrong', at: new Date(Date.now() - 120_000).toISOString() }
    for (const word of [right, wrong, right]) expect(await send(word)).toEqual({ stored: 1, deadLetters: 0 })
    const { rows } = await owner.query(
      `select key, milestone_stands(m) as stands, milestone_corrects(m)::text = (select id::text from milestones where key = 'wrong') as names
       from milestones m where key in ('right', 'wrong') order by key`,
    )
    expect(rows).toEqual([
      { key: 'right', stands: true, names: true },
      { key: 'wrong', stands: false, names: null },
    ])
  })

  it('counts only on its own topic: the line of another supplier is not found', async () => {
    const other = await organisation('Another', 'supplier')
    expect(await send(said, supplierTopic(other))).toEqual({ stored: 0, deadLetters: 1 })
    expect(await send(said, supplierTopic('nobody'))).toEqual({ stored: 0, deadLetters: 1 })
    expect(await lastReason()).toMatch(/nobody is known/)
  })
})
