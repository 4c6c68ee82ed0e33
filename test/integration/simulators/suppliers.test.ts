import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { suppliersCommand } from '../../../simulators/commands/suppliers.ts'
import { type Running, startRunning } from '../service/running.ts'

const DAY = 86_400_000
const iso = (days: number): string => new Date(Date.now() + days * DAY).toISOString()

let running: Running
let database: pg.Client
let supplierId: string
let token: string
beforeAll(async () => {
  running = await startRunning()
  database = new pg.Client(running.databaseUrl)
  await database.connect()
  const made = await running.ask('POST', '/organisations', { name: 'Linhai', kind: 'supplier' })
  supplierId = String(made.body.id)
  token = `zt_${'s'.repeat(43)}`
  await database.query(
    `insert into api_tokens (org_id, name, scope, token_hash, expires_at) values ($1, 'erp', 'milestones', sha256($2), now() + interval '1 day')`,
    [supplierId, Buffer.from(token)],
  )
})
afterAll(async () => {
  await database.end()
  await running.close()
})

let count = 0
/** An order that was to be made within the last twenty days, and a link to its line. */
const ordered = async () => {
  const stages = ['raw-material', 'synthesis', 'ready'].map((stage, index) => ({
    stage,
    plannedAt: iso(-14 + 4 * index),
  }))
  const order = await running.ask('POST', '/orders', {
    number: `PO-${++count}`,
    supplierId,
    orderedAt: iso(-30),
    lines: [{ line: '1', substance: { cas: '67-56-1' }, quantity: 1, unit: 't', needBy: iso(5), stages }],
  })
  const orderId = String(order.body.id)
  const link = await running.ask('POST', '/supplier-links', { supplierId, orderId, line: '1', expiresAt: iso(30) })
  return { orderId, link: String(link.body.link) }
}
const heard = async (orderId: string) =>
  (await running.ask('GET', `/orders/${orderId}/lines/1/milestones`)).body.items ?? []
const run = async (args: string[]) => {
  const said: string[] = []
  const well = await suppliersCommand(args, { say: (one) => said.push(one), signal: new AbortController().signal })
  return { well, said }
}

describe('simulated suppliers', () => {
  it.each([
    ['page', 'punctual', 'supplier-link'],
    ['rest', 'late', 'token'],
    ['mqtt', 'optimistic', 'mqtt'],
    ['page', 'erratic', 'supplier-link'],
  ] as const)('speak by %s, %s, through the real interface', async (via, habit, kind) => {
    const { orderId, link } = await ordered()
    const more = via === 'page' ? [] : ['--token', token, '--mqtt', running.mqttUrl]
    const { well, said } = await run([
      '--link', link, '--habit', habit, '--via', via, '--back', '18d', '--speed-up', '2000000', '--duration', '10s', ...more,
    ]) // biome-ignore format: options
    expect([well, said.at(-1)]).toEqual([true, expect.stringMatching(/^said \d+ of \d+, .* refused 0$/)])
    const sent = Number(/said (\d+)/.exec(said.at(-1) ?? '')?.[1])
    expect(sent).toBeGreaterThan(2)
    await vi.waitFor(async () => expect((await heard(orderId)).length).toBe(sent), { timeout: 10_000 })
    const all = await heard(orderId)
    expect(all.every(({ saidBy }) => JSON.stringify(saidBy).includes(`"${kind}"`))).toBe(true)
    expect(all.some(({ classifier }) => classifier === 'estimated')).toBe(true)
    expect(all.some(({ classifier }) => classifier === 'actual')).toBe(true)
  })
})
