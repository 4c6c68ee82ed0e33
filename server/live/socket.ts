import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Logger } from '../log.ts'
import { ClientMessage } from '../model/live.ts'
import { broadcast, TICK_MS } from './broadcast.ts'
import { type Client, createClient } from './client.ts'
import { createFeed, type FeedSource, type Follower, type Viewer } from './feed.ts'
import type { Hub } from './hub.ts'
import { createNewest } from './newest.ts'
import { createOrderNews } from './orders.ts'
import { type Attended, type Listener, watchStanding } from './standing.ts'

const MAX_FRAME_BYTES = 65_536
const MOST_SUBSCRIPTIONS = 200
/** Who is told that we go has this long to say goodbye: one that never does must not hold the stop up. */
const GOODBYE_MS = 1_000
/** Several who ask for the same within a second get the same answer. */
const SNAPSHOT_MS = 1_000
const BAD_IN_A_ROW = 3
/** Questions that wait for their answers: the page asks a handful, one a shipment in view at most. */
const MOST_QUESTIONS = 500

export type LiveDeps<Cursor> = {
  hub: Hub
  log: Logger
  feed: FeedSource<Cursor>
  parseCursor(text: string): Cursor | null
  /** Who speaks, or null, from which address; asked at the upgrade, twice a minute after it, and when access has ended. */
  authenticate(headers: IncomingHttpHeaders, from: string): Promise<Listener | null>
  snapshots: {
    fleet(orgId: string): Promise<unknown[]>
    orders(orgId: string): Promise<unknown[]>
    order(orgId: string, id: string): Promise<unknown | null>
    shipment(viewer: Viewer, id: string): Promise<unknown | null>
    alarms(viewer: Viewer): Promise<{ items: unknown[]; cursor: Cursor }>
  }
  formatCursor(cursor: Cursor): string
  /** a client that takes next to nothing for so long is let go; 30 s unless given otherwise */
  tooSlowMs?: number
  /** whether people reach us over TLS, as far as this request and the settings tell */
  encrypted(request: FastifyRequest): boolean
  /** what is thrown to refuse a connection before it is one */
  refuse(status: number, detail: string, more?: { retryAfterSeconds?: number }): Error
  /** bounds how often one address may ask to be connected */
  limitRate: onRequestHookHandler
}

/** Bytes, so that those who get the same do not each hold a copy. */
type Snapshot = { frame: Buffer; at: number }
type Attending<Cursor> = Attended & {
  client: Client
  follower: Follower<Cursor> | null
  /** One after the other, so that answers come in the order of the questions, and one snapshot at a time. */
  inTurn(work: () => Promise<void>): void
}

/**
 * A browser names the page's origin, which must be ours; other programs name none. Where we are reached over TLS, a page
 * that came without it may be anybody's on the way, although it has our name.
 */
const sameOrigin = ({ headers }: FastifyRequest, encrypted: boolean): boolean => {
  if (headers.origin === undefined) return true
  if (!URL.canParse(headers.origin)) return false
  const { host, protocol } = new URL(headers.origin)
  return host === headers.host && (protocol === 'https:' || !encrypted)
}

