import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
let stranger: Client
let shipment: string
let told = 0
beforeAll(async () => {
  service = await startService({ alarmsChanged: () => void told++ })
  member = await service.signIn(service.one.email.member)
  stranger = await service.signIn(service.other.email.admin)
  shipment = (await member.ask('POST', '/shipments', shipmentBody('S-1'))).json().id
  await member.ask('POST', '/devices', { id: 'tank-1', intervalSeconds: 5 })
})
afterAll(() => service.close())
beforeEach(async () => {
  told = 0
  await service.owner.query('truncate alarms, alarm_actions, alarm_changes')
})

type Raise = { onset?: string; clearedAt?: string; priority?: string; isVoid?: boolean; rule?: string }
const raise = async ({ onset = '2026-05-02T10:00:00Z', clearedAt, priority = 'high', isVoid, rule }: Raise = {}) => {
  const id = randomUUID()
  await service.owner.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, cleared_at, value, peak, limit_value, void, explanation)
     select $1, org_id, $2, id, $7, $3, $4, $5, 36, 39.5, 35, $6, 'Temperature 36 °C is above 35 °C.' from devices where code = 'tank-1'`,
    [id, shipment, priority, onset, clearedAt ?? null, isVoid ?? false, rule ?? 'temperature-high'],
  )
  return id
}
const changes = async () => (await service.owner.query('select change, alarm from alarm_changes order by id')).rows

describe('an alarm', () => {
  it('is shown with its state, and acknowledged once however often somebody says so', async () => {
    const id = await raise()
    const shown = (await member.ask('GET', '/alarms')).json()
    expect(shown).toEqual({
      items: [
        {
          id,
          shipmentId: shipment,
          shipmentReference: 'S-1',
          deviceId: 'tank-1',
          orderId: null,
          orderNumber: null,
          line: null,
          supplierId: null,
          supplierName: null,
          stage: null,
          lot: null,
          group: null,
          rule: 'temperature-high',
          priority: 'high',
          state: 'active-unacknowledged',
          onset: '2026-05-02T10:00:00.000Z',
          clearedAt: null,
          value: 36,
          peak: 39.5,
          limit: 35,
          cause: null,
          figures: null,
          causedBy: null,
          retrospective: false,
          recovered: false,
          suppressed: false,
          outOfService: false,
          void: false,
          acknowledgedBy: null,
          acknowledgedAt: null,
          shelvedUntil: null,
          shelvedBy: null,
          shelvedFor: null,
          resetAt: null,
          raisedAt: expect.any(String),
          explanation: 'Temperature 36 °C is above 35 °C.',
        },
      ],
      next: null,
    })
    const answers = await Promise.all(
      [1, 2, 3].map(() => member.ask('POST', `/alarms/${id}/acknowledge`, { note: 'calling' })),
    )
    for (const answer of answers)
      expect(answer.json()).toMatchObject({ state: 'active-acknowledged', acknowledgedBy: 'The member of one' })
    expect(await changes()).toEqual([{ change: 'acknowledged', alarm: answers[0]?.json() }])
    expect(told).toBe(1)

    const commented = await member.ask('POST', `/alarms/${id}/comment`, { text: 'driver called, cooling on' })
    expect(commented.statusCode).toBe(200)
    expect((await changes()).map((row) => row.change)).toEqual(['acknowledged', 'commented'])
    expect((await member.ask('GET', `/alarms/${id}`)).json().actions).toEqual([
      { action: 'acknowledged', by: 'The member of one', note: 'calling', at: expect.any(String), until: null },
      {
        action: 'commented',
        by: 'The member of one',
        note: 'driver called, cooling on',
        at: expect.any(String),
        until: null,
      },
    ])
    expect((await member.ask('POST', `/alarms/${id}/comment`, { text: ' ' })).statusCode).toBe(400)
  })

  it('is acknowledged without a body too', async () => {
    const id = await raise()
    const answer = await service.app.inject({
      method: 'POST',
      url: `/api/v1/alarms/${id}/acknowledge`,
      headers: { cookie: member.cookie, 'x-csrf-token': member.csrfToken, 'content-type': 'application/json' },
    })
    expect(answer.json()).toMatchObject({ id, state: 'active-acknowledged' })
    expect(
      (await member.ask('POST', `/alarms/${await raise({ onset: '2026-05-03T00:00:00Z' })}/acknowledge`)).statusCode,
    ).toBe(200)
  })

  it('stays open until it is over and acknowledged', async () => {
    const active = await raise()
    const cleared = await raise({ onset: '2026-05-02T11:00:00Z', clearedAt: '2026-05-02T11:30:00Z' })
    await raise({ onset: '2026-05-02T12:00:00Z', isVoid: true })
    const states = async (query: string) =>
      Object.fromEntries(
        (await member.ask('GET', `/alarms${query}`))
          .json()
          .items.map((a: { id: string; state: string }) => [a.id, a.state]),
      )
    expect(await states('')).toEqual({ [active]: 'active-unacknowledged', [cleared]: 'cleared-unacknowledged' })
    for (const id of [active, cleared]) await member.ask('POST', `/alarms/${id}/acknowledge`, {})
    expect(await states('?state=open')).toEqual({ [active]: 'active-acknowledged' })
    expect(Object.keys(await states('?state=all'))).toHaveLength(3)
    const ofShipment = (await member.ask('GET', `/shipments/${shipment}/alarms`)).json()
    expect(ofShipment.items).toHaveLength(3)
  })

  it('that is worst stands with its shipment', async () => {
    await raise({ priority: 'medium', onset: '2026-05-01T10:00:00Z' })
    const worst = await raise({ priority: 'critical', rule: 'temperature-high-high' })
    await raise({ priority: 'critical', rule: 'pressure-high-high', onset: '2026-05-02T12:00:00Z' })
    await raise({ priority: 'critical', rule: 'pressure-low', clearedAt: '2026-05-02T12:00:00Z' })
    await member.ask('POST', `/alarms/${worst}/acknowledge`)
    const [found] = (await member.ask('GET', '/shipments')).json().items
    expect(found).toMatchObject({
      activeAlarms: 3,
      worstAlarm: {
        id: worst,
        rule: 'temperature-high-high',
        priority: 'critical',
        onset: '2026-05-02T10:00:00.000Z',
        acknowledged: true,
      },
    })
  })

  it('of another organisation is not there', async () => {
    const id = await raise()
    expect((await stranger.ask('GET', '/alarms?state=all')).json().items).toEqual([])
    const asked = await Promise.all([
      stranger.ask('GET', `/alarms/${id}`),
      stranger.ask('POST', `/alarms/${id}/acknowledge`),
      stranger.ask('POST', `/alarms/${id}/comment`, { text: 'x' }),
      stranger.ask('GET', `/alarms/${randomUUID()}`),
    ])
    expect(asked.map((answer) => [answer.statusCode, answer.json().detail])).toEqual(
      Array(4).fill([404, 'There is no such alarm.']),
    )
    expect(await changes()).toEqual([])
  })
})
