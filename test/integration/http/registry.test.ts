import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
let stranger: Client
beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.member)
  stranger = await service.signIn(service.other.email.member)
})
afterAll(() => service.close())

const refolds = async () => {
  const { rows } = await service.owner.query<{ code: string; from_time: Date }>(
    `delete from refold_requests r using devices d where d.id = r.device_id returning d.code, r.from_time`,
  )
  return rows.map((row) => [row.code, row.from_time.toISOString()])
}

describe('devices', () => {
  it('get a secret that is shown once and ends when it is rotated', async () => {
    const made = await member.ask('POST', '/devices', { id: 'tank:1', intervalSeconds: 10, pressureReference: 'gauge' })
    expect(made.statusCode).toBe(201)
    const { secret } = made.json()
    expect(secret).toMatch(/^[\w-]{43}$/)
    const { devices } = service.deps
    expect(await devices.authenticate('tank:1', secret)).toMatchObject({ ok: true, device: { orgId: service.one.id } })
    expect(await devices.authenticate('tank:1', `${secret}x`)).toMatchObject({ ok: false })
    expect(await devices.authenticate('tank:2', secret)).toMatchObject({ ok: false })

    const rotated = await member.ask('POST', '/devices/tank:1/secret', { overlapHours: 0 })
    expect(rotated.statusCode).toBe(201)
    expect(await devices.authenticate('tank:1', secret)).toMatchObject({ ok: false })
    expect(await devices.authenticate('tank:1', rotated.json().secret)).toMatchObject({ ok: true })

    const list = (await member.ask('GET', '/devices')).json()
    expect(list).toEqual({
      items: [
        {
          id: 'tank:1',
          intervalSeconds: 10,
          reportSeconds: 10,
          pressureReference: 'gauge',
          status: 'unknown',
          statusAt: null,
          createdAt: expect.any(String),
          revokedAt: null,
          oldSecretValidUntil: null,
          brokerAccount: null,
        },
      ],
      next: null,
    })
  })

  it('are let in from memory while the database is asked for nothing, and not once revoked', async () => {
    const { secret } = (await member.ask('POST', '/devices', { id: 'revoked', intervalSeconds: 10 })).json()
    await service.owner.query(`update devices set revoked_at = now() where code = 'revoked'`)
    expect(await service.deps.devices.authenticate('revoked', secret)).toMatchObject({
      ok: false,
      reason: 'this device has been revoked',
    })
  })

  it('have an id that is theirs alone, in every organisation', async () => {
    expect((await member.ask('POST', '/devices', { id: 'mine', intervalSeconds: 1 })).statusCode).toBe(201)
    expect((await stranger.ask('POST', '/devices', { id: 'mine', intervalSeconds: 1 })).statusCode).toBe(409)
    expect((await stranger.ask('POST', '/devices/mine/secret')).statusCode).toBe(404)
    expect((await stranger.ask('POST', '/devices/nobodys/secret')).statusCode).toBe(404)
  })

  it('can not be tried out for ever by somebody who has not got them', async () => {
    await member.ask('POST', '/devices', { id: 'guessed', intervalSeconds: 1 })
    const register = async (client: Client, id: string) =>
      (await client.ask('POST', '/devices', { id, intervalSeconds: 1 })).statusCode
    // one's own may be tried as often as one likes
    for (let i = 0; i < 110; i++) expect(await register(member, 'guessed')).toBe(409)
    const answers: number[] = []
    for (let i = 0; i < 101; i++) answers.push(await register(stranger, 'guessed'))
    expect([answers.indexOf(429), answers.lastIndexOf(409)]).toEqual([
      answers.lastIndexOf(409) + 1,
      answers.indexOf(429) - 1,
    ])
    expect(answers.indexOf(429)).toBeGreaterThan(90)
    // and what is free says nothing then either
    expect(await register(stranger, 'free')).toBe(429)
    expect(await register(member, 'free')).toBe(201)
  })
})

