import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createForecaster } from '../../../server/forecasts.ts'
import { route } from '../../../server/notify/routing.ts'
import { asKnown } from '../../../server/orders/forecast/known.ts'
import { feedAfter, feedHead } from '../../../server/store/alarm-feed.ts'
import { takeDue } from '../../../server/store/deliveries.ts'
import { loadLineFacts } from '../../../server/store/forecast-facts.ts'
import { inTransaction, openPool, type Pool } from '../../../server/store/pool.ts'
import { routeEvents } from '../../../server/store/routing.ts'
import { type Client, type Service, startService } from './service.ts'

const DAY_MS = 86_400_000
const NOW = Date.now()
const day = (n: number): string => new Date(NOW + n * DAY_MS).toISOString()

let service: Service
let buyer: Client
let admin: Client
let supplier: Client
let supplierId: string
let ingest: Pool
let forecaster: ReturnType<typeof createForecaster>
let heard = 0

beforeAll(async () => {
  service = await startService()
  buyer = await service.signIn(service.one.email.member)
  admin = await service.signIn(service.one.email.admin)
  supplier = await service.signIn(service.other.email.member)
  supplierId = service.other.id
  await service.owner.query(
    'insert into partners (org_id, partner_id) values ($1::uuid, $2::uuid), ($2::uuid, $1::uuid) on conflict do nothing',
    [service.one.id, supplierId],
  )
  const { connectionString = '' } = service.owner.options
  ingest = openPool(connectionString, { role: 'zaitu_ingest', max: 4, log: service.deps.log })
  forecaster = createForecaster({
    pool: ingest,
    log: service.deps.log,
    orderChanged: () => {},
    alarmsChanged: () => heard++,
  })
  const close = service.close
  service.close = async () => {
    await ingest.end()
    await close()
  }
})
afterAll(() => service.close())

const substance = { cas: '67-56-1', un: '1230' }
const stagesOf = (first: number) => [
  { stage: 'synthesis', plannedAt: day(first) },
  { stage: 'filled', plannedAt: day(first + 4) },
  { stage: 'ready', plannedAt: day(first + 6) },
]
/** A new order; its lines' synthesis was planned for `planned` days from now. */
const order = async (
  number: string,
  { lines = 1, planned = -3, needBy = 60, client = buyer, of = supplierId } = {},
): Promise<string> => {
  const made = await client.ask('POST', '/orders', {
    number,
    supplierId: of,
    orderedAt: day(-10),
    lines: Array.from({ length: lines }, (_, index) => ({
      line: String(index + 1),
      substance,
      quantity: 20,
      unit: 't',
      needBy: day(needBy),
      stages: stagesOf(planned),
    })),
  })
  expect(made.statusCode, made.body).toBe(201)
  return made.json().id
}
const say = async (
  id: string,
  body: Record<string, unknown>,
  client = supplier,
  line = '1',
): Promise<{ id: string }> => {
  const answer = await client.ask('POST', `/orders/${id}/lines/${line}/milestones`, body)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}
type Seen = {
  id: string
  rule: string
  state: string
  orderId: string
  line: string
  onset: string
  clearedAt: string | null
  group: string
  lot: string | null
  priority: string
  void: boolean
}
const alarms = async (orderId: string, { client = buyer, rule = 'stage-overdue' } = {}): Promise<Seen[]> => {
  const { items } = (await client.ask('GET', '/alarms?state=all&limit=500')).json()
  return items.filter((one: Seen) => one.orderId === orderId && one.rule === rule)
}

