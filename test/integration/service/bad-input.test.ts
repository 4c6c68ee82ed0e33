import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, startRunning, telemetry } from './running.ts'

let running: Running
let good: Awaited<ReturnType<Running['lend']>>
let bad: Awaited<ReturnType<Running['lend']>>
beforeAll(async () => {
  running = await startRunning()
  good = await running.lend('good')
  bad = await running.lend('bad')
})
afterAll(() => running.close())

const letters = async () =>
  ((await running.ask('GET', '/dead-letters?limit=1000')).body.items ?? []).map(({ reason }) => String(reason))
const closedBy = async (topic: string, payload: string | Buffer): Promise<boolean> => {
  const device = await running.device(bad.deviceId, bad.secret)
  const closed = new Promise<boolean>((resolve) => {
    device.once('close', () => resolve(true))
    setTimeout(() => resolve(false), 3_000).unref()
  })
  device.publish(topic, payload, { qos: 1 }, () => undefined)
  const was = await closed
  await device.endAsync(true)
  return was
}

/** The table of design.md, MQTT side, over a real connection; after each, another device's reading still goes through. */
describe('bad input over MQTT', () => {
  it.each([
    ['not JSON', 'garbage', /not JSON/],
    ['NaN', '{"time":NOW,"temperature":NaN}', /"NaN" is not a number/],
    ['1e308', '{"time":NOW,"temperature":1e308}', /1e\+308 °C is outside/],
    ['a negative absolute pressure', '{"time":NOW,"pressure":-1}', /pressure -1 bar absolute is outside/],
    ['2099', '{"time":"2099-01-01T00:00:00Z","temperature":1}', /more than 5 min ahead/],
  ])('%s: a dead letter, acknowledged', async (_what, payload, reason) => {
    const device = await running.device(bad.deviceId, bad.secret)
    await device.publishAsync(telemetry(bad.deviceId), payload.replace('NOW', String(Date.now())), { qos: 1 })
    expect(await letters()).toContainEqual(expect.stringMatching(reason))
    await device.endAsync()
  })

  it.each([
    [
      'an array of 100,000 readings',
      () => telemetry('bad'),
      () => JSON.stringify({ readings: Array(100_000).fill({}) }),
    ],
    ['a 10 MiB message', () => telemetry('bad'), () => Buffer.alloc(10 * 1_048_576, 32)],
    ['a topic for another device', () => telemetry('good'), () => '{}'],
    ['$SYS', () => '$SYS/broker/uptime', () => '1'],
  ])('%s: the connection is closed', async (_what, topic, payload) => {
    expect(await closedBy(topic(), payload())).toBe(true)
  })

  it('an unknown device, a wrong secret: not let in', async () => {
    await expect(running.device('stranger', 'x')).rejects.toThrow(/not authorized|Not authorized|Bad user/i)
    await expect(running.device(good.deviceId, bad.secret)).rejects.toThrow(/not authorized|Not authorized|Bad user/i)
  })

  it('a subscription to everything: refused', async () => {
    const device = await running.device(bad.deviceId, bad.secret)
    for (const filter of ['#', '$SYS/#', 'zaitu/v1/devices/+/telemetry', 'zaitu/v1/devices/good/committed']) {
      const granted = await device.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }])
      expect(granted.map(({ qos }) => qos)).toEqual([128])
    }
    await device.endAsync()
  })

  it('none of this stops the others', async () => {
    const device = await running.device(good.deviceId, good.secret)
    await device.publishAsync(telemetry(good.deviceId), JSON.stringify({ time: Date.now(), temperature: 20 }), {
      qos: 1,
    })
    expect((await running.ask('GET', `/shipments/${good.shipmentId}`)).body).toMatchObject({
      newest: { temperature: 20 },
    })
  })

  it('status: online, and offline by the will', async () => {
    const device = await running.device(good.deviceId, good.secret)
    await device.publishAsync(`zaitu/v1/devices/${good.deviceId}/status`, 'online', { qos: 1, retain: true })
    const status = async () =>
      (await running.ask('GET', '/devices')).body.items?.find(({ id }) => id === good.deviceId)?.status
    expect(await status()).toBe('online')
    await device.publishAsync(`zaitu/v1/devices/${good.deviceId}/status`, 'asleep', { qos: 1 })
    expect(await status()).toBe('online')
    expect(await letters()).toContainEqual('status must be online or offline')
    await device.endAsync()
    const mqtt = await import('mqtt')
    const dying = await mqtt.connectAsync(running.mqttUrl, {
      clientId: good.deviceId, username: good.deviceId, password: good.secret, reconnectPeriod: 0,
      will: { topic: `zaitu/v1/devices/${good.deviceId}/status`, payload: Buffer.from('offline'), qos: 1, retain: true },
    }) // biome-ignore format: who, then the will
    dying.stream.destroy()
    await expect.poll(status).toBe('offline')
  })
})

describe('bad input over HTTP', () => {
  const range = (query: string) => running.ask('GET', `/shipments/${good.shipmentId}/readings?${query}`)
  it.each([
    ['ten years with one point', 'from=2016-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&points=1', 400],
    ['from after to', 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 400],
    ['from at to', 'from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 400],
    ['too many points', 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&points=10001', 400],
    ['ten years with two points', 'from=2016-01-01T00:00:00Z&to=2026-12-31T00:00:00Z&points=2', 200],
  ])('%s', async (_what, query, status) => {
    const answer = await range(query)
    expect(answer.status).toBe(status)
    if (status === 400)
      expect(answer.body).toMatchObject({ status: 400, title: expect.any(String), detail: expect.any(String) })
  })

  it('readings over HTTP take the same path', async () => {
    const answer = await running.ask('POST', '/telemetry', {
      deviceId: good.deviceId,
      readings: [
        { time: Date.now(), seq: 1, temperature: 22 },
        { time: Date.now(), seq: 2, temperature: 1e308 },
      ],
    })
    expect(answer).toMatchObject({ status: 200, body: { stored: 1, deadLetters: 1 } })
    // what JSON cannot say, as over MQTT: that measure is a dead letter, with the bytes that came
    const time = Date.now()
    const odd = `{"deviceId":"good","readings":[{"time":${time},"seq":3,"temperature":1e309,"level":0.5}, {"time":${time},"seq":4,"temperature":NaN,"level":0.5}]}`
    expect(await running.ask('POST', '/telemetry', odd)).toMatchObject({
      status: 200,
      body: { stored: 2, deadLetters: 2 },
    })
    const kept = (await running.ask('GET', '/dead-letters?limit=2')).body.items
    expect(kept?.map(({ reason, payload }) => `${reason}: ${payload}`)).toEqual([
      `temperature "NaN" is not a number: {"time":${time},"seq":4,"temperature":NaN,"level":0.5}`,
      `temperature Infinity is not a finite number: {"time":${time},"seq":3,"temperature":1e309,"level":0.5}`,
    ])
    expect((await running.ask('POST', '/telemetry', '{"deviceId":"good"')).status).toBe(400)
    expect(
      (await running.ask('POST', '/telemetry', { deviceId: good.deviceId, readings: Array(1_001).fill({}) })).status,
    ).toBe(413)
    expect(
      (
        await running.ask('POST', '/telemetry', {
          deviceId: 'unknown',
          readings: [{ time: Date.now(), temperature: 1 }],
        })
      ).status,
    ).toBe(404)
  })
})
