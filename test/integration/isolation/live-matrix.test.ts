import { createHash, randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { TOPICS } from '../../../server/model/live.ts'
import { type Frame, type Running, startRunning } from '../service/running.ts'
import { connectShare, openShare } from '../service/shares.ts'

/** `sees`: all of our shipment, only that one by a link to it, or nothing of it. */
type Who = { name: string; sees: 'all' | 'shipment' | 'nothing'; connect(): Promise<Held> }
type Held = { ws: { terminate(): void }; frames: Frame[]; say(message: unknown): void }

let running: Running
let database: pg.Client
let ours: { shipmentId: string; deviceId: string }
let theirs: { shipmentId: string; reference: string }
let cursorOfTheirs = ''
const principals: Who[] = []
let asked = 0

const tokenFor = async (orgId: string, scope: string): Promise<string> => {
  const token = `zt_${randomBytes(32).toString('base64url')}`
  await database.query(
    `insert into api_tokens (org_id, name, scope, token_hash, expires_at) values ($1, $2, $2, $3, now() + interval '1 day')`,
    [orgId, scope, createHash('sha256').update(token).digest()],
  )
  return token
}
const sessionFor = async (orgId: string, role: string): Promise<string> => {
  const token = randomBytes(32).toString('base64url')
  await database.query(
    `with p as (insert into people (org_id, email, name, role) values ($1, $2, $3, $3) returning id)
     insert into sessions (token_hash, person_id, csrf_token, expires_at) select $4, id, 'csrf', now() + interval '1 hour' from p`,
    [orgId, `${randomUUID()}@x.example`, role, createHash('sha256').update(token).digest()],
  )
  return token
}
const organisation = async (kind: string): Promise<string> =>
  (await database.query('insert into organisations (name, kind) values ($1, $2) returning id', [randomUUID(), kind]))
    .rows[0].id

beforeAll(async () => {
  running = await startRunning()
  database = new pg.Client(running.databaseUrl)
  await database.connect()
  ours = await running.lend('ours', { temperature: { high: 30 } })
  const supplier = await organisation('supplier')
  const carrier = await organisation('carrier')
  const stranger = await organisation('buyer')
  const operator = await organisation('operator')
  await database.query('update shipments set supplier_id = $2, carrier_id = $3 where id = $1', [
    ours.shipmentId,
    supplier,
    carrier,
  ])
  const buyer = (await database.query('select org_id from shipments where id = $1', [ours.shipmentId])).rows[0].org_id
  for (const [name, orgId, sees] of [
    ['buyer', buyer, 'all'],
    ['supplier', supplier, 'all'],
    ['carrier', carrier, 'all'],
    ['stranger', stranger, 'nothing'],
    ['operator', operator, 'nothing'],
  ] as const) {
    for (const scope of ['read', 'write']) {
      const authorization = `Bearer ${await tokenFor(orgId, scope)}`
      principals.push({ name: `${name}, ${scope} token`, sees, connect: () => running.connect({ authorization }) })
    }
    // as a browser does: a cookie, and the page's origin
    for (const role of ['viewer', 'member', 'admin']) {
      const headers = { cookie: `zaitu_session=${await sessionFor(orgId, role)}`, origin: new URL(running.base).origin }
      principals.push({ name: `${name}, ${role}`, sees, connect: () => running.connect(headers) })
    }
  }
  const { cookie } = await openShare(running, ours.shipmentId)
  principals.push({ name: 'share link', sees: 'shipment', connect: () => connectShare(running, cookie) })
  // a shipment of the stranger's with an alarm, whose cursor others try
  const made = await database.query(
    `insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
     select $1, 'their-marker', (select id from substances where cas = '67-56-1'), '{"name":"their-marker","lat":0,"lon":0}',
       '{"name":"their-marker","lat":1,"lon":1}', now(), now(), 'in-transit' returning id`,
    [stranger],
  )
  theirs = { shipmentId: made.rows[0].id, reference: 'their-marker' }
  await database.query(
    `with d as (insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
       values ('their-device', $1, 1, 1, 'absolute', $3) returning id),
     a as (insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation)
       select gen_random_uuid(), $1, $2, id, 'temperature-high', 'high', now(), 1, 1, 1, 'their-marker' from d returning id)
     insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm) select $1, id, $2, 'raised', '{"explanation":"their-marker"}' from a`,
    [stranger, theirs.shipmentId, randomBytes(32)],
  )
  const { rows } = await database.query(
    `select (xid::text::bigint - 1)::text || '-0' as cursor from alarm_changes where shipment_id = $1`,
    [theirs.shipmentId],
  )
  cursorOfTheirs = rows[0].cursor
})
afterAll(async () => {
  console.log(`isolation, live: ${principals.length} principals, ${asked} subscriptions`)
  await database.end()
  await running.close()
})

it('each topic gives each principal what is theirs, and of what is foreign nothing at all', {
  timeout: 60_000,
}, async () => {
  const held: { who: Who; socket: Held }[] = []
  const tried = new Set<string>()
  for (const who of principals) {
    const { name, sees } = who
    const socket = await who.connect()
    held.push({ who, socket })
    const subscribe = async (topic: string, after?: string) => {
      asked++
      tried.add(topic.replace(/:.*/, ':{id}'))
      const before = socket.frames.length
      socket.say({ type: 'subscribe', topic, ...(after !== undefined && { after }) })
      const answer = () => socket.frames.slice(before).find(({ type }) => type === 'snapshot' || type === 'error')
      await vi.waitFor(() => expect(answer()).toBeDefined(), { timeout: 5_000 })
      return answer()
    }
    const isTheirs = name.startsWith('stranger')
    const wide = sees === 'shipment' ? 'error' : 'snapshot'
    const fleet = await subscribe('fleet')
    const shown = ((fleet?.items ?? []) as { id: string }[]).map(({ id }) => id)
    expect([name, shown]).toEqual([name, sees === 'all' ? [ours.shipmentId] : isTheirs ? [theirs.shipmentId] : []])
    expect([name, fleet?.type]).toEqual([name, wide])
    expect([name, (await subscribe('orders'))?.type]).toEqual([name, wide])
    expect([name, (await subscribe('alarms'))?.type]).toEqual([name, 'snapshot'])
    expect([name, (await subscribe('alarms', cursorOfTheirs))?.type]).toEqual([name, 'snapshot'])
    const own = await subscribe(`shipment:${ours.shipmentId}`)
    expect([name, own?.type]).toEqual([name, sees === 'nothing' ? 'error' : 'snapshot'])
    const foreign = await subscribe(`shipment:${theirs.shipmentId}`)
    const unknown = randomUUID()
    const nobodys = await subscribe(`shipment:${unknown}`)
    if (!isTheirs)
      expect(JSON.stringify(foreign).replace(theirs.shipmentId, 'x')).toBe(
        JSON.stringify(nobodys).replace(unknown, 'x'),
      )
  }
  // a topic without a case above fails here
  expect([...tried].toSorted()).toEqual([...TOPICS].toSorted())
  // over the limit, so that there is an alarm to hear of too
  const time = Date.now()
  await running.ask('POST', '/telemetry', { deviceId: ours.deviceId, readings: [{ time, temperature: 31 }] })
  const heard = ({ frames }: Held, type: string) => frames.some((frame) => frame.type === type)
  await vi.waitFor(
    () => {
      for (const { who, socket } of held)
        if (who.sees !== 'nothing')
          expect([who.name, heard(socket, 'readings'), heard(socket, 'alarm')]).toEqual([who.name, true, true])
    },
    { timeout: 10_000 },
  )
  // whoever should hear has heard; a frame to anybody else would have left in the same turn, or the next
  await new Promise((resolve) => setTimeout(resolve, 600))
  for (const { who, socket } of held) {
    const told = JSON.stringify(socket.frames)
    expect([who.name, told.includes('their-marker')]).toEqual([who.name, who.name.startsWith('stranger')])
    if (who.sees === 'nothing') {
      expect([who.name, heard(socket, 'readings')]).toEqual([who.name, false])
      expect([who.name, told.includes(ours.deviceId)]).toEqual([who.name, false])
    }
    socket.ws.terminate()
  }
})

it.each(['telemetry', 'milestones'])('a token for %s may not listen, nor may nobody', async (scope) => {
  const orgId = (await database.query('select org_id from shipments where id = $1', [ours.shipmentId])).rows[0].org_id
  for (const headers of [{ authorization: `Bearer ${await tokenFor(orgId, scope)}` }, {}] as Record<string, string>[])
    await expect(running.connect(headers)).rejects.toThrow(/401/)
})

it('a supplier’s link may not listen', async () => {
  const token = randomBytes(32).toString('base64url')
  await database.query(
    `insert into supplier_links (org_id, supplier_id, token_hash, expires_at)
     select org_id, supplier_id, $2, now() + interval '1 day' from shipments where id = $1`,
    [ours.shipmentId, createHash('sha256').update(token).digest()],
  )
  const opened = await fetch(`${running.base}/session/supplier`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
  expect([opened.status, cookie]).toEqual([200, expect.stringContaining('zaitu_supplier=')])
  for (const more of [{}, { 'x-zaitu-supplier': '1' }] as Record<string, string>[])
    await expect(running.connect({ cookie, ...more })).rejects.toThrow(/401/)
})

it('who is replaced on a shipment is told of it no more within seconds, whichever server made the change', async () => {
  const { rows } = await database.query('select carrier_id from shipments where id = $1', [ours.shipmentId])
  const socket = await running.connect({ authorization: `Bearer ${await tokenFor(rows[0].carrier_id, 'read')}` })
  socket.say({ type: 'subscribe', topic: 'fleet' })
  const send = (temperature: number) =>
    running.ask('POST', '/telemetry', { deviceId: ours.deviceId, readings: [{ time: Date.now(), temperature }] })
  const told = () => socket.of('readings').flatMap(({ items }) => items.map(({ temperature }) => temperature))
  await send(21)
  await vi.waitFor(() => expect(told()).toContain(21), { timeout: 15_000 })
  // as another server would: this one is not asked
  await database.query('update shipments set carrier_id = null where id = $1', [ours.shipmentId])
  await vi.waitFor(
    async () => {
      const before = told().length
      await send(22)
      await new Promise((resolve) => setTimeout(resolve, 600))
      expect(told()).toHaveLength(before)
    },
    { timeout: 8_000 },
  )
  socket.ws.terminate()
}, 15_000)
