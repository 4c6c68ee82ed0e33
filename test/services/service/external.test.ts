import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { type Running, startRunning, telemetry } from '../../integration/service/running.ts'
import { freshTimescaleDatabase, has, startOwnMosquitto, startOwnValkey } from '../../setup/services.ts'

const opened: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
const open = <T>(part: T, close: () => Promise<unknown>): T => {
  opened.push(close)
  return part
}

const reading = (temperature: number, seq: number, time = Date.now()) =>
  JSON.stringify({ time, temperature, seq, boot: 1 })
const fleetOf = async (running: Running) => {
  const socket = await running.connect()
  for (const topic of ['fleet', 'alarms']) socket.say({ type: 'subscribe', topic })
  await expect.poll(() => socket.of('snapshot').length).toBe(2)
  return socket
}

/** TimescaleDB, Mosquitto and Valkey, each of them real; killed where the test says so. */
describe.skipIf(!has.own || !has.timescale)('the service on external parts', () => {
  it('from a device at Mosquitto over TimescaleDB to a WebSocket, and `committed` back to the device', async () => {
    const mosquitto = await startOwnMosquitto()
    open(mosquitto, () => mosquitto.stop())
    const running = await startRunning({ MQTT_URL: mosquitto.url }, { database: await freshTimescaleDatabase() })
    open(running, () => running.close())
    const { shipmentId, deviceId, secret } = await running.lend('tank-1')
    const socket = await fleetOf(running)
    const device = await running.device(deviceId, secret)
    const told: string[] = []
    device.on('message', (_topic, payload) => told.push(payload.toString()))
    await device.subscribeAsync(`zaitu/v1/devices/${deviceId}/committed`, { qos: 1 })
    await device.publishAsync(telemetry(deviceId), reading(31, 0), { qos: 1 })
    await expect.poll(() => socket.of('readings').at(-1)?.items).toMatchObject([{ shipmentId, temperature: 31 }])
    await expect.poll(() => socket.of('alarm').map(({ change }) => change)).toEqual(['raised'])
    await expect.poll(() => told, { timeout: 5_000 }).toEqual(['{"boot":1,"seq":0}'])
    expect((await fetch(`${new URL(running.base).origin}/readyz`)).status).toBe(200)
  })

  it('1,001 readings, garbage, 2 MB, a stranger: dead letters behind a broker that nobody can be refused by', async () => {
    const mosquitto = await startOwnMosquitto({ settings: ['max_packet_size 4194304'] })
    open(mosquitto, () => mosquitto.stop())
    const running = await startRunning({ MQTT_URL: mosquitto.url }, { database: await freshTimescaleDatabase() })
    open(running, () => running.close())
    const { deviceId, secret } = await running.lend('tank-1')
    const device = await running.device(deviceId, secret)
    await device.publishAsync(
      telemetry(deviceId),
      JSON.stringify({ readings: Array(1_001).fill({ time: Date.now(), temperature: 1 }) }),
      { qos: 1 },
    )
    await device.publishAsync(telemetry(deviceId), 'garbage', { qos: 1 })
    await device.publishAsync(telemetry(deviceId), Buffer.alloc(2_000_000, 32), { qos: 1 })
    await device.publishAsync(telemetry(deviceId), reading(20, 0), { qos: 1 })
    const letters = async () =>
      ((await running.ask('GET', '/dead-letters')).body.items ?? []).map(({ reason }) => String(reason)).sort()
    await expect
      .poll(letters)
      .toEqual([
        expect.stringContaining('1001 readings in one message'),
        expect.stringContaining('2000000 bytes in one message: at most 1048576 are taken'),
        expect.stringContaining('not JSON'),
      ])
    const { items } = (await running.ask('GET', '/dead-letters')).body
    expect(items?.map(({ payloadBytes }) => payloadBytes)).toContain(4_096)
    await expect
      .poll(async () => (await running.ask('GET', '/shipments')).body.items?.[0])
      .toMatchObject({ newest: { temperature: 20 } })
  })

  it('kill -9 of Mosquitto: goes on by itself when it is back', async () => {
    const mosquitto = await startOwnMosquitto()
    open(mosquitto, () => mosquitto.stop())
    const running = await startRunning({ MQTT_URL: mosquitto.url }, { database: await freshTimescaleDatabase() })
    open(running, () => running.close())
    const { deviceId, secret } = await running.lend('tank-1')
    const socket = await fleetOf(running)
    const device = await running.device(deviceId, secret)
    // what is published before the server has subscribed is nobody's
    await expect.poll(async () => (await fetch(new URL('/readyz', running.base))).status).toBe(200)
    await device.publishAsync(telemetry(deviceId), reading(20, 0), { qos: 1 })
    await expect.poll(() => socket.of('readings').at(-1)?.items).toMatchObject([{ temperature: 20 }])
    const origin = new URL(running.base).origin
    await mosquitto.kill()
    await expect.poll(async () => (await fetch(`${origin}/readyz`)).status).toBe(503)
    await mosquitto.restart()
    await expect.poll(async () => (await fetch(`${origin}/readyz`)).status, { timeout: 15_000 }).toBe(200)
    await device.publishAsync(telemetry(deviceId), reading(21, 1), { qos: 1 })
    await expect
      .poll(() => socket.of('readings').at(-1)?.items, { timeout: 5_000 })
      .toMatchObject([{ temperature: 21 }])
  })

  it('two servers on one Redis: who is connected to the other one sees it too, also after Redis was killed', async () => {
    const [mosquitto, valkey] = [await startOwnMosquitto(), await startOwnValkey()]
    open(mosquitto, () => mosquitto.stop())
    open(valkey, () => valkey.stop())
    const database = await freshTimescaleDatabase()
    // the first takes everything in; the second only serves people
    const first = await startRunning(
      { MQTT_URL: mosquitto.url, REDIS_URL: valkey.url, MQTT_CLIENT_ID: 'one' },
      { database },
    )
    open(first, () => first.close())
    const second = await startRunning(
      { REDIS_URL: valkey.url },
      { database: { ...database, drop: async () => undefined } },
    )
    open(second, () => second.close())
    const { shipmentId, deviceId, secret } = await first.lend('tank-1')
    const elsewhere = await fleetOf(second)
    // others may speak on the channel as well
    const stranger = new Redis(valkey.url)
    for (const text of ['no JSON', '{}', '[1]']) expect(await stranger.publish('zaitu:readings', text)).toBe(2)
    stranger.disconnect()
    const device = await first.device(deviceId, secret)
    await device.publishAsync(telemetry(deviceId), reading(31, 0), { qos: 1 })
    // the two may be sharing out the streams just now
    await expect
      .poll(() => elsewhere.of('readings').at(-1)?.items, { timeout: 5_000 })
      .toMatchObject([{ shipmentId, temperature: 31 }])
    await expect.poll(() => elsewhere.of('alarm').map(({ change }) => change), { timeout: 5_000 }).toEqual(['raised'])
    await valkey.kill()
    await device.publishAsync(telemetry(deviceId), reading(20, 1), { qos: 1 })
    // alarms come from the database, Redis only makes them sooner
    await expect
      .poll(() => elsewhere.of('alarm').map(({ change }) => change), { timeout: 5_000 })
      .toEqual(['raised', 'cleared'])
    await valkey.restart()
    await expect
      .poll(
        () =>
          elsewhere
            .of('snapshot')
            .filter(({ topic }) => topic === 'fleet')
            .at(-1)?.items,
        { timeout: 15_000 },
      )
      .toMatchObject([{ newest: { temperature: 20 } }])
    await device.publishAsync(telemetry(deviceId), reading(22, 2), { qos: 1 })
    await expect
      .poll(() => elsewhere.of('readings').at(-1)?.items, { timeout: 5_000 })
      .toMatchObject([{ temperature: 22 }])
    // who signs out at the one is out at the other, long before it asks by itself
    expect((await first.ask('DELETE', '/session?everywhere=true')).status).toBe(204)
    await expect.poll(() => elsewhere.ws.readyState, { timeout: 5_000 }).toBe(elsewhere.ws.CLOSED)
  })
})
