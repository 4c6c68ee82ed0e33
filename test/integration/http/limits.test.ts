import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Service, shipmentBody, startService } from './service.ts'

let service: Service
let member: Client
let admin: Client
let viewer: Client
let stranger: Client
let refolds = 0
let peroxides = 0
beforeAll(async () => {
  service = await startService({ refoldsRequested: () => refolds++ })
  member = await service.signIn(service.one.email.member)
  admin = await service.signIn(service.one.email.admin)
  viewer = await service.signIn(service.one.email.viewer)
  stranger = await service.signIn(service.other.email.admin)
})
afterAll(() => service.close())

const made = async (path: string, body: unknown) => {
  const answer = await member.ask('POST', path, body)
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  return answer.json()
}
const tankOf = (more: Record<string, unknown> = {}) =>
  made('/tanks', { name: randomUUID(), capacityLitres: 24_000, ...more })
/** A shipment of a peroxide of ours with this SADT. */
const peroxide = async (sadt: number, more: Record<string, unknown> = {}) => {
  const un = String(3200 + peroxides++)
  const substance = { cas: '80-15-9', un, name: randomUUID(), sadt, reactivity: 'organic-peroxide', reactiveType: 'C' }
  const { id } = await made('/substances', substance)
  const shipment = await made('/shipments', shipmentBody(randomUUID(), { substance: { cas: '80-15-9', un }, ...more }))
  return { ...shipment, substanceId: id }
}
const limitsOf = async (id: string, as: Client = member) => (await as.ask('GET', `/shipments/${id}/limits`)).json()
const propose = (id: string, body: Record<string, unknown>, as: Client = member) =>
  as.ask('POST', `/shipments/${id}/limits/proposals`, {
    measure: 'temperature',
    reason: 'agreed with the carrier',
    ...body,
  })

