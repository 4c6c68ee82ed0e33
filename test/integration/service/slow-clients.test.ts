import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fastify } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Entry } from '../../../server/live/feed.ts'
import { createLocalHub } from '../../../server/live/hub.ts'
import { attachLive } from '../../../server/live/socket.ts'

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const MEGABYTE = 1_000_000

const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

/** The live side alone over a real socket, with a fleet and alarm changes as large as a test wants them. */
const startLive = async (fleet: unknown[], tooSlowMs?: number) => {
  const app = fastify()
  const hub = createLocalHub()
  const changes: Entry<number>[] = []
  const live = await attachLive<number>(app, {
    hub,
    log: SILENT,
    feed: {
      head: async () => changes.length,
      after: async (cursor, _viewer, most) => changes.slice(cursor, cursor + most),
      isAfter: (a, b) => a > b,
    },
    parseCursor: Number,
    formatCursor: String,
    authenticate: async () => ({
      orgId: 'o',
      shipmentId: null,
      id: 'p',
      expiresAt: new Date(Date.now() + 3_600_000),
      bound: { key: 'p', most: 20 },
    }),
    encrypted: () => false,
    refuse: (_status, detail) => new Error(detail),
    limitRate: (_request, _reply, next) => next(),
    snapshots: {
      fleet: async () => fleet,
      orders: async () => [],
      order: async () => null,
      shipment: async () => null,
      alarms: async () => ({ items: [], cursor: changes.length }),
    },
    ...(tooSlowMs !== undefined && { tooSlowMs }),
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  opened.push(async () => {
    await live.stop()
    await app.close()
  })
  const { port } = app.server.address() as AddressInfo
  return {
    hub,
    clients: live.clients,
    alarm: (bytes: number) => {
      const cursor = changes.length + 1
      const frame = JSON.stringify({ type: 'alarm', cursor, filling: 'x'.repeat(bytes) })
      changes.push({ cursor, audience: ['o'], shipmentId: 's', frame })
    },
    read: (temperature: number) => {
      const time = new Date(temperature).toISOString()
      const item = { shipmentId: 's', deviceId: 'd', time, receivedAt: time, temperature }
      hub.readings([{ audience: ['o'], item: item as never }])
    },
    connect: async () => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, { perMessageDeflate: false })
      const frames: { type: string; cursor?: number; items?: { temperature: number }[] }[] = []
      ws.on('message', (data) => frames.push(JSON.parse(data.toString())))
      opened.push(async () => ws.terminate())
      await once(ws, 'open')
      const subscribe = (topic: string, after?: string) => ws.send(JSON.stringify({ type: 'subscribe', topic, after }))
      return { ws, frames, subscribe, of: (type: string) => frames.filter((frame) => frame.type === type) }
    },
  }
}
const numbers = (to: number) => Array.from({ length: to }, (_, i) => i + 1)

describe('a client', () => {
  it('that reads gets a fleet of 10 MB whole, again and again, and what came meanwhile behind it', async () => {
    const { connect, read, alarm, hub } = await startLive([{ id: '位'.repeat((10 * MEGABYTE) / 3) }])
    const { ws, frames, subscribe, of } = await connect()
    subscribe('alarms')
    await expect.poll(() => of('snapshot').length).toBe(1)
    for (const topic of ['fleet', 'fleet', 'fleet']) subscribe(topic)
    for (let i = 1; of('snapshot').length < 4; i++) {
      read(i)
      if (i <= 20) alarm(1_000)
      hub.alarmsChanged()
      await sleep(5)
    }
    expect(of('snapshot').at(-1)?.items).toEqual([{ id: '位'.repeat((10 * MEGABYTE) / 3) }])
    read(1_000_000)
    await expect.poll(() => of('readings').at(-1)?.items?.[0]?.temperature).toBe(1_000_000)
    const changes = of('alarm').map(({ cursor }) => cursor)
    expect(changes).toEqual(numbers(changes.length))
    expect(changes.length).toBeGreaterThan(0)
    expect(frames.length).toBeLessThan(200)
    expect(ws.readyState).toBe(ws.OPEN)
  })

  it('that pauses gets merged readings and every alarm change, and one that stays away is let go', async () => {
    const { connect, read, alarm, hub, clients } = await startLive([])
    const slow = await connect()
    for (const topic of ['fleet', 'alarms']) slow.subscribe(topic)
    await expect.poll(() => slow.of('snapshot').length).toBe(2)
    slow.ws.pause()
    // until the buffers between the two are full, and 2 MB wait at the server
    let said = 0
    const say = async (megabytes: number) => {
      for (let i = 0; i < megabytes && clients() > 0; i++) {
        alarm(MEGABYTE)
        read(++said)
        hub.alarmsChanged()
        await sleep(30)
      }
    }
    await say(12)
    for (let i = 0; i < 10; i++, await sleep(100)) read(++said)
    const merged = said
    expect(clients()).toBe(1)
    slow.ws.resume()
    await expect.poll(() => slow.of('readings').at(-1)?.items?.[0]?.temperature, { timeout: 10_000 }).toBe(merged)
    await expect.poll(() => slow.of('alarm').map(({ cursor }) => cursor)).toEqual(numbers(12))
    expect(slow.of('readings').length).toBeLessThan(merged - 8)
    slow.ws.pause()
    await say(60)
    await expect.poll(clients).toBe(0)
  })

  it('that takes nothing of what waits for it is let go after a while, one that takes a little is not', async () => {
    const { connect, clients } = await startLive([{ id: 'x'.repeat(16 * MEGABYTE) }], 1_000)
    const [dead, slow] = [await connect(), await connect()]
    for (const client of [dead, slow]) {
      client.subscribe('fleet')
      client.ws.pause()
    }
    const began = Date.now()
    const trickling = setInterval(() => {
      slow.ws.resume()
      setTimeout(() => slow.ws.pause(), 5)
    }, 100)
    await expect.poll(clients, { timeout: 10_000 }).toBe(1)
    expect(Date.now() - began).toBeGreaterThan(1_000)
    expect(slow.ws.readyState).toBe(slow.ws.OPEN)
    clearInterval(trickling)
    slow.ws.resume()
    await expect.poll(() => slow.of('snapshot').length, { timeout: 10_000 }).toBe(1)
  })

  it('that resumes from long ago is told page by page as it reads, each change once', async () => {
    const { connect, alarm, clients } = await startLive([])
    for (let i = 0; i < 1_200; i++) alarm(20_000)
    const late = await connect()
    late.subscribe('alarms', '0')
    await expect.poll(() => late.of('alarm').length, { timeout: 20_000 }).toBe(1_200)
    expect(late.of('alarm').map(({ cursor }) => cursor)).toEqual(numbers(1_200))
    expect(clients()).toBe(1)
  })
})
