import { createServer } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEmbeddedBroker } from '../../../server/broker/embedded.ts'
import { createExternalBroker, type ExternalOptions } from '../../../server/broker/external.ts'
import type { Source } from '../../../server/broker/source.ts'
import { committed, connectDevice, createInbox, createLog, telemetry } from '../../integration/broker/devices.ts'
import { type BreakableProxy, createProxy } from '../../integration/broker/proxy.ts'
import { freePort, hasMosquitto, type Mosquitto, startMosquitto } from './mosquitto.ts'

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`)

describe.skipIf(!hasMosquitto)('the client of an external broker, on Mosquitto', () => {
  let mosquitto: Mosquitto
  let proxy: BreakableProxy
  let inbox: ReturnType<typeof createInbox>
  let log: ReturnType<typeof createLog>
  let toEnd: (() => unknown)[]

  beforeEach(async () => {
    mosquitto = await startMosquitto(['d1'])
    proxy = await createProxy(() => mosquitto.port)
    inbox = createInbox()
    log = createLog()
    toEnd = []
  })
  afterEach(async () => {
    for (const end of toEnd.reverse()) await end()
    await proxy.close()
    await mosquitto.stop()
  })
  const open = (options: Partial<ExternalOptions> = {}): Source => {
    const source = createExternalBroker({
      url: `mqtt://127.0.0.1:${proxy.port}`,
      username: mosquitto.username,
      password: mosquitto.password,
      clientId: 'server',
      log: log.log,
      ...options,
    })
    toEnd.push(() => source.close())
    return source
  }
  const device = async () => {
    const client = await connectDevice(mosquitto.port, 'd1')
    toEnd.push(() => client.end(true))
    return client
  }
  const publishAll = async (payloads: string[]) => {
    const client = await device()
    await Promise.all(payloads.map((payload) => client.publishAsync(telemetry('d1'), payload, { qos: 1 })))
  }
  const arrived = (count: number) => expect.poll(() => inbox.messages.length, { timeout: 10_000 }).toBe(count)

  it('has exactly receiveMaximum messages in flight', async () => {
    await open({ receiveMaximum: 10 }).start(inbox.deliver)
    await publishAll(numbers(0, 50))
    await arrived(10)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(inbox.payloads()).toEqual(numbers(0, 10))
    for (const message of inbox.messages.slice(0, 3)) message.acknowledge()
    await arrived(13)
    inbox.onMessage((message) => message.acknowledge())
    for (const message of inbox.messages) message.acknowledge()
    await arrived(50)
    expect(inbox.payloads()).toEqual(numbers(0, 50))
  })

  it.each([true, false])(
    'finds what came while it was away, the only member of its group (shared: %s)',
    async (shared) => {
      const first = open({ shared })
      await first.start(inbox.deliver)
      await first.close()
      await publishAll(numbers(0, 2_000))
      await open({ shared }).start((message) => {
        inbox.deliver(message)
        message.acknowledge()
      })
      await arrived(2_000)
      expect(inbox.payloads()).toEqual(numbers(0, 2_000))
    },
  )

  it('gets every message once after the session changed from shared to not shared', async () => {
    const first = open({ shared: true })
    await first.start(inbox.deliver)
    await first.close()
    inbox.onMessage((message) => message.acknowledge())
    await open({ shared: false }).start(inbox.deliver)
    await publishAll(numbers(0, 20))
    await arrived(20)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(inbox.payloads()).toEqual(numbers(0, 20))
  })

  it('starts without its broker, and comes back after kill -9', async () => {
    await mosquitto.kill()
    const source = open()
    await source.start(inbox.deliver)
    expect(source.connected()).toBe(false)
    await expect(source.publish(committed('d1'), '{}')).rejects.toThrow(/out of reach/)
    inbox.onMessage((message) => message.acknowledge())
    await mosquitto.restart()
    await expect.poll(() => source.connected(), { timeout: 10_000 }).toBe(true)
    await publishAll(['1'])
    await arrived(1)

    await mosquitto.kill()
    await expect.poll(() => source.connected()).toBe(false)
    await mosquitto.restart()
    await expect.poll(() => source.connected(), { timeout: 10_000 }).toBe(true)
    await publishAll(['2'])
    await expect.poll(() => inbox.payloads(), { timeout: 10_000 }).toContain('2')
  })

  it('rejects a publish whose connection is cut before the broker has it', async () => {
    const source = open()
    await source.start(inbox.deliver)
    const results = Promise.allSettled(numbers(0, 5_000).map((seq) => source.publish(committed('d1'), seq)))
    proxy.cut()
    const lost = (await results).filter(({ status }) => status === 'rejected')
    expect(lost.length).toBeGreaterThan(0)
  })

  it('says what is wrong with its credentials, and goes on trying', async () => {
    const source = open({ password: 'wrong' })
    await source.start(inbox.deliver)
    expect(source.connected()).toBe(false)
    expect(log.lines.join()).toMatch(/[Nn]ot authorized/)
    await expect.poll(() => log.lines.length, { timeout: 10_000 }).toBeGreaterThan(1)
  })

  it('holds no more copies than three connections carry, however often the line breaks', async () => {
    const source = open({ receiveMaximum: 10 })
    await source.start(inbox.deliver)
    await publishAll(numbers(0, 30))
    await arrived(10)
    proxy.cut()
    await arrived(20)
    proxy.cut()
    await arrived(30)
    proxy.cut()
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(inbox.messages.length).toBe(30)
    expect(source.connected()).toBe(false)
    inbox.onMessage((message) => message.acknowledge())
    for (const message of [...inbox.messages]) message.acknowledge()
    await expect.poll(() => new Set(inbox.payloads()).size, { timeout: 10_000 }).toBe(30)
  })
})