describe('limits out of the record', () => {
  it('follow from substance, packaging and tank, each with its rule', async () => {
    const tank = await tankOf({ mawpBar: 4, testPressureBar: 6, kind: 'portable-tank', provision: 'T7 TP2' })
    expect(tank).toMatchObject({ kind: 'portable-tank', provision: 'T7 TP2' })
    const filling = { fraction: 0.93, celsius: 15 }
    const shipment = await made('/shipments', shipmentBody('R-1', { tankId: tank.id, filling }))
    expect(shipment).toMatchObject({ filling, packaging: null, overruled: [] })
    expect(shipment.limits).toEqual({ pressure: { high: 4.61325, highHigh: 5.41325 }, level: { high: 0.95 } })
    const answer = await limitsOf(shipment.id)
    expect(answer.current).toEqual(answer.effective)
    expect(answer.limits).toEqual([
      { measure: 'pressure', side: 'high', value: 4.61325, rule: '90 % of MAWP 4 bar gauge', origin: 'record', setBy: null, reason: null, consentBy: null },
      expect.objectContaining({ side: 'highHigh', rule: expect.stringMatching(/^ADR 6\.7\.2\.9, test pressure 6 bar gauge/) }),
      expect.objectContaining({ measure: 'level', value: 0.95, rule: expect.stringMatching(/TP2/) }),
    ])
    expect(answer.temperatureControl).toMatchObject({ applies: false, because: expect.stringMatching(/Neither an SADT/) })
    expect(answer.disabled.map(({ rule }: { rule: string }) => rule)).toContain('flash point (ADR 2.2.3.1.1)')
    expect(answer.filling).toMatchObject({ fraction: 0.93, highest: 0.9106, overfilled: true })
    expect(answer.advisory).toEqual([{ measure: 'pressure', value: 4.21325, rule: '80 % of MAWP 4 bar gauge' }])
  }) // biome-ignore format: a table

  it('are cleared by the deadbands in force, and say which rules lack what they need', async () => {
    const limits = { temperature: { high: 35 } }
    const { id } = await made('/shipments', shipmentBody('R-1b', { limits }))
    const clearsAt = async () => (await limitsOf(id)).rules.map((rule: { clearsAt: number }) => rule.clearsAt)
    expect(await clearsAt()).toEqual([34.5])
    const set = await admin.ask('PUT', `/shipments/${id}/alarm-settings`, { deadband: { temperature: 2 } })
    expect(set.statusCode).toBe(200)
    expect(await clearsAt()).toEqual([33])
    const { rulesNotWatching } = await limitsOf(id)
    expect(rulesNotWatching).toEqual(
      expect.arrayContaining([
        { rule: 'corridor-left', because: 'No planned way is entered for this shipment.', partly: false },
        { rule: 'liquid-full', because: expect.stringMatching(/^No degree of filling is entered/), partly: true },
      ]),
    )
    const report = (await member.ask('GET', `/shipments/${id}/report`)).json()
    expect(report.limits.rulesNotWatching).toEqual(rulesNotWatching)
  })

  it('are none for a shipment whose record tells nothing, which goes by what people set as ever', async () => {
    const limits = { temperature: { high: 35, highHigh: 40 }, pressure: { high: 1.9 } }
    const shipment = await made('/shipments', shipmentBody('R-2', { limits }))
    expect(shipment).toMatchObject({ limits, overruled: [] })
    const answer = await limitsOf(shipment.id)
    expect(answer.limits.map((limit: { setBy: string; origin: string }) => [limit.origin, limit.setBy])).toEqual([
      ['person', 'The member of one'],
      ['person', 'The member of one'],
      ['person', 'The member of one'],
    ])
    expect(answer.disabled).toContainEqual({ rule: '90 % of MAWP', because: 'The shipment has no tank.' })
  })

  it('take part where a person’s limit is looser, and the answer says so', async () => {
    const limits = { temperature: { high: 35, low: 2 } }
    const shipment = await made('/shipments', shipmentBody('R-3', { substance: { cas: '71-43-2' }, limits }))
    expect(shipment.limits).toEqual({ temperature: { high: 35, low: 5.5 } })
    expect(shipment.overruled).toEqual([
      expect.objectContaining({ side: 'low', value: 2, origin: 'person', because: expect.stringMatching(/looser than 5.5 °C.*consent/) }),
    ])
    const changed = await member.ask('PATCH', `/shipments/${shipment.id}`, { limits: { temperature: { low: 8 } } })
    expect(changed.json().limits).toEqual({ temperature: { low: 8 } })
    expect((await limitsOf(shipment.id)).history.map(({ limits: l }: { limits: unknown }) => l)).toEqual([
      { temperature: { high: 35, low: 5.5 } },
      { temperature: { low: 8 } },
    ])
  }) // biome-ignore format: a table

  it.each([
    [20, 'packaging', [0, 10]],
    [35, 'packaging', [20, 25]],
    [35, 'tank', [25, 30]],
    [50, 'packaging', [40, 45]],
    [50, 'tank', null],
  ] as const)('SADT %d °C in a %s', async (sadt, packaging, expected) => {
    const shipment = await peroxide(sadt, { packaging })
    const { temperatureControl } = await limitsOf(shipment.id)
    expect([shipment.limits.temperature?.high, shipment.limits.temperature?.highHigh]).toEqual(
      expected ?? [undefined, undefined],
    )
    expect(temperatureControl).toMatchObject({ applies: expected !== null, control: expected?.[0] ?? null })
  })

  it('follow a change of the tank from then on, and have the devices folded again', async () => {
    const shipment = await made('/shipments', shipmentBody('R-4'))
    await made('/devices', { id: 'R-4', intervalSeconds: 5 })
    await made(`/shipments/${shipment.id}/assignments`, { deviceId: 'R-4', from: '2026-05-01T08:00:00Z' })
    await service.owner.query('delete from refold_requests')
    const tank = await tankOf({ reliefPressureBar: 3 })
    const changed = (await member.ask('PATCH', `/shipments/${shipment.id}`, { tankId: tank.id })).json()
    expect(changed.limits).toEqual({ pressure: { highHigh: 4.01325 } })
    expect(changed.limitsHistory).toHaveLength(2)
    expect((await service.owner.query('select from refold_requests')).rowCount).toBe(1)
    const same = (await member.ask('PATCH', `/shipments/${shipment.id}`, { contacts: [] })).json()
    expect(same.limitsHistory).toHaveLength(2)
  })
})

