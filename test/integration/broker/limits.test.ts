import { afterEach, describe, expect, it } from 'vitest'
import { createEmbeddedBroker, type EmbeddedBroker, type EmbeddedOptions } from '../../../server/broker/embedded.ts'
import { BURST_SECONDS } from '../../../server/broker/rate.ts'
import { createInbox, createLog } from './devices.ts'
import { createRawDevice, publishPacket, type RawDevice } from './raw-device.ts'

describe('limits of the embedded broker', () => {
  const { log, lines } = createLog()
  let inbox: ReturnType<typeof createInbox>
  let broker: EmbeddedBroker
  let devices: RawDevice[] = []
  let asked = 0

  const start = async (options: Partial<EmbeddedOptions>) => {
    lines.length = 0
    asked = 0
    inbox = createInbox()
    inbox.onMessage((message) => message.acknowledge())
    const authenticate = async (id: string, secret: string) => {
      asked += 1
      return secret === `secret-${id}` ? ({ ok: true } as const) : ({ ok: false, reason: 'wrong' } as const)
    }
    broker = createEmbeddedBroker({ host: '127.0.0.1', port: 0, log, authenticate, ...options })
    await broker.start(inbox.deliver)
  }
  afterEach(async () => {
    for (const device of devices) device.socket.destroy()
    devices = []
    await broker.close()
  })
  const connect = async (id: string, secret = `secret-${id}`): Promise<RawDevice> => {
    const device = await createRawDevice(broker.port())
    devices.push(device)
    await device.connect(id, { password: Buffer.from(secret) })
    return device
  }
  const send = (device: RawDevice, id: string, count: number) => {
    for (let n = 0; n < count; n += 1) device.send(publishPacket(id, (n % 60_000) + 1))
  }

  it('take a backlog at once, then slow the device down without cutting it or losing anything', async () => {
    await start({ rate: { messagesPerSecond: 20, bytesPerSecond: 1_000_000 } })
    const burst = 20 * BURST_SECONDS
    const device = await connect('d1')
    send(device, 'd1', burst)
    await expect.poll(() => inbox.messages.length, { timeout: 20_000 }).toBe(burst)
    const from = Date.now()
    send(device, 'd1', 60)
    await expect.poll(() => device.acknowledged().length, { timeout: 20_000 }).toBe(burst + 60)
    // 60 at 20 a second are 3 s, but for what one chunk may overdraw
    expect(Date.now() - from).toBeGreaterThan(1_000)
    expect(device.socket.destroyed).toBe(false)
  })

  it('hold for the device, not for its connection, and not for others', async () => {
    await start({ rate: { messagesPerSecond: 4, bytesPerSecond: 1_000_000 } })
    const first = await connect('d1')
    send(first, 'd1', 4 * BURST_SECONDS)
    await expect.poll(() => inbox.messages.length, { timeout: 20_000 }).toBe(4 * BURST_SECONDS)
    const again = await connect('d1')
    const other = await connect('d2')
    send(again, 'd1', 200)
    send(other, 'd2', 200)
    await expect.poll(() => other.acknowledged().length, { timeout: 5_000 }).toBe(200)
    expect(again.acknowledged().length).toBeLessThan(200)
  })

  it('stop looking at sign-ins of an address that fails again and again, but let in who was let in from there', async () => {
    await start({ failureLimits: { perClient: 3, perAddress: 5, windowMs: 60_000 } })
    const known = await connect('known')
    known.socket.destroy()
    for (let guess = 0; guess < 4; guess += 1) await connect('d1', `guess ${guess}`)
    // the fourth was not looked at
    expect(asked).toBe(4)
    expect(devices.at(-1)?.of('connack')).toMatchObject([{ returnCode: 3 }])
    await connect('d2', 'guess')
    await connect('d3', 'guess')
    const late = await connect('d4')
    expect(late.of('connack')).toMatchObject([{ returnCode: 3 }])
    expect(asked).toBe(6)
    expect((await connect('known')).of('connack')).toMatchObject([{ returnCode: 0 }])
    expect(lines.filter((line) => line.startsWith('too many failed sign-ins'))).toHaveLength(2)
  })

  /** Connected, and says nothing. */
  const silent = async () => {
    const device = await createRawDevice(broker.port())
    devices.push(device)
    return device.socket
  }

  it('of silent connections end the oldest of an address, and count nobody who has signed in', async () => {
    await start({ silent: { perNetwork: 3, graceMs: 200 } })
    const signedIn: RawDevice[] = []
    for (let n = 0; n < 6; n += 1) signedIn.push(await connect(`d${n}`))
    // many at once are let in: each still may be about to speak
    const sockets: RawDevice['socket'][] = []
    for (let n = 0; n < 6; n += 1) sockets.push(await silent())
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual(Array(6).fill(false))
    await new Promise((resolve) => setTimeout(resolve, 200))
    for (let n = 0; n < 3; n += 1) sockets.push(await silent())
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed).filter(Boolean)).toHaveLength(3)
    expect(sockets.slice(0, 3).every(({ destroyed }) => destroyed)).toBe(true)
    expect(signedIn.some(({ socket }) => socket.destroyed)).toBe(false)
  })

  it('let a device in though silent connections have taken all places', async () => {
    await start({ maxConnections: 5, silent: { perNetwork: 3, graceMs: 60_000 } })
    const first = await connect('d0')
    for (let n = 0; n < 4; n += 1) await silent()
    const device = await connect('d1')
    expect(device.of('connack')).toMatchObject([{ returnCode: 0 }])
    expect(first.socket.destroyed).toBe(false)
    expect(broker.inFlight().connections).toBeLessThanOrEqual(5)
  })
})
