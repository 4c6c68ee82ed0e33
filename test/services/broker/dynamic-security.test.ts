import mqtt, { type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Control, createControl } from '../../../server/broker/control.ts'
import { createDynamicSecurity, type DynamicSecurity } from '../../../server/broker/dynamic-security.ts'
import { createLog } from '../../integration/broker/devices.ts'
import { type Mosquitto, startOwnMosquitto } from '../../setup/services.ts'
import { hasMosquitto } from './mosquitto.ts'

const admin = { username: 'zaitu', password: 'server-secret' }

describe.skipIf(!hasMosquitto)('the accounts of a real Mosquitto', () => {
  let mosquitto: Mosquitto
  let control: Control
  let accounts: DynamicSecurity
  let log: ReturnType<typeof createLog>
  let clients: MqttClient[] = []
  let found: { ok: string[]; missing: string[] } = { ok: [], missing: [] }
  const registered = new Set<string>()
  const revoked = new Set<string>()
  const suppliers = new Map<string, Set<string>>()
  const ended = new Set<string>()

  beforeEach(async () => {
    for (const memory of [registered, revoked, suppliers, ended]) memory.clear()
    log = createLog()
    mosquitto = await startOwnMosquitto({ admin })
    control = createControl({ ...admin, url: mosquitto.url, clientId: 'test', log: log.log, onConnected: () => {} })
    accounts = createDynamicSecurity({
      ...admin,
      url: mosquitto.url,
      clientId: 'accounts',
      log: log.log,
      expected: async () => ({ devices: registered, revoked, suppliers, ended }),
      found: async (answer) => {
        found = answer
      },
    })
    await accounts.start()
    control.open()
  })
  afterEach(async () => {
    for (const client of clients) await client.endAsync(true)
    clients = []
    await accounts.stop()
    await control.close()
    await mosquitto.stop()
  })

  const names = async (command: string): Promise<string[]> => {
    const [answer] = await control.request([{ command }])
    const data = answer?.data as { clients?: string[]; roles?: string[] }
    return (data.clients ?? data.roles ?? []).toSorted()
  }
  const connect = async (username: string, password: string, clientId = username): Promise<MqttClient> => {
    const client = mqtt.connect(mosquitto.url, { username, password, clientId, reconnectPeriod: 0 })
    clients.push(client)
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', reject)
    })
    client.on('error', () => undefined)
    return client
  }

  it('are taken away when nobody has them, and those of others are left alone', async () => {
    await control.request([
      { command: 'createClient', username: 'somebody-else', password: 'theirs' },
      { command: 'createRole', rolename: 'their-role' },
    ])
    for (const id of ['kept', 'revoked', 'stray'])
      expect(await accounts.setDevice(id, `secret-${id}`)).toEqual({ ok: true })
    expect(await accounts.setSupplier('s-1', 'token-1', 'zt_1')).toEqual({ ok: true })
    expect(await accounts.setSupplier('s-2', 'token-2', 'zt_2')).toEqual({ ok: true })
    registered.add('kept').add('lost')
    revoked.add('revoked')
    suppliers.set('s-1', new Set(['token-1']))
    ended.add('token-2')
    const cut = await connect('revoked', 'secret-revoked')
    const closed = new Promise<void>((resolve) => cut.once('close', () => resolve()))

    await accounts.reconcile()
    await closed
    // a registration under way looks like a stray: it gets until the next time
    expect(await names('listClients')).toEqual(['kept', 'somebody-else', 'stray', 'supplier:s-1', 'zaitu'])
    expect(found).toEqual({ ok: ['kept'], missing: ['lost'] })
    expect(log.lines.join('\n')).toMatch(/give each a new secret.*lost/)

    await accounts.reconcile()
    expect(await names('listClients')).toEqual(['kept', 'somebody-else', 'supplier:s-1', 'zaitu'])
    expect(await names('listRoles')).toEqual([
      'admin',
      'their-role',
      'zaitu/device/kept',
      'zaitu/server',
      'zaitu/supplier/s-1',
    ])
    await connect('kept', 'secret-kept')
  })

  it('are never made over those of others, least of all over our own', async () => {
    await control.request([{ command: 'createClient', username: 'somebody-else', password: 'theirs' }])
    for (const id of ['somebody-else', 'zaitu']) {
      expect(await accounts.setDevice(id, 'ours now')).toMatchObject({ ok: false, taken: true })
      await accounts.removeDevice(id)
    }
    await connect('somebody-else', 'theirs')
    await connect('zaitu', admin.password, 'another')
  })

  it('bind the client id, so that no device takes over the session of another', async () => {
    await accounts.setDevice('d1', 'one')
    await accounts.setDevice('d2', 'two')
    const first = await connect('d1', 'one')
    const cut: string[] = []
    first.on('close', () => cut.push('d1'))
    await expect(connect('d2', 'two', 'd1')).rejects.toThrow(/authori[sz]ed/i)
    await first.publishAsync('zaitu/v1/devices/d1/status', 'online', { qos: 1 })
    expect(cut).toEqual([])
  })

  it('are compared page by page when they are many', async () => {
    const many = Array.from({ length: 1_100 }, (_, n) => `bulk-${n}`)
    for (let from = 0; from < many.length; from += 100) {
      const portion = many.slice(from, from + 100)
      await control.request(
        portion.flatMap((username) => [
          { command: 'createRole', rolename: `zaitu/device/${username}` },
          { command: 'createClient', username, roles: [{ rolename: `zaitu/device/${username}` }] },
        ]),
      )
      for (const id of portion) registered.add(id)
    }
    registered.add('lost')
    await accounts.reconcile()
    expect([found.ok.length, found.missing]).toEqual([1_100, ['lost']])
  })

  it('can’t be made while the broker is away, and that is said; afterwards they can', async () => {
    await mosquitto.kill()
    expect(await accounts.setDevice('d1', 'one')).toMatchObject({
      ok: false,
      taken: false,
      reason: expect.stringMatching(/could not be told/),
    })
    await accounts.removeDevice('d1')
    await mosquitto.restart()
    await expect.poll(() => accounts.connected(), { timeout: 10_000 }).toBe(true)
    // what was asked for in vain is not done later
    expect(await names('listClients')).toEqual(['zaitu'])
    expect(await accounts.setDevice('d1', 'two')).toEqual({ ok: true })
    await connect('d1', 'two')
  })
})