describe('a record that is completed later', () => {
  it('changes the limits of what still travels with it, and of nothing else', async () => {
    const tank = await tankOf()
    const [going, over] = [
      await peroxide(60, { tankId: tank.id, packaging: 'tank' }),
      await made('/shipments', shipmentBody(randomUUID(), { tankId: tank.id, phase: 'delivered' })),
    ]
    expect(going.limits).toEqual({})
    const changed = await member.ask('PATCH', `/tanks/${tank.id}`, { mawpBar: 4, kind: 'portable-tank' })
    expect(changed.json()).toMatchObject({ id: tank.id, name: tank.name, mawpBar: 4, kind: 'portable-tank' })
    const substance = await member.ask('PATCH', `/substances/${going.substanceId}`, { sadt: 30, flashPoint: 70 })
    expect(substance.json()).toMatchObject({ sadt: 30, flashPoint: 70, reactiveType: 'C' })
    expect((await limitsOf(going.id)).current).toEqual({
      temperature: { high: 20, highHigh: 25 },
      pressure: { high: 4.61325 },
      level: { high: 0.97 },
    })
    expect((await limitsOf(over.id)).current).toEqual({})
    const gone = await member.ask('PATCH', `/tanks/${tank.id}`, { mawpBar: null })
    expect(gone.json()).toMatchObject({ mawpBar: null, kind: 'portable-tank' })
    expect((await limitsOf(going.id)).current.pressure).toBeUndefined()
  })
  it('is one’s own, and keeps what identifies it', async () => {
    const { items } = (await member.ask('GET', '/substances?limit=1000')).json()
    const catalogued = items.find((item: { name: string }) => item.name === 'METHANOL').id
    expect((await member.ask('PATCH', `/substances/${catalogued}`, { sadt: 1 })).statusCode).toBe(404)
    const tank = await tankOf()
    expect((await stranger.ask('PATCH', `/tanks/${tank.id}`, { mawpBar: 1 })).statusCode).toBe(404)
    expect((await member.ask('PATCH', `/tanks/${tank.id}`, { name: 'another' })).statusCode).toBe(400)
    expect((await member.ask('PATCH', `/tanks/${tank.id}`, {})).statusCode).toBe(400)
    expect((await viewer.ask('PATCH', `/tanks/${tank.id}`, { mawpBar: 1 })).statusCode).toBe(403)
  })
})

