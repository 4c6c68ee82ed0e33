import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

/**
 * The life cycle transition by transition. A to I are the states of the alarm state diagram of ISA-18.2 (IEC 62682 has the
 * same): what people may do in each and what comes of it, or the sentence that refuses. The condition itself comes and goes
 * underneath; an alarm that is void is of no state, because it never was.
 */
let service: Service
let member: Client
let shipment: string
const latching = 'temperature-high-high'
const plain = 'pressure-low'
beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.member)
  shipment = (await member.ask('POST', '/shipments', shipmentBody('S-1', { phase: 'in-transit' }))).json().id
  await member.ask('POST', '/devices', { id: 'tank-1', intervalSeconds: 5 })
  await service.owner.query(
    `with c as (insert into channels (org_id, name, kind, shown, language, origin, per_minute)
       values ($1, 'desk', 'webhook', '', 'en', '', 60) returning id)
     insert into escalation_steps (org_id, channel_id, after, minutes, priorities, created_at)
     select $1, c.id, x.after, 10, '{critical,high}', now() - interval '2 hours' from c, (values ('raised'), ('acknowledged')) as x (after)`,
    [service.one.id],
  )
})
afterAll(() => service.close())
beforeEach(async () => {
  for (const table of ['notifications', 'alarm_actions', 'alarm_changes', 'alarms', 'rule_service'])
    await service.owner.query(`delete from ${table}`)
  await phase('in-transit')
})

