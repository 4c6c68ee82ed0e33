import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { auditWords } from '../../../dashboard/text/audit-words.ts'
import { type Client, PASSWORD, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let admin: Client
beforeAll(async () => {
  service = await startService()
  admin = await service.signIn(service.one.email.admin)
})
afterAll(() => service.close())

const Entry = z.object({
  seq: z.number(),
  actor: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
  from: z.string(),
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string(), name: z.string().optional() }),
  details: z.record(z.string(), z.unknown()),
})
const List = z.object({ items: z.array(Entry), next: z.string().nullable() })
const entries = async (query = ''): Promise<z.infer<typeof List>> =>
  List.parse((await admin.ask('GET', `/audit${query}`)).json())
const newest = async () => (await entries('?limit=1')).items[0]

const makeShipment = async (): Promise<string> =>
  (await admin.ask('POST', '/shipments', shipmentBody(randomUUID()))).json().id
const makeDevice = async (): Promise<string> => {
  const id = `d-${randomUUID()}`
  await admin.ask('POST', '/devices', { id, intervalSeconds: 5 })
  return id
}
const makeLoan = async () => {
  const [shipment, deviceId] = [await makeShipment(), await makeDevice()]
  const path = `/shipments/${shipment}/assignments`
  const { id } = (await admin.ask('POST', path, { deviceId, from: '2026-05-01T08:00:00Z' })).json()
  return { path: `${path}/${id}` }
}
const makeAlarm = async (): Promise<string> => {
  const [shipment, device, alarm] = [await makeShipment(), await makeDevice(), randomUUID()]
  await service.owner.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation)
     select $1, org_id, $2, id, 'temperature-high', 'high', now(), 1, 1, 1, '' from devices where code = $3`,
    [alarm, shipment, device],
  )
  return alarm
}
const makeLetter = async (): Promise<string> => {
  const { rows } = await service.owner.query<{ id: string }>(
    `insert into dead_letters (org_id, received_at, topic, payload, reason) values ($1, now(), $2, '{', 'r') returning id::text`,
    [service.one.id, `zaitu/v1/devices/${await makeDevice()}/telemetry`],
  )
  return rows[0]?.id ?? ''
}
const somebody = () => ({ email: `${randomUUID()}@one.example`, name: 'Somebody', role: 'viewer' })
const Invited = z.object({ id: z.string(), link: z.string() })
const invite = async () => Invited.parse((await admin.ask('POST', '/people', somebody())).json())
const shared = async () => ({
  shipmentId: await makeShipment(),
  expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
})
const share = async () => Invited.parse((await admin.ask('POST', '/share-links', await shared())).json())
const token = () => ({ name: randomUUID(), scope: 'read', expiresAt: new Date(Date.now() + 86_400_000).toISOString() })
const loan = async () => ({ path: `/shipments/${await makeShipment()}/assignments`, deviceId: await makeDevice() })

const supplierLink = async (supplierId?: string) => ({
  supplierId:
    supplierId ?? (await admin.ask('POST', '/organisations', { name: randomUUID(), kind: 'supplier' })).json().id,
  expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
})
const linked = async (supplierId?: string) =>
  Invited.parse((await admin.ask('POST', '/supplier-links', await supplierLink(supplierId))).json())

const order = async () => ({
  number: randomUUID(),
  supplierId: (await admin.ask('POST', '/organisations', { name: randomUUID(), kind: 'supplier' })).json().id,
  lines: [{ line: '1', substance: { cas: '67-56-1' }, quantity: 1, unit: 't', needBy: '2027-03-01T00:00:00Z' }],
})

/** Benzene freezes at 5.5 °C: a lower low limit is looser than the record asks for. */
const lower = { measure: 'temperature', side: 'low', value: 2, reason: 'a heated tank' }
const proposed = async () => {
  const body = shipmentBody(randomUUID(), { substance: { cas: '71-43-2' } })
  const path = `/shipments/${(await admin.ask('POST', '/shipments', body)).json().id}/limits/proposals`
  const member = await service.signIn(service.one.email.member)
  return `${path}/${(await member.ask('POST', path, lower)).json().id}`
}
const line = async () => {
  const { id } = (await admin.ask('POST', '/orders', await order())).json()
  return { id, path: `/orders/${id}/lines/1` }
}

/** A file that can be taken: an order of a supplier of theirs. */
const file = async () => {
  const supplier = randomUUID()
  await admin.ask('POST', '/organisations', { name: supplier, kind: 'supplier' })
  const text = `PO,Line,CAS,Qty,Unit,Need by,Supplier\n${randomUUID()},1,67-56-1,2,t,2027-01-01,${supplier}\n`
  const sent = await service.app.inject({
    method: 'POST',
    url: '/api/v1/orders/import',
    headers: { 'content-type': 'text/csv', cookie: admin.cookie, 'x-csrf-token': admin.csrfToken },
    payload: text,
  })
  return sent.json().id
}

const channel = () => ({ kind: 'webhook', name: randomUUID(), language: 'en', url: 'https://receiver.example/hook' })
const makeChannel = async (): Promise<string> => (await admin.ask('POST', '/channels', channel())).json().id
const ruleTo = async () => ({ channelId: await makeChannel(), priorities: ['critical'] })
const stepTo = async () => ({ channelId: await makeChannel(), after: 'raised', minutes: 5, priorities: ['critical'] })
const givenUp = async (): Promise<string> => {
  const made = await service.owner.query<{ id: string }>(
    `insert into notifications (org_id, key, kind, priority, channel_id, payload, state, attempts)
     values ($1, gen_random_uuid(), 'alarm-raised', 'high', $2, '{}', 'dead', 11) returning id`,
    [service.one.id, await makeChannel()],
  )
  return made.rows[0]?.id ?? ''
}

type Call = { action: string; path?: string; body?: unknown; as?: () => Promise<Client> }
/** How each path that changes something is called, after what it needs was made; an answer of 2xx is expected. */
const CALLS: Record<string, () => Promise<Call>> = {
  'post /session': async () => ({
    action: 'session.opened',
    body: { email: service.one.email.member, password: PASSWORD },
  }),
  'delete /session': async () => {
    const member = await service.signIn(service.one.email.member)
    return { action: 'session.closed', as: async () => member }
  },
  'post /substances': async () => ({
    action: 'substance.created',
    body: { cas: '67-56-1', un: '1230', name: randomUUID() },
  }),
  'post /tanks': async () => ({ action: 'tank.created', body: { name: randomUUID(), capacityLitres: 21_000 } }),
  'patch /substances/{id}': async () => ({
    action: 'substance.changed',
    path: `/substances/${(await admin.ask('POST', '/substances', { cas: '50-00-0', name: randomUUID() })).json().id}`,
    body: { sadt: 40 },
  }),
  'patch /tanks/{id}': async () => ({
    action: 'tank.changed',
    path: `/tanks/${(await admin.ask('POST', '/tanks', { name: randomUUID(), capacityLitres: 1 })).json().id}`,
    body: { mawpBar: 4 },
  }),
  'post /sites': async () => ({
    action: 'site.created',
    body: { name: randomUUID(), lat: 1, lon: 2.5, radiusMetres: 100 },
  }),
  'post /devices': async () => ({ action: 'device.registered', body: { id: randomUUID(), intervalSeconds: 5 } }),
  'post /devices/{id}/secret': async () => ({
    action: 'device.secret-rotated',
    path: `/devices/${await makeDevice()}/secret`,
  }),
  'delete /devices/{id}': async () => ({ action: 'device.revoked', path: `/devices/${await makeDevice()}` }),
  'post /shipments': async () => ({ action: 'shipment.created', body: shipmentBody(randomUUID()) }),
  'patch /shipments/{id}': async () => ({
    action: 'shipment.changed',
    path: `/shipments/${await makeShipment()}`,
    body: { limits: { temperature: { high: 30 } } },
  }),
  'post /shipments/{id}/limits/proposals': async () => ({
    action: 'limit.set',
    path: `/shipments/${await makeShipment()}/limits/proposals`,
    body: { measure: 'temperature', side: 'high', value: 30, reason: 'it is hot there' },
  }),
  'post /shipments/{id}/limits/proposals/{proposalId}/consent': async () => ({
    action: 'limit.consented',
    path: `${await proposed()}/consent`,
  }),
  'post /shipments/{id}/limits/proposals/{proposalId}/decline': async () => ({
    action: 'limit.declined',
    path: `${await proposed()}/decline`,
  }),
  'post /shipments/{id}/assignments': async () => {
    const { path, deviceId } = await loan()
    return { action: 'assignment.created', path, body: { deviceId, from: '2026-05-01T08:00:00Z' } }
  },
  'patch /shipments/{id}/assignments/{assignmentId}': async () => ({
    action: 'assignment.end-moved',
    ...(await makeLoan()),
    body: { to: '2026-06-01T00:00:00Z' },
  }),
  'put /substances/{id}/exposure-budgets': async () => ({
    action: 'exposure-budget.set',
    path: `/substances/${(await admin.ask('GET', '/substances?limit=1')).json().items[0].id}/exposure-budgets`,
    body: { items: [{ above: 25, minutes: 60 }] },
  }),
  'post /intake-outages/acknowledge': async () => {
    await service.owner.query(
      `insert into intake_notices (org_id, began_at, ended_at, devices) values ($1, now() - interval '1 hour', now(), 1)`,
      [service.one.id],
    )
    return { action: 'intake-outages.acknowledged', body: { until: Date.now() } }
  },
  'put /alarm-settings': async () => ({ action: 'alarm-settings.changed', body: { rateOfRise: 4 } }),
  'put /shipments/{id}/alarm-settings': async () => ({
    action: 'alarm-settings.changed',
    path: `/shipments/${await makeShipment()}/alarm-settings`,
    body: { rateOfRise: 4 },
  }),
  'post /shipments/{id}/out-of-service': async () => ({
    action: 'rule.out-of-service',
    path: `/shipments/${await makeShipment()}/out-of-service`,
    body: { rule: 'tilt', reason: 'the sensor is broken' },
  }),
  'delete /shipments/{id}/out-of-service/{rule}': async () => {
    const path = `/shipments/${await makeShipment()}/out-of-service`
    await admin.ask('POST', path, { rule: 'tilt', reason: 'the sensor is broken' })
    return { action: 'rule.put-back', path: `${path}/tilt` }
  },
  'post /alarms/acknowledge': async () => ({ action: 'alarms.acknowledged', body: { ids: [await makeAlarm()] } }),
  'post /alarms/{id}/acknowledge': async () => ({
    action: 'alarm.acknowledged',
    path: `/alarms/${await makeAlarm()}/acknowledge`,
    body: {},
  }),
  'post /alarms/{id}/shelve': async () => ({
    action: 'alarm.shelved',
    path: `/alarms/${await makeAlarm()}/shelve`,
    body: { until: Date.now() + 3_600_000, reason: 'the sensor is being changed' },
  }),
  'post /alarms/{id}/unshelve': async () => {
    const alarm = await makeAlarm()
    await admin.ask('POST', `/alarms/${alarm}/shelve`, { until: Date.now() + 3_600_000, reason: 'x' })
    return { action: 'alarm.unshelved', path: `/alarms/${alarm}/unshelve` }
  },
  'post /alarms/{id}/reset': async () => {
    const alarm = await makeAlarm()
    await admin.ask('POST', `/alarms/${alarm}/acknowledge`, {})
    await service.owner.query('update alarms set cleared_at = now(), latching = true where id = $1', [alarm])
    return { action: 'alarm.reset', path: `/alarms/${alarm}/reset` }
  },
  'delete /session/list/{id}': async () => {
    const member = await service.signIn(service.one.email.member)
    const sessions = (await member.ask('GET', '/session/list')).json().items
    const current = sessions.find((item: { current: boolean }) => item.current).id
    return { action: 'session.closed', path: `/session/list/${current}`, as: async () => member }
  },
  'put /session/password': async () => {
    const viewer = await service.signIn(service.one.email.viewer)
    const body = { current: PASSWORD, password: `${PASSWORD}, and a battery` }
    return { action: 'password.changed', body, as: async () => viewer }
  },
  'post /session/invitation': async () => ({
    action: 'invitation.accepted',
    body: { token: (await invite()).link.split('#')[1], password: 'horses may be correct' },
  }),
  'post /organisations': async () => ({
    action: 'organisation.added',
    body: { name: randomUUID(), kind: 'supplier' },
  }),
  'post /people': async () => ({ action: 'person.invited', body: somebody() }),
  'patch /people/{id}': async () => ({
    action: 'person.changed',
    path: `/people/${service.one.person.viewer}`,
    body: { role: 'member' },
  }),
  'post /people/{id}/reset': async () => ({
    action: 'person.reset',
    path: `/people/${service.one.person.viewer}/reset`,
  }),
  'delete /invitations/{id}': async () => ({
    action: 'invitation.withdrawn',
    path: `/invitations/${(await invite()).id}`,
  }),
  'post /share-links': async () => ({ action: 'share.created', body: await shared() }),
  'delete /share-links/{id}': async () => ({ action: 'share.withdrawn', path: `/share-links/${(await share()).id}` }),
  'post /supplier-links': async () => ({ action: 'supplier-link.created', body: await supplierLink() }),
  'delete /supplier-links/{id}': async () => ({
    action: 'supplier-link.withdrawn',
    path: `/supplier-links/${(await linked()).id}`,
  }),
  'post /session/supplier': async () => ({
    action: 'supplier-link.opened',
    body: { token: (await linked()).link.split('#')[1] },
  }),
  'post /supplier/lines/{id}/{line}/milestones': async () => {
    const { id, path } = await line()
    const supplierId = (await admin.ask('GET', `/orders/${id}`)).json().lines[0].supplier.id
    const link = await linked(supplierId)
    const opened = await service.app.inject({
      method: 'POST',
      url: '/api/v1/session/supplier',
      payload: { token: link.link.split('#')[1] },
    })
    const headers = {
      cookie: `${opened.cookies[0]?.name}=${opened.cookies[0]?.value}`,
      'x-zaitu-supplier': '1',
      'x-csrf-token': opened.json().csrfToken,
    }
    const holder: Client = {
      ...admin,
      ask: (method, asked, body) =>
        service.app.inject({
          method,
          url: `/api/v1${asked}`,
          headers,
          ...(body !== undefined && { payload: JSON.parse(JSON.stringify(body)) }),
        }),
    }
    return {
      action: 'milestone.said',
      path: `/supplier${path.replace(`/orders/${id}/lines`, `/lines/${id}`)}/milestones`,
      body: { stage: 'ready', classifier: 'estimated', at: '2027-02-01T00:00:00Z' },
      as: async () => holder,
    }
  },
  'post /session/share': async () => ({
    action: 'share.opened',
    body: { token: (await share()).link.split('#')[1] },
  }),
  'post /tokens': async () => ({ action: 'token.created', body: token() }),
  'delete /tokens/{id}': async () => ({
    action: 'token.revoked',
    path: `/tokens/${(await admin.ask('POST', '/tokens', token())).json().id}`,
  }),
  'post /orders': async () => ({ action: 'order.created', body: await order() }),
  'post /orders/{id}/lines/{line}/milestones': async () => ({
    action: 'milestone.said',
    path: `/orders/${(await admin.ask('POST', '/orders', await order())).json().id}/lines/1/milestones`,
    body: { stage: 'ready', classifier: 'actual', at: Date.now() - 60_000 },
  }),
  'post /dead-letters/{id}/replay': async () => ({
    action: 'dead-letter.replayed',
    path: `/dead-letters/${await makeLetter()}/replay`,
  }),
  'post /imports/{id}/commit': async () => ({ action: 'order.imported', path: `/imports/${await file()}/commit` }),
  'post /stages': async () => ({ action: 'stage.named', body: { stage: 'dried', name: randomUUID() } }),
  'post /stage-plans': async () => ({ action: 'stage-plan.set', body: { stages: [{ stage: 'ready' }] } }),
  'delete /stage-plans/{id}': async () => {
    const plan = { family: randomUUID(), stages: [{ stage: 'ready' }] }
    const { id } = (await admin.ask('POST', '/stage-plans', plan)).json()
    return { action: 'stage-plan.ended', path: `/stage-plans/${id}` }
  },
  'patch /orders/{id}/lines/{line}': async () => ({
    action: 'order.line-changed',
    path: (await line()).path,
    body: { quantity: 2 },
  }),
  'post /orders/{id}/lines/{line}/receipts': async () => ({
    action: 'receipt.recorded',
    path: `${(await line()).path}/receipts`,
    body: { at: Date.now() - 60_000, quantity: 1 },
  }),
  'post /shipments/{id}/lines': async () => ({
    action: 'shipment.line-attached',
    path: `/shipments/${await makeShipment()}/lines`,
    body: { orderId: (await line()).id, line: '1', quantity: 1 },
  }),
  'delete /shipments/{id}/lines/{orderId}/{line}': async () => {
    const [shipment, { id }] = [await makeShipment(), await line()]
    await admin.ask('POST', `/shipments/${shipment}/lines`, { orderId: id, line: '1', quantity: 1 })
    return { action: 'shipment.line-detached', path: `/shipments/${shipment}/lines/${id}/1` }
  },
  'post /channels': async () => ({ action: 'channel.created', body: channel() }),
  'patch /channels/{id}': async () => ({
    action: 'channel.changed',
    path: `/channels/${await makeChannel()}`,
    body: { url: 'https://elsewhere.example/hook' },
  }),
  'delete /channels/{id}': async () => ({ action: 'channel.removed', path: `/channels/${await makeChannel()}` }),
  'post /channels/{id}/secret': async () => ({
    action: 'channel.secret-rotated',
    path: `/channels/${await makeChannel()}/secret`,
  }),
  'post /channels/{id}/test': async () => ({ action: 'channel.tested', path: `/channels/${await makeChannel()}/test` }),
  'post /notification-rules': async () => ({ action: 'notification-rule.created', body: await ruleTo() }),
  'put /notification-rules/{id}': async () => {
    const body = await ruleTo()
    const { id } = (await admin.ask('POST', '/notification-rules', body)).json()
    return {
      action: 'notification-rule.changed',
      path: `/notification-rules/${id}`,
      body: { ...body, digestMinutes: 15 },
    }
  },
  'delete /notification-rules/{id}': async () => ({
    action: 'notification-rule.removed',
    path: `/notification-rules/${(await admin.ask('POST', '/notification-rules', await ruleTo())).json().id}`,
  }),
  'post /escalation-steps': async () => ({ action: 'escalation-step.created', body: await stepTo() }),
  'delete /escalation-steps/{id}': async () => ({
    action: 'escalation-step.removed',
    path: `/escalation-steps/${(await admin.ask('POST', '/escalation-steps', await stepTo())).json().id}`,
  }),
  'post /notifications/{id}/retry': async () => ({
    action: 'notification.retried',
    path: `/notifications/${await givenUp()}/retry`,
  }),
  'post /alarms/{id}/comment': async () => ({
    action: 'alarm.commented',
    path: `/alarms/${await makeAlarm()}/comment`,
    body: { text: 'seen' },
  }),
}

/** What leaves no entry, and why. */
const UNAUDITED: Record<string, string> = {
  'post /session/invitation/look': 'it changes nothing: a POST only so that the token stands in no address',
  'post /mqtt/authenticate': 'a question of a broker, about a device',
  'post /mqtt/authorise': 'likewise',
  'post /orders/import': 'a file that waits changes nothing; taking it does',
  'post /milestones/import': 'likewise',
  'patch /imports/{id}': 'likewise',
  'post /orders/what-if': 'it changes nothing: a POST because it asks what would be',
  'post /alarm-try-out': 'it changes nothing: a POST because settings do not fit into an address',
  'post /telemetry': 'readings are no deed of a person, they are stored with their device and kept as they came',
}

/** Every path and method of the description that may change something. */
const changing = async (): Promise<string[]> => {
  const Description = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
  const { paths } = Description.parse((await service.app.inject('/api/openapi.json')).json())
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((method) => method !== 'get')
      .map((method) => `${method} ${path.replace('/api/v1', '').replace(/\/$/, '')}`),
  )
}

it('has exactly one entry for every path that changes something', async () => {
  const offered = await changing()
  expect(offered.length).toBeGreaterThan(10)
  expect(offered.filter((key) => UNAUDITED[key] === undefined).toSorted()).toEqual(Object.keys(CALLS).toSorted())
  for (const [key, prepare] of Object.entries(CALLS)) {
    const [method = '', pattern = ''] = key.split(' ')
    const { action, path = pattern, body, as } = await prepare()
    const client = (await as?.()) ?? admin
    const before = (await newest())?.seq ?? 0
    const verb = z.enum(['POST', 'PATCH', 'PUT', 'DELETE']).parse(method.toUpperCase())
    const answer = await client.ask(verb, path, body)
    expect([key, Math.floor(answer.statusCode / 100), answer.body.slice(0, 200)]).toEqual([key, 2, expect.anything()])
    const after = (await entries('?limit=10')).items.filter(({ seq }) => seq > before)
    expect([key, after.map((entry) => entry.action)]).toEqual([key, [action]])
    // and the page has words for it
    expect(Object.keys(auditWords)).toContain(`did.${action}`)
  }
  // everybody has the password again that they began with
  await service.owner.query('update people set password_hash = (select password_hash from people where id = $1)', [
    service.one.person.admin,
  ])
})

describe('an entry', () => {
  it('says who, from where, what, and limits as they were and are', async () => {
    const shipment = await makeShipment()
    const ask = { limits: { temperature: { high: 30, low: 2 } } }
    await admin.ask('PATCH', `/shipments/${shipment}`, ask)
    await admin.ask('PATCH', `/shipments/${shipment}`, { limits: { temperature: { high: 35 } } })
    expect(await newest()).toMatchObject({
      actor: { kind: 'person', id: service.one.person.admin, name: 'The admin of one' },
      from: '127.0.0.1',
      action: 'shipment.changed',
      subject: { kind: 'shipment', id: shipment },
      details: { limits: { before: ask.limits, after: { temperature: { high: 35 } } } },
    })
  })

  it('is not made of what was refused, or of what had been done already', async () => {
    const alarm = await makeAlarm()
    await admin.ask('POST', `/alarms/${alarm}/acknowledge`, {})
    const before = await newest()
    expect((await admin.ask('POST', `/alarms/${alarm}/acknowledge`, {})).statusCode).toBe(200)
    expect((await admin.ask('PATCH', `/shipments/${randomUUID()}`, { phase: 'closed' })).statusCode).toBe(404)
    expect((await admin.ask('POST', '/devices/nobodys/secret')).statusCode).toBe(404)
    expect((await admin.ask('POST', '/devices', { id: '' })).statusCode).toBe(400)
    const name = randomUUID()
    await admin.ask('POST', '/tanks', { name, capacityLitres: 1 })
    expect((await admin.ask('POST', '/tanks', { name, capacityLitres: 1 })).statusCode).toBe(409)
    expect((await newest())?.seq).toBe((before?.seq ?? 0) + 1)
  })

  it('is made of a sign-in that was refused, where there is such a person, and names nobody as its actor', async () => {
    const payload = { email: service.one.email.viewer, password: 'a wrong one' }
    const remoteAddress = '10.0.0.9'
    await service.app.inject({ method: 'POST', url: '/api/v1/session', payload, remoteAddress })
    // it is written once the answer is out
    await vi.waitFor(
      async () =>
        expect(await newest()).toMatchObject({
          actor: { kind: 'unknown', id: null, name: null },
          from: remoteAddress,
          action: 'session.refused',
          subject: { kind: 'person', id: service.one.person.viewer },
          details: {},
        }),
      { timeout: 15_000 },
    )
  })

  it('never holds a secret', async () => {
    const made = await admin.ask('POST', '/devices', { id: `d-${randomUUID()}`, intervalSeconds: 5 })
    const rotated = await admin.ask('POST', `/devices/${made.json().id}/secret`)
    const hook = await admin.ask('POST', '/channels', channel())
    const rehooked = await admin.ask('POST', `/channels/${hook.json().id}/secret`)
    const address = 'https://oapi.dingtalk.example/robot/send?access_token=hunter2'
    const robot = { ...channel(), kind: 'dingtalk', url: address, secret: 'SEChunter3' }
    await admin.ask('PATCH', `/channels/${(await admin.ask('POST', '/channels', robot)).json().id}`, {
      secret: 'SEChunter4',
    })
    const member = await service.signIn(service.one.email.member)
    const { rows } = await service.owner.query<{ text: string }>('select audit::text as text from audit')
    const all = rows.map(({ text }) => text).join('\n')
    expect(all).toContain(made.json().id)
    for (const secret of [
      made.json().secret,
      rotated.json().secret,
      hook.json().secret,
      rehooked.json().secret,
      'hunter2',
      'hunter3',
      'hunter4',
      member.csrfToken,
      member.cookie.split('=')[1],
      PASSWORD,
    ])
      expect(all).not.toContain(secret)
  })
})

describe('the list', () => {
  it('is for administrators, of their own organisation', async () => {
    for (const path of ['/audit', '/audit/head', '/audit/export']) {
      for (const role of ['viewer', 'member'] as const)
        expect([path, (await (await service.signIn(service.one.email[role])).ask('GET', path)).statusCode]).toEqual([
          path,
          403,
        ])
      expect([path, (await service.app.inject(`/api/v1${path}`)).statusCode]).toEqual([path, 401])
    }
    const stranger = await service.signIn(service.other.email.admin)
    const theirs = List.parse((await stranger.ask('GET', '/audit')).json()).items
    expect(theirs.map(({ action, actor }) => [action, actor.id])).toEqual([
      ['session.opened', service.other.person.admin],
    ])
  })

  it('is paged and filtered, newest first', async () => {
    const shipment = await makeShipment()
    for (const phase of ['loading', 'in-transit', 'unloading'])
      await admin.ask('PATCH', `/shipments/${shipment}`, { phase })
    const first = await entries(`?subject=${shipment}&limit=3`)
    const second = await entries(`?subject=${shipment}&limit=3&cursor=${first.next}`)
    expect(first.items.map(({ details }) => details.phase)).toEqual([
      { before: 'in-transit', after: 'unloading' },
      { before: 'loading', after: 'in-transit' },
      { before: 'in-transit', after: 'loading' },
    ])
    expect([second.items.map(({ action }) => action), second.next]).toEqual([['shipment.created'], null])
    const of = async (query: string) => (await entries(`?subject=${shipment}&${query}`)).items.length
    expect(await of('action=shipment.created')).toBe(1)
    expect(await of(`actor=${service.one.person.admin}`)).toBe(4)
    expect(await of(`actor=${service.one.person.viewer}`)).toBe(0)
    expect(await of('from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z')).toBe(0)
    expect(await of('from=2020-01-01T00:00:00Z')).toBe(4)
  })
})
