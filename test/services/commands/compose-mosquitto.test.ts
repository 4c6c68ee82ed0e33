import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { NEEDED, readCompose, settingsOf } from '../../integration/commands/compose.ts'
import { type Running, startRunning } from '../../integration/service/running.ts'
import { type ComposeMosquitto, serverAccount, startComposeMosquitto } from './compose-mosquitto.ts'

const SOON = { timeout: 10_000 }
const topic = (device: string, channel: string) => `zaitu/v1/devices/${device}/${channel}`

describe.skipIf(inject('services').host === null)('the Mosquitto of docker-compose.yml', () => {
  let mosquitto: ComposeMosquitto
  let running: Running
  let clients: MqttClient[] = []
  const secrets = new Map<string, string>()
  beforeEach(async () => {
    clients = []
    mosquitto = await startComposeMosquitto()
    running = await startRunning({
      ...Object.fromEntries(
        Object.entries(settingsOf(readCompose(NEEDED), 'server-1', NEEDED)).filter(([name]) => /^MQTT_/.test(name)),
      ),
      MQTT_URL: `mqtt://127.0.0.1:${mosquitto.innerPort}`,
    })
    for (const name of ['tank-1', 'tank-2']) {
      const { status, body } = await running.ask('POST', '/devices', { id: name, intervalSeconds: 1 })
      expect(status).toBe(201)
      secrets.set(name, String(body.secret))
    }
  })
  afterEach(async () => {
    for (const client of clients) await client.endAsync(true)
    await running.close()
    await mosquitto.stop()
  })

  const connectLater = (options: IClientOptions, port = mosquitto.port): MqttClient => {
    const url = `mqtt://127.0.0.1:${port}`
    const client = mqtt.connect(url, { protocolVersion: 5, reconnectPeriod: 0, ...options })
    clients.push(client)
    return client
  }
  const connect = async (options: IClientOptions, port = mosquitto.port): Promise<MqttClient> => {
    const client = connectLater(options, port)
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', reject)
    })
    client.on('error', () => undefined)
    return client
  }
  const server = (options: IClientOptions = {}) =>
    connect({ ...serverAccount, clientId: 'zaitu-test', ...options }, mosquitto.innerPort)
  const device = (name: string, password = secrets.get(name) ?? '') =>
    connect({ username: name, password, clientId: name })
  const heard = (client: MqttClient): string[] => {
    const messages: string[] = []
    client.on('message', (from, payload) => messages.push(`${from} ${payload}`))
    return messages
  }

  /** How a publish ends: in words, also when the connection is what ends. */
  const answerTo = (client: MqttClient, to: string): Promise<string> =>
    Promise.race([
      client.publishAsync(to, 'forged', { qos: 1 }).then(
        () => 'taken',
        (error: Error) => error.message,
      ),
      new Promise<string>((resolve) => client.once('close', () => resolve('cut off'))),
    ])

  it('takes in what a device says that was just registered, and sends it away when it is revoked', async () => {
    const one = await device('tank-1')
    const heardOne = heard(one)
    await one.subscribeAsync(topic('tank-1', 'committed'), { qos: 1 })
    const reading = { time: Date.now(), temperature: 20, boot: 1, seq: 0 }
    await one.publishAsync(topic('tank-1', 'telemetry'), JSON.stringify(reading), { qos: 1 })
    await expect.poll(() => heardOne, SOON).toEqual([`${topic('tank-1', 'committed')} {"boot":1,"seq":0}`])
    const gone = new Promise<void>((resolve) => one.once('close', () => resolve()))
    expect((await running.ask('DELETE', '/devices/tank-1')).status).toBe(204)
    await gone
    await expect(device('tank-1')).rejects.toThrow(/not authori[sz]ed/i)
  })

  it('takes another MQTT_PASSWORD at its next start, and leaves everybody else in', async () => {
    mosquitto.nextPassword('another, "quoted" $HOME \\ & one')
    await mosquitto.restart()
    await expect(server()).rejects.toThrow(/not authori[sz]ed/i)
    await server({ password: 'another, "quoted" $HOME \\ & one' })
    await device('tank-1')
  })

  it('lets nobody in without an account of their own', async () => {
    await expect(connect({})).rejects.toThrow(/not authori[sz]ed/i)
    await expect(device('tank-1', secrets.get('tank-2'))).rejects.toThrow(/not authori[sz]ed/i)
    await expect(
      connect({ ...serverAccount, password: secrets.get('tank-1') ?? '' }, mosquitto.innerPort),
    ).rejects.toThrow(/not authori[sz]ed/i)
  })

  it('carries what a device may say and hear, and nothing of another device', async () => {
    const service = await server()
    const atService = heard(service)
    await service.subscribeAsync([topic('+', 'telemetry'), topic('+', 'status')], { qos: 1 })
    const one = await device('tank-1')
    const atOne = heard(one)
    for (const foreign of [topic('+', 'committed'), topic('tank-2', 'committed'), topic('tank-1', 'telemetry'), '#'])
      await expect(one.subscribeAsync(foreign, { qos: 1 })).rejects.toThrow(/./)
    await one.subscribeAsync([topic('tank-1', 'committed'), topic('tank-1', 'resend')], { qos: 1 })
    const two = await device('tank-2')

    expect(await answerTo(two, topic('tank-1', 'telemetry'))).toMatch(/not authori[sz]ed/i)
    expect(await answerTo(two, topic('tank-2', 'committed'))).toMatch(/not authori[sz]ed/i)
    await two.publishAsync(topic('tank-2', 'telemetry'), 'reading', { qos: 1 })
    await two.publishAsync(topic('tank-2', 'status'), 'online', { qos: 1, retain: true })
    await service.publishAsync(topic('tank-2', 'committed'), 'theirs', { qos: 1 })
    await service.publishAsync(topic('tank-1', 'committed'), 'ours', { qos: 1 })
    await service.publishAsync(topic('tank-1', 'resend'), 'again', { qos: 1 })

    await expect
      .poll(() => atService)
      .toEqual(['zaitu/v1/devices/tank-2/telemetry reading', 'zaitu/v1/devices/tank-2/status online'])
    await expect
      .poll(() => atOne)
      .toEqual(['zaitu/v1/devices/tank-1/committed ours', 'zaitu/v1/devices/tank-1/resend again'])
  })

  it('keeps a device in its place when another one takes its client id', async () => {
    const one = await device('tank-1')
    const cut: string[] = []
    one.on('close', () => cut.push('tank-1'))
    await connect({ username: 'tank-2', password: secrets.get('tank-2') ?? '', clientId: 'tank-1' })
    // answered after whatever the broker had to tell it before
    await one.publishAsync(topic('tank-1', 'status'), 'online', { qos: 1 })
    expect(cut).toEqual([])
  })

  it('keeps everything for a service that is away, over an orderly stop of its own too', async () => {
    const stay: IClientOptions = { clean: false, properties: { sessionExpiryInterval: 3_600 } }
    const before = await server(stay)
    await before.subscribeAsync(topic('+', 'telemetry'), { qos: 1 })
    await before.endAsync()
    const one = await device('tank-1')
    // more than the 1,000 that Mosquitto keeps unless told otherwise
    const sent = Array.from({ length: 3_000 }, (_, number) => `${topic('tank-1', 'telemetry')} ${number}`)
    await Promise.all(
      sent.map((_, number) => one.publishAsync(topic('tank-1', 'telemetry'), String(number), { qos: 1 })),
    )
    await mosquitto.restart()

    // a listener before there is a connection: what was kept comes right after CONNACK
    const after = connectLater({ ...serverAccount, ...stay, clientId: 'zaitu-test' }, mosquitto.innerPort)
    const received = heard(after)
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(sent.length)
    expect(received).toEqual(sent)
  })
})
