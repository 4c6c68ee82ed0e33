import { randomUUID } from 'node:crypto'
import type { Channel, EscalationStep, NotificationItem, NotificationRule } from '../../server/model/notification.ts'

type Body = Record<string, unknown>
type Answer = { status: number; body: unknown }

const MINUTE = 60_000
const before = (ms: number): string => new Date(Date.now() - ms).toISOString()
const ok = (body: unknown, status = 200): Answer => ({ status, body })
const list = (items: readonly unknown[]): Answer => ok({ items, next: null })
const problem = (status: number, detail: string): Answer => ({
  status,
  body: { type: 'about:blank', title: 'Refused', status, detail },
})

const channel = (more: Partial<Channel>): Channel => ({
  id: randomUUID(),
  name: 'Night desk',
  kind: 'dingtalk',
  address: 'https://oapi.dingtalk.com/…',
  language: 'zh',
  perMinute: 15,
  enabled: true,
  createdAt: before(86_400_000),
  testedAt: before(86_000_000),
  testProblem: null,
  testDetail: null,
  lastSentAt: before(17 * MINUTE),
  failingSince: null,
  lastProblem: null,
  lastDetail: null,
  ...more,
})
const kindOf = (kind: unknown): Channel['kind'] =>
  kind === 'email' || kind === 'dingtalk' || kind === 'wecom' || kind === 'feishu' ? kind : 'webhook'

