import { randomUUID } from 'node:crypto'
import { START } from './world.ts'

type Part = 'buyer' | 'supplier' | 'carrier'
/** What an id names. `null`: the question names nothing. */
export type Kind =
  | 'shipment' | 'assignment' | 'alarm' | 'lineAlarm' | 'device' | 'tank' | 'order' | 'organisation' | 'person'
  | 'session' | 'invitation' | 'apiToken' | 'shareLink' | 'deadLetter' | 'proposal' | 'stagePlan' | 'import'
  | 'substance' | 'supplierLink' | 'partner' | 'photo' | 'channel' | 'notificationRule' | 'escalationStep' | 'notification' // biome-ignore format: a list
/** `at`: where the id stands: a parameter of the path or the query, or a field of the body. */
export type Probe = {
  of: Kind | null
  at?: string[]
  params?: (id: string, shipment: string, own: string[]) => Record<string, string>
  query?: (id: string) => string
  body?: (id: string, shipment: string, own: string[]) => unknown
  /** what else it takes to ask: things of one's own, in this order */
  beside?: Kind[]
  /** the answer to an id that names nothing, where it is not 404 */
  missing?: number
  /** of the shipment's parts, those that may do this */
  parts?: Part[]
  /** changes the shipment for those who come after: each question gets another one of the same parties */
  fresh?: true
  /** only whoever bought it may name it: a supplier, who sees it, is answered as if it were not there */
  buyers?: true
}
export type Rule = {
  /** needs no sign-in */
  open?: true
  admins?: true
  viewers?: true
  shares?: true
  /** whoever holds a supplier's link may do this; `only`: and nobody else */
  suppliers?: true | 'only'
  /** not for organisations that carry */
  notCarriers?: true
  /** not for machines */
  people?: true
  scope?: 'telemetry' | 'milestones'
  /** ends the session that asks, so each gets its own */
  ends?: true
  /** what whoever may do it is answered; 2xx unless said */
  done?: number[]
  probes: Probe[]
}

const look: Rule = { probes: [{ of: null }] }
const shipmentOnly = (more: Partial<Probe> = {}): Probe => ({
  of: 'shipment',
  at: ['id'],
  params: (id) => ({ id }),
  ...more,
})
const byId = (of: Kind, more: Partial<Probe> = {}): Probe => ({ of, at: ['id'], params: (id) => ({ id }), ...more })
const acting: Part[] = ['buyer', 'carrier']
const ofProposal = (): Probe => ({
  of: 'proposal',
  at: ['proposalId'],
  parts: ['buyer'],
  params: (proposalId, id) => ({ id, proposalId }),
})
const range = () => `from=${START}&to=${START + 3_600_000}`
const line = (more: Record<string, unknown>) => ({
  line: '10',
  substance: { cas: '67-56-1', un: '1230' },
  quantity: 1,
  unit: 't',
  needBy: later(),
  ...more,
})
const ofLine = (more: Partial<Probe>): Probe => byId('order', { params: (id) => ({ id, line: '10' }), ...more })
const later = () => new Date(START + 90 * 86_400_000).toISOString()
const soon = () => new Date(Date.now() + 86_400_000).toISOString()
const name = () => `made ${randomUUID()}`
const act = (body: unknown): Rule => ({
  done: [200, 201, 409],
  probes: [
    byId('alarm', { parts: acting, body: () => body }),
    byId('lineAlarm', { parts: ['buyer'], body: () => body }),
  ],
})
const place = { name: 'x', lat: 1, lon: 2 }
const shipment = (more: Record<string, unknown>) => ({
  reference: name(),
  substance: { cas: '67-56-1', un: '1230' },
  origin: place,
  destination: place,
  departAt: later(),
  eta: later(),
  ...more,
})