describe('substances', () => {
  it('come from the catalogue and from the organisation, seen by nobody else', async () => {
    const made = await member.ask('POST', '/substances', {
      cas: '110-54-3',
      un: 'UN 1208',
      name: 'n-Hexane, our grade',
    })
    expect(made.json()).toMatchObject({ cas: '110-54-3', un: '1208', nameZh: null })
    const names = async (client: Client): Promise<string[]> =>
      (await client.ask('GET', '/substances?limit=1000')).json().items.map((item: { name: string }) => item.name)
    expect(await names(member)).toEqual(expect.arrayContaining(['METHANOL', 'n-Hexane, our grade']))
    expect(await names(stranger)).not.toContain('n-Hexane, our grade')
    const twice = await member.ask('POST', '/substances', { cas: '110-54-3', un: '1208', name: 'n-Hexane, our grade' })
    expect(twice.statusCode).toBe(409)
  })

  it.each([
    [{ cas: '7664-41-8' }, 400, /last digit should be 7/],
    [{ cas: 'water' }, 400, /not a CAS number/],
    [{ un: '12345' }, 400, /not a UN number/],
    [{ cas: '7732-18-5' }, 422, /not in the catalogue/],
    [{ un: '3500' }, 422, /not in the catalogue/],
    [{ un: '1307' }, 422, /1330-20-7.*106-42-3|106-42-3.*1330-20-7/],
    [{ cas: '7722-84-1' }, 422, /Name both CAS and UN/],
    [{ cas: '67-56-1', un: '1170' }, 422, /CAS 67-56-1 with UN 1170 is not/],
  ])('named as %j are refused with %i and a reason', async (substance, status, reason) => {
    const answer = await member.ask('POST', '/shipments', shipmentBody('refused', { substance }))
    expect(answer.statusCode).toBe(status)
    expect(answer.json().detail).toMatch(reason)
  })

  it.each([
    [{ un: 'UN 1230' }, '67-56-1'],
    [{ cas: '7722-84-1', un: '2014' }, '7722-84-1'],
    [{ cas: '7664-41-7' }, '7664-41-7'],
  ])('named as %j are found', async (substance, cas) => {
    const answer = await member.ask('POST', '/shipments', shipmentBody(JSON.stringify(substance), { substance }))
    expect(answer.statusCode).toBe(201)
    expect(answer.json().substance.cas).toBe(cas)
  })
})

