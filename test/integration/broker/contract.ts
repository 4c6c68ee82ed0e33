import { setTimeout as delay } from 'node:timers/promises'
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Source } from '../../../server/broker/source.ts'
import {
  committed,
  connectDevice,
  createInbox,
  createLog,
  happened,
  nextError,
  nextMessage,
  status,
  telemetry,
} from './devices.ts'

/** A source with the devices `d1` and `d2`, each with the secret `secret-{id}`. */
export type Rig = {
  source: Source
  /** where devices connect */
  port: number
  /** Breaks what lies between those who keep unacknowledged messages (device or broker) and the source. */
  cut(): void
  close(): Promise<void>
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`)
const sorted = (payloads: string[]) => [...new Set(payloads)].sort((a, b) => Number(a) - Number(b))

/** What the pipeline relies on, whatever carries the messages. */
export const describeSource = (name: string, build: (log: ReturnType<typeof createLog>['log']) => Promise<Rig>) =>
  describe(`a source: ${name}`, () => {
    let rig: Rig
    let inbox: ReturnType<typeof createInbox>
    let log: ReturnType<typeof createLog>
    let clients: MqttClient[]

    beforeEach(async () => {
      log = createLog()
      inbox = createInbox()
      clients = []
      rig = await build(log.log)
      await rig.source.start(inbox.deliver)
    })
    afterEach(async () => {
      for (const client of clients) client.end(true)
      await rig.source.close()
      await rig.close()
    })
    const device = async (id: string, options = {}) => {
      const client = await connectDevice(rig.port, id, options)
      clients.push(client)
      return client
    }
    const send = (client: MqttClient, id: string, payloads: string[]) => {
      for (const payload of payloads) client.publish(telemetry(id), payload, { qos: 1 })
    }
    /** Acknowledgements leave no trace on this side; this is ample for them to cross the loopback. */
    const settled = () => delay(100)
    const arrived = (count: number) => expect.poll(() => inbox.messages.length, { timeout: 10_000 }).toBe(count)
    const allArrived = (payloads: string[]) =>
      expect.poll(() => sorted(inbox.payloads()), { timeout: 10_000 }).toEqual(payloads)

    it('hands over topic, bytes and time of arrival, in the order in which they were sent', async () => {
      const from = Date.now()
      send(await device('d1'), 'd1', numbers(0, 500))
      await arrived(500)
      expect(inbox.payloads()).toEqual(numbers(0, 500))
      expect(inbox.messages[0]?.topic).toBe(telemetry('d1'))
      expect(inbox.messages[0]?.receivedAt).toBeGreaterThanOrEqual(from)
      expect(inbox.messages[0]?.receivedAt).toBeLessThanOrEqual(Date.now())
    })

    it('brings again what was not acknowledged, and only that', async () => {
      send(await device('d1'), 'd1', numbers(0, 20))
      await arrived(20)
      for (const message of inbox.messages.slice(0, 8)) message.acknowledge()
      await settled()
      inbox.clear()
      inbox.onMessage((message) => message.acknowledge())
      rig.cut()
      await arrived(12)
      expect(inbox.payloads()).toEqual(numbers(8, 20))
    })

    it('loses nothing in an outage in which nothing is acknowledged and the line breaks', async () => {
      const client = await device('d1')
      send(client, 'd1', numbers(0, 100))
      await arrived(100)
      rig.cut()
      send(client, 'd1', numbers(100, 200))
      // it comes again (some devices wait for one acknowledgement before they send the next again)
      await expect.poll(() => inbox.messages.length, { timeout: 10_000 }).toBeGreaterThan(100)
      for (const message of inbox.messages) message.acknowledge() // those of the lost connection too: harmless
      inbox.onMessage((message) => message.acknowledge())
      await allArrived(numbers(0, 200))
      await settled()
      inbox.clear()
      rig.cut()
      send(client, 'd1', ['200'])
      await arrived(1)
      expect(inbox.payloads()).toEqual(['200'])
    })

    it('does not acknowledge on another connection than the one a message came on', async () => {
      const client = await device('d1')
      send(client, 'd1', numbers(0, 10))
      await arrived(10)
      const old = [...inbox.messages]
      inbox.clear()
      rig.cut()
      await expect.poll(() => inbox.messages.length, { timeout: 10_000 }).toBeGreaterThan(0)
      for (const message of old) message.acknowledge()
      await settled()
      inbox.clear()
      inbox.onMessage((message) => message.acknowledge())
      rig.cut()
      await allArrived(numbers(0, 10))
    })

    it('goes on with the others when one message is refused', async () => {
      const bad = await device('d1', { reconnectPeriod: 60_000 })
      const good = await device('d2')
      // behind an external broker there is nobody to be refused: the pipeline makes a dead letter of it
      let refused = 0
      inbox.onMessage((message) => {
        if (message.payload.toString() === 'bad' && message.refuse !== undefined) {
          refused++
          message.refuse('more than 1,000 readings')
        } else message.acknowledge()
      })
      send(bad, 'd1', ['bad'])
      send(good, 'd2', numbers(0, 100))
      await arrived(101)
      expect(log.lines.filter((line) => line.includes('more than 1,000 readings'))).toHaveLength(refused)
    })

    it('closes the connection of a packet over 1 MiB, and takes one just under', async () => {
      inbox.onMessage((message) => message.acknowledge())
      const client = await device('d1', { reconnectPeriod: 60_000 })
      await client.publishAsync(telemetry('d1'), Buffer.alloc(1_048_000), { qos: 1 })
      await arrived(1)
      const closed = happened(client, 'close')
      client.publish(telemetry('d1'), Buffer.alloc(10 * 1_048_576), { qos: 1 })
      await closed
      send(await device('d2'), 'd2', ['still here'])
      await arrived(2)
      expect(inbox.payloads()[1]).toBe('still here')
    })

    it('takes nothing that a device says in the name of another, or outside its topics', async () => {
      for (const topic of [telemetry('d2'), committed('d1'), 'zaitu/v1/suppliers/d1/milestones', '$SYS/x', 'x']) {
        const client = await device('d1', { reconnectPeriod: 60_000 })
        client.publish(topic, 'foreign', { qos: 1 })
        client.end(true)
      }
      send(await device('d2'), 'd2', ['own'])
      await arrived(1)
      expect(inbox.payloads()).toEqual(['own'])
    })

    it('lets a device hear nothing of others, whatever it subscribes to', async () => {
      inbox.onMessage((message) => message.acknowledge())
      const spy = await device('d1')
      const heard: string[] = []
      spy.on('message', (topic) => heard.push(topic))
      for (const filter of ['#', '+/#', '$SYS/#', 'zaitu/v1/devices/+/telemetry', telemetry('d2'), committed('d2')]) {
        await spy.subscribeAsync(filter, { qos: 1 }).catch(() => {})
      }
      await spy.subscribeAsync(committed('d1'), { qos: 1 })
      send(await device('d2'), 'd2', ['secret'])
      await arrived(1)
      await rig.source.publish(committed('d2'), '{"boot":1,"seq":1}', { retain: true })
      await rig.source.publish(committed('d1'), '{"boot":1,"seq":2}', { retain: true })
      await expect.poll(() => heard.filter((topic) => !topic.startsWith('$SYS'))).toContain(committed('d1'))
      expect(heard).toEqual([committed('d1')])
    })

    it('delivers status, and the will of a device that is lost', async () => {
      inbox.onMessage((message) => message.acknowledge())
      const will = { topic: status('d1'), payload: Buffer.from('offline'), qos: 1 as const, retain: true }
      const client = await device('d1', { will, reconnectPeriod: 60_000 })
      await client.subscribeAsync(committed('d1'), { qos: 1 })
      await client.publishAsync(status('d1'), 'online', { qos: 1, retain: true })
      client.stream.destroy()
      await arrived(2)
      expect(inbox.messages.map(({ topic, payload }) => [topic, payload.toString()])).toEqual([
        [status('d1'), 'online'],
        [status('d1'), 'offline'],
      ])
    })

    it('refuses a wrong secret, a missing one, and an unknown device', async () => {
      const without: Record<string, unknown> = { password: undefined }
      for (const [id, options] of [
        ['d1', { password: 'guess' }],
        ['d1', without],
        ['nobody', {}],
      ] as const) {
        const client = await connectDevice(rig.port, id, { reconnectPeriod: 0, ...options })
        clients.push(client)
        expect(String(await nextError(client))).toMatch(/refused/)
      }
    })

    it('answers devices while messages flow, and keeps what is retained for those who come later', async () => {
      inbox.onMessage((message) => message.acknowledge())
      const client = await device('d1')
      const answers: string[] = []
      client.on('message', (_topic, payload) => answers.push(payload.toString()))
      await client.subscribeAsync(committed('d1'), { qos: 1 })
      send(client, 'd1', numbers(0, 2_000))
      await Promise.all(numbers(0, 200).map((seq) => rig.source.publish(committed('d1'), seq, { retain: true })))
      await arrived(2_000)
      await expect.poll(() => answers).toEqual(numbers(0, 200))

      client.end(true)
      const later = await device('d1')
      const kept = nextMessage(later)
      await later.subscribeAsync(committed('d1'), { qos: 1 })
      const { payload, packet } = await kept
      expect([payload, packet.retain]).toEqual(['199', true])
    })

    it('takes no more after pause, lets what is in flight be acknowledged, and closes', async () => {
      const client = await device('d1')
      send(client, 'd1', ['before'])
      await arrived(1)
      await rig.source.pause()
      send(client, 'd1', ['after'])
      inbox.messages[0]?.acknowledge()
      await settled()
      expect(inbox.payloads()).toEqual(['before'])
    })
  })