describe('a person', () => {
  it('tightens at once', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    const before = refolds
    const answer = await propose(id, { side: 'high', value: 22 })
    expect(answer.json()).toMatchObject({ state: 'in-force', against: null, mine: true })
    expect(refolds).toBe(before + 1)
    expect((await limitsOf(id)).limits[0]).toMatchObject({
      side: 'high', value: 22, origin: 'person', setBy: 'The member of one', reason: 'agreed with the carrier',
    })
  }) // biome-ignore format: one limit

  it('loosens with a reason and the consent of somebody else', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    expect((await propose(id, { side: 'high', value: 28, reason: ' ' })).statusCode).toBe(400)
    const proposal = (await propose(id, { side: 'high', value: 28 })).json()
    expect(proposal).toMatchObject({ state: 'pending', against: 25, proposedBy: 'The member of one', mine: true })
    expect((await limitsOf(id)).current.temperature).toEqual({ high: 25, highHigh: 30 })
    expect((await limitsOf(id, admin)).proposals).toMatchObject([{ id: proposal.id, mine: false }])

    const path = `/shipments/${id}/limits/proposals/${proposal.id}/consent`
    const alone = await member.ask('POST', path)
    expect([alone.statusCode, alone.json().detail]).toEqual([403, expect.stringMatching(/somebody else/)])
    expect((await viewer.ask('POST', path)).statusCode).toBe(403)
    expect((await stranger.ask('POST', path)).statusCode).toBe(404)
    const consented = await admin.ask('POST', path)
    expect(consented.json()).toMatchObject({ state: 'in-force', decidedBy: 'The admin of one' })
    expect((await admin.ask('POST', path)).statusCode).toBe(409)

    const answer = await limitsOf(id)
    expect(answer.current.temperature).toEqual({ high: 28, highHigh: 30 })
    expect(answer.limits[0]).toMatchObject({
      value: 28, setBy: 'The member of one', consentBy: 'The admin of one', reason: 'agreed with the carrier',
    })
    expect(answer.overruled).toMatchObject([{ value: 25, origin: 'record', because: expect.stringMatching(/consent of The admin/) }])
    // and the same again through PATCH keeps it, another value does not
    await member.ask('PATCH', `/shipments/${id}`, { limits: { temperature: { high: 28 } } })
    expect((await limitsOf(id)).current.temperature.high).toBe(28)
    await member.ask('PATCH', `/shipments/${id}`, { limits: { temperature: { high: 29 } } })
    expect((await limitsOf(id)).current.temperature.high).toBe(25)
  }) // biome-ignore format: a table

  it('can not consent alone even past the program', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    const proposal = (await propose(id, { side: 'high', value: 28 })).json()
    const alone = service.owner.query(
      `update limit_proposals set state = 'in-force', decided_by = proposed_by where id = $1`,
      [proposal.id],
    )
    await expect(alone).rejects.toThrow(/check/)
  })

  it('has declined what is then no more, and supersedes what waits', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    const first = (await propose(id, { side: 'high', value: 27 })).json()
    const second = (await propose(id, { side: 'high', value: 28 }, admin)).json()
    const declined = await member.ask('POST', `/shipments/${id}/limits/proposals/${second.id}/decline`)
    expect(declined.json()).toMatchObject({ state: 'declined' })
    expect((await limitsOf(id)).proposals.map((one: { id: string; state: string }) => [one.id, one.state])).toEqual([
      [second.id, 'declined'],
      [first.id, 'superseded'],
    ])
    expect((await admin.ask('POST', `/shipments/${id}/limits/proposals/${first.id}/consent`)).statusCode).toBe(409)
  })

  it('is told where the record has changed since', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    const proposal = (await propose(id, { side: 'high', value: 28 })).json()
    await member.ask('PATCH', `/shipments/${id}`, { packaging: 'packaging' })
    const answer = await admin.ask('POST', `/shipments/${id}/limits/proposals/${proposal.id}/consent`)
    expect([answer.statusCode, answer.json().detail]).toEqual([409, expect.stringMatching(/record has changed/)])
  })

  it('is refused what would contradict another limit', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    const answer = await propose(id, { side: 'low', value: 26 })
    expect([answer.statusCode, answer.json().detail]).toEqual([
      422,
      expect.stringMatching(/not below the high limit of 25/),
    ])
  })

  it('shows a partner neither proposals nor the way to make one', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    await propose(id, { side: 'high', value: 28 })
    await service.owner.query('update shipments set carrier_id = $2 where id = $1', [id, service.other.id])
    expect((await limitsOf(id, stranger)).proposals).toEqual([])
    expect((await propose(id, { side: 'high', value: 28 }, stranger)).statusCode).toBe(403)
  })
})

