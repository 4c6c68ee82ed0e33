import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
let stranger: Client
let shipment: string
beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.member)
  stranger = await service.signIn(service.other.email.admin)
  shipment = (await member.ask('POST', '/shipments', shipmentBody('S-1'))).json().id
  await member.ask('POST', '/devices', { id: 'tank-1', intervalSeconds: 5 })
})
afterAll(() => service.close())
beforeEach(() => service.owner.query('truncate alarms, alarm_actions, alarm_changes'))

const raise = async (priority: string, clearedAt: string | null = null): Promise<string> => {
  const id = randomUUID()
  await service.owner.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, latching, onset, cleared_at, value, peak, limit_value, explanation)
     select $1, org_id, $2, id, 'temperature-high-high', $3, $3 = 'critical', now() - interval '1 hour', $4, 36, 39, 35, '' from devices`,
    [id, shipment, priority, clearedAt],
  )
  return id
}
const clear = (id: string) => service.owner.query('update alarms set cleared_at = now() where id = $1', [id])
const state = async (id: string): Promise<string> => (await member.ask('GET', `/alarms/${id}`)).json().state
const open = async (): Promise<string[]> =>
  (await member.ask('GET', '/alarms')).json().items.map(({ id }: { id: string }) => id)
const listed = async () => (await member.ask('GET', `/shipments/${shipment}`)).json()
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()

describe('the life cycle of an alarm (ISA-18.2)', () => {
  it.each([
    ['high', 'acknowledge first', ['active-unacknowledged', 'active-acknowledged', 'cleared']],
    ['high', 'clear first', ['active-unacknowledged', 'cleared-unacknowledged', 'cleared']],
    ['critical', 'acknowledge first', ['active-unacknowledged', 'active-acknowledged', 'latched-acknowledged']],
    ['critical', 'clear first', ['active-unacknowledged', 'latched-unacknowledged', 'latched-acknowledged']],
  ])('of priority %s, %s', async (priority, order, states) => {
    const id = await raise(priority)
    const seen = [await state(id)]
    const steps = [() => member.ask('POST', `/alarms/${id}/acknowledge`), () => clear(id)]
    for (const step of order === 'clear first' ? steps.reverse() : steps) {
      await step()
      seen.push(await state(id))
    }
    expect(seen).toEqual(states)
  })

  it('holds a critical one until somebody resets it, who has seen it, and only when its condition is over', async () => {
    const id = await raise('critical')
    const reset = () => member.ask('POST', `/alarms/${id}/reset`)
    expect((await reset()).statusCode).toBe(409)
    await clear(id)
    expect((await reset()).json().detail).toBe('Acknowledge this alarm first, then reset it.')
    expect((await listed()).activeAlarms).toBe(1)
    await member.ask('POST', `/alarms/${id}/acknowledge`)
    expect(await open()).toEqual([id])
    expect((await reset()).json()).toMatchObject({ state: 'cleared', resetAt: expect.any(String) })
    expect(await open()).toEqual([])
    expect((await listed()).activeAlarms).toBe(0)
    expect((await reset()).statusCode).toBe(409)
  })

  it('is shelved with a reason and an end, and is no longer what a shipment asks for', async () => {
    const id = await raise('high')
    const until = inHours(4)
    const answer = await member.ask('POST', `/alarms/${id}/shelve`, { until, reason: 'sensor is being changed' })
    expect(answer.json()).toMatchObject({
      state: 'active-unacknowledged',
      shelvedUntil: until,
      shelvedBy: 'The member of one',
      shelvedFor: 'sensor is being changed',
    })
    expect(await listed()).toMatchObject({ activeAlarms: 0, worstAlarm: null })
    expect((await member.ask('POST', `/alarms/${id}/unshelve`)).json()).toMatchObject({ shelvedUntil: null })
    expect(await listed()).toMatchObject({ activeAlarms: 1, worstAlarm: { id } })
    expect((await member.ask('POST', `/alarms/${id}/unshelve`)).statusCode).toBe(409)
    const { rows } = await service.owner.query('select change from alarm_changes order by id')
    expect(rows.map(({ change }) => change)).toEqual(['shelved', 'unshelved'])
  })

  it.each([
    ['without a reason', 'high', { until: () => inHours(1), reason: ' ' }, 400],
    ['until a moment that is over', 'high', { until: () => inHours(-1), reason: 'x' }, 400],
    ['for longer than its priority allows', 'critical', { until: () => inHours(5), reason: 'x' }, 422],
  ])('is not shelved %s', async (_what, priority, { until, reason }, status) => {
    const id = await raise(priority)
    const answer = await member.ask('POST', `/alarms/${id}/shelve`, { until: until(), reason })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      status,
      expect.stringContaining('problem+json'),
    ])
  })

  it('comes back by itself, and says so once however many servers look', async () => {
    const id = await raise('high')
    await member.ask('POST', `/alarms/${id}/shelve`, { until: inHours(1), reason: 'x' })
    await service.owner.query(`update alarm_actions set until = now() - interval '1 second' where action = 'shelved'`)
    const looks = await Promise.all([1, 2, 3].map(() => service.owner.query('select end_shelves() as n')))
    expect(looks.map(({ rows }) => rows[0].n).sort()).toEqual([0, 0, 1])
    const { rows } = await service.owner.query(
      `select change, alarm ->> 'shelvedUntil' as until from alarm_changes order by id`,
    )
    expect(rows.at(-1)).toEqual({ change: 'unshelved', until: null })
    expect((await listed()).activeAlarms).toBe(1)
  })

  it.each(['shelve', 'unshelve', 'reset'])('is not there for a stranger who would %s it', async (verb) => {
    const id = await raise('high')
    const body = verb === 'shelve' ? { until: inHours(1), reason: 'x' } : {}
    expect((await stranger.ask('POST', `/alarms/${id}/${verb}`, body)).statusCode).toBe(404)
  })
})

describe('several alarms at once', () => {
  it('are acknowledged together; what is foreign or unknown is skipped, and nothing is said of it', async () => {
    const ids = [await raise('high'), await raise('critical'), await raise('low')]
    const unknown = randomUUID()
    expect((await stranger.ask('POST', '/alarms/acknowledge', { ids: [...ids, unknown] })).json()).toEqual({
      items: [],
      skipped: [...ids, unknown].sort(),
    })
    const answer = (await member.ask('POST', '/alarms/acknowledge', { ids: [...ids, unknown], note: 'flood' })).json()
    expect(answer.skipped).toEqual([unknown])
    expect(answer.items.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill('active-acknowledged'))
    const { rows } = await service.owner.query('select distinct note from alarm_actions')
    expect(rows).toEqual([{ note: 'flood' }])
  })
})
