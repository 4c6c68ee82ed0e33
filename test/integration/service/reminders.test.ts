import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createReminders } from '../../../server/reminders.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { type Client, type Service, startService } from '../http/service.ts'

const DAY = 86_400_000
const log = pino({ level: 'silent' })
/** Noon where suppliers are, today. */
const NOON = Math.floor((Date.now() + 8 * 3_600_000) / DAY) * DAY + 4 * 3_600_000
const iso = (days: number): string => new Date(NOON + days * DAY).toISOString()

let service: Service
let ingest: Pool[]
let smtp: SMTPServer
let servers: ReturnType<typeof createReminders>[]
let mails: { to: string; text: string }[] = []
let buyers: Client[]
let supplier: string
beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join()
        mails.push({ to, text: Buffer.concat(chunks).toString() })
        done()
      })
    },
  })
  smtp.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
  const { port } = smtp.server.address() as AddressInfo
  service = await startService()
  const url = service.deps.pool.options.connectionString ?? ''
  ingest = [1, 2].map(() => openPool(url, { role: 'zaitu_ingest', max: 2, log }))
  const mail = { host: '127.0.0.1', port, security: 'none', from: 'Zaitu <zaitu@zaitu.example>' } as const
  servers = ingest.map((pool) => createReminders({ pool, mail, origin: 'https://zaitu.example/', log }))
  buyers = [await service.signIn(service.one.email.member), await service.signIn(service.other.email.member)]
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await Promise.all(ingest.map((pool) => pool.end()))
  await new Promise<void>((resolve) => smtp.close(() => resolve()))
  await service.close()
})
beforeEach(async () => {
  mails = []
  const { rows } = await service.owner.query(
    `insert into organisations (name, kind) values ('Linhai', 'supplier') returning id`,
  )
  supplier = rows[0].id
  for (const buyer of [service.one.id, service.other.id])
    await service.owner.query('insert into partners values ($1, $2), ($2, $1)', [buyer, supplier])
})

const order = async (buyer: number, plannedInDays: number): Promise<string> => {
  const made = await buyers[buyer]?.ask('POST', '/orders', {
    number: `PO-${Math.random()}`,
    supplierId: supplier,
    orderedAt: iso(-40),
    lines: ['1', '2'].map((line) => ({
      line,
      substance: { cas: '67-56-1' },
      quantity: 1,
      unit: 't',
      needBy: iso(20),
      stages: [{ stage: 'filled', plannedAt: iso(plannedInDays) }],
    })),
  })
  return made?.json().id
}
const link = async (buyer: number, more: Record<string, unknown> = {}) =>
  (await buyers[buyer]?.ask('POST', '/supplier-links', { supplierId: supplier, expiresAt: iso(30), ...more }))?.json()
    .id
const look = (now = NOON) => Promise.all(servers.map((server) => server.look(now)))
const events = async () =>
  (
    await service.owner.query<{ org_id: string; payload: { lines: { line: string }[] } }>(
      `select org_id, payload from outbox where kind = 'stage-due' and payload ->> 'supplierId' = $1 order by id`,
      [supplier],
    )
  ).rows

it('reminds once a day, whichever server looks and however often, by e-mail and by an event for the channels', async () => {
  await order(0, -2)
  await link(0, { email: 'chen@linhai.example' })
  await look()
  await look(NOON + 3_600_000)
  expect(await events()).toMatchObject([{ org_id: service.one.id, payload: { lines: [{ line: '1' }, { line: '2' }] } }])
  expect(mails.map(({ to }) => to)).toEqual(['chen@linhai.example'])
  expect(mails[0]?.text).toContain('https://zaitu.example/supplier')
  expect(mails[0]?.text).not.toContain('#')
  await look(NOON + DAY)
  expect(await events()).toHaveLength(2)
})

it('is quiet at night, before the day, without a link, and when the link is withdrawn', async () => {
  await order(0, -2)
  await look()
  expect(await events()).toEqual([])
  const id = await link(0)
  await look(NOON + 10 * 3_600_000)
  await buyers[0]?.ask('DELETE', `/supplier-links/${id}`)
  await look()
  expect(await events()).toEqual([])
  await service.owner.query(`update order_lines set cancelled_at = now() where supplier_id = $1`, [supplier])
  await order(0, 2)
  await link(0)
  await look()
  expect(await events()).toEqual([])
  await look(NOON + 2 * DAY)
  expect(await events()).toHaveLength(1)
})

it('speaks by a link for one line of that line, and of no buyer’s lines to another’s address; buyers take turns', async () => {
  const id = await order(0, -2)
  await order(1, -5)
  await link(0, { orderId: id, line: '2', email: 'a@linhai.example' })
  await link(1, { email: 'b@linhai.example' })
  await look()
  await look(NOON + DAY)
  await look(NOON + 2 * DAY)
  const told = await events()
  expect(told).toHaveLength(3)
  expect(new Set(told.slice(0, 2).map(({ org_id }) => org_id)).size).toBe(2)
  expect(told.find(({ org_id }) => org_id === service.one.id)?.payload.lines).toMatchObject([{ line: '2' }])
  const mine = mails.filter(({ to }) => to === 'a@linhai.example').length
  expect(mails.filter(({ to }) => /^[ab]@/.test(to))).toHaveLength(3)
  expect(mine).toBe(told.filter(({ org_id }) => org_id === service.one.id).length)
})