/** Channels, rules and what became of notifications, with a state of its own; null where a path is not its own. */
export const createNotificationFixture = (shipments: readonly { id: string; reference: string }[]) => {
  const desk = channel({})
  const mail = channel({
    name: 'Logistics',
    kind: 'email',
    address: 'desk@buyer.example, night@buyer.example',
    language: 'en',
  })
  const erp = channel({
    name: 'Plant control room',
    kind: 'webhook',
    address: 'https://control.buyer.example/…',
    language: 'en',
    lastSentAt: before(300 * MINUTE),
    failingSince: before(42 * MINUTE),
    lastProblem: 'rejected',
    lastDetail: 'HTTP 503: not now',
  })
  let channels = [desk, mail, erp]
  const rule = (more: Partial<NotificationRule>): NotificationRule => ({
    id: randomUUID(),
    channelId: desk.id,
    enabled: true,
    kinds: ['alarm-raised', 'alarm-found-late'],
    priorities: ['critical', 'high'],
    phases: null,
    shipmentIds: null,
    substanceIds: null,
    hours: null,
    language: null,
    digestMinutes: 0,
    createdAt: before(86_400_000),
    ...more,
  })
  let rules = [
    rule({}),
    rule({
      channelId: mail.id,
      kinds: ['alarm-raised', 'alarm-found-late', 'stage-overdue'],
      priorities: ['critical', 'high', 'medium'],
      digestMinutes: 60,
      hours: { timeZone: 'Asia/Shanghai', days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00', outside: 'wait' },
    }),
  ]
  let steps: EscalationStep[] = [
    {
      id: randomUUID(),
      channelId: erp.id,
      after: 'raised',
      minutes: 10,
      priorities: ['critical'],
      createdAt: before(0),
    },
    {
      id: randomUUID(),
      channelId: desk.id,
      after: 'acknowledged',
      minutes: 240,
      priorities: ['critical', 'high'],
      createdAt: before(0),
    },
  ]
  const item = (i: number, more: Partial<NotificationItem>): NotificationItem => ({
    id: randomUUID(),
    kind: 'alarm-raised',
    priority: 'high',
    state: 'sent',
    channel: { id: desk.id, name: desk.name },
    alarmId: randomUUID(),
    shipmentId: shipments[i]?.id ?? null,
    shipmentReference: shipments[i]?.reference ?? null,
    orderId: null,
    orderNumber: null,
    line: null,
    rule: 'temperature-high',
    title: null,
    problem: null,
    detail: null,
    attempts: 1,
    nextAttemptAt: null,
    createdAt: before((i + 1) * 17 * MINUTE),
    settledAt: before((i + 1) * 17 * MINUTE),
    together: false,
    ...more,
  })
  const at = { id: erp.id, name: erp.name }
  const items: NotificationItem[] = [
    item(0, { rule: 'self-heating', priority: 'critical' }),
    item(1, {
      kind: 'alarm-escalated', rule: 'pressure-low', priority: 'critical', state: 'waiting', channel: at, attempts: 3, problem: 'rejected',
      detail: 'HTTP 503: not now', nextAttemptAt: before(-2 * MINUTE), settledAt: null,
    }), // biome-ignore format: short
    item(2, { state: 'dropped', problem: 'acknowledged', kind: 'alarm-escalated', attempts: 0 }),
    item(3, { state: 'sent', priority: 'medium', rule: 'pressure-residual', together: true }),
    item(4, {
      state: 'dead',
      channel: at,
      attempts: 11,
      problem: 'unreachable',
      detail: 'connect ECONNREFUSED 203.0.113.9:443',
    }),
    item(5, { state: 'untold', channel: null, priority: 'low', rule: 'battery-low', attempts: 0 }),
    item(6, {
      kind: 'stage-overdue',
      priority: 'medium',
      rule: null,
      alarmId: null,
      title: 'Filling is overdue: PO-4711, line 10',
    }),
  ]

  return (method: string, path: string, body: Body, query: URLSearchParams): Answer | null => {
    const one = /^\/(channels|notification-rules|escalation-steps|notifications)\/([^/]+)(\/\w+)?$/.exec(path)
    const [, what, id = '', part = ''] = one ?? []
    if (method === 'GET' && path === '/channels') return list(channels)
    if (method === 'GET' && path === '/notification-rules') return ok({ rules, steps })
    if (method === 'GET' && path === '/notifications') {
      const state = query.get('state')
      return list(
        items.filter(
          (each) =>
            state === null ||
            each.state === state ||
            (state === 'failing' && each.state === 'waiting' && each.problem !== null),
        ),
      )
    }
    if (method === 'POST' && path === '/channels') {
      if (channels.some(({ name }) => name === body.name))
        return problem(409, `You have a channel called ${body.name} already.`)
      const kind = kindOf(body.kind)
      const made = channel({
        name: String(body.name), kind, address: kind === 'email' ? String(body.to) : 'https://…', testedAt: null, lastSentAt: null,
      }) // biome-ignore format: short
      channels = [...channels, made]
      return ok({ ...made, secret: kind === 'webhook' ? 'whsec_c2VjcmV0IG9mIHRoZSBmaXh0dXJlIQ==' : null }, 201)
    }
    const found = channels.find((each) => each.id === id)
    if (what === 'channels' && found !== undefined) {
      if (part === '/test') {
        const broken = found.failingSince !== null
        Object.assign(found, {
          testedAt: before(0),
          testProblem: broken ? 'unreachable' : null,
          testDetail: broken ? 'ECONNREFUSED' : null,
        })
        return ok({ ok: !broken, problem: found.testProblem, detail: found.testDetail })
      }
      if (part === '/secret') return ok({ id, secret: 'whsec_bmV3IHNlY3JldA==', oldValidUntil: before(-86_400_000) })
      if (method === 'PATCH') return ok(Object.assign(found, body))
      channels = channels.filter((each) => each.id !== id)
      rules = rules.filter((each) => each.channelId !== id)
      steps = steps.filter((each) => each.channelId !== id)
      return ok(null, 204)
    }
    if (path === '/notification-rules') {
      const made = rule(body)
      rules = [...rules, made]
      return ok(made, 201)
    }
    if (what === 'notification-rules') {
      if (method === 'DELETE') rules = rules.filter((each) => each.id !== id)
      else rules = rules.map((each) => (each.id === id ? { ...each, ...body } : each))
      return method === 'DELETE' ? ok(null, 204) : ok(rules.find((each) => each.id === id))
    }
    if (path === '/escalation-steps') {
      const made = {
        id: randomUUID(),
        channelId: desk.id,
        after: 'raised' as const,
        minutes: 1,
        priorities: [],
        createdAt: before(0),
        ...body,
      }
      steps = [...steps, made]
      return ok(made, 201)
    }
    if (what === 'escalation-steps') {
      steps = steps.filter((each) => each.id !== id)
      return ok(null, 204)
    }
    const sent = items.find((each) => each.id === id)
    if (what === 'notifications' && sent !== undefined)
      return ok(Object.assign(sent, { state: 'sent', problem: null, detail: null }))
    return null
  }
}