describe('a stage that is overdue', () => {
  it('is an alarm of its order line, seen by the buyer and, to look at, by its supplier', async () => {
    const id = await order('L-1')
    await forecaster.look()
    const [alarm, ...others] = await alarms(id)
    expect(others).toEqual([])
    expect(alarm).toMatchObject({
      shipmentId: null,
      shipmentReference: null,
      deviceId: null,
      orderId: id,
      orderNumber: 'L-1',
      line: '1',
      supplierId,
      supplierName: 'other',
      stage: 'synthesis',
      group: expect.any(String),
      priority: 'medium',
      state: 'active-unacknowledged',
      // its date and a day of grace
      onset: day(-2),
      clearedAt: null,
      limit: 1,
      explanation: `Synthesis is overdue: planned for ${day(-3).slice(0, 10)}, and nobody has said that it is done`,
    })
    expect(await alarms(id, { client: supplier })).toEqual([alarm])

    const path = `/alarms/${alarm?.id}`
    for (const [verb, body] of [
      ['acknowledge', {}],
      ['comment', { text: 'x' }],
      ['shelve', { until: day(1), reason: 'x' }],
      ['unshelve', {}],
      ['reset', {}],
    ] as const)
      expect((await supplier.ask('POST', `${path}/${verb}`, body)).statusCode, verb).toBe(403)
    expect((await supplier.ask('POST', '/alarms/acknowledge', { ids: [alarm?.id] })).json().items).toEqual([])
    expect((await buyer.ask('POST', `${path}/acknowledge`, { note: 'called them' })).json().state).toBe(
      'active-acknowledged',
    )
    expect((await buyer.ask('POST', `${path}/comment`, { text: 'on Monday' })).statusCode).toBe(200)
    expect((await buyer.ask('POST', `${path}/shelve`, { until: day(1), reason: 'waiting' })).statusCode).toBe(200)
    expect((await buyer.ask('POST', `${path}/unshelve`, {})).statusCode).toBe(200)
    const { actions } = (await buyer.ask('GET', path)).json()
    expect(actions.map(({ action }: { action: string }) => action)).toEqual([
      'acknowledged', 'commented', 'shelved', 'unshelved',
    ]) // biome-ignore format: a list
  })

  it('is over when the stage is done, and asks nobody any more', async () => {
    const id = await order('L-2')
    await forecaster.look()
    await say(id, { stage: 'synthesis', classifier: 'actual', at: day(-1) })
    await forecaster.look()
    expect(await alarms(id)).toMatchObject([{ state: 'cleared', clearedAt: day(-1), void: false }])
    const { items } = (await buyer.ask('GET', '/alarms?limit=500')).json()
    expect(items.filter((one: Seen) => one.orderId === id && one.rule === 'stage-overdue')).toEqual([])
  })

  it('never was, where it is said later that it was done in time; and is again, where that was wrong', async () => {
    const id = await order('L-3')
    await forecaster.look()
    const [before] = await alarms(id)
    const said = await say(id, { stage: 'synthesis', classifier: 'actual', at: day(-4) })
    await forecaster.look()
    expect(await alarms(id)).toMatchObject([{ id: before?.id, void: true, state: 'cleared' }])
    await say(id, { stage: 'synthesis', classifier: 'actual', at: day(-1), corrects: said.id })
    await forecaster.look()
    // it was over before anybody could know of it again
    expect((await alarms(id)).filter((one) => !one.void)).toEqual([])
  })

  it('is amended by a correction, under the same id', async () => {
    const id = await order('L-4')
    await forecaster.look()
    const [before] = await alarms(id)
    const said = await say(id, { stage: 'synthesis', classifier: 'actual', at: day(-1) })
    await forecaster.look()
    await say(id, { stage: 'synthesis', classifier: 'estimated', at: day(-1.5), corrects: said.id })
    await forecaster.look()
    // promised for two and a half days ago, as it turns out, of which one and a half are past the grace
    expect(await alarms(id)).toMatchObject([{ id: before?.id, clearedAt: null, void: false }])
  })

  it('is recorded once, though two servers look at once', async () => {
    const id = await order('L-5', { lines: 20 })
    const two = createForecaster({ pool: ingest, log: service.deps.log, orderChanged: () => {} })
    await Promise.all([forecaster.look(), two.look(), forecaster.look(), two.look()])
    await forecaster.look()
    expect(await alarms(id)).toHaveLength(20)
    const { rows } = await service.owner.query(
      `select count(*)::int as n from alarm_changes where order_id = $1 and change = 'raised'`,
      [id],
    )
    expect(rows[0]?.n).toBe((await alarms(id)).length + (await alarms(id, { rule: 'forecast-late' })).length)
  })

  it('waits longer where the organisation says so, from then on', async () => {
    const settings = { overdueGraceDays: 10 }
    expect((await admin.ask('PUT', '/alarm-settings', settings)).json().inForce.overdueGraceDays).toBe(10)
    const id = await order('L-6')
    await forecaster.look()
    expect(await alarms(id)).toEqual([])
    await admin.ask('PUT', '/alarm-settings', {})
    await forecaster.look()
    expect(await alarms(id)).toHaveLength(1)
    expect((await admin.ask('PUT', '/alarm-settings', { lateProbability: 2 })).statusCode).toBe(400)
  })
})