/** `GET /api/v1/live` (design, Live). Answers what stops it. */
export const attachLive = async <Cursor>(
  app: FastifyInstance,
  deps: LiveDeps<Cursor>,
): Promise<{ stop(): Promise<void>; clients(): number }> => {
  const { hub, log, snapshots } = deps
  const newest = createNewest()
  const feed = createFeed(deps.feed, log)
  const clients = new Map<WebSocket, Attending<Cursor>>()
  const listeners = new WeakMap<object, Listener>()
  /** connections by what they were let in by */
  const held = new Map<string, number>()
  const isFull = ({ bound }: Listener): boolean => (held.get(bound.key) ?? 0) >= bound.most
  const fleetSnapshots = new Map<string, { promise: Promise<Snapshot>; at: number }>()

  hub.onReadings((items) => newest.hear(items, Date.now()))
  hub.onAlarms(() => feed.look())
  const orderNews = createOrderNews({
    clients: () => [...clients.values()].map(({ client }) => client),
    read: snapshots.order,
    log,
  })
  hub.onOrders(orderNews.changed)

  const fleetSnapshot = (orgId: string): Promise<Snapshot> => {
    const known = fleetSnapshots.get(orgId)
    const now = Date.now()
    if (known !== undefined && now - known.at < SNAPSHOT_MS) return known.promise
    const promise = snapshots
      .fleet(orgId)
      .then((items) => ({ frame: Buffer.from(JSON.stringify({ type: 'snapshot', topic: 'fleet', items })), at: now }))
    fleetSnapshots.set(orgId, { promise, at: now })
    promise.catch(() => fleetSnapshots.delete(orgId))
    return promise
  }

  const subscribe = async (socket: WebSocket, topic: string, after: string | undefined): Promise<string | null> => {
    const entry = clients.get(socket)
    if (entry === undefined) return null
    const { client } = entry
    const { viewer } = client
    if (viewer.shipmentId !== null && (topic === 'fleet' || topic === 'orders'))
      return `a share link shows one shipment only: subscribe to shipment:${viewer.shipmentId}`
    if (topic === 'fleet') {
      client.fleet = true
      await client.drained()
      const { frame, at } = await fleetSnapshot(viewer.orgId)
      client.send(frame)
      for (const id of newest.heardSince(viewer.orgId, at - TICK_MS)) client.missed.add(id)
      return null
    }
    await client.drained()
    if (topic === 'orders') {
      client.orders = true
      client.send(JSON.stringify({ type: 'snapshot', topic, items: await snapshots.orders(viewer.orgId) }))
      return null
    }
    if (topic === 'alarms') {
      const from = after === undefined ? null : deps.parseCursor(after)
      if (after !== undefined && from === null)
        return `the cursor ${after} is none of ours: subscribe without one for a snapshot`
      const { items, cursor } = await snapshots.alarms(viewer)
      // who left meanwhile must not be followed for ever
      if (clients.get(socket) !== entry) return null
      if (entry.follower !== null) feed.leave(entry.follower)
      const start = from ?? cursor
      client.send(JSON.stringify({ type: 'snapshot', topic, items, cursor: deps.formatCursor(start) }))
      entry.follower = { viewer, send: client.send, drained: client.drained, cursor: start, live: false, ended: false }
      await feed.follow(entry.follower)
      return null
    }
    const id = topic.slice('shipment:'.length)
    if (client.shipments.size >= MOST_SUBSCRIPTIONS)
      return `at most ${MOST_SUBSCRIPTIONS} shipments can be followed at once; subscribe to fleet instead`
    const shipment = z.uuid().safeParse(id).success ? await snapshots.shipment(viewer, id) : null
    if (shipment === null) return `there is no shipment ${id}`
    client.shipments.add(id)
    client.send(JSON.stringify({ type: 'snapshot', topic, items: [shipment] }))
    return null
  }

  const unsubscribe = (socket: WebSocket, topic: string): void => {
    const entry = clients.get(socket)
    if (entry === undefined) return
    if (topic === 'fleet') entry.client.fleet = false
    else if (topic === 'orders') entry.client.orders = false
    else if (topic === 'alarms' && entry.follower !== null) {
      feed.leave(entry.follower)
      entry.follower = null
    } else entry.client.shipments.delete(topic.slice('shipment:'.length))
  }

  const hear = (text: string): { ok: true; message: ClientMessage } | { ok: false; reason: string } => {
    try {
      const parsed = ClientMessage.safeParse(JSON.parse(text))
      return parsed.success ? { ok: true, message: parsed.data } : { ok: false, reason: z.prettifyError(parsed.error) }
    } catch {
      return { ok: false, reason: 'not JSON: expected {"type":"subscribe","topic":"fleet"} or alike' }
    }
  }

  const accept = (socket: WebSocket, listener: Listener, headers: IncomingHttpHeaders, from: string): void => {
    const { key, most } = listener.bound
    // several that asked at once
    if (isFull(listener)) {
      socket.close(1013, `at most ${most} connections at once`)
      return
    }
    held.set(key, (held.get(key) ?? 0) + 1)
    const client = createClient(socket, listener, deps.tooSlowMs)
    let last: Promise<void> = Promise.resolve()
    const inTurn = (work: () => Promise<void>): void => {
      last = last.then(work)
    }
    const entry = { client, follower: null, alive: true, listener, headers, from, inTurn }
    clients.set(socket, entry)
    let bad = 0
    let asked = 0
    socket.on('message', (data) => {
      const heard = hear(data.toString())
      if (!heard.ok) {
        client.send(JSON.stringify({ type: 'error', message: heard.reason }))
        if (++bad >= BAD_IN_A_ROW) socket.close(1008, 'three messages in a row could not be understood')
        return
      }
      bad = 0
      const { message } = heard
      if (++asked > MOST_QUESTIONS) return socket.close(1008, 'more is asked than can be answered')
      inTurn(async () => {
        asked--
        if (!clients.has(socket)) return
        if (message.type === 'unsubscribe') return unsubscribe(socket, message.topic)
        try {
          const refused = await subscribe(socket, message.topic, message.after)
          if (refused !== null) client.send(JSON.stringify({ type: 'error', message: refused }))
        } catch (error) {
          log.warn({ error: error instanceof Error ? error.message : String(error) }, 'a subscription failed')
          client.send(
            JSON.stringify({ type: 'error', message: `${message.topic} is not available right now: try again` }),
          )
        }
      })
    })
    socket.on('pong', () => {
      entry.alive = true
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      const gone = clients.get(socket)
      if (gone?.follower) feed.leave(gone.follower)
      clients.delete(socket)
      const left = (held.get(key) ?? 1) - 1
      if (left > 0) held.set(key, left)
      else held.delete(key)
    })
  }

  hub.onReset(() => {
    fleetSnapshots.clear()
    for (const [socket, { client, inTurn }] of clients) {
      const again = (topic: string): void =>
        inTurn(async () => {
          try {
            await subscribe(socket, topic, undefined)
          } catch {
            socket.terminate()
          }
        })
      if (client.fleet) again('fleet')
      for (const id of client.shipments) again(`shipment:${id}`)
    }
    feed.look()
  })

  await app.register(websocket, { options: { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false } })
  app.route({
    method: 'GET',
    url: '/api/v1/live',
    schema: { hide: true },
    onRequest: deps.limitRate,
    preValidation: async (request) => {
      if (!sameOrigin(request, deps.encrypted(request))) throw deps.refuse(403, 'This origin may not connect.')
      const who = await deps.authenticate(request.headers, request.ip)
      if (who === null) throw deps.refuse(401, 'Please sign in.')
      if (isFull(who))
        throw deps.refuse(429, `There are ${who.bound.most} connections by this session, token or link already.`, {
          retryAfterSeconds: 10,
        })
      listeners.set(request.raw, who)
    },
    handler: () => {
      throw deps.refuse(426, 'Connect with a WebSocket client.')
    },
    wsHandler: (socket, request) => {
      const listener = listeners.get(request.raw)
      if (listener === undefined) socket.close(1008)
      else accept(socket, listener, request.headers, request.ip)
    },
  })
  const ticking = setInterval(() => {
    const all = [...clients.values()].map(({ client }) => client)
    for (const client of all) client.judge(Date.now())
    broadcast(all, newest)
  }, TICK_MS)
  const stopWatching = watchStanding(clients, { hub, authenticate: deps.authenticate })

  return {
    clients: () => clients.size,
    stop: async () => {
      clearInterval(ticking)
      stopWatching()
      for (const socket of clients.keys()) socket.close(1001, 'the server is going away')
      for (let waited = 0; clients.size > 0 && waited < GOODBYE_MS; waited += 50) await sleep(50)
      for (const socket of clients.keys()) socket.terminate()
      await orderNews.stop()
      await feed.stop()
    },
  }
}
