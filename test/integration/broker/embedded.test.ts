import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmbeddedBroker, type EmbeddedBroker, type EmbeddedOptions } from '../../../server/broker/embedded.ts'
import type { Message } from '../../../server/broker/source.ts'
import { connectDevice, createInbox, createLog, status } from './devices.ts'
import { connectPacket, createRawDevice, publishPacket, type RawDevice } from './raw-device.ts'

describe('the embedded broker', () => {
  const { log, lines } = createLog()
  let inbox: ReturnType<typeof createInbox>
  let broker: EmbeddedBroker
  let devices: RawDevice[] = []

  const start = async (options: Partial<EmbeddedOptions> = {}) => {
    lines.length = 0
    inbox = createInbox()
    broker = createEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      log,
      authenticate: async (id, secret) => (secret === `secret-${id}` ? { ok: true } : { ok: false, reason: 'no' }),
      ...options,
    })
    await broker.start(inbox.deliver)
  }
  afterEach(async () => {
    for (const device of devices) device.socket.destroy()
    devices = []
    await broker.close()
  })
  const raw = async () => {
    const device = await createRawDevice(broker.port())
    devices.push(device)
    return device
  }
  const signedIn = async (id: string) => {
    const device = await raw()
    await device.connect(id)
    return device
  }
  const arrived = (count: number) => expect.poll(() => inbox.messages.length, { timeout: 5_000 }).toBe(count)
  const said = (text: RegExp) => expect.poll(() => lines.join('\n')).toMatch(text)
  const settle = (messages: Message[]) => {
    for (const message of messages) message.acknowledge()
  }

  describe('acknowledges', () => {
    it('only after acknowledge(), in the order of the publishes, however they are settled', async () => {
      await start()
      const device = await signedIn('d1')
      device.send(...[1, 2, 3, 4, 5].map((id) => publishPacket('d1', id)))
      await arrived(5)
      settle(inbox.messages.slice(2).reverse())
      device.send({ cmd: 'pingreq' })
      await expect.poll(() => device.of('pingresp').length).toBe(1) // pings go on while publishes are held
      expect(device.acknowledged()).toEqual([])
      settle(inbox.messages.slice(0, 1))
      await expect.poll(device.acknowledged).toEqual([1])
      settle(inbox.messages.slice(1, 2))
      await expect.poll(device.acknowledged).toEqual([1, 2, 3, 4, 5])
    })

    it('once, when a device sends again on the live connection', async () => {
      await start()
      const device = await signedIn('d1')
      device.send(publishPacket('d1', 7), publishPacket('d1', 7, { dup: true }), publishPacket('d1', 8))
      await arrived(2)
      settle(inbox.messages)
      await expect.poll(device.acknowledged).toEqual([7, 8])
      device.send(publishPacket('d1', 7, { dup: true })) // its PUBACK was lost on the way: stored again, harmless
      await arrived(3)
    })

    it('QoS 2 with a PUBREC after acknowledge(), and takes QoS 0', async () => {
      await start()
      const device = await signedIn('d1')
      device.send(publishPacket('d1', 1, { qos: 2 }), publishPacket('d1', 0, { qos: 0, payload: 'zero' }))
      await arrived(2)
      expect(inbox.payloads()).toEqual(['1', 'zero'])
      expect(device.packets.map(({ cmd }) => cmd)).toEqual(['connack'])
      settle(inbox.messages)
      await expect.poll(() => device.of('pubrec').length).toBe(1)
      device.send({ cmd: 'pubrel', messageId: 1 })
      await expect.poll(() => device.of('pubcomp').length).toBe(1)
      expect(broker.inFlight()).toMatchObject({ messages: 0, bytes: 0 })
    })

    it('a message once, however often it is settled', async () => {
      await start()
      const device = await signedIn('d1')
      device.send(publishPacket('d1', 1))
      await arrived(1)
      settle(inbox.messages)
      settle(inbox.messages)
      inbox.messages[0]?.refuse?.('late')
      await expect.poll(device.acknowledged).toEqual([1])
      expect(broker.inFlight()).toMatchObject({ messages: 0, bytes: 0 })
    })

    it('closes the connection of a publish that is held too long; a later acknowledge() does no harm', async () => {
      await start({ holdMs: 100 })
      const device = await signedIn('d1')
      device.send(publishPacket('d1', 1))
      await arrived(1)
      await device.closed
      expect(device.acknowledged()).toEqual([])
      expect(broker.inFlight().messages).toBe(1) // the pipeline still has it
      settle(inbox.messages)
      expect(broker.inFlight().messages).toBe(0)
    })
  })

  describe('bounds', () => {
    it('closes at the header of a packet that is too large, before its body has come', async () => {
      await start()
      const device = await signedIn('d1')
      device.write(Buffer.from([0x32, 0x80, 0x80, 0x80, 0x05])) // 10 MiB to come
      await device.closed
      await said(/a packet of 10485765 bytes; at most 1048576 are taken/)
    })

    it('gives a stranger no more than 16 KiB for a CONNECT', async () => {
      await start()
      const device = await raw()
      device.write(Buffer.from([0x10, 0x81, 0x80, 0x01]))
      await device.closed
      await said(/a packet of 16389 bytes; at most 16384/)
    })

    it('what one connection may hold: the rest stays in its socket, and comes when there is room', async () => {
      await start({ perConnection: { messages: 50, bytes: 1_048_576 } })
      const device = await signedIn('d1')
      const other = await signedIn('d2')
      const payload = Buffer.alloc(1_000, 'x')
      for (let id = 1; id <= 2_000; id += 1) device.send(publishPacket('d1', id, { payload }))
      await expect.poll(() => inbox.messages.length).toBeGreaterThanOrEqual(50)
      other.send(publishPacket('d2', 1, { payload: 'other' }))
      await expect.poll(() => inbox.payloads()).toContain('other')
      expect(inbox.messages.length).toBeLessThan(50 + 70) // at most one read of 64 KiB beyond
      inbox.onMessage((message) => message.acknowledge())
      settle([...inbox.messages])
      await expect.poll(() => device.acknowledged().length, { timeout: 5_000 }).toBe(2_000)
    })

    it('what all together may hold: memory stays flat, nobody is dropped, and a newcomer can sign in', async () => {
      await start({ total: { messages: 500, bytes: 1_048_576 } })
      const fleet = await Promise.all(Array.from({ length: 200 }, (_, n) => signedIn(`t${n}`)))
      fleet.forEach((device, n) => {
        for (let id = 1; id <= 50; id += 1) device.send(publishPacket(`t${n}`, id))
      })
      await expect.poll(() => inbox.messages.length).toBeGreaterThanOrEqual(500)
      await signedIn('late')
      fleet.forEach((device, n) => {
        for (let id = 51; id <= 100; id += 1) device.send(publishPacket(`t${n}`, id))
      })
      await new Promise((resolve) => setTimeout(resolve, 300))
      // those that hold something are not read: of 20,000 only what they sent before the bound was reached
      expect(inbox.messages.length).toBeLessThanOrEqual(10_000)
      inbox.onMessage((message) => message.acknowledge())
      settle([...inbox.messages])
      await expect.poll(() => fleet.every((device) => device.acknowledged().length === 100)).toBe(true)
      expect(broker.inFlight()).toMatchObject({ messages: 0, bytes: 0 })
    })

    it('nobody for good: one that holds nothing is read in slices while the others hold too much', async () => {
      await start({ total: { messages: 3, bytes: 1e9 } })
      const busy = await signedIn('d1')
      busy.send(...[1, 2, 3, 4].map((id) => publishPacket('d1', id)))
      await arrived(4)
      const idle = await signedIn('d2')
      idle.send(...[200_000, 5_000].map((size, n) => publishPacket('d2', n + 1, { payload: Buffer.alloc(size, 'x') })))
      await arrived(5)
      expect(inbox.messages[4]?.payload.length).toBe(200_000)
      busy.send(publishPacket('d1', 5))
      inbox.onMessage((message) => message.acknowledge())
      settle([...inbox.messages])
      await arrived(7)
    })

    it('the number of connections', async () => {
      await start({ maxConnections: 2 })
      await signedIn('d1')
      await signedIn('d2')
      const third = await raw()
      await third.closed
      await said(/too many/)
    })
  })

  describe('lets in', () => {
    it('nobody who does not speak MQTT', async () => {
      await start()
      const browser = await raw()
      browser.write(Buffer.from('GET / HTTP/1.1\r\nHost: zaitu\r\n\r\n'))
      await browser.closed
      const noise = await raw()
      noise.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff]))
      await noise.closed
      const impatient = await raw()
      impatient.send(publishPacket('d1', 1))
      await impatient.closed
      expect(inbox.messages).toEqual([])
    })

    it('nobody who connects and says nothing', async () => {
      await start({ connectTimeoutMs: 50 })
      await (await raw()).closed
    })

    it('a device only under its own name, with a will to its own topics', async () => {
      await start()
      const will = { topic: status('d2'), payload: Buffer.from('offline'), qos: 1 as const, retain: true }
      for (const [options, returnCode] of [
        [{ username: 'd2', password: Buffer.from('secret-d2') }, 4],
        [{ clientId: '' }, 4],
        [{ password: Buffer.from('guess') }, 4],
        [{ will }, 5],
      ] as const) {
        const device = await raw()
        await device.connect('d1', options)
        expect(device.of('connack')).toMatchObject([{ returnCode }])
        await device.closed
      }
    })

    it('nobody while secrets cannot be checked, with "server unavailable", so that devices try again', async () => {
      await start({ authenticate: () => Promise.reject(new Error('database out of reach')) })
      const device = await raw()
      await device.connect('d1')
      expect(device.of('connack')).toMatchObject([{ returnCode: 3 }])
    })

    it('a device that does not wait for its CONNACK', async () => {
      await start()
      const device = await raw()
      device.send(connectPacket('d1'), ...Array.from({ length: 300 }, (_, n) => publishPacket('d1', n + 1)))
      await arrived(300)
      expect(inbox.payloads()).toEqual(Array.from({ length: 300 }, (_, n) => `${n + 1}`))
    })

    it('a device that connects again before its old connection has died, the old will first', async () => {
      await start()
      const will = { topic: status('d1'), payload: Buffer.from('offline'), qos: 1 as const, retain: true }
      const old = await raw()
      await old.connect('d1', { will })
      const fresh = await raw()
      await fresh.connect('d1', { will })
      await old.closed
      fresh.send({
        cmd: 'publish',
        topic: status('d1'),
        payload: 'online',
        qos: 1,
        messageId: 1,
        dup: false,
        retain: true,
      })
      await arrived(2)
      expect(inbox.payloads()).toEqual(['offline', 'online'])
      expect(broker.disconnect('d1')).toBe(true)
      await fresh.closed
    })

    it('a will after the network has broken, from a device with subscriptions', async () => {
      await start()
      const device = await raw()
      const will = { topic: status('d1'), payload: Buffer.from('offline'), qos: 1 as const, retain: true }
      await device.connect('d1', { will })
      device.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: ['committed', 'resend'].map((channel) => ({ topic: `zaitu/v1/devices/d1/${channel}`, qos: 1 })),
      })
      await expect.poll(() => device.of('suback').length).toBe(1)
      device.socket.resetAndDestroy()
      await arrived(1)
      expect(inbox.payloads()).toEqual(['offline'])
      settle(inbox.messages)
      expect(broker.inFlight()).toMatchObject({ messages: 0, connections: 0 })
    })

    it('nobody any longer whose secret was withdrawn', async () => {
      await start()
      const device = await signedIn('d1')
      expect(broker.disconnect('d1')).toBe(true)
      await device.closed
      await expect.poll(() => broker.disconnect('d1')).toBe(false)
      expect(broker.disconnect('d2')).toBe(false)
    })

    it('a client of MQTT 5 only after it comes down to 3.1.1', async () => {
      await start()
      const client = await connectDevice(broker.port(), 'd1', { protocolVersion: 5, reconnectPeriod: 0 })
      const error = await new Promise<Error>((resolve) => client.once('error', resolve))
      expect(String(error)).toMatch(/protocol version/i)
      client.end(true)
    })
  })

  it('keeps no session: a device that asks for one is told that there is none', async () => {
    await start()
    for (let visit = 0; visit < 2; visit += 1) {
      const device = await raw()
      await device.connect('d1', { clean: false })
      expect(device.of('connack')).toMatchObject([{ returnCode: 0, sessionPresent: false }])
      device.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'zaitu/v1/devices/d1/committed', qos: 1 }],
      })
      await expect.poll(() => device.of('suback').length).toBe(1)
      device.socket.destroy()
    }
  })

  it('refuses in its SUBACK what a device may not hear', async () => {
    await start()
    const device = await signedIn('d1')
    const topics = [
      '#',
      '$SYS/#',
      'zaitu/v1/devices/d1/+',
      'zaitu/v1/devices/d2/committed',
      'zaitu/v1/devices/d1/resend',
    ]
    device.send({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) })
    await expect.poll(() => device.of('suback')).toMatchObject([{ granted: [128, 128, 128, 128, 1] }])
  })

  it('says which port is taken, and starts nothing', async () => {
    await start()
    const second = createEmbeddedBroker({
      host: '127.0.0.1',
      port: broker.port(),
      log,
      authenticate: async () => ({ ok: true }),
    })
    await expect(second.start(() => {})).rejects.toThrow(`port ${broker.port()} is taken by another program`)
    await second.close()
  })

  it('closes its port and its connections', async () => {
    await start()
    const device = await signedIn('d1')
    const port = broker.port()
    await broker.close()
    await device.closed
    await new Promise<void>((resolve) => connect(port, '127.0.0.1').once('error', () => resolve()))
  })
})
