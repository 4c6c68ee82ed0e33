import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { type Running, startRunning } from '../service/running.ts'
import { type Receiver, startReceiver } from './receivers.ts'

let receiver: Receiver
let running: Running
beforeAll(async () => {
  receiver = await startReceiver()
  running = await startRunning({ NOTIFY_PRIVATE_ADDRESSES: 'true', PUBLIC_URL: 'https://zaitu.example/' })
})
afterAll(async () => {
  await running?.close()
  await receiver?.close()
})
beforeEach(() => {
  receiver.got.length = 0
})

it('a reading beyond its limit ends at a receiver that verifies the signature', async () => {
  const channel = await running.ask('POST', '/channels', {
    kind: 'webhook', name: 'Desk', language: 'en', url: `${receiver.url}/hook`,
  }) // biome-ignore format: short
  expect(channel.status, JSON.stringify(channel.body)).toBe(201)
  const rule = await running.ask('POST', '/notification-rules', {
    channelId: channel.body.id,
    priorities: ['critical', 'high', 'medium'],
  })
  expect(rule.status, JSON.stringify(rule.body)).toBe(201)
  const { deviceId, shipmentId } = await running.lend('tank-1', { temperature: { high: 30 } })
  await running.ask('POST', '/telemetry', {
    deviceId,
    readings: [{ time: Date.now(), temperature: 31.5, lat: 30.1, lon: 118.2 }],
  })
  await vi.waitFor(() => expect(receiver.got).toHaveLength(1), { timeout: 10_000 })
  const [got] = receiver.got
  const verified = new Webhook(String(channel.body.secret)).verify(got?.body ?? '', {
    'webhook-id': String(got?.headers['webhook-id']),
    'webhook-timestamp': String(got?.headers['webhook-timestamp']),
    'webhook-signature': String(got?.headers['webhook-signature']),
  })
  expect(verified).toMatchObject({
    type: 'alarm-raised',
    data: {
      title: '[High] Temperature high · S-tank-1',
      priority: 'high',
      link: expect.stringMatching(new RegExp(`^https://zaitu.example/shipments/${shipmentId}\\?alarm=`)),
      items: [
        {
          kind: 'alarm-raised',
          alarm: { rule: 'temperature-high', value: 31.5, limit: 30 },
          position: { lat: 30.1, lon: 118.2 },
        },
      ],
    },
  })
  const { text } = (verified as { data: { text: string } }).data
  expect(text).toContain('Temperature 31.5 °C is above its limit of 30 °C')
  expect(text).toContain('First: Call the carrier')
  expect(text).toContain('Where: 30.1000, 118.2000')
  await vi.waitFor(
    async () => {
      const { body } = await running.ask('GET', '/notifications')
      expect(body.items).toMatchObject([
        {
          id: got?.headers['webhook-id'],
          state: 'sent',
          attempts: 1,
          channel: { name: 'Desk' },
          rule: 'temperature-high',
          shipmentReference: 'S-tank-1',
        },
      ])
    },
    { timeout: 15_000 },
  )
})
