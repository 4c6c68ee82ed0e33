import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mqttAccess, mqttClients } from '../../../server/mqtt-clients.ts'
import type { BrokerAccounts } from '../../../server/routes/dependencies.ts'
import { deviceSignIn } from '../../../server/store/device-sign-in.ts'
import { watchDevices } from '../../../server/store/device-watch.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { createLog } from '../broker/devices.ts'
import { freshDatabase } from './database.ts'
import { type Client, type Service, startService } from './service.ts'

const SECRET = 'a secret of the broker and the server'
const own = { username: 'zaitu', password: 'of the server' }

let service: Service
let ingest: Pool
let member: Client
let admin: Client
let stranger: Client
let brokerAnswers: Awaited<ReturnType<BrokerAccounts['setDevice']>> | null = null
beforeAll(async () => {
  const database = await freshDatabase()
  ingest = openPool(database.url, { role: 'zaitu_ingest', max: 2, log: createLog().log })
  const devices = deviceSignIn(ingest)
  service = await startService(
    {
      devices,
      mqttAccess: mqttAccess(SECRET, mqttClients(devices, ingest), own),
      addresses: () => ({ mqttPort: 1883, mqttsPort: 8883 }),
    },
    database,
  )
  member = await service.signIn(service.one.email.member)
  admin = await service.signIn(service.one.email.admin)
  stranger = await service.signIn(service.other.email.member)
})
afterAll(async () => {
  await ingest?.end()
  await service?.close()
})

const register = async (id: string): Promise<string> => {
  const made = await member.ask('POST', '/devices', { id, intervalSeconds: 1 })
  expect(made.statusCode).toBe(201)
  return made.json().secret
}
const isLetIn = async (id: string, secret: string) => (await service.deps.devices.authenticate(id, secret)).ok

describe('a secret', () => {
  it('is taken beside the new one until its time is over, and only the one before the newest', async () => {
    const first = await register('overlap')
    const second = (await member.ask('POST', '/devices/overlap/secret', { overlapHours: 1 })).json()
    expect(Date.parse(second.oldValidUntil) - Date.now()).toBeGreaterThan(3_500_000)
    expect([await isLetIn('overlap', first), await isLetIn('overlap', second.secret)]).toEqual([true, true])
    const third = (await member.ask('POST', '/devices/overlap/secret')).json()
    expect(await Promise.all([first, second.secret, third.secret].map((secret) => isLetIn('overlap', secret)))).toEqual(
      [false, true, true],
    )
    const list = (await member.ask('GET', '/devices?limit=1000')).json()
    expect(list.items).toContainEqual(
      expect.objectContaining({ id: 'overlap', oldSecretValidUntil: third.oldValidUntil, revokedAt: null }),
    )

    await service.owner.query(`update devices set previous_until = now() - interval '1 s' where code = 'overlap'`)
    service.deps.devices.forget('overlap')
    expect([await isLetIn('overlap', second.secret), await isLetIn('overlap', third.secret)]).toEqual([false, true])
    const after = (await member.ask('GET', '/devices?limit=1000')).json()
    expect(after.items).toContainEqual(expect.objectContaining({ id: 'overlap', oldSecretValidUntil: null }))
  })

  it('is judged for all that come at the same moment, each by itself: a name that can be nobody’s hurts no other', async () => {
    const right = await register('among-many')
    const asked = [
      ['among-many', right],
      ['among-many', 'a wrong one'],
      ['nul-\0-in-it', right],
      ...Array.from({ length: 1_200 }, (_, i) => [`nobody-${i}`, right] as const),
    ] as const
    const answers = await Promise.all(asked.map(([id, secret]) => isLetIn(id, secret)))
    expect(answers.flatMap((ok, i) => (ok ? [asked[i]?.[0]] : []))).toEqual(['among-many'])
  })

  it('is judged again for whoever is connected with it', async () => {
    const secret = await register('again')
    const answer = await service.deps.devices.authenticate('again', secret)
    if (!answer.ok) throw new Error(answer.reason)
    expect(answer.until).toBeNull()
    const { oldValidUntil } = (await member.ask('POST', '/devices/again/secret', { overlapHours: 1 })).json()
    expect(await answer.again()).toMatchObject({ ok: true, until: Date.parse(oldValidUntil) })
    await member.ask('POST', '/devices/again/secret', { overlapHours: 0 })
    expect(await answer.again()).toMatchObject({ ok: false })
  })

  it.each([-1, 200, 'long'])('is not kept for %s hours', async (overlapHours) => {
    expect((await member.ask('POST', '/devices/overlap/secret', { overlapHours })).statusCode).toBe(400)
  })
})