describe('a line that is at risk', () => {
  it('is an alarm while need-by is likely missed, under one id, and over when it arrives', async () => {
    const id = await order('L-10', { planned: 2, needBy: 3 })
    await forecaster.look()
    const [alarm] = await alarms(id, { rule: 'forecast-late' })
    expect(alarm).toMatchObject({ priority: 'high', state: 'active-unacknowledged', stage: 'synthesis' })
    expect(alarm).toMatchObject({ figures: { needByEpochMs: NOW + 3 * DAY_MS, probability: expect.any(Number) } })
    expect(alarm).toMatchObject({
      explanation: expect.stringMatching(/^Expected \d{4}-\d\d-\d\d, .* after need-by; \d+ % likely/),
    })

    expect((await buyer.ask('PATCH', `/orders/${id}/lines/1`, { needBy: day(90) })).statusCode).toBe(200)
    await forecaster.look()
    expect((await alarms(id, { rule: 'forecast-late' })).filter((one) => one.clearedAt === null)).toEqual([])
    expect((await buyer.ask('PATCH', `/orders/${id}/lines/1`, { needBy: day(3) })).statusCode).toBe(200)
    await forecaster.look()
    const open = (await alarms(id, { rule: 'forecast-late' })).filter((one) => one.clearedAt === null)
    expect(open).toHaveLength(1)
    await buyer.ask('POST', `/orders/${id}/lines/1/receipts`, { at: new Date().toISOString(), quantity: 20 })
    await forecaster.look()
    expect((await alarms(id, { rule: 'forecast-late' })).filter((one) => one.clearedAt === null)).toEqual([])
  })

  it('never was, where it had arrived before anybody worried', async () => {
    const id = await order('L-11', { planned: 2, needBy: 3 })
    await forecaster.look()
    await buyer.ask('POST', `/orders/${id}/lines/1/receipts`, { at: day(-1), quantity: 20 })
    await forecaster.look()
    expect(await alarms(id, { rule: 'forecast-late' })).toMatchObject([{ void: true }])
  })

  it('is over when the line is cancelled', async () => {
    const id = await order('L-12', { planned: -3, needBy: 3 })
    await forecaster.look()
    expect(await alarms(id, { rule: 'forecast-late' })).toMatchObject([{ clearedAt: null }])
    await buyer.ask('PATCH', `/orders/${id}/lines/1`, { cancelled: true })
    await forecaster.look()
    const all = [...(await alarms(id, { rule: 'forecast-late' })), ...(await alarms(id))]
    expect(all.filter((one) => one.clearedAt === null)).toEqual([])
  })
})