describe('an alarm', () => {
  beforeAll(async () => void (await member.ask('POST', '/devices', { id: 'limits-1', intervalSeconds: 5 })))
  /** As the rules would have raised it now. */
  const raise = async (shipmentId: string, rule: string, limit: number) => {
    const id = randomUUID()
    await service.owner.query(
      `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation)
       select $1, s.org_id, s.id, d.id, $3, 'high', $5, $4, $4, $4, 'x' from shipments s, devices d
       where s.id = $2 and d.code = 'limits-1'`,
      [id, shipmentId, rule, limit, new Date()],
    )
    return async (as: Client = member) => {
      const answer = await as.ask('GET', `/alarms/${id}`)
      expect(answer.statusCode, answer.body).toBe(200)
      return answer.json().source
    }
  }

  it('tells where its limit came from as it was at the onset: clause, person, reason, consent', async () => {
    const { id } = await peroxide(35, { packaging: 'tank' })
    await service.owner.query('update shipments set carrier_id = $2 where id = $1', [id, service.other.id])
    await made(`/shipments/${id}/assignments`, { deviceId: 'limits-1', from: '2026-05-01T08:00:00Z' })
    const before = await raise(id, 'temperature-high', 25)
    const proposal = (await propose(id, { side: 'high', value: 28 })).json()
    await admin.ask('POST', `/shipments/${id}/limits/proposals/${proposal.id}/consent`)
    const loose = await raise(id, 'temperature-high', 28)
    const ahead = await raise(id, 'time-to-limit', 30)
    // what came later does not change what was
    await member.ask('PATCH', `/shipments/${id}`, { limits: { temperature: { high: 20 } } })
    expect(await before()).toMatchObject({
      limit: { side: 'high', value: 25, origin: 'record', rule: expect.stringMatching(/^ADR 7\.1\.7\.3, SADT 35 °C/), setBy: null },
      setting: null,
    })
    const loosened = await loose()
    expect(loosened.limit).toMatchObject({
      value: 28, origin: 'person', setBy: 'The member of one', reason: 'agreed with the carrier', consentBy: 'The admin of one', loosens: 25,
    })
    expect(Date.parse(loosened.limit.from)).toBeGreaterThan(Date.now() - 60_000)
    expect(await ahead()).toMatchObject({
      limit: { side: 'highHigh', value: 30, origin: 'record', rule: expect.stringMatching(/SADT 35 °C/) },
      setting: { name: 'hoursToLimit', value: 6, origin: 'product', setBy: null, from: null },
    })
    // a partner learns which organisation set it, but neither who of it nor why, and nothing of its settings
    expect((await loose(stranger)).limit).toMatchObject({ value: 28, setBy: 'one', reason: null, consentBy: 'a second person' })
    expect((await ahead(stranger)).setting).toBeNull()
  }) // biome-ignore format: a table

  it('tells who has set the rule otherwise, and that a record has changed since', async () => {
    const tank = await tankOf({ mawpBar: 4, testPressureBar: 6, kind: 'portable-tank' })
    const { id } = await made('/shipments', shipmentBody(randomUUID(), { tankId: tank.id }))
    const pressed = await raise(id, 'pressure-high', 4.61325)
    await admin.ask('PATCH', `/tanks/${tank.id}`, { mawpBar: 5 })
    expect((await pressed()).limit).toMatchObject({ value: 4.61325, origin: 'record', rule: null })
    const set = await admin.ask('PUT', `/shipments/${id}/alarm-settings`, { shock: 5 })
    expect(set.statusCode, set.body).toBe(200)
    const shaken = await raise(id, 'shock', 5)
    expect(await shaken()).toMatchObject({
      limit: null,
      setting: { name: 'shock', value: 5, origin: 'shipment', setBy: 'The admin of one', from: expect.any(String) },
    })
  })

  it('has a substance whose response card whoever sees the shipment may read, and nobody else', async () => {
    const { id, substanceId } = await peroxide(35)
    const responseCard = { en: { first: 'Cool it.', fire: 'Water.', spill: 'Dam.', distance: '50 m.' } }
    await admin.ask('PATCH', `/substances/${substanceId}`, { responseCard })
    expect((await stranger.ask('GET', `/substances/${substanceId}`)).statusCode).toBe(404)
    await service.owner.query('update shipments set carrier_id = $2 where id = $1', [id, service.other.id])
    expect((await stranger.ask('GET', `/substances/${substanceId}`)).json()).toMatchObject({ responseCard })
  })
})