describe('a revocation', () => {
  it('is for good, for one’s own devices only, and can be said twice', async () => {
    const secret = await register('gone')
    expect((await stranger.ask('DELETE', '/devices/gone')).statusCode).toBe(404)
    expect((await stranger.ask('DELETE', '/devices/unknown')).statusCode).toBe(404)
    expect(await isLetIn('gone', secret)).toBe(true)
    expect((await member.ask('DELETE', '/devices/gone')).statusCode).toBe(204)
    expect(await service.deps.devices.authenticate('gone', secret)).toMatchObject({ ok: false, revoked: true })
    expect((await member.ask('DELETE', '/devices/gone')).statusCode).toBe(204)
    expect((await member.ask('POST', '/devices', { id: 'gone', intervalSeconds: 1 })).statusCode).toBe(409)
    expect((await member.ask('POST', '/devices/gone/secret')).statusCode).toBe(409)
    const viewer = await service.signIn(service.one.email.viewer)
    expect((await viewer.ask('DELETE', '/devices/overlap')).statusCode).toBe(403)
  })

  it('and a rotation are noticed by every other server within seconds, once, and after an outage', async () => {
    await register('watched')
    await register('also-watched')
    const told: string[][] = []
    let refused = 0
    let failing = true
    const watch = watchDevices(
      ingest,
      createLog().log,
      async (codes) => {
        if (failing) {
          refused += 1
          throw new Error('away')
        }
        told.push(codes.filter((code) => code.endsWith('watched')))
      },
      { everyMs: 20 },
    )
    await member.ask('DELETE', '/devices/watched')
    await expect.poll(() => refused).toBeGreaterThan(1)
    failing = false
    await expect.poll(() => told).toEqual([['watched']])
    await member.ask('POST', '/devices/also-watched/secret')
    await expect.poll(() => told).toEqual([['watched'], ['also-watched']])
    await watch.stop()
  })
})

describe('a broker whose accounts we keep', () => {
  it('is told before anything is committed; out of reach, nothing is registered', async () => {
    const brokerAccounts: BrokerAccounts = {
      setDevice: async () => brokerAnswers ?? { ok: true },
      removeDevice: async () => undefined,
      setSupplier: async () => brokerAnswers ?? { ok: true },
      supplierChanged: () => undefined,
    }
    const other = await startService({ brokerAccounts })
    try {
      const desk = await other.signIn(other.one.email.admin)
      brokerAnswers = { ok: false, taken: false, reason: 'The broker is away.' }
      const refused = await desk.ask('POST', '/devices', { id: 'd', intervalSeconds: 1 })
      expect([refused.statusCode, refused.json().detail]).toEqual([503, 'The broker is away.'])
      expect((await desk.ask('GET', '/devices')).json().items).toEqual([])
      const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
      expect((await desk.ask('POST', '/tokens', { name: 't', scope: 'milestones', expiresAt })).statusCode).toBe(503)
      expect((await desk.ask('GET', '/tokens')).json().items).toEqual([])
      brokerAnswers = { ok: false, taken: true, reason: 'Another account.' }
      expect((await desk.ask('POST', '/devices', { id: 'd', intervalSeconds: 1 })).statusCode).toBe(409)
      brokerAnswers = null
      const { secret } = (await desk.ask('POST', '/devices', { id: 'd', intervalSeconds: 1 })).json()
      expect((await desk.ask('GET', '/devices')).json().items).toMatchObject([{ id: 'd', brokerAccount: 'ok' }])
      brokerAnswers = { ok: false, taken: false, reason: 'The broker is away.' }
      expect((await desk.ask('POST', '/devices/d/secret')).statusCode).toBe(503)
      expect(await other.deps.devices.authenticate('d', secret)).toMatchObject({ ok: true })
    } finally {
      await other.close()
    }
  })
})