const raise = async (rule: string): Promise<string> => {
  const id = randomUUID()
  await service.owner.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, latching, onset, raised_at, value, peak, limit_value, explanation)
     select $1, org_id, $2, id, $3, $4, $5, now() - interval '1 hour', now() - interval '1 hour', 36, 39, 35, '' from devices`,
    [id, shipment, rule, rule === latching ? 'critical' : 'high', rule === latching],
  )
  return id
}
const over = (id: string) => service.owner.query('update alarms set cleared_at = now() where id = $1', [id])
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()
const post = (id: string, verb: string, body: object = {}) => member.ask('POST', `/alarms/${id}/${verb}`, body)
const acknowledge = (id: string) => post(id, 'acknowledge')
const shelve = (id: string) => post(id, 'shelve', { until: inHours(1), reason: 'known' })
const endShelf = async () => {
  await service.owner.query(`update alarm_actions set until = now() - interval '1 second' where action = 'shelved'`)
  await service.owner.query('select end_shelves()')
}
/** What goes to the next step when half an hour has passed without anybody doing more. */
const escalated = async (): Promise<string[]> => {
  await service.owner.query(`update alarm_actions set at = now() - interval '30 minutes'`)
  await service.owner.query('select escalate_alarms()')
  await service.owner.query('select escalate_alarms()')
  const { rows } = await service.owner.query<{ kind: string }>(
    `select kind from notifications where kind in ('alarm-escalated', 'alarm-again')`,
  )
  return rows.map(({ kind }) => kind)
}
const phase = (to: string) => member.ask('PATCH', `/shipments/${shipment}`, { phase: to })
const takeOut = () => member.ask('POST', `/shipments/${shipment}/out-of-service`, { rule: plain, reason: 'broken' })
const putBack = () => member.ask('DELETE', `/shipments/${shipment}/out-of-service/${plain}`)

/** How it looks: its state with what stands beside it, and whether it is in the list of what asks for somebody. */
const look = async (id: string): Promise<string> => {
  const { state, shelvedUntil, suppressed, outOfService } = (await member.ask('GET', `/alarms/${id}`)).json()
  const open = (await member.ask('GET', '/alarms')).json().items.some((alarm: { id: string }) => alarm.id === id)
  const asks = (await member.ask('GET', `/shipments/${shipment}`)).json().activeAlarms > 0
  return [
    state,
    ...(shelvedUntil === null ? [] : ['shelved']),
    ...(suppressed ? ['suppressed'] : []),
    ...(outOfService ? ['out of service'] : []),
    ...(open ? ['open'] : []),
    ...(asks ? ['asks'] : []),
  ].join(', ')
}

type Way = { rule: string; steps: ((id: string) => Promise<unknown>)[] }
const STATES = {
  'A, normal again: over and acknowledged': { rule: plain, steps: [acknowledge, over] },
  'A, normal again: reset': { rule: latching, steps: [acknowledge, over, (id) => post(id, 'reset')] },
  'B, unacknowledged': { rule: plain, steps: [] },
  'B, unacknowledged, of one that latches': { rule: latching, steps: [] },
  'C, acknowledged': { rule: plain, steps: [acknowledge] },
  'C, acknowledged, of one that latches': { rule: latching, steps: [acknowledge] },
  'D, returned to normal, unacknowledged': { rule: plain, steps: [over] },
  'E, latched, unacknowledged': { rule: latching, steps: [over] },
  'F, latched, acknowledged': { rule: latching, steps: [acknowledge, over] },
  'G, shelved': { rule: plain, steps: [shelve] },
  'H, suppressed by design': { rule: plain, steps: [() => phase('unloading')] },
  'I, out of service': { rule: plain, steps: [takeOut] },
} satisfies Record<string, Way>
type State = keyof typeof STATES

const HOLDS = '409 Its condition still holds: it can be reset when that is over.'
const NOT_SHELVED = '409 This alarm is not shelved.'
const NOT_LATCHED = '409 It is not latched.'
const NOTHING = '409 This alarm is over: there is nothing to shelve.'
const FIRST = '409 Acknowledge this alarm first, then reset it.'
type Outcomes = Record<'is' | 'acknowledge' | 'shelve' | 'unshelve' | 'reset' | 'over', string> & { told: string[] }
/** What it is, what each action makes of it, and what comes when its condition ends; and who
 * is told if nobody does anything (escalation), or it lasts (re-alarm). A comment changes nothing, ever. */
const TABLE: Record<State, Outcomes> = {
  'A, normal again: over and acknowledged': {
    is: 'cleared',
    acknowledge: 'cleared',
    shelve: NOTHING,
    unshelve: NOT_SHELVED,
    reset: NOT_LATCHED,
    over: 'cleared',
    told: [],
  },
  'A, normal again: reset': {
    is: 'cleared',
    acknowledge: 'cleared',
    shelve: NOTHING,
    unshelve: NOT_SHELVED,
    reset: NOT_LATCHED,
    over: 'cleared',
    told: [],
  },
  'B, unacknowledged': {
    is: 'active-unacknowledged, open, asks',
    acknowledge: 'active-acknowledged, open, asks',
    shelve: 'active-unacknowledged, shelved, open',
    unshelve: NOT_SHELVED,
    reset: HOLDS,
    over: 'cleared-unacknowledged, open',
    told: ['alarm-escalated'],
  },
  'B, unacknowledged, of one that latches': {
    is: 'active-unacknowledged, open, asks',
    acknowledge: 'active-acknowledged, open, asks',
    shelve: 'active-unacknowledged, shelved, open',
    unshelve: NOT_SHELVED,
    reset: HOLDS,
    over: 'latched-unacknowledged, open, asks',
    told: ['alarm-escalated'],
  },
  'C, acknowledged': {
    is: 'active-acknowledged, open, asks',
    acknowledge: 'active-acknowledged, open, asks',
    shelve: 'active-acknowledged, shelved, open',
    unshelve: NOT_SHELVED,
    reset: HOLDS,
    over: 'cleared',
    told: ['alarm-again'],
  },
  'C, acknowledged, of one that latches': {
    is: 'active-acknowledged, open, asks',
    acknowledge: 'active-acknowledged, open, asks',
    shelve: 'active-acknowledged, shelved, open',
    unshelve: NOT_SHELVED,
    reset: HOLDS,
    over: 'latched-acknowledged, open, asks',
    told: ['alarm-again'],
  },
  'D, returned to normal, unacknowledged': {
    is: 'cleared-unacknowledged, open',
    acknowledge: 'cleared',
    shelve: 'cleared-unacknowledged, shelved, open',
    unshelve: NOT_SHELVED,
    reset: NOT_LATCHED,
    over: 'cleared-unacknowledged, open',
    told: [],
  },
  'E, latched, unacknowledged': {
    is: 'latched-unacknowledged, open, asks',
    acknowledge: 'latched-acknowledged, open, asks',
    shelve: 'latched-unacknowledged, shelved, open',
    unshelve: NOT_SHELVED,
    reset: FIRST,
    over: 'latched-unacknowledged, open, asks',
    told: ['alarm-escalated'],
  },
  'F, latched, acknowledged': {
    is: 'latched-acknowledged, open, asks',
    acknowledge: 'latched-acknowledged, open, asks',
    shelve: 'latched-acknowledged, shelved, open',
    unshelve: NOT_SHELVED,
    reset: 'cleared',
    over: 'latched-acknowledged, open, asks',
    told: [],
  },
  'G, shelved': {
    is: 'active-unacknowledged, shelved, open',
    acknowledge: 'active-acknowledged, shelved, open',
    shelve: 'active-unacknowledged, shelved, open',
    unshelve: 'active-unacknowledged, open, asks',
    reset: HOLDS,
    over: 'cleared-unacknowledged, shelved, open',
    told: [],
  },
  'H, suppressed by design': {
    is: 'active-unacknowledged, suppressed',
    acknowledge: 'active-acknowledged, suppressed',
    shelve: 'active-unacknowledged, shelved, suppressed',
    unshelve: NOT_SHELVED,
    reset: HOLDS,
    over: 'cleared-unacknowledged, suppressed',
    told: [],
  },
  'I, out of service': {
    is: 'active-unacknowledged, out of service',
    acknowledge: 'active-acknowledged, out of service',
    shelve: 'active-unacknowledged, shelved, out of service',
    unshelve: NOT_SHELVED,
    reset: HOLDS,
    over: 'cleared-unacknowledged, out of service',
    told: [],
  },
}

const enter = async (name: State): Promise<string> => {
  const { rule, steps }: Way = STATES[name]
  const id = await raise(rule)
  for (const step of steps) await step(id)
  return id
}
const DO: Record<Exclude<keyof Outcomes, 'is' | 'over' | 'told'> | 'comment', (id: string) => ReturnType<typeof post>> =
  {
    acknowledge,
    shelve,
    unshelve: (id) => post(id, 'unshelve'),
    reset: (id) => post(id, 'reset'),
    comment: (id) => post(id, 'comment', { text: 'seen' }),
  }
const NAMES = Object.keys(TABLE) as State[]

describe.each(NAMES)('ISA-18.2 state %s', (name) => {
  const expected = TABLE[name]
  it.each(['acknowledge', 'shelve', 'unshelve', 'reset', 'comment'] as const)('%s', async (verb) => {
    const id = await enter(name)
    expect(await look(id)).toBe(expected.is)
    const answer = await DO[verb](id)
    const outcome = verb === 'comment' ? expected.is : expected[verb]
    if (answer.statusCode === 200) expect(await look(id)).toBe(outcome)
    else {
      expect(`${answer.statusCode} ${answer.json().detail}`).toBe(outcome)
      // what is refused has done nothing
      expect(await look(id)).toBe(expected.is)
    }
  })
  it('and its condition ends', async () => {
    const id = await enter(name)
    await over(id)
    expect(await look(id)).toBe(expected.over)
  })
  it('and nothing is done', async () => {
    await enter(name)
    expect(await escalated()).toEqual(expected.told)
  })
})

describe('ISA-18.2 transitions back', () => {
  it('there is no alarm of an unknown id, whatever is asked of it', async () => {
    for (const verb of Object.values(DO)) expect((await verb(randomUUID())).statusCode).toBe(404)
  })
  it.each([
    ['G to B: the shelf ends while the condition holds', [shelve], endShelf, 'active-unacknowledged, open, asks'],
    ['G to C: it was acknowledged on the shelf', [shelve, acknowledge], endShelf, 'active-acknowledged, open, asks'],
    ['G to D: it ended on the shelf', [shelve, over], endShelf, 'cleared-unacknowledged, open'],
    ['G to A: acknowledged and ended on the shelf', [shelve, acknowledge, over], endShelf, 'cleared'],
    [
      'H to B: the phase ends that suppresses it',
      [() => phase('unloading')],
      () => phase('in-transit'),
      'active-unacknowledged, open, asks',
    ],
    ['H to C', [acknowledge, () => phase('unloading')], () => phase('in-transit'), 'active-acknowledged, open, asks'],
    ['I to B: it is put back into service', [takeOut], putBack, 'active-unacknowledged, open, asks'],
    ['I to C', [takeOut, acknowledge], putBack, 'active-acknowledged, open, asks'],
    ['G and I: put back, it is on its shelf still', [shelve, takeOut], putBack, 'active-unacknowledged, shelved, open'],
  ] as const)('%s', async (_name, steps, back, then) => {
    const id = await raise(plain)
    for (const step of steps) await step(id)
    await back()
    expect(await look(id)).toBe(then)
  })
  it('A to B: the condition comes again as another alarm, that nobody has acknowledged', async () => {
    const first = await raise(plain)
    await acknowledge(first)
    await over(first)
    const second = await raise(plain)
    expect([await look(first), await look(second)]).toEqual(['cleared, asks', 'active-unacknowledged, open, asks'])
  })
  it('I: what is out of service already, or is not, is said', async () => {
    await takeOut()
    expect((await takeOut()).json()).toMatchObject({
      status: 409,
      detail: `${plain} is out of service on this shipment already.`,
    })
    await putBack()
    expect((await putBack()).json()).toMatchObject({
      status: 409,
      detail: `${plain} is not out of service on this shipment.`,
    })
  })
  it('I to B: it comes back by itself at the moment that was said, and can be put back before', async () => {
    const id = await raise(plain)
    const path = `/shipments/${shipment}/out-of-service`
    const body = { rule: plain, reason: 'broken', until: inHours(1) }
    expect((await member.ask('POST', path, { ...body, until: inHours(-1) })).statusCode).toBe(400)
    expect((await member.ask('POST', path, body)).json().items).toMatchObject([
      { to: body.until, takenBy: 'The member of one' },
    ])
    expect((await takeOut()).statusCode).toBe(409)
    expect(await look(id)).toBe('active-unacknowledged, out of service')
    await service.owner.query(
      `update rule_service set out_from = now() - interval '1 hour', out_to = now() - interval '1 second'`,
    )
    expect(await look(id)).toBe('active-unacknowledged, open, asks')
    expect((await putBack()).statusCode).toBe(409)
    await member.ask('POST', path, body)
    expect((await putBack()).json().items[0]).toMatchObject({ putBackBy: 'The member of one' })
    expect(await look(id)).toBe('active-unacknowledged, open, asks')
  })
  it('void: what never was is of no state, and keeps what people did about it', async () => {
    const id = await raise(latching)
    await acknowledge(id)
    await service.owner.query('update alarms set void = true, cleared_at = now() where id = $1', [id])
    expect(await look(id)).toBe('cleared')
    expect((await member.ask('GET', `/alarms/${id}`)).json()).toMatchObject({
      void: true,
      actions: [{ action: 'acknowledged' }],
    })
    expect((await post(id, 'reset')).json().detail).toBe('It is not latched.')
  })
})
