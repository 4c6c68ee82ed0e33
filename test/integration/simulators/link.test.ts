import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClock } from '../../../simulators/clock.ts'
import type { NumberedReading } from '../../../simulators/device.ts'
import { runFleet } from '../../../simulators/fleet.ts'
import { createLink, type Link } from '../../../simulators/link.ts'
import { createOutbox } from '../../../simulators/outbox.ts'
import { startBroker } from './broker.ts'

const BOOT = 9
const readings = (from: number, count: number): NumberedReading[] =>
  Array.from({ length: count }, (_, i) => ({ time: 1_000 * (from + i), seq: from + i, boot: BOOT, temperature: 20 }))
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 10_000, interval: 10 })

let broker: Awaited<ReturnType<typeof startBroker>>
let links: Link[] = []
let said: string[] = []
beforeEach(async () => {
  broker = await startBroker()
  links = []
  said = []
})
afterEach(async () => {
  await Promise.all(links.map((link) => link.close()))
  await broker.close()
})

const deviceOf = (options: { secret?: string; batch?: number; doubtMs?: number } = {}) => {
  const outbox = createOutbox(BOOT)
  const link = createLink({
    url: broker.url,
    deviceId: 'tank-1',
    secret: 'secret',
    outbox,
    say: (sentence) => said.push(sentence),
    ...options,
  })
  links.push(link)
  return { outbox, link }
}
const distinct = () => new Set(broker.readings.map(({ seq }) => seq)).size

describe('a device at a broker', { timeout: 30_000 }, () => {
  it('says online, sends what it kept in messages of at most 1,000, and forgets what is committed', async () => {
    const { outbox, link } = deviceOf()
    outbox.keep(readings(0, 2500))
    link.open()
    await until(() => outbox.counts().kept === 0)
    expect(broker.messages).toEqual([1000, 1000, 500])
    expect(broker.readings.map(({ seq }) => seq)).toEqual(readings(0, 2500).map(({ seq }) => seq))
    expect(broker.statuses).toEqual([{ deviceId: 'tank-1', status: 'online' }])
    expect(outbox.counts()).toMatchObject({ sent: 2500, acknowledged: 2500, committed: 2500, repeated: 0 })
    await link.close()
    expect(broker.statuses.at(-1)).toEqual({ deviceId: 'tank-1', status: 'offline' })
  })

  it('dies without a word in a tunnel, so that the broker gives the will; sends the rest after it', async () => {
    const { outbox, link } = deviceOf()
    link.open()
    await until(() => link.connected())
    link.cut()
    await until(() => broker.statuses.at(-1)?.status === 'offline')
    outbox.keep(readings(0, 50))
    link.flush()
    link.open()
    await until(() => outbox.counts().committed === 50)
    expect(broker.messages).toEqual([50])
  })

  it('sends again what was not acknowledged, until it is: nothing is lost while the server has no database', async () => {
    const { outbox, link } = deviceOf({ batch: 10 })
    broker.setAcknowledging(false)
    outbox.keep(readings(0, 100))
    link.open()
    await until(() => broker.statuses.filter(({ status }) => status === 'online').length >= 2)
    expect(outbox.counts()).toMatchObject({ kept: 100, acknowledged: 0 })
    broker.setAcknowledging(true)
    await until(() => outbox.counts().committed === 100)
    expect(distinct()).toBe(100)
  })

  it('keeps what is acknowledged but not committed, and obeys resend', async () => {
    broker.setCommitting(false)
    const { outbox, link } = deviceOf()
    outbox.keep(readings(0, 20))
    link.open()
    await until(() => outbox.counts().acknowledged === 20)
    expect(outbox.counts().kept).toBe(20)
    broker.resend('tank-1', BOOT, [[3, 5]])
    await until(() => broker.readings.length === 23)
    expect(broker.readings.slice(20).map(({ seq }) => seq)).toEqual([3, 4, 5])
    broker.commit('tank-1')
    await until(() => outbox.counts().kept === 0)
  })

  it('doubts a broker whose server stays silent, and sends again by itself', async () => {
    broker.setCommitting(false)
    const { outbox, link } = deviceOf({ doubtMs: 100 })
    outbox.keep(readings(0, 5))
    link.open()
    await until(() => broker.readings.length >= 10)
    expect(distinct()).toBe(5)
    expect(outbox.counts().kept).toBe(5)
  })

  it('says why it is refused', async () => {
    const { link } = deviceOf({ secret: 'wrong' })
    link.open()
    await until(() => said.length > 0)
    expect(said[0]).toMatch(/tank-1: Connection refused/)
    expect(link.connected()).toBe(false)
  })
})

describe('a fleet at a broker', { timeout: 30_000 }, () => {
  it('measures on in a dead zone and sends it in a burst afterwards; every reading arrives once', async () => {
    const now = Date.now()
    // six minutes in three seconds: a tunnel from the second to the fourth minute
    const clock = createClock(now, 360_000, 120)
    const plan = {
      id: 'tank-1',
      seed: 1,
      boot: BOOT,
      substanceCas: '67-56-1',
      route: 'ningbo-wuhan',
      scenario: 'normal' as const,
      startedAt: clock.startMs,
      intervalSeconds: 5,
      pressureReference: 'absolute' as const,
      deadTimes: [[clock.startMs + 120_000, clock.startMs + 240_000] as const],
    }
    const counts = await runFleet({
      members: [{ plan, secret: 'secret', reportSeconds: 5 }],
      mqtt: broker.url,
      clock,
      endAt: now + 3_500,
      signal: new AbortController().signal,
      say: (sentence) => said.push(sentence),
      sayEveryMs: 60_000,
    })
    expect(counts).toMatchObject({ connected: 1, waiting: 0, lost: 0 })
    expect(counts.acknowledged).toBe(counts.taken)
    expect(broker.readings.map(({ seq }) => seq)).toEqual(Array.from({ length: counts.taken }, (_, seq) => seq))
    expect(broker.statuses.map(({ status }) => status)).toEqual(['online', 'offline', 'online', 'offline'])
    expect(Math.max(...broker.messages)).toBeGreaterThanOrEqual(24)
    expect(said).toEqual([])
  })
})