describe('who is told', () => {
  it('the feed goes to both sides of the line and to nobody else', async () => {
    const from = await feedHead(ingest)
    const calls = heard
    const id = await order('L-20')
    await forecaster.look()
    expect(heard).toBeGreaterThan(calls)
    // the feed waits for whatever else writes on this database server, and so do we
    const told = async () => (await feedAfter(ingest, from, 500)).filter(({ alarm }) => alarm.orderId === id)
    await expect.poll(async () => (await told()).map(({ change }) => change), { timeout: 10_000 }).toContain('raised')
    const entries = await told()
    for (const { audience, shipmentId } of entries) {
      expect(audience.toSorted()).toEqual([service.one.id, supplierId].toSorted())
      expect(shipmentId).toBeNull()
    }
  })

  it('forty lines of one supplier at one stage are one message to the buyer', async () => {
    await service.owner.query('delete from outbox')
    const made = await admin.ask('POST', '/channels', {
      kind: 'webhook', name: 'late', language: 'en', perMinute: 60, url: 'https://hook.example/',
    }) // biome-ignore format: a channel
    const channelId = made.json().id
    const rule = { channelId, kinds: ['stage-overdue'], priorities: ['high', 'medium', 'low'] }
    expect((await admin.ask('POST', '/notification-rules', rule)).statusCode).toBe(201)
    const id = await order('L-21', { lines: 40 })
    await forecaster.look()
    const groups = new Set((await alarms(id)).map(({ group }) => group))
    expect([(await alarms(id)).length, groups.size]).toEqual([40, 1])
    // whoever raises more of them a moment later adds nothing
    await order('L-22')
    await forecaster.look()
    await service.owner.query('update outbox set next_attempt_at = now()')
    await routeEvents(ingest, route, 200)
    const { dues, facts } = await takeDue(ingest, channelId)
    expect(dues).toHaveLength(1)
    const told = facts.get(dues[0]?.id ?? '')
    expect(told?.kind).toBe('stage-overdue')
    expect(told?.together.filter(({ orderId }) => orderId === id)).toHaveLength(40)
    // an hour has to pass before the next
    await order('L-23')
    await forecaster.look()
    const { rows } = await service.owner.query(
      `select next_attempt_at > now() + interval '50 minutes' as later from outbox where sent_at is null and kind = 'stage-overdue'`,
    )
    expect(rows).toEqual([{ later: true }])
  })

  it('lines of one lot are one message, whatever stage they have come to; a lot of one line makes none', async () => {
    await service.owner.query('delete from outbox; delete from notifications')
    const [one, two, other] = [await order('L-25', { lines: 2 }), await order('L-26'), await order('L-27')]
    const late = { stage: 'ready', classifier: 'estimated', at: day(40) }
    await say(one, { ...late, lot: 'L-7' })
    await say(two, { stage: 'synthesis', classifier: 'actual', at: day(-9) })
    await say(two, { stage: 'filled', classifier: 'estimated', at: day(-2), lot: 'L-7' })
    await say(other, { ...late, lot: 'L-8' })
    // that another buyer has some of it is between that one and the supplier
    const theirs = await order('L-28', { client: supplier })
    await say(theirs, { ...late, lot: 'L-7' })
    await forecaster.look()
    const [ofOne, ofTwo, ofOther] = [await alarms(one), await alarms(two), await alarms(other)]
    const byLine = (line: string) => ofOne.find((alarm) => alarm.line === line)
    expect([byLine('1')?.lot, ofTwo[0]?.lot, byLine('2')?.lot, ofOther[0]?.lot]).toEqual(['L-7', 'L-7', null, null])
    expect(byLine('1')?.group).toBe(ofTwo[0]?.group)
    expect(byLine('2')?.group).toBe(ofOther[0]?.group)
    expect(byLine('2')?.group).not.toBe(byLine('1')?.group)
    const { rows } = await service.owner.query(
      `select count(*)::int as n from outbox where kind = 'stage-overdue' and payload ->> 'group' = $1`,
      [ofTwo[0]?.group],
    )
    expect(rows).toEqual([{ n: 1 }])
    // each side is shown which lines are late together, of those that it sees
    const ours = { orderId: one, number: 'L-25', line: '1' }
    for (const [client, shared] of [
      [buyer, [ours]],
      [supplier, [ours, { orderId: theirs, number: 'L-28', line: '1' }]],
    ] as const) {
      const { lines } = (await client.ask('GET', `/orders/${two}`)).json()
      expect(lines).toMatchObject([{ lot: 'L-7', sharesLot: shared }])
    }
  })

  it('is dropped when all of it is over before it was sent', async () => {
    await service.owner.query('delete from outbox; delete from notifications')
    const id = await order('L-24', { planned: -8, of: service.one.id })
    await forecaster.look()
    await service.owner.query('update outbox set next_attempt_at = now()')
    await routeEvents(ingest, route, 200)
    await say(id, { stage: 'synthesis', classifier: 'actual', at: day(-1) }, buyer)
    await forecaster.look()
    const { rows } = await service.owner.query(
      `select notification_verdict(n) as verdict from notifications n join alarms a on a.id = n.alarm_id where a.order_id = $1 and n.kind = 'stage-overdue' and n.channel_id is not null`,
      [id],
    )
    expect(rows).toEqual([{ verdict: 'over' }])
  })
})

