import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Alarm } from '../../server/model/alarm.ts'
import { type ExposureBudget, ExposureBudgets } from '../../server/model/exposure.ts'
import type { IntakeOutage } from '../../server/model/intake.ts'
import type { ServerMessage } from '../../server/model/live.ts'
import type { Proposal } from '../../server/model/record.ts'
import type { User } from '../../server/model/session.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { createAccounts } from './fixture-accounts.ts'
import { makeChart, makeSparkline, makeTrack } from './fixture-course.ts'
import { createDevices } from './fixture-devices.ts'
import { makeAlarms, makeShipment, noise } from './fixture-fleet.ts'
import { createNotificationFixture } from './fixture-notifications.ts'
import { CARDS, makeAlarmSource, makeExposure, makeProposal, makeReport, makeSources } from './fixture-record.ts'
import { createRules } from './fixture-rules.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}
const CSP = "default-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"
export const PASSWORD = 'correct horse'
export const EMAIL = 'buyer@example.com'
export const USER: User = {
  id: randomUUID(),
  kind: 'person',
  email: EMAIL,
  name: 'Chen Yu',
  role: 'admin',
  organisation: { id: randomUUID(), name: 'East Sea Fine Chemicals', kind: 'buyer' },
  shipmentId: null,
}
const CSRF = 'token-of-the-fixture'

type FixtureOptions = {
  dist: string
  count: number
  /** every shipment sends once a second */
  tick?: boolean
  user?: User
  /** what the user's organisation is on every shipment */
  part?: ShipmentDetail['part']
}

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString() || '{}')
}

/**
 * A stand-in for the server that speaks the page's part of the API with data that is always the same, for `count`
 * shipments of which every one sends once a second. It keeps its doings in memory, so that tests can ask.
 */