it('of an organisation goes before the same of the catalogue, and is asked about where it is another', async () => {
  const made = async (name: string, un?: string) =>
    (await stranger.ask('POST', '/substances', { cas: '64-17-5', name, ...(un !== undefined && { un }) })).json().id
  const ship = (substance: Record<string, string>) =>
    stranger.ask('POST', '/shipments', shipmentBody(JSON.stringify(substance), { substance }))
  const ours = await made('ethanol, our data', '1170')
  expect((await ship({ cas: '64-17-5' })).json().substance).toMatchObject({ name: 'ethanol, our data' })
  const bare = await made('ethanol, typed in a hurry')
  const asked = await ship({ cas: '64-17-5' })
  expect(asked.statusCode).toBe(422)
  expect(asked.json().detail).toMatch(/can mean 2 substances: .*no UN number, ethanol, typed in a hurry \(your own, id/)
  for (const id of [ours, bare]) expect(asked.json().detail).toContain(id)
  expect((await ship({ cas: '64-17-5', un: '1170' })).json().substance).toMatchObject({ name: 'ethanol, our data' })
  expect((await ship({ id: bare })).json().substance).toMatchObject({ name: 'ethanol, typed in a hurry' })
  expect((await ship({ id: bare, un: '1170' })).statusCode).toBe(422)
  const elsewhere = await member.ask('POST', '/shipments', shipmentBody('theirs', { substance: { id: bare } }))
  expect(elsewhere.json().detail).toBe(`You have no substance with the id ${bare}.`)
})

describe('a shipment', () => {
  it('holds what was entered, and finds its phase by its departure', async () => {
    const tank = (await member.ask('POST', '/tanks', { name: 'ZTUU 123456 7', capacityLitres: 26_000 })).json()
    const contacts = [{ name: '王 Wang', phone: '+86 21 0000', role: '24-hour emergency' }]
    const limits = { temperature: { high: 35, highHigh: 40 }, pressure: { high: 1.9 } }
    const body = shipmentBody('S-1', { tankId: tank.id, contacts, limits })
    const made = await member.ask('POST', '/shipments', {
      ...body,
      departAt: Date.now() + 3_600_000,
      eta: Date.now() + 7_200_000,
    })
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({
      reference: 'S-1',
      phase: 'planned',
      tankId: tank.id,
      contacts,
      limits,
      newest: null,
      worstAlarm: null,
      activeAlarms: 0,
      assignments: [],
      limitsHistory: [{ from: '1970-01-01T00:00:00.000Z', limits }],
    })
    expect(made.json().timeLeftSeconds).toBeGreaterThan(7100)
    const gone = await member.ask('POST', '/shipments', shipmentBody('S-2'))
    expect(gone.json()).toMatchObject({
      phase: 'in-transit',
      departAt: '2026-05-01T08:00:00.000Z',
      eta: '2026-05-05T00:00:00.000Z',
    })
    expect(gone.headers.location).toBe(`/api/v1/shipments/${gone.json().id}`)
    expect((await member.ask('POST', '/shipments', shipmentBody('S-2'))).statusCode).toBe(409)
    expect((await stranger.ask('POST', '/shipments', shipmentBody('S-2'))).statusCode).toBe(201)
  })

  it('refers only to what its organisation has', async () => {
    const tank = (await stranger.ask('POST', '/tanks', { name: 'theirs', capacityLitres: 1 })).json()
    const nobody = '00000000-0000-4000-8000-000000000000'
    for (const more of [
      { tankId: tank.id },
      { tankId: nobody },
      { carrierId: nobody },
      { lines: [{ orderId: nobody, line: '1', quantity: 1 }] },
    ])
      expect((await member.ask('POST', '/shipments', shipmentBody('refers', more))).statusCode).toBe(422)
    expect((await member.ask('POST', '/shipments', shipmentBody('refers', { eta: 0 }))).statusCode).toBe(400)
  })

  it('changes its limits and phase from now on, and has its devices folded again', async () => {
    const { id } = (
      await member.ask('POST', '/shipments', shipmentBody('S-3', { limits: { temperature: { high: 30 } } }))
    ).json()
    for (const device of ['S-3-now', 'S-3-past'])
      await member.ask('POST', '/devices', { id: device, intervalSeconds: 5 })
    await member.ask('POST', `/shipments/${id}/assignments`, { deviceId: 'S-3-now', from: '2026-05-01T08:00:00Z' })
    await member.ask('POST', `/shipments/${id}/assignments`, { deviceId: 'S-3-past', from: 1e12, to: 1.1e12 })
    await refolds()
    const before = Date.now()
    const changed = await member.ask('PATCH', `/shipments/${id}`, {
      limits: { temperature: { high: 33 } },
      phase: 'unloading',
    })
    expect(changed.json()).toMatchObject({ phase: 'unloading', limits: { temperature: { high: 33 } } })
    const asked = await refolds()
    expect(asked.map(([code]) => code)).toEqual(['S-3-now'])
    expect(Math.abs(Date.parse(asked[0]?.[1] ?? '') - before)).toBeLessThan(5000)

    const limits = (await member.ask('GET', `/shipments/${id}/limits`)).json()
    expect(limits).toMatchObject({
      current: { temperature: { high: 33 } },
      rules: [{ rule: 'temperature-high', limit: 33, clearsAt: 32.5, unit: '°C' }],
      history: [
        { from: '1970-01-01T00:00:00.000Z', limits: { temperature: { high: 30 } }, setBy: 'The member of one' },
        { limits: { temperature: { high: 33 } } },
      ],
    })
    expect((await member.ask('PATCH', `/shipments/${id}`, { eta: 0 })).statusCode).toBe(400)
    const delivered = await member.ask('PATCH', `/shipments/${id}`, {
      phase: 'delivered',
      eta: '2026-06-01T00:00:00Z',
      tankId: null,
    })
    expect(delivered.json()).toMatchObject({
      phase: 'delivered',
      timeLeftSeconds: null,
      eta: '2026-06-01T00:00:00.000Z',
    })
  })

  it('is found by part of its reference, substance, place or device, and by phase', async () => {
    const found = async (query: string): Promise<string[]> =>
      (await member.ask('GET', `/shipments?${query}`)).json().items.map((item: { reference: string }) => item.reference)
    expect(await found('q=s-3')).toEqual(['S-3'])
    expect(await found('q=S-3-no')).toEqual(['S-3'])
    expect(await found(`q=${encodeURIComponent('无水氨')}`)).toHaveLength(1)
    expect(await found('q=_')).toEqual([])
    expect(await found('phase=delivered')).toEqual(['S-3'])
    expect((await member.ask('GET', '/shipments?phase=flying')).statusCode).toBe(400)
  })
})

describe('an assignment', () => {
  it('takes a device for a time, in which no other shipment can have it', async () => {
    const [a, b] = await Promise.all(
      ['A-1', 'A-2'].map(async (ref) => (await member.ask('POST', '/shipments', shipmentBody(ref))).json().id),
    )
    await member.ask('POST', '/devices', { id: 'lent', intervalSeconds: 5, reportSeconds: 60 })
    await refolds()
    const made = await member.ask('POST', `/shipments/${a}/assignments`, {
      deviceId: 'lent',
      from: '2026-05-01T08:00:00Z',
    })
    expect(made.statusCode).toBe(201)
    expect(await refolds()).toEqual([['lent', '2026-05-01T08:00:00.000Z']])
    expect((await member.ask('GET', `/shipments/${a}`)).json()).toMatchObject({ assignments: [made.json()] })

    const clash = await member.ask('POST', `/shipments/${b}/assignments`, {
      deviceId: 'lent',
      from: '2026-05-02T00:00:00Z',
    })
    expect(clash.statusCode).toBe(409)
    expect(clash.json().detail).toContain('is on shipment A-1 from 2026-05-01T08:00:00.000Z with no end set')

    const path = `/shipments/${a}/assignments/${made.json().id}`
    expect((await member.ask('PATCH', path, { to: '2026-05-01T00:00:00Z' })).statusCode).toBe(400)
    const ended = await member.ask('PATCH', path, { to: '2026-05-02T00:00:00Z' })
    expect(ended.json()).toMatchObject({ from: '2026-05-01T08:00:00.000Z', to: '2026-05-02T00:00:00.000Z' })
    expect(await refolds()).toEqual([['lent', '2026-05-02T00:00:00.000Z']])
    expect((await member.ask('PATCH', path, { to: '2026-05-02T00:00:00Z' })).statusCode).toBe(200)
    expect(await refolds()).toEqual([])

    const next = await member.ask('POST', `/shipments/${b}/assignments`, {
      deviceId: 'lent',
      from: '2026-05-02T00:00:00Z',
    })
    expect(next.statusCode).toBe(201)
    expect((await member.ask('PATCH', path, { to: null })).statusCode).toBe(409)
  })

  it('needs both to be there', async () => {
    const { id } = (await member.ask('POST', '/shipments', shipmentBody('A-3'))).json()
    await stranger.ask('POST', '/devices', { id: 'not-ours', intervalSeconds: 5 })
    const from = '2026-05-01T08:00:00Z'
    for (const deviceId of ['not-ours', 'unknown']) {
      const answer = await member.ask('POST', `/shipments/${id}/assignments`, { deviceId, from })
      expect(answer.statusCode).toBe(404)
      expect(answer.json().detail).toContain('You have no device')
    }
    const order = await member.ask('POST', `/shipments/${id}/assignments`, { deviceId: 'lent', from, to: from })
    expect(order.statusCode).toBe(400)
  })
})
