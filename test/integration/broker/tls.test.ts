import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmbeddedBroker, type EmbeddedBroker } from '../../../server/broker/embedded.ts'
import { createInbox, createLog, status, telemetry } from './devices.ts'

type Pair = { cert: string; private: string }
const named = (name: string) => [{ name: 'commonName', value: name }]
const authority = (name: string): Promise<Pair> =>
  generate(named(name), {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  })
const issue = (name: string, ca: Pair): Promise<Pair> =>
  generate(named(name), { keyType: 'ec', algorithm: 'sha256', ca: { key: ca.private, cert: ca.cert } })

describe('MQTT over TLS', () => {
  const { log, lines } = createLog()
  let ca: Pair
  let devices: { d1: Pair; d2: Pair; revoked: Pair; stranger: Pair }
  let folder: string
  let broker: EmbeddedBroker
  let inbox: ReturnType<typeof createInbox>
  let clients: MqttClient[] = []
  const revoked = new Set<string>()

  beforeAll(async () => {
    ca = await authority('our devices')
    const foreign = await authority('somebody else')
    devices = {
      d1: await issue('d1', ca),
      d2: await issue('d2', ca),
      revoked: await issue('revoked', ca),
      stranger: await issue('d1', foreign),
    }
    folder = await mkdtemp(join(tmpdir(), 'zaitu-tls-'))
    for (const which of ['first', 'second']) {
      const server = await generate(named(which), { keyType: 'ec', algorithm: 'sha256' })
      await writeFile(join(folder, `${which}.crt`), server.cert)
      await writeFile(join(folder, `${which}.key`), server.private)
    }
    await writeFile(join(folder, 'ca.crt'), ca.cert)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const install = async (which: string) => {
    await copyFile(join(folder, `${which}.key`), join(folder, 'server.key'))
    await copyFile(join(folder, `${which}.crt`), join(folder, 'server.crt'))
  }

  beforeEach(async () => {
    lines.length = 0
    revoked.clear()
    revoked.add('revoked')
    inbox = createInbox()
    inbox.onMessage((message) => message.acknowledge())
    await install('first')
    const byCertificate = async (id: string) =>
      revoked.has(id)
        ? ({ ok: false, reason: 'revoked', revoked: true } as const)
        : ({ ok: true, again: () => byCertificate(id) } as const)
    broker = createEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      authenticate: async (id, secret) => (secret === `secret-${id}` ? { ok: true } : { ok: false, reason: 'no' }),
      byCertificate,
      tls: {
        port: 0,
        certFile: join(folder, 'server.crt'),
        keyFile: join(folder, 'server.key'),
        clientCaFile: join(folder, 'ca.crt'),
        lookMs: 20,
      },
      log,
    })
    await broker.start(inbox.deliver)
  })
  afterEach(async () => {
    for (const client of clients) await client.endAsync(true)
    clients = []
    await broker.close()
  })

  const connect = async (id: string, options: IClientOptions = {}): Promise<MqttClient> => {
    const client = mqtt.connect(`mqtts://127.0.0.1:${broker.tlsPort()}`, {
      protocolVersion: 4,
      clientId: id,
      reconnectPeriod: 0,
      rejectUnauthorized: false,
      ...options,
    })
    clients.push(client)
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', reject)
      client.once('close', () => reject(new Error('closed')))
    })
    client.on('error', () => undefined)
    return client
  }
  const with_ = ({ cert, private: key }: Pair): IClientOptions => ({ cert, key })
  const bySecret = (id: string): IClientOptions => ({ username: id, password: `secret-${id}` })

  it('carries messages of a device with a secret, and of one with a certificate', async () => {
    const one = await connect('d1', bySecret('d1'))
    await one.publishAsync(telemetry('d1'), 'by secret', { qos: 1 })
    const two = await connect('d2', with_(devices.d2))
    await two.publishAsync(telemetry('d2'), Buffer.alloc(300_000, 'x'), { qos: 1 })
    expect(inbox.messages.map(({ topic, payload }) => [topic, payload.length])).toEqual([
      [telemetry('d1'), 9],
      [telemetry('d2'), 300_000],
    ])
  })

  it('lets a certificate speak for the device in its common name, and for no other', async () => {
    await expect(connect('d2', with_(devices.d1))).rejects.toThrow(/authori[sz]ed/i)
    // a right secret does not help
    await expect(connect('d2', { ...with_(devices.d1), ...bySecret('d2') })).rejects.toThrow(/authori[sz]ed/i)
    await expect(connect('d1', { ...with_(devices.d1), username: 'd2' })).rejects.toThrow(/refused/i)
    const will = { topic: status('d2'), payload: Buffer.from('offline'), qos: 1 as const, retain: true }
    await expect(connect('d1', { ...with_(devices.d1), will })).rejects.toThrow(/authori[sz]ed/i)
    const device = await connect('d1', with_(devices.d1))
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
    device.publish(telemetry('d2'), 'foreign', { qos: 1 })
    await closed
    expect(inbox.messages).toEqual([])
  })

  it('refuses a certificate of another authority, of a revoked device, and neither certificate nor secret', async () => {
    await expect(connect('d1', { ...with_(devices.stranger), ...bySecret('d1') })).rejects.toThrow(/./)
    await expect(connect('revoked', with_(devices.revoked))).rejects.toThrow(/refused/i)
    await expect(connect('d1')).rejects.toThrow(/refused/i)
    expect(lines.join('\n')).toMatch(/refused a certificate/)
  })

  it('cuts off a device by certificate that is revoked while it is connected, without its will', async () => {
    const will = { topic: status('d1'), payload: Buffer.from('offline'), qos: 1 as const, retain: true }
    const device = await connect('d1', { ...with_(devices.d1), will })
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()))
    await broker.recheck(['d1'])
    await device.publishAsync(telemetry('d1'), 'still in', { qos: 1 })
    revoked.add('d1')
    await broker.recheck(['d1'])
    await closed
    await expect.poll(() => broker.inFlight().connections).toBe(0)
    expect(inbox.payloads()).toEqual(['still in'])
  })

  it('takes a renewed certificate without a restart, and keeps the old one when the new one is broken', async () => {
    const shown = () =>
      new Promise<unknown>((resolve, reject) => {
        const socket = connectTls({ port: broker.tlsPort() ?? 0, host: '127.0.0.1', rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().subject.CN)
          socket.destroy()
        })
        socket.on('error', reject)
      })
    expect(await shown()).toBe('first')
    const stays = await connect('d1', bySecret('d1'))
    await install('second')
    await expect.poll(shown, { timeout: 10_000 }).toBe('second')
    await writeFile(join(folder, 'server.crt'), 'broken')
    await expect.poll(() => lines.join('\n'), { timeout: 10_000 }).toMatch(/the one before is kept/)
    expect(await shown()).toBe('second')
    await stays.publishAsync(telemetry('d1'), 'same connection', { qos: 1 })
  })

  it('says which file is wrong before anything is open', () => {
    const tls = { port: 0, certFile: join(folder, 'none.crt'), keyFile: join(folder, 'server.key') }
    const make = () =>
      createEmbeddedBroker({ host: '127.0.0.1', port: 0, authenticate: async () => ({ ok: true }), tls, log })
    expect(make).toThrow(/TLS_CERT_FILE.*none\.crt/)
  })
})
