import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { type ComposeMosquitto, serverAccount, startComposeMosquitto } from './compose-mosquitto.ts'

const topic = (device: string, channel: string) => `zaitu/v1/devices/${device}/${channel}`

describe.skipIf(inject('services').host === null)('the Mosquitto of docker-compose.yml', () => {
  let mosquitto: ComposeMosquitto
  let clients: MqttClient[] = []
  beforeEach(async () => {
    clients = []
    mosquitto = await startComposeMosquitto({ 'tank-1': 'one', 'tank-2': 'two' })
  })
  afterEach(async () => {
    for (const client of clients) await client.endAsync(true)
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
    connect({ ...serverAccount, clientId: 'zaitu-server', ...options }, mosquitto.innerPort)
  const device = (name: string, password: string) => connect({ username: name, password, clientId: name })
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

  it('lets nobody in without an account of their own', async () => {
    await expect(connect({})).rejects.toThrow(/not authori[sz]ed/i)
    await expect(device('tank-1', 'two')).rejects.toThrow(/not authori[sz]ed/i)
    await expect(connect({ ...serverAccount, password: 'one' }, mosquitto.innerPort)).rejects.toThrow(
      /not authori[sz]ed/i,
    )
  })

  it('carries what a device may say and hear, and nothing of another device', async () => {
    const service = await server()
    const atService = heard(service)
    await service.subscribeAsync([topic('+', 'telemetry'), topic('+', 'status')], { qos: 1 })
    const one = await device('tank-1', 'one')
    const atOne = heard(one)
    await one.subscribeAsync([topic('+', 'committed'), topic('+', 'resend'), topic('+', 'telemetry')], { qos: 1 })
    const two = await device('tank-2', 'two')

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
    const one = await device('tank-1', 'one')
    const cut: string[] = []
    one.on('close', () => cut.push('tank-1'))
    await connect({ username: 'tank-2', password: 'two', clientId: 'tank-1' })
    // answered after whatever the broker had to tell it before
    await one.publishAsync(topic('tank-1', 'status'), 'online', { qos: 1 })
    expect(cut).toEqual([])
  })

  it('keeps everything for a service that is away, over an orderly stop of its own too', async () => {
    const stay: IClientOptions = { clean: false, properties: { sessionExpiryInterval: 3_600 } }
    const before = await server(stay)
    await before.subscribeAsync(topic('+', 'telemetry'), { qos: 1 })
    await before.endAsync()
    const one = await device('tank-1', 'one')
    // more than the 1,000 that Mosquitto keeps unless told otherwise
    const sent = Array.from({ length: 3_000 }, (_, number) => `${topic('tank-1', 'telemetry')} ${number}`)
    await Promise.all(
      sent.map((_, number) => one.publishAsync(topic('tank-1', 'telemetry'), String(number), { qos: 1 })),
    )
    await mosquitto.restart()

    // a listener before there is a connection: what was kept comes right after CONNACK
    const after = connectLater({ ...serverAccount, ...stay, clientId: 'zaitu-server' }, mosquitto.innerPort)
    const received = heard(after)
    await expect.poll(() => received.length, { timeout: 20_000 }).toBe(sent.length)
    expect(received).toEqual(sent)
  })
})
