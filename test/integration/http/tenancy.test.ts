import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let owner: Client
let shipment: string
let assignment: string
let alarm: string
beforeAll(async () => {
  service = await startService()
  owner = await service.signIn(service.one.email.admin)
  shipment = (await owner.ask('POST', '/shipments', shipmentBody('S-1'))).json().id
  await owner.ask('POST', '/devices', { id: 'tank-1', intervalSeconds: 5 })
  const from = '2026-05-01T08:00:00Z'
  assignment = (await owner.ask('POST', `/shipments/${shipment}/assignments`, { deviceId: 'tank-1', from })).json().id
  alarm = randomUUID()
  await service.owner.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation)
     select $1, org_id, $2, id, 'temperature-high', 'high', now(), 1, 1, 1, '' from devices where code = 'tank-1'`,
    [alarm, shipment],
  )
})
afterAll(() => service.close())

type Method = 'GET' | 'POST' | 'PATCH'
const range = 'from=0&to=1000'
/** Every path that names a thing of one organisation, with a body that its own people get a 2xx for. */
const paths = (ids: { shipment: string; alarm: string; device: string; assignment: string }) =>
  [
    ['GET', `/shipments/${ids.shipment}`],
    ['GET', `/shipments/${ids.shipment}/readings?${range}`],
    ['GET', `/shipments/${ids.shipment}/track?${range}`],
    ['GET', `/shipments/${ids.shipment}/alarms`],
    ['GET', `/shipments/${ids.shipment}/limits`],
    ['PATCH', `/shipments/${ids.shipment}`, { phase: 'loading' }],
    ['PATCH', `/shipments/${ids.shipment}/assignments/${ids.assignment}`, { to: '2026-06-01T00:00:00Z' }],
    ['POST', `/shipments/${ids.shipment}/assignments`, { deviceId: ids.device, from: '2026-07-01T00:00:00Z' }],
    ['GET', `/alarms/${ids.alarm}`],
    ['POST', `/alarms/${ids.alarm}/acknowledge`, {}],
    ['POST', `/alarms/${ids.alarm}/comment`, { text: 'seen' }],
    ['POST', `/devices/${ids.device}/secret`],
    ['POST', '/telemetry', { deviceId: ids.device, readings: [{ time: 0, temperature: 1 }] }],
  ] as [Method, string, unknown?][]

const own = () => paths({ shipment, alarm, device: 'tank-1', assignment })
const unknown = () => paths({ shipment: randomUUID(), alarm: randomUUID(), device: 'nobodys', assignment: '999999' })

const statuses = (client: Client, list: ReturnType<typeof paths>) =>
  Promise.all(
    list.map(async ([method, path, body]) => {
      const answer = await client.ask(method, path, body)
      return [method, path.replace(/[0-9a-f-]{36}/, 'x'), answer.statusCode]
    }),
  )

describe('what belongs to another organisation', () => {
  it.each(['viewer', 'member', 'admin'] as const)('is for its %s as if it were not there', async (role) => {
    const stranger = await service.signIn(service.other.email[role])
    for (const list of [own(), unknown()])
      for (const [method, path, status] of await statuses(stranger, list))
        expect([method, path, status]).toEqual([method, path, role === 'viewer' && method !== 'GET' ? 403 : 404])
  })

  it('is told of in the words that are used for what nobody has', async () => {
    const stranger = await service.signIn(service.other.email.admin)
    for (const [index, [method, path, body]] of own().entries()) {
      const [otherMethod, otherPath] = unknown()[index] ?? ['GET', '']
      const [theirs, nobodys] = [
        await stranger.ask(method, path, body),
        await stranger.ask(otherMethod, otherPath, body),
      ]
      expect(theirs.json().detail).toBe(nobodys.json().detail)
    }
  })

  it('is in none of its lists', async () => {
    const stranger = await service.signIn(service.other.email.admin)
    for (const list of ['/shipments', '/alarms?state=all', '/devices', '/tanks', '/sites', '/dead-letters'])
      expect((await stranger.ask('GET', list)).json().items).toEqual([])
  })

  it('is all there for its own people', async () => {
    for (const [method, path, status] of await statuses(owner, own()))
      expect([method, path, Math.floor(Number(status) / 100)]).toEqual([method, path, 2])
  })
})

it('asks for a sign-in on every path but those that need none', async () => {
  for (const [method, url, body] of own()) {
    const answer = await service.app.inject({
      method,
      url: `/api/v1${url}`,
      payload: JSON.parse(JSON.stringify(body ?? {})),
    })
    expect([url, answer.statusCode]).toEqual([url, 401])
    expect(answer.json().detail).toContain('Please sign in')
  }
  for (const url of ['/livez', '/readyz', '/metrics', '/api/openapi.json', '/api/docs'])
    expect([url, (await service.app.inject(url)).statusCode]).toEqual([url, 200])
})