describe('if a supplier slips', () => {
  it('names the lines that turn, and changes nothing', async () => {
    const soon = await order('W-1', { planned: 2, needBy: 20 })
    const far = await order('W-2', { planned: 2, needBy: 300 })
    const ask = (body: unknown, client = buyer) => client.ask('POST', '/orders/what-if', body)
    const answer = await ask({ supplierId, days: 60 })
    expect(answer.statusCode, answer.body).toBe(200)
    const items: { orderId: string; turns: string | null; before: { p50: string }; after: { p50: string } }[] =
      answer.json().items
    const of = (id: string) => items.find(({ orderId }) => orderId === id)
    expect(of(soon)).toMatchObject({ line: '1', number: 'W-1', needBy: day(20), turns: 'red' })
    expect(of(far)).toMatchObject({ turns: null })
    const { before, after } = of(soon) ?? { before: { p50: '' }, after: { p50: '' } }
    expect((Date.parse(after.p50) - Date.parse(before.p50)) / DAY_MS).toBeCloseTo(60, 0)
    const kept = (await buyer.ask('GET', `/orders/${soon}/lines/1/forecast`)).json()
    expect(Math.abs(Date.parse(kept.p50) - Date.parse(before.p50))).toBeLessThan(3_600_000)

    // a lot of it: those alone that are of it now
    await say(soon, { stage: 'filled', classifier: 'estimated', at: day(6), lot: 'W-LOT' })
    await say(far, { stage: 'filled', classifier: 'estimated', at: day(6), lot: 'W-LOT' })
    await say(far, { stage: 'filled', classifier: 'estimated', at: day(6), lot: 'W-OTHER' })
    const ofLot = (await ask({ supplierId, lot: 'W-LOT', days: 60 })).json().items
    expect(ofLot).toMatchObject([{ orderId: soon, lot: 'W-LOT', turns: 'red' }])
    expect(ofLot).toHaveLength(1)
    // a lot is of one supplier
    expect((await ask({ supplierId: service.one.id, lot: 'W-LOT', days: 60 })).json().items).toEqual([])

    const viewer = await service.signIn(service.one.email.viewer)
    expect((await ask({ supplierId, days: 3 }, viewer)).statusCode).toBe(200)
    expect((await ask({ supplierId, days: 4000 })).statusCode).toBe(400)
    expect((await ask({ supplierId: crypto.randomUUID(), days: 3 })).statusCode).toBe(404)
    // it delivers them: they are not its own to plan
    expect((await ask({ supplierId: service.one.id, days: 3 }, supplier)).json()).toEqual({ items: [] })
  })
})