export const startFixture = async ({
  dist,
  count,
  tick = true,
  user = USER,
  part: ourPart = 'buyer',
}: FixtureOptions) => {
  const startedAt = Date.now()
  const session = { user, csrfToken: CSRF, expiresAt: new Date(startedAt + 86_400_000).toISOString() }
  const shipments = Array.from({ length: count }, (_, i) => ({ ...makeShipment(i, startedAt), part: ourPart }))
  const byId = new Map(shipments.map((shipment, i) => [shipment.id, { shipment, i }]))
  const alarms = new Map(makeAlarms(shipments, startedAt).map((alarm) => [alarm.id, alarm]))
  const actions: { alarmId: string; action: string; by: string; note: string | null; at: string }[] = []
  const proposals = new Map<string, { shipmentId: string; proposal: Proposal }>()
  let budgets: ExposureBudget[] = []
  const proposalsOf = (shipmentId: string) =>
    [...proposals.values()].flatMap((held) => (held.shipmentId === shipmentId ? [held.proposal] : []))
  const devices = createDevices(shipments, startedAt)
  const rules = createRules(user.name, () => [...alarms.values()][0])
  const notifications = createNotificationFixture(shipments)
  let url = ''
  const accounts = createAccounts(user, () => url)
  let locked = false
  const outages: IntakeOutage[] = []
  const subscribed = new Map<WebSocket, Set<string>>()
  let cursor = 0
  let refuse = false
  let mute = false
  for (const alarm of alarms.values()) summarise(alarm.shipmentId)

  function summarise(shipmentId: string | null): void {
    const found = byId.get(shipmentId ?? '')
    if (found === undefined) return
    const active = [...alarms.values()].filter((a) => a.shipmentId === shipmentId && a.state.startsWith('active'))
    const worst = active[0]
    found.shipment.activeAlarms = active.length
    found.shipment.worstAlarm =
      worst === undefined
        ? null
        : {
            id: worst.id,
            rule: worst.rule,
            priority: worst.priority,
            onset: worst.onset,
            acknowledged: worst.state === 'active-acknowledged',
          }
  }
  const say = (topic: string, message: ServerMessage): void => {
    if (mute) return
    const text = JSON.stringify(message)
    for (const [socket, topics] of subscribed) if (topics.has(topic)) socket.send(text)
  }
  const changeAlarm = (alarm: Alarm, change: 'raised' | 'acknowledged' | 'cleared' | 'commented'): void => {
    alarms.set(alarm.id, alarm)
    summarise(alarm.shipmentId)
    say('alarms', { type: 'alarm', cursor: String(++cursor), change, alarm })
  }
  const openAlarms = (): Alarm[] => [...alarms.values()].filter((alarm) => alarm.state !== 'cleared')

  /** Every shipment that is heard of sends one reading. */
  const sendReadings = (): void => {
    const now = new Date().toISOString()
    const second = Math.floor(Date.now() / 1000)
    const items = []
    for (const [i, { newest, id }] of shipments.entries()) {
      if (newest === null || i % 89 === 7) continue
      newest.time = now
      newest.receivedAt = now
      const temperature = (newest.temperature ?? 0) + 0.06 * (noise(second * 7 + i) - 0.5)
      const pressure = (newest.pressure ?? 0) + 0.004 * (noise(second * 11 + i) - 0.5)
      items.push({ shipmentId: id, deviceId: newest.deviceId, time: now, receivedAt: now, temperature, pressure })
    }
    for (let i = 0; i < items.length; i += 250) say('fleet', { type: 'readings', items: items.slice(i, i + 250) })
  }

  const send = (response: ServerResponse, status: number, body: unknown): void => {
    const type = status >= 400 ? 'application/problem+json' : 'application/json'
    response.writeHead(status, { 'content-type': type }).end(status === 204 ? undefined : JSON.stringify(body))
  }
  const problem = (response: ServerResponse, status: number, detail: string): void =>
    send(response, status, { type: 'about:blank', title: 'Refused', status, detail })

  const shipmentPart = async (
    request: IncomingMessage,
    response: ServerResponse,
    shipment: ShipmentDetail,
    part: string,
    query: URLSearchParams,
  ) => {
    const from = Date.parse(query.get('from') ?? '') / 1000
    const to = Date.parse(query.get('to') ?? '') / 1000
    const nowSeconds = Date.now() / 1000
    if (part === '' && request.method === 'PATCH') Object.assign(shipment, await bodyOf(request))
    if (part === '') return send(response, 200, shipment)
    if (part === '/readings')
      return send(response, 200, makeChart(shipment, from, to, Number(query.get('points')), nowSeconds))
    if (part === '/track') return send(response, 200, makeTrack(shipment, from, to))
    if (part === '/alarms')
      return send(response, 200, {
        items: [...alarms.values()].filter((alarm) => alarm.shipmentId === shipment.id),
        next: null,
      })
    if (part === '/limits')
      return send(response, 200, { ...makeSources(shipment), proposals: proposalsOf(shipment.id) })
    if (/^\/(alarm-settings|out-of-service)/.test(part)) {
      const body = request.method === 'GET' ? {} : await bodyOf(request)
      return send(response, 200, rules.shipment(request.method ?? 'GET', shipment.id, part, body))
    }
    if (part === '/exposure') return send(response, 200, makeExposure(budgets))
    if (part === '/report') return send(response, 200, makeReport(shipment))
    if (part === '/limits/proposals') {
      const made = makeProposal(await bodyOf(request), randomUUID())
      proposals.set(made.id, { shipmentId: shipment.id, proposal: made })
      return send(response, 201, made)
    }
    const decided = /^\/limits\/proposals\/([^/]+)\/(consent|decline)$/.exec(part)
    const held = proposals.get(decided?.[1] ?? '')
    if (held !== undefined) {
      held.proposal = { ...held.proposal, state: decided?.[2] === 'consent' ? 'in-force' : 'declined' }
      return send(response, 200, held.proposal)
    }
    return problem(response, 404, `There is nothing at ${part}.`)
  }
  const alarmPart = async (request: IncomingMessage, response: ServerResponse, alarm: Alarm, part: string) => {
    const by = user.name
    const stamp = new Date().toISOString()
    if (part === '')
      return send(response, 200, {
        ...alarm,
        source: makeAlarmSource(alarm),
        actions: actions.filter((action) => action.alarmId === alarm.id),
      })
    const body = await bodyOf(request)
    if (part === '/acknowledge') {
      const state = alarm.state === 'cleared-unacknowledged' ? 'cleared' : 'active-acknowledged'
      const changed: Alarm = { ...alarm, state, acknowledgedBy: by, acknowledgedAt: stamp }
      actions.push({ alarmId: alarm.id, action: 'acknowledged', by, note: null, at: stamp })
      changeAlarm(changed, 'acknowledged')
      return send(response, 200, changed)
    }
    actions.push({ alarmId: alarm.id, action: 'commented', by, note: String(body.text), at: stamp })
    changeAlarm(alarm, 'commented')
    return send(response, 200, alarm)
  }

  const api = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const path = url.pathname.replace('/api/v1', '')
    const method = request.method ?? 'GET'
    const signedIn = request.headers.cookie?.includes('zaitu_session=yes') === true
    if (path === '/session' && request.method === 'POST') {
      const body = await bodyOf(request)
      if (locked) {
        response.setHeader('retry-after', '290')
        return problem(response, 429, 'Too many attempts.')
      }
      if (body.email !== EMAIL || body.password !== PASSWORD)
        return problem(response, 401, 'This e-mail address and password do not belong together.')
      response.setHeader('set-cookie', 'zaitu_session=yes; HttpOnly; SameSite=Lax; Path=/')
      return send(response, 200, session)
    }
    const answered = accounts.open(
      method,
      path,
      path.startsWith('/session/') && method === 'POST' ? await bodyOf(request) : {},
    )
    if (answered !== null) {
      if (answered.body !== 'signed in') return send(response, answered.status, answered.body)
      response.setHeader('set-cookie', 'zaitu_session=yes; HttpOnly; SameSite=Lax; Path=/')
      return send(response, 200, session)
    }
    if (!signedIn)
      return send(response, 401, {
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'Please sign in.',
        demo: { email: EMAIL, password: PASSWORD },
      })
    if (request.method !== 'GET' && request.headers['x-csrf-token'] !== CSRF)
      return problem(response, 403, 'The token is missing.')
    if (path === '/session' && request.method === 'DELETE') {
      response.setHeader('set-cookie', 'zaitu_session=; Max-Age=0; Path=/')
      return send(response, 204, null)
    }
    if (path === '/session') return send(response, 200, session)
    if (path === '/shipments') return send(response, 200, { items: shipments, next: null })
    if (path === '/sparklines') {
      const hours = Number(url.searchParams.get('hours'))
      return send(response, 200, { items: shipments.map((one) => makeSparkline(one, hours, Date.now() / 1000)) })
    }
    if (path === '/alarms/acknowledge') {
      const { ids } = await bodyOf(request)
      const items = [...alarms.values()].flatMap((alarm): Alarm[] =>
        Array.isArray(ids) && ids.includes(alarm.id)
          ? [
              {
                ...alarm,
                state: 'active-acknowledged',
                acknowledgedBy: user.name,
                acknowledgedAt: new Date().toISOString(),
              },
            ]
          : [],
      )
      for (const alarm of items) changeAlarm(alarm, 'acknowledged')
      return send(response, 200, { items, skipped: [] })
    }
    if (path === '/intake-outages/acknowledge') {
      const until = String((await bodyOf(request)).until)
      for (const outage of outages)
        if (outage.beganAt <= until)
          Object.assign(outage, { acknowledgedAt: new Date().toISOString(), acknowledgedBy: user.name })
    }
    if (path.startsWith('/intake-outages')) return send(response, 200, { items: outages })
    if (path.startsWith('/alarm-'))
      return send(response, 200, rules.common(method, path, method === 'GET' ? {} : await bodyOf(request)))
    if (path === '/alarms') {
      const items = url.searchParams.get('state') === 'all' ? [...alarms.values()] : openAlarms()
      return send(response, 200, { items, next: null })
    }
    const mine =
      /^\/(devices|connection|people|organisations|invitations|tokens|audit|session\/|channels|notification|escalation)/.test(
        path,
      )
    const body = mine && method !== 'GET' ? await bodyOf(request) : {}
    const known =
      devices.answer(method, path, body) ??
      accounts.signedIn(method, path, body, url.searchParams) ??
      notifications(method, path, body, url.searchParams)
    if (known !== null) return send(response, known.status, known.body)
    const substance = shipments.find((one) => path === `/substances/${one.substance.id}`)?.substance
    if (substance !== undefined)
      return send(response, 200, { ...substance, responseCard: CARDS[substance.cas] ?? null })
    if (/^\/substances\/[^/]+\/exposure-budgets$/.test(path)) {
      budgets = ExposureBudgets.parse(await bodyOf(request)).items
      return send(response, 200, { items: budgets })
    }
    const shipment = /^\/shipments\/([^/]+)((?:\/[\w-]+)*)$/.exec(path)
    const found = byId.get(shipment?.[1] ?? '')
    if (found !== undefined)
      return shipmentPart(request, response, found.shipment, shipment?.[2] ?? '', url.searchParams)
    const alarm = /^\/alarms\/([^/]+)(\/\w+)?$/.exec(path)
    const meant = alarms.get(alarm?.[1] ?? '')
    if (meant !== undefined) return alarmPart(request, response, meant, alarm?.[2] ?? '')
    return problem(response, 404, `There is nothing at ${path}.`)
  }

  const page = async (response: ServerResponse, pathname: string): Promise<void> => {
    const file = extname(pathname) === '' ? '/index.html' : normalize(pathname)
    try {
      const body = await readFile(join(dist, file))
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': CSP,
      })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  }

  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://fixture')
    const answer = asked.pathname.startsWith('/api/') ? api(request, response, asked) : page(response, asked.pathname)
    answer.catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (refuse || !request.headers.cookie?.includes('zaitu_session=yes')) {
      socket.destroy()
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      subscribed.set(ws, new Set())
      ws.on('close', () => subscribed.delete(ws))
      ws.on('message', (data) => {
        const message: { type: string; topic: string } = JSON.parse(String(data))
        if (mute || message.type !== 'subscribe') return
        subscribed.get(ws)?.add(message.topic)
        if (message.topic === 'fleet') ws.send(JSON.stringify({ type: 'snapshot', topic: 'fleet', items: shipments }))
        if (message.topic === 'alarms')
          ws.send(JSON.stringify({ type: 'snapshot', topic: 'alarms', items: openAlarms(), cursor: String(cursor) }))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const timer = tick ? setInterval(sendReadings, 1000) : undefined
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  url = `http://127.0.0.1:${port}`

  return {
    url,
    shipments,
    secrets: devices.secrets,
    /** From now on every sign-in is one too many. */
    lock() {
      locked = true
    },
    alarms,
    /** of our own intake, newest first */
    outages,
    actions,
    changeAlarm,
    /** One reading of one shipment, at once. */
    sendReading(shipment: ShipmentDetail, temperature: number) {
      const now = new Date().toISOString()
      const deviceId = shipment.newest?.deviceId ?? ''
      const item = { shipmentId: shipment.id, deviceId, time: now, receivedAt: now, temperature }
      say('fleet', { type: 'readings', items: [item] })
    },
    /** Keeps live connections open and says nothing on them, as after a cut that nobody announced. */
    setMute(on: boolean) {
      mute = on
    },
    /** Cuts every live connection; while `stay` no new one is taken. */
    cut(stay: boolean) {
      refuse = stay
      for (const socket of subscribed.keys()) socket.terminate()
    },
    async stop() {
      clearInterval(timer)
      for (const socket of subscribed.keys()) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
export type Fixture = Awaited<ReturnType<typeof startFixture>>