/** Who may do what, one line an operation of the OpenAPI document. An operation without a line fails the test. */
export const RULES: Record<string, Rule> = {
  'get /demo': { open: true, done: [200, 404], probes: [{ of: null }] },
  'get /session/providers': { open: true, probes: [{ of: null }] },
  'get /session/oidc/{id}': {
    open: true,
    done: [302, 303, 404],
    probes: [{ of: null, at: ['id'], params: () => ({ id: 'none' }) }],
  },
  'get /session/oidc/{id}/callback': {
    open: true,
    done: [302, 303, 404],
    probes: [{ of: null, at: ['id'], params: () => ({ id: 'none' }) }],
  },
  'post /session': {
    open: true,
    done: [401],
    probes: [{ of: null, body: () => ({ email: 'nobody@x.example', password: 'wrong' }) }],
  },
  'post /session/invitation/look': {
    open: true,
    done: [404, 410],
    probes: [{ of: null, body: () => ({ token: 'x'.repeat(43) }) }],
  },
  'post /session/invitation': {
    open: true,
    done: [404, 410],
    probes: [{ of: null, body: () => ({ token: 'x'.repeat(43), password: 'a long one indeed, this' }) }],
  },
  'post /session/share': { open: true, done: [404], probes: [{ of: null, body: () => ({ token: 'x'.repeat(43) }) }] },
  'post /session/supplier': {
    open: true,
    done: [404],
    probes: [{ of: null, body: () => ({ token: 'x'.repeat(43) }) }],
  },
  'get /session': { ...look, shares: true, suppliers: true },
  'delete /session': { viewers: true, ends: true, done: [204, 403], probes: [{ of: null }] },
  'get /session/list': { ...look, people: true },
  'delete /session/list/{id}': { viewers: true, people: true, probes: [byId('session')] },
  'put /session/password': {
    viewers: true,
    people: true,
    done: [403, 409],
    probes: [{ of: null, body: () => ({ current: 'not this one', password: 'a long one indeed, this' }) }],
  },
  'get /organisations': look,
  'post /organisations': {
    admins: true,
    done: [201, 403],
    probes: [{ of: null, body: () => ({ name: name(), kind: 'carrier' }) }],
  },
  'get /people': { ...look, admins: true },
  'post /people': {
    admins: true,
    done: [201, 400, 403, 409],
    probes: [
      {
        of: 'organisation',
        at: ['organisationId'],
        body: (id) => ({ email: `${randomUUID()}@x.example`, name: 'n', role: 'admin', organisationId: id }),
      },
    ],
  },
  'patch /people/{id}': { admins: true, probes: [byId('person', { body: () => ({ role: 'viewer' }) })] },
  'post /people/{id}/reset': { admins: true, probes: [byId('person')] },
  'get /invitations': { ...look, admins: true },
  'delete /invitations/{id}': { admins: true, probes: [byId('invitation')] },
  'get /tokens': { ...look, admins: true },
  'post /tokens': {
    admins: true,
    probes: [{ of: null, body: () => ({ name: name(), scope: 'read', expiresAt: soon() }) }],
  },
  'delete /tokens/{id}': { admins: true, probes: [byId('apiToken')] },
  'get /devices': look,
  'post /devices': {
    probes: [{ of: null, at: ['id'], body: () => ({ id: `d-${randomUUID()}`, intervalSeconds: 5 }) }],
  },
  'post /devices/{id}/secret': { probes: [byId('device')] },
  'delete /devices/{id}': { probes: [byId('device')] },
  'get /connection': look,
  // asked by a broker, with a secret of its own that nobody here has
  'post /mqtt/authenticate': {
    open: true,
    done: [401],
    probes: [{ of: null, at: ['clientid'], body: () => ({ clientid: 'x', username: 'x', password: 'x' }) }],
  },
  'post /mqtt/authorise': {
    open: true,
    done: [401],
    probes: [
      { of: null, at: ['clientid'], body: () => ({ clientid: 'x', username: 'x', topic: 'x', action: 'publish' }) },
    ],
  },
  'get /substances': look,
  'post /substances': { probes: [{ of: null, body: () => ({ cas: '67-64-1', name: name() }) }] },
  'get /tanks': look,
  'post /tanks': { probes: [{ of: null, body: () => ({ name: name(), capacityLitres: 1000 }) }] },
  'get /substances/{id}': { probes: [byId('substance')] },
  'patch /substances/{id}': { probes: [byId('substance', { body: () => ({ flashPoint: 12 }) })] },
  'patch /tanks/{id}': { probes: [byId('tank', { body: () => ({ mawpBar: 4 }) })] },
  'get /sites': look,
  'post /sites': { probes: [{ of: null, body: () => ({ name: name(), lat: 1, lon: 1, radiusMetres: 100 }) }] },
  'get /shipments': look,
  'post /shipments': {
    probes: [
      { of: 'substance', at: ['id'], missing: 422, body: (id) => shipment({ substance: { id } }) },
      { of: 'tank', at: ['tankId'], missing: 422, body: (tankId) => shipment({ tankId }) },
      { of: 'organisation', at: ['carrierId'], missing: 422, body: (carrierId) => shipment({ carrierId }) },
      { of: 'organisation', at: ['supplierId'], missing: 422, body: (supplierId) => shipment({ supplierId }) },
      {
        of: 'order',
        at: ['orderId'],
        missing: 422,
        buyers: true,
        body: (orderId) => shipment({ lines: [{ orderId, line: '10', quantity: 1 }] }),
      },
    ],
  },
  'get /shipments/{id}': { shares: true, probes: [shipmentOnly()] },
  'patch /shipments/{id}': {
    probes: [
      shipmentOnly({ parts: acting, body: () => ({ phase: 'in-transit' }) }),
      shipmentOnly({ parts: ['buyer'], body: () => ({ contacts: [] }) }),
      {
        of: 'tank',
        at: ['tankId'],
        missing: 422,
        parts: ['buyer'],
        params: (_id, s) => ({ id: s }),
        body: (tankId) => ({ tankId }),
      },
      ...(['carrierId', 'supplierId'] as const).map(
        (field): Probe => ({
          of: 'organisation',
          at: [field],
          missing: 422,
          parts: ['buyer'],
          fresh: true,
          params: (_id, s) => ({ id: s }),
          body: (id) => ({ [field]: id }),
        }),
      ),
    ],
  },
  'post /shipments/{id}/assignments': {
    probes: [
      shipmentOnly({ parts: acting, body: () => ({ deviceId: 'none', from: later() }), missing: 404 }),
      {
        of: 'device',
        at: ['deviceId'],
        parts: acting,
        params: (_id, s) => ({ id: s }),
        body: (deviceId) => ({ deviceId, from: later() }),
      },
    ],
  },
  'patch /shipments/{id}/assignments/{assignmentId}': {
    probes: [
      {
        of: 'assignment',
        at: ['assignmentId'],
        parts: acting,
        params: (assignmentId, id) => ({ id, assignmentId }),
        body: () => ({ to: new Date(START + 3_600_000).toISOString() }),
      },
    ],
  },
  'get /shipments/{id}/readings': { shares: true, probes: [shipmentOnly({ query: range })] },
  'get /shipments/{id}/export': { shares: true, probes: [shipmentOnly({ query: range })] },
  'get /shipments/{id}/track': { shares: true, probes: [shipmentOnly({ query: range })] },
  'get /shipments/{id}/alarms': { shares: true, probes: [shipmentOnly()] },
  'get /shipments/{id}/limits': { shares: true, probes: [shipmentOnly()] },
  'get /shipments/{id}/report': { shares: true, probes: [shipmentOnly()] },
  'post /shipments/{id}/limits/proposals': {
    people: true,
    probes: [
      shipmentOnly({
        parts: ['buyer'],
        body: () => ({ measure: 'temperature', side: 'high', value: 29, reason: 'n' }),
      }),
    ],
  },
  'post /shipments/{id}/limits/proposals/{proposalId}/consent': { people: true, probes: [ofProposal()] },
  'post /shipments/{id}/limits/proposals/{proposalId}/decline': { people: true, probes: [ofProposal()] },
  'get /sparklines': look,
  'get /alarms': { probes: [{ of: null, query: () => 'state=all' }] },
  'get /alarms/{id}': { probes: [byId('alarm'), byId('lineAlarm')] },
  // what is not seen, or only looked at, is skipped; nothing is said of it
  'post /alarms/acknowledge': {
    probes: (['alarm', 'lineAlarm'] as const).map(
      (of): Probe => ({ of, at: ['ids'], missing: 200, body: (id) => ({ ids: [id] }) }),
    ),
  },
  'post /alarms/{id}/acknowledge': act({ note: 'n' }),
  'post /alarms/{id}/comment': act({ text: 'n' }),
  'post /alarms/{id}/shelve': act({ until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'n' }),
  'post /alarms/{id}/unshelve': act({}),
  'post /alarms/{id}/reset': act({}),
  'get /shipments/{id}/exposure': { shares: true, probes: [shipmentOnly()] },
  'get /substances/{id}/exposure-budgets': { probes: [byId('substance')] },
  'put /substances/{id}/exposure-budgets': {
    probes: [byId('substance', { body: () => ({ items: [{ above: 30, minutes: 9 }] }) })],
  },
  'get /intake-outages': look,
  'post /intake-outages/acknowledge': { probes: [{ of: null, body: () => ({ until: START }) }] },
  'get /alarm-settings': look,
  'put /alarm-settings': { admins: true, probes: [{ of: null, body: () => ({ rateOfRise: 4 }) }] },
  'get /shipments/{id}/alarm-settings': { probes: [shipmentOnly({ parts: ['buyer'] })] },
  'put /shipments/{id}/alarm-settings': {
    probes: [shipmentOnly({ parts: ['buyer'], body: () => ({ rateOfRise: 5 }) })],
  },
  'get /shipments/{id}/out-of-service': { probes: [shipmentOnly()] },
  'post /shipments/{id}/out-of-service': {
    done: [200, 409],
    probes: [shipmentOnly({ parts: ['buyer'], body: () => ({ rule: 'tilt', reason: 'the sensor is broken' }) })],
  },
  'delete /shipments/{id}/out-of-service/{rule}': {
    done: [200, 409],
    probes: [shipmentOnly({ parts: ['buyer'], params: (id) => ({ id, rule: 'tilt' }) })],
  },
  'get /alarm-quality': look,
  'post /alarm-try-out': {
    viewers: true,
    probes: [
      { of: 'shipment', at: ['shipmentId'], parts: ['buyer'], body: (shipmentId) => ({ shipmentId, settings: {} }) },
      { of: null, body: () => ({ settings: {} }) },
    ],
  },
  'get /channels': { ...look, admins: true },
  'post /channels': {
    admins: true,
    probes: [{ of: null, body: () => ({ kind: 'webhook', name: name(), language: 'en', url: 'https://x.example/' }) }],
  },
  'patch /channels/{id}': { admins: true, probes: [byId('channel', { body: () => ({ perMinute: 5 }) })] },
  'delete /channels/{id}': { admins: true, probes: [byId('channel')] },
  'post /channels/{id}/secret': { admins: true, probes: [byId('channel')] },
  'post /channels/{id}/test': { admins: true, probes: [byId('channel')] },
  'get /notification-rules': { ...look, admins: true },
  'post /notification-rules': {
    admins: true,
    probes: [
      { of: 'channel', at: ['channelId'], missing: 422, body: (channelId) => ({ channelId, priorities: ['high'] }) },
      ...(['shipment', 'substance'] as const).map(
        (of): Probe => ({
          of,
          at: [`${of}Ids`],
          missing: 422,
          beside: ['channel'],
          body: (id, _s, [channelId]) => ({ channelId, priorities: ['high'], [`${of}Ids`]: [id] }),
        }),
      ),
    ],
  },
  'put /notification-rules/{id}': {
    admins: true,
    probes: [
      byId('notificationRule', {
        beside: ['channel'],
        body: (_id, _s, [channelId]) => ({ channelId, priorities: ['high'] }),
      }),
      {
        of: 'channel',
        at: ['channelId'],
        missing: 422,
        beside: ['notificationRule'],
        params: (_id, _s, [rule = '']) => ({ id: rule }),
        body: (channelId) => ({ channelId, priorities: ['high'] }),
      },
      ...(['shipment', 'substance'] as const).map(
        (of): Probe => ({
          of,
          at: [`${of}Ids`],
          missing: 422,
          beside: ['notificationRule', 'channel'],
          params: (_id, _s, [rule = '']) => ({ id: rule }),
          body: (id, _s, [, channelId]) => ({ channelId, priorities: ['high'], [`${of}Ids`]: [id] }),
        }),
      ),
    ],
  },
  'delete /notification-rules/{id}': { admins: true, probes: [byId('notificationRule')] },
  'post /escalation-steps': {
    admins: true,
    probes: [
      {
        of: 'channel',
        at: ['channelId'],
        missing: 422,
        body: (channelId) => ({ channelId, after: 'raised', minutes: 5, priorities: ['high'] }),
      },
    ],
  },
  'delete /escalation-steps/{id}': { admins: true, probes: [byId('escalationStep')] },
  'get /notifications': {
    admins: true,
    probes: [
      { of: 'channel', at: ['channelId'], query: (id) => `channelId=${id}` },
      // nothing is said of an alarm that is not seen: there is no message about it
      { of: 'alarm', at: ['alarmId'], missing: 200, query: (id) => `alarmId=${id}` },
      { of: null, query: () => 'limit=1000' },
    ],
  },
  'post /notifications/{id}/retry': { admins: true, probes: [byId('notification')] },
  'get /dead-letters': look,
  'get /dead-letters/{id}': { probes: [byId('deadLetter')] },
  'post /dead-letters/{id}/replay': { admins: true, probes: [byId('deadLetter')] },
  'get /orders': look,
  // a carrier has no order book, and an organisation that is not known is not named
  'post /orders': {
    notCarriers: true,
    probes: [
      {
        of: 'organisation',
        at: ['supplierId'],
        missing: 422,
        body: (supplierId) => ({ number: name(), supplierId, lines: [line({})] }),
      },
      {
        of: 'organisation',
        at: ['supplierId'],
        missing: 422,
        body: (supplierId) => ({ number: name(), lines: [line({ supplierId })] }),
      },
    ],
  },
  'get /orders/{id}': { probes: [byId('order')] },
  'get /orders/{id}/lines/{line}/milestones': { probes: [ofLine({})] },
  'post /orders/{id}/lines/{line}/milestones': {
    scope: 'milestones',
    probes: [ofLine({ body: () => ({ stage: 'filled', classifier: 'actual', at: new Date(START).toISOString() }) })],
  },
  'get /orders/{id}/lines/{line}/forecast': { probes: [ofLine({})] },
  'get /orders/{id}/lines/{line}/forecasts': { probes: [ofLine({})] },
  'get /orders/{id}/history': { probes: [byId('order')] },
  // its two sides see a line, its buyer alone changes it: 403 for the supplier
  'patch /orders/{id}/lines/{line}': {
    done: [200, 403],
    probes: [ofLine({ body: () => ({ quantity: 7 }) })],
  },
  'get /orders/{id}/lines/{line}/receipts': { probes: [ofLine({})] },
  'post /orders/{id}/lines/{line}/receipts': {
    done: [201, 403],
    probes: [ofLine({ body: () => ({ at: new Date(START).toISOString(), quantity: 1 }) })],
  },
  'get /shipments/{id}/lines': { probes: [shipmentOnly()] },
  'post /shipments/{id}/lines': {
    probes: [
      shipmentOnly({
        parts: ['buyer'],
        missing: 404,
        body: () => ({ orderId: randomUUID(), line: '10', quantity: 1 }),
      }),
      {
        of: 'order',
        at: ['orderId'],
        parts: ['buyer'],
        params: (_id, s) => ({ id: s }),
        body: (orderId) => ({ orderId, line: '10', quantity: 1 }),
      },
    ],
  },
  'delete /shipments/{id}/lines/{orderId}/{line}': {
    probes: [
      shipmentOnly({ parts: ['buyer'], missing: 404, params: (id) => ({ id, orderId: randomUUID(), line: '10' }) }),
      {
        of: 'order',
        at: ['orderId', 'line'],
        parts: ['buyer'],
        // none of these is on the shipment
        missing: 404,
        params: (orderId, id) => ({ id, orderId, line: '10' }),
      },
    ],
  },
  'get /stages': look,
  'post /stages': { probes: [{ of: null, body: () => ({ stage: `s-${randomUUID().slice(0, 8)}`, name: name() }) }] },
  'get /stage-plans': look,
  'post /stage-plans': {
    notCarriers: true,
    probes: [
      {
        of: 'organisation',
        at: ['supplierId'],
        missing: 422,
        body: (supplierId) => ({ supplierId, family: name(), stages: [{ stage: 'ready' }] }),
      },
    ],
  },
  'delete /stage-plans/{id}': { probes: [byId('stagePlan')] },
  // the body is a file, which JSON is not: read as one, and refused for what it says
  'post /orders/import': { notCarriers: true, done: [422], probes: [{ of: null, body: () => ({}) }] },
  'post /milestones/import': { scope: 'milestones', done: [422], probes: [{ of: null, body: () => ({}) }] },
  'get /imports/{id}': { scope: 'milestones', probes: [byId('import')] },
  'patch /imports/{id}': { scope: 'milestones', probes: [byId('import', { body: () => ({ mapping: {} }) })] },
  // its rows are of nothing that is there
  'post /imports/{id}/commit': { scope: 'milestones', done: [422], probes: [byId('import')] },
  'get /imports/{id}/errors': { scope: 'milestones', probes: [byId('import')] },
  'get /audit': { ...look, admins: true },
  'get /audit/head': { ...look, admins: true },
  'get /audit/export': { ...look, admins: true },
  'get /share-links': { probes: [{ of: 'shipment', at: ['shipmentId'], query: (id) => `shipmentId=${id}` }] },
  'post /share-links': {
    probes: [
      { of: 'shipment', at: ['shipmentId'], parts: acting, body: (shipmentId) => ({ shipmentId, expiresAt: soon() }) },
    ],
  },
  'delete /share-links/{id}': { probes: [byId('shareLink')] },
  'get /share-links/{id}/uses': { probes: [byId('shareLink')] },
  'get /supplier-links': { probes: [{ of: 'partner', at: ['supplierId'], query: (id) => `supplierId=${id}` }] },
  'post /supplier-links': {
    probes: [{ of: 'partner', at: ['supplierId'], body: (supplierId) => ({ supplierId, expiresAt: soon() }) }],
  },
  'delete /supplier-links/{id}': { probes: [byId('supplierLink')] },
  'get /supplier-links/{id}/uses': { probes: [byId('supplierLink')] },
  'get /suppliers/{id}/reliability': { probes: [byId('partner')] },
  'get /suppliers/{id}/scorecard': {
    probes: [
      byId('partner'),
      { of: 'partner', at: ['buyerId'], params: (id) => ({ id }), query: (id) => `buyerId=${id}` },
    ],
  },
  'post /orders/what-if': {
    viewers: true,
    probes: [{ of: 'partner', at: ['supplierId'], body: (supplierId) => ({ supplierId, days: 3 }) }],
  },
  'get /supplier/lines': { ...look, suppliers: 'only' },
  'post /supplier/lines/{id}/{line}/milestones': {
    suppliers: 'only',
    probes: [ofLine({ body: () => ({ stage: 'filled', classifier: 'actual', at: new Date(START).toISOString() }) })],
  },
  'get /orders/{id}/lines/{line}/milestones/{milestone}/photo': {
    probes: [
      {
        of: 'photo',
        at: ['id', 'milestone'],
        params: (both) => ({ id: both.split('/')[0] ?? '', line: '10', milestone: both.split('/')[1] ?? '' }),
      },
    ],
  },
  'post /telemetry': {
    scope: 'telemetry',
    probes: [
      {
        of: 'device',
        at: ['deviceId'],
        body: (deviceId) => ({ deviceId, readings: [{ time: START, temperature: 1 }] }),
      },
    ],
  },
}