describe('a supplier’s scorecard', () => {
  let third: string
  const card = async (client: Client, query = '') => {
    const answer = await client.ask('GET', `/suppliers/${third}/scorecard${query}`)
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json()
  }
  const put = (line: number, said: Record<string, unknown>[]) =>
    Promise.all(
      said.map(({ stage, classifier, at, recordedAt }) =>
        service.owner.query(
          `insert into milestones (order_id, line, org_id, supplier_id, stage, classifier, at, said_org, said_by, recorded_at)
           select order_id, line, org_id, supplier_id, $3, $4, $5, supplier_id, '{"kind":"mqtt","name":"x"}', $6
           from order_lines where supplier_id = $1 and line = $2`,
          [third, String(line), stage, classifier, at, recordedAt],
        ),
      ),
    )

  it('says how many lines came in time, how many dates were kept, and how long it was silent', async () => {
    third = (await admin.ask('POST', '/organisations', { name: 'Third', kind: 'supplier' })).json().id
    const nothing = {
      supplierId: third, lines: 0, onTime: { share: null, of: 0 }, estimates: { share: null, of: 0, medianDaysOff: null },
      silence: { medianDays: null, openSilent: 0 },
    } // biome-ignore format: a card
    expect(await card(buyer)).toEqual(nothing)
    const id = await order('S-1', { lines: 3, of: third, needBy: 5 })
    // entered long ago, of which nobody says anything but of the first
    await service.owner.query(`update orders set created_at = now() - interval '30 days' where id = $1`, [id])
    await put(1, [
      { stage: 'synthesis', classifier: 'estimated', at: day(-6), recordedAt: day(-8) },
      { stage: 'synthesis', classifier: 'actual', at: day(-4), recordedAt: day(-4) },
      { stage: 'filled', classifier: 'estimated', at: day(-3.5), recordedAt: day(-4) },
      { stage: 'filled', classifier: 'actual', at: day(-3), recordedAt: day(-3) },
    ])
    await buyer.ask('POST', `/orders/${id}/lines/1/receipts`, { at: day(-1), quantity: 20 })
    await buyer.ask('PATCH', `/orders/${id}/lines/2`, { needBy: day(-3) })
    await buyer.ask('POST', `/orders/${id}/lines/2/receipts`, { at: day(-1), quantity: 20 })
    const seen = await card(buyer)
    expect(seen).toEqual({
      supplierId: third,
      lines: 3,
      onTime: { share: 0.5, of: 2 },
      estimates: { share: 0.5, of: 2, medianDaysOff: 1.3 },
      // two days after the order, then four, then one
      silence: { medianDays: 2, openSilent: 1 },
    })
  })

  it('counts a stage as done when the line and the forecast do, and none of the buyer’s own estimates', async () => {
    const words = [
      ['estimated', -6, -8], ['actual', -4, -4],
      // done again
      ['actual', -2, -1.5],
    ] as const // biome-ignore format: a timetable
    const fourth = (await admin.ask('POST', '/organisations', { name: 'Fourth', kind: 'supplier' })).json().id
    const id = await order('S-2', { lines: 1, of: fourth, needBy: 5 })
    const put = (classifier: string, at: number, learnt: number, by: string) =>
      service.owner.query(
        `insert into milestones (order_id, line, org_id, supplier_id, stage, classifier, at, said_org, said_by, recorded_at)
         values ($1, '1', $2, $3, 'synthesis', $4, $5, $6, '{"kind": "token", "id": "t", "name": "T"}', $7)`,
        [id, service.one.id, fourth, classifier, day(at), by, day(learnt)],
      )
    for (const [classifier, at, learnt] of words) await put(classifier, at, learnt, fourth)
    await put('estimated', -2, -8, service.one.id)
    const { rows } = await service.owner.query<{ at: Date }>('select at from stages_done where order_id = $1', [id])
    const facts = await inTransaction(ingest, (tx) => loadLineFacts(tx, [{ orderId: id, line: '1' }], Date.now()))
    const known = facts.map(
      (one) => asKnown(one, Date.now()).standings.find(({ stage }) => stage === 'synthesis')?.doneAt,
    )
    const seen = (await buyer.ask('GET', `/orders/${id}`)).json().lines[0].stages
    const shown = seen.find(({ stage }: { stage: string }) => stage === 'synthesis').actualAt
    expect([rows.map(({ at }) => at.getTime()), known]).toEqual([[Date.parse(shown)], [Date.parse(shown)]])
    const record = (await buyer.ask('GET', `/suppliers/${fourth}/scorecard`)).json()
    expect(record.estimates).toEqual({ share: 0, of: 1, medianDaysOff: 4 })
    const figure = (await buyer.ask('GET', `/suppliers/${fourth}/reliability`)).json()
    expect(figure).toEqual({ judged: 1, onTime: 0 })
    // begun anew it is open on all of them
    await put('actual', -1, -1, fourth)
    await service.owner.query(`update milestones set progress = 0.1 where order_id = $1 and at = $2`, [id, day(-1)])
    const after = (await buyer.ask('GET', `/suppliers/${fourth}/scorecard`)).json()
    expect(after.estimates.of).toBe(0)
    await service.owner.query('update order_lines set cancelled_at = now() where order_id = $1', [id])
  })

  it('is the same for the supplier, and none of anybody else’s', async () => {
    await service.owner.query(
      `insert into people (org_id, email, name, role, password_hash) select $1, 'member@third.example', 'T', 'member', password_hash
       from people where email = $2`,
      [third, service.one.email.member],
    )
    const theirs = await service.signIn('member@third.example')
    const seen = await card(buyer)
    expect(await card(theirs)).toEqual(seen)
    expect(await card(theirs, `?buyerId=${service.one.id}`)).toEqual(seen)
    await service.owner.query('insert into partners (org_id, partner_id) values ($1, $2)', [service.other.id, third])
    expect(await card(supplier)).toMatchObject({ lines: 0, onTime: { share: null, of: 0 } })
    // whose figures they are is not for the asker to choose
    await service.owner.query(
      'insert into partners (org_id, partner_id) values ($1::uuid, $2::uuid), ($2::uuid, $1::uuid) on conflict do nothing',
      [service.other.id, service.one.id],
    )
    expect(await card(supplier, `?buyerId=${service.one.id}`)).toMatchObject({ lines: 0 })
    const { statusCode } = await buyer.ask('GET', `/suppliers/${crypto.randomUUID()}/scorecard`)
    expect(statusCode).toBe(404)
  })
})
