import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createForecaster } from '../../../server/forecasts.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

const DAY_MS = 86_400_000
const NOW = Date.now()
const day = (n: number): string => new Date(NOW + n * DAY_MS).toISOString()

let service: Service
let buyer: Client
let supplier: Client
let forecaster: ReturnType<typeof createForecaster>
let supplierId: string
let ingest: Pool
const told: string[] = []

beforeAll(async () => {
  service = await startService()
  buyer = await service.signIn(service.one.email.member)
  supplier = await service.signIn(service.other.email.member)
  supplierId = service.other.id
  await service.owner.query(
    'insert into partners (org_id, partner_id) values ($1::uuid, $2::uuid), ($2::uuid, $1::uuid) on conflict do nothing',
    [service.one.id, supplierId],
  )
  const { connectionString = '' } = service.owner.options
  ingest = openPool(connectionString, { role: 'zaitu_ingest', max: 2, log: service.deps.log })
  forecaster = createForecaster({ pool: ingest, log: service.deps.log, orderChanged: (id) => told.push(id) })
  const close = service.close
  service.close = async () => {
    await ingest.end()
    await close()
  }
})
afterAll(() => service.close())

const PLAN = [
  { stage: 'synthesis', plannedAt: day(-2) },
  { stage: 'filled', plannedAt: day(2) },
  { stage: 'ready', plannedAt: day(4) },
]
/** The id of a new order with one line, ordered ten days ago. */
const order = async (number: string, more: Record<string, unknown> = {}): Promise<string> => {
  const made = await buyer.ask('POST', '/orders', {
    number,
    supplierId,
    orderedAt: day(-10),
    lines: [
      {
        line: '1',
        substance: { cas: '67-56-1', un: '1230' },
        quantity: 20,
        unit: 't',
        needBy: day(9),
        stages: PLAN,
        ...more,
      },
    ],
  })
  expect(made.statusCode).toBe(201)
  return made.json().id
}
type Seen = {
  p10: string; p50: string; p90: string; probabilityLate: number; asOf: string; arrivedAt: string | null
  causes: { kind: string; days: number; what: string; stage?: string; usualDays?: number; elapsedDays?: number }[]
} // biome-ignore format: the contract
const forecast = async (id: string, asOf?: string, client = buyer): Promise<Seen> => {
  const query = asOf === undefined ? '' : `?asOf=${encodeURIComponent(asOf)}`
  const answer = await client.ask('GET', `/orders/${id}/lines/1/forecast${query}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const say = async (id: string, body: Record<string, unknown>, client = supplier) => {
  const answer = await client.ask('POST', `/orders/${id}/lines/1/milestones`, body)
  expect(answer.statusCode, answer.body).toBe(201)
}

describe('the forecast of a line', () => {
  it('is there at once, in order, ahead of now, and the same for both sides', async () => {
    const id = await order('F-1')
    const seen = await forecast(id)
    expect([seen.p10, seen.p50, seen.p90].toSorted()).toEqual([seen.p10, seen.p50, seen.p90])
    expect(seen.p10 >= seen.asOf).toBe(true)
    expect(seen.arrivedAt).toBeNull()
    expect(seen.probabilityLate).toBeGreaterThan(0)
    const theirs = await forecast(id, undefined, supplier)
    expect(Math.abs(Date.parse(theirs.p50) - Date.parse(seen.p50))).toBeLessThan(60_000)
  })

  it('names the stage that is overdue, with what is usual', async () => {
    const { causes } = await forecast(await order('F-2'))
    expect(causes[0]).toEqual({
      kind: 'stage-overdue', stage: 'synthesis', days: 2, usualDays: 8, elapsedDays: 10,
      what: 'Synthesis is 2 days over its usual 8',
    }) // biome-ignore format: a cause
  })

  it('comes nearer when a stage is done, and says so in lists, in its history and to who listens', async () => {
    const id = await order('F-3')
    await forecaster.look()
    const before = await forecast(id)
    told.length = 0
    await say(id, { stage: 'synthesis', classifier: 'actual', at: day(-2) })
    await say(id, { stage: 'filled', classifier: 'actual', at: day(0) })
    expect(await forecaster.look()).toBe(1)
    expect(told).toEqual([id])
    const after = await forecast(id)
    expect(Date.parse(after.p50)).toBeLessThan(Date.parse(before.p50) - DAY_MS)
    expect(after.probabilityLate).toBeLessThan(before.probabilityLate)

    const { items, next } = (await buyer.ask('GET', `/orders/${id}/lines/1/forecasts`)).json()
    expect([items.length, next]).toEqual([2, null])
    expect(Date.parse(items[0].p50)).toBeCloseTo(Date.parse(after.p50), -5)
    const paged = (await buyer.ask('GET', `/orders/${id}/lines/1/forecasts?limit=1`)).json()
    const rest = (await buyer.ask('GET', `/orders/${id}/lines/1/forecasts?limit=1&cursor=${paged.next}`)).json()
    expect([...paged.items, ...rest.items]).toEqual(items)

    const [line] = (await buyer.ask('GET', `/orders/${id}`)).json().lines
    const { causes, ...told0 } = items[0]
    expect(line.forecast).toEqual({ ...told0, cause: causes[0] ?? null })
    // what was computed then is what hindsight says
    for (const item of items) expect(await forecast(id, item.asOf)).toEqual(item)
    // nothing happened: nothing is told
    expect(await forecaster.look()).toBe(0)
  })

  it('says nothing of the time before the order was entered, nor of the future', async () => {
    const id = await order('F-4')
    expect(await forecast(id, day(-30))).toMatchObject({ p50: null, probabilityLate: null, causes: [] })
    expect((await buyer.ask('GET', `/orders/${id}/lines/1/forecast?asOf=${day(2)}`)).statusCode).toBe(400)
    expect((await buyer.ask('GET', `/orders/${id}/lines/2/forecast`)).statusCode).toBe(404)
  })

  it('is closed by the receipt, opened when that is taken back, and gone when the line is cancelled', async () => {
    const id = await order('F-5')
    const received = await buyer.ask('POST', `/orders/${id}/lines/1/receipts`, { at: day(-1), quantity: 20 })
    expect(await forecast(id)).toMatchObject({
      p10: day(-1),
      p50: day(-1),
      p90: day(-1),
      arrivedAt: day(-1),
      probabilityLate: 0,
    })
    await buyer.ask('POST', `/orders/${id}/lines/1/receipts`, {
      at: day(-1),
      quantity: 0,
      corrects: received.json().id,
    })
    expect((await forecast(id)).arrivedAt).toBeNull()
    const gone = await order('F-5b')
    await buyer.ask('PATCH', `/orders/${gone}/lines/1`, { cancelled: true })
    expect((await forecast(gone)).p50).toBeNull()
    await forecaster.look()
    expect((await buyer.ask('GET', `/orders/${gone}`)).json().lines[0].forecast).toBeNull()
  })

  it('goes by the plan as it was then, when the plan is changed', async () => {
    const id = await order('F-6')
    const before = await forecast(id)
    await buyer.ask('PATCH', `/orders/${id}/lines/1`, { needBy: day(60), quantity: 5 })
    expect((await forecast(id)).probabilityLate).toBeLessThan(before.probabilityLate)
    expect(await forecast(id, before.asOf)).toEqual(before)
  })

  it('is later by what its supplier slips, if it did', async () => {
    const id = await order('F-8')
    const [only] = await service.deps.forecasts.ifSlipped([{ orderId: id, line: '1' }], 3)
    const days = (Date.parse(only?.after.p50 ?? '') - Date.parse(only?.before.p50 ?? '')) / DAY_MS
    expect(days).toBeCloseTo(3, 3)
    expect(only?.after.probabilityLate).toBeGreaterThan(only?.before.probabilityLate ?? 1)
  })

  it('is learnt from what this supplier took before, and in hindsight from what was known of that', async () => {
    const id = await order('F-9')
    const before = await forecast(id)
    for (let n = 0; n < 12; n++) {
      const past = await order(`F-past-${n}`)
      const took = [-5, -1, 2].map((days, index) => ({ stage: PLAN[index]?.stage, at: day(days - 40) }))
      await service.owner.query(
        `update orders set ordered_at = $2::timestamptz, created_at = $2::timestamptz where id = $1::uuid`,
        [past, day(-70)],
      )
      for (const { stage, at } of took)
        await service.owner.query(
          `insert into milestones (order_id, line, org_id, supplier_id, stage, classifier, at, said_org, said_by, recorded_at)
           select order_id, line, org_id, supplier_id, $2::text, 'actual', $3::timestamptz, supplier_id, '{"kind":"mqtt","id":"x","name":"x"}', $3::timestamptz
           from order_lines where order_id = $1::uuid`,
          [past, stage, at],
        )
    }
    // what was learnt is held for the clock hour: a server that starts learns at once
    const fresh = createForecaster({ pool: ingest, log: service.deps.log, orderChanged: () => undefined })
    const after = await fresh.at({ orderId: id, line: '1' }, Date.parse(before.asOf))
    // those took 25 days where 68 were planned
    expect(Date.parse(after?.p50 ?? '')).toBeLessThan(Date.parse(before.p50) - DAY_MS)
    const again = await fresh.at({ orderId: id, line: '1' }, Date.parse(before.asOf))
    expect(again).toEqual(after)
    // a server that has learnt of later moments says the same of then, and one that has learnt before says the same of later
    const tomorrow = Date.now() + DAY_MS
    const other = createForecaster({ pool: ingest, log: service.deps.log, orderChanged: () => undefined })
    const ahead = await other.at({ orderId: id, line: '1' }, tomorrow)
    expect(await other.at({ orderId: id, line: '1' }, Date.parse(before.asOf))).toEqual(after)
    expect(await fresh.at({ orderId: id, line: '1' }, tomorrow)).toEqual(ahead)
  })

  it('is made once, however many servers look at the same time', async () => {
    await forecaster.look()
    const id = await order('F-10')
    const second = createForecaster({ pool: ingest, log: service.deps.log, orderChanged: (one) => told.push(one) })
    told.length = 0
    const counts = await Promise.all([forecaster.look(), second.look(), forecaster.look()])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(told).toEqual([id])
    expect((await buyer.ask('GET', `/orders/${id}/lines/1/forecasts`)).json().items).toHaveLength(1)
  })

  it('goes by its shipment once there is one, and tells the supplier nothing of what keeps that', async () => {
    const id = await order('F-7')
    for (const { stage } of PLAN) await say(id, { stage, classifier: 'actual', at: day(-2) })
    const made = await buyer.ask('POST', '/shipments', {
      ...shipmentBody('F-shipment'),
      departAt: day(-1),
      eta: day(-0.5),
      lines: [{ orderId: id, line: '1', quantity: 20 }],
    })
    expect(made.statusCode, made.body).toBe(201)
    const seen = await forecast(id)
    expect(seen.causes.map(({ kind }) => kind)).toEqual(['transit'])
    expect(seen.p10 >= seen.asOf).toBe(true)
    expect((await forecast(id, undefined, supplier)).causes).toEqual([])
    await buyer.ask('PATCH', `/shipments/${made.json().id}`, { phase: 'delivered' })
    expect((await forecast(id)).arrivedAt).not.toBeNull()
    expect(await forecast(id, seen.asOf)).toEqual(seen)
  })

  it('on its way comes at the pace that its device reports, as far as that had come', async () => {
    const id = await order('F-11')
    const made = await buyer.ask('POST', '/shipments', {
      ...shipmentBody('F-moving', {
        origin: { name: 'a', lat: 20, lon: 110 },
        destination: { name: 'b', lat: 30, lon: 110 },
      }),
      departAt: day(-1),
      eta: day(1),
      lines: [{ orderId: id, line: '1', quantity: 20 }],
    })
    const { rows } = await service.owner.query<{ id: number }>(
      `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
       values ('f-device', $1::uuid, 60, 60, 'absolute', '\\x00') returning id`,
      [service.one.id],
    )
    const device = rows[0]?.id
    await service.owner.query(
      'insert into assignments (org_id, shipment_id, device_id, during) values ($1::uuid, $2::uuid, $3::integer, tstzrange($4::timestamptz, null))',
      [service.one.id, made.json().id, device, day(-1)],
    )
    const middle = async (asOf?: string) => (Date.parse((await forecast(id, asOf)).p50) - NOW) / DAY_MS
    const unseen = await middle()
    const before = (await forecast(id)).asOf
    expect(unseen).toBeGreaterThan(0.8)
    // a quarter of the way in half of the time: what is left takes three times as long
    await service.owner.query(
      `insert into readings (device_id, time, seq, received_at, lat, lon)
       select $1::integer, $2::timestamptz + n * interval '1 minute', n, clock_timestamp(), 20 + 2.5 * n / 1435, 110 from generate_series(0, 1435) n`,
      [device, day(-1)],
    )
    const slow = await forecast(id)
    expect(await middle()).toBeGreaterThan(1.8)
    expect(await middle()).toBeLessThan(3.2)
    expect(slow.causes[0]?.kind).toBe('transit')
    // they had not come yet
    expect(await middle(before)).toBeCloseTo(unseen, 6)
    await service.owner.query(
      `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation)
       values (gen_random_uuid(), $1::uuid, $2::uuid, $3::integer, 'self-heating', 'critical', now(), 1, 1, 1, 'x')`,
      [service.one.id, made.json().id, device],
    )
    const hot = await forecast(id)
    expect(hot.causes.map(({ kind }) => kind)).toContain('condition')
    expect(hot.probabilityLate).toBeGreaterThanOrEqual(slow.probabilityLate)
    // each of these asked for the forecast to be made again
    expect(await forecaster.look()).toBeGreaterThan(0)
  })
})