describe('a broker that asks over HTTP', () => {
  const ask = async (path: string, payload: Record<string, unknown>, secret: string | null = SECRET) =>
    service.app.inject({
      method: 'POST',
      url: `/api/v1/mqtt/${path}`,
      payload,
      headers: secret === null ? {} : { 'x-mqtt-access-secret': secret },
    })
  const signIn = async (clientid: string, username: string, password: string) =>
    (await ask('authenticate', { clientid, username, password })).json()
  const may = async (clientid: string, action: string, topic: string, username = clientid) =>
    (await ask('authorise', { clientid, username, topic, action })).json().result
  const DENY = { result: 'deny' }

  it('has to prove itself', async () => {
    for (const secret of [null, '', 'guess', `${SECRET}x`]) {
      const answer = await ask('authenticate', { clientid: 'zaitu', ...own }, secret)
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([
        401,
        expect.stringContaining('application/problem+json'),
      ])
    }
    const without = await startService()
    const answer = await without.app.inject({
      method: 'POST',
      url: '/api/v1/mqtt/authenticate',
      payload: { clientid: 'x' },
      headers: { 'x-mqtt-access-secret': '' },
    })
    await without.close()
    expect(answer.statusCode).toBe(401)
  })

  it('is told who may connect: a device with its secret, the server with its password', async () => {
    const secret = await register('emqx-1')
    await register('emqx-2')
    expect(await signIn('emqx-1', 'emqx-1', secret)).toEqual({ result: 'allow', is_superuser: false })
    expect(await signIn('emqx-2', 'emqx-2', secret)).toEqual(DENY)
    expect(await signIn('emqx-2', 'emqx-1', secret)).toEqual(DENY)
    expect(await signIn('emqx-1', 'emqx-1', '')).toEqual(DENY)
    expect(await signIn('#', '#', secret)).toEqual(DENY)
    expect((await ask('authenticate', { clientid: 'emqx-1', username: null, password: null })).json()).toEqual(DENY)
    expect(await signIn('any', own.username, own.password)).toEqual({ result: 'allow', is_superuser: true })
    expect(await signIn(own.username, own.username, 'guess')).toEqual(DENY)
    await member.ask('DELETE', '/devices/emqx-1')
    expect(await signIn('emqx-1', 'emqx-1', secret)).toEqual(DENY)
  })

  it('is told what each may say and hear', async () => {
    const own = (channel: string, id = 'd1') => `zaitu/v1/devices/${id}/${channel}`
    for (const channel of ['telemetry', 'status']) {
      expect(await may('d1', 'publish', own(channel))).toBe('allow')
      expect(await may('d1', 'subscribe', own(channel))).toBe('deny')
      expect(await may('d1', 'publish', own(channel, 'd2'))).toBe('deny')
    }
    for (const channel of ['committed', 'resend']) {
      expect(await may('d1', 'subscribe', own(channel))).toBe('allow')
      expect(await may('d1', 'publish', own(channel))).toBe('deny')
      expect(await may('d1', 'subscribe', own(channel, 'd2'))).toBe('deny')
    }
    for (const filter of ['#', '+/#', '$SYS/#', own('+'), own('committed', '+'), `$share/x/${own('committed')}`])
      expect(await may('d1', 'subscribe', filter)).toBe('deny')
    expect(await may('d1', 'publish', own('telemetry'), 'd2')).toBe('deny')
    expect(await may('zaitu-server', 'subscribe', '$share/zaitu/zaitu/v1/devices/+/telemetry', 'zaitu')).toBe('allow')
  })

  it('is told of suppliers by their token for milestones', async () => {
    const make = async (scope: string) => {
      const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
      return (await admin.ask('POST', '/tokens', { name: scope, scope, expiresAt })).json()
    }
    const [right, wrong] = [await make('milestones'), await make('write')]
    const account = `supplier:${service.one.id}`
    expect(await signIn(account, account, right.token)).toMatchObject({ result: 'allow', is_superuser: false })
    expect(await signIn(account, account, wrong.token)).toEqual(DENY)
    const another = `supplier:${service.other.id}`
    expect(await signIn(another, another, right.token)).toEqual(DENY)
    expect(await may(account, 'publish', `zaitu/v1/suppliers/${service.one.id}/milestones`)).toBe('allow')
    expect(await may(account, 'publish', `zaitu/v1/suppliers/${service.other.id}/milestones`)).toBe('deny')
    expect(await may(account, 'subscribe', `zaitu/v1/suppliers/${service.one.id}/milestones`)).toBe('deny')
    await admin.ask('DELETE', `/tokens/${right.id}`)
    expect(await signIn(account, account, right.token)).toEqual(DENY)
    expect((await member.ask('POST', '/devices', { id: account, intervalSeconds: 1 })).statusCode).toBe(400)
  })
})

describe('the addresses of a device’s configuration', () => {
  it('follow from how we were reached', async () => {
    const answer = await service.app.inject({
      method: 'GET',
      url: '/api/v1/connection',
      headers: { cookie: member.cookie, host: 'zaitu.example:3000' },
    })
    expect(answer.json()).toEqual({
      mqtt: 'mqtt://zaitu.example:1883',
      mqtts: 'mqtts://zaitu.example:8883',
      http: 'http://zaitu.example:3000',
    })
  })

  it.each([
    [
      { brokerUrl: 'mqtt://user:secret@broker.internal:1884', publicMqttUrl: 'mqtts://mqtt.example:8883' },
      { mqtt: 'mqtts://mqtt.example:8883', mqtts: 'mqtts://mqtt.example:8883' },
    ],
    [{ brokerUrl: 'mqtt://user:secret@broker.internal:1884' }, { mqtt: 'mqtt://broker.internal:1884', mqtts: null }],
  ])('are those of the settings: %j', async (addresses, expected) => {
    const other = await startService({ addresses: () => addresses, publicUrl: 'https://zaitu.example/' })
    const viewer = await other.signIn(other.one.email.viewer)
    const answer = await viewer.ask('GET', '/connection')
    await other.close()
    expect(answer.json()).toEqual({ ...expected, http: 'https://zaitu.example' })
  })
})