describe('the client of an external broker, on one that takes five publishes at a time', () => {
  it('has no more unacknowledged (Mosquitto would not mind; others close the connection)', async () => {
    let unacknowledged = 0
    let most = 0
    const server = createServer((socket) => {
      const send = (packet: Packet) => void socket.write(generate(packet, { protocolVersion: 5 }))
      const packets = parser({ protocolVersion: 5 })
      socket.on('error', () => {})
      socket.on('data', (chunk) => packets.parse(chunk))
      packets.on('packet', (packet: Packet) => {
        if (packet.cmd === 'connect') {
          send({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: { receiveMaximum: 5 } })
        } else if (packet.cmd === 'subscribe') {
          send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) })
        } else if (packet.cmd === 'publish') {
          unacknowledged += 1
          most = Math.max(most, unacknowledged)
          setTimeout(() => {
            unacknowledged -= 1
            send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
          }, 2)
        }
      })
    })
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const { log } = createLog()
    const source = createExternalBroker({ url: `mqtt://127.0.0.1:${port}`, clientId: 'server', log })
    await source.start(() => {})
    await Promise.all(numbers(0, 50).map((seq) => source.publish(committed('d1'), seq)))
    expect(most).toBe(5)
    await source.close()
    server.close()
  })
})

describe('the client of an external broker, on one that speaks only MQTT 3.1.1', () => {
  it('says so, instead of trying for ever', async () => {
    const { log } = createLog()
    const old = createEmbeddedBroker({ host: '127.0.0.1', port: 0, log, authenticate: async () => ({ ok: true }) })
    await old.start(() => {})
    const source = createExternalBroker({ url: `mqtt://127.0.0.1:${old.port()}`, clientId: 'server', log })
    await expect(source.start(() => {})).rejects.toThrow(/MQTT 5/)
    await source.close()
    await old.close()
  })

  it('says in the log that nobody answers at the address', async () => {
    const port = await freePort()
    const { log, lines } = createLog()
    const source = createExternalBroker({ url: `mqtt://127.0.0.1:${port}`, clientId: 'server', log })
    await source.start(() => {})
    expect(source.connected()).toBe(false)
    expect(lines.join()).toMatch(/ECONNREFUSED/)
    await source.close()
  })
})
