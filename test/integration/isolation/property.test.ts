import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Running, type Socket, startRunning } from '../service/running.ts'

/** How many worlds are tried; each is four organisations with a random history of a dozen deeds. */
const WORLDS = 6
const SEED = Number(process.env.PROPERTY_SEED ?? 20_261_123)
const ORGANISATIONS = 4
const SHIPMENTS = 4
const BOOKS = 3

type Part = 'carrier' | 'supplier'
type Deed =
  | { kind: 'reading'; shipment: number; hot: boolean }
  | { kind: 'change'; shipment: number; part: Part; to: number | null }
  | { kind: 'milestone'; book: number }

const org = fc.nat(ORGANISATIONS - 1)
const shipmentOf = fc.nat(SHIPMENTS - 1)
const world = fc.record({
  loads: fc.array(fc.record({ buyer: org, carrier: fc.option(org), supplier: fc.option(org) }), {
    minLength: SHIPMENTS,
    maxLength: SHIPMENTS,
  }),
  /** orders with one line each; a supplier may be the buyer itself */
  books: fc.array(fc.record({ buyer: org, supplier: org }), { minLength: BOOKS, maxLength: BOOKS }),
  deeds: fc.array(
    fc.oneof(
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('milestone' as const), book: fc.nat(BOOKS - 1) }) },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('reading' as const), shipment: shipmentOf, hot: fc.boolean() }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('change' as const),
          shipment: shipmentOf,
          part: fc.constantFrom<Part>('carrier', 'supplier'),
          to: fc.option(org),
        }),
      },
    ),
    { minLength: 8, maxLength: 12 },
  ),
})
type World = {
  loads: { buyer: number; carrier: number | null; supplier: number | null }[]
  books: { buyer: number; supplier: number }[]
  deeds: Deed[]
}

let running: Running
let database: pg.Client
const counts = { worlds: 0, answers: 0, frames: 0 }
beforeAll(async () => {
  running = await startRunning()
  database = new pg.Client(running.databaseUrl)
  await database.connect()
})
afterAll(async () => {
  console.log(
    `isolation, property: ${counts.worlds} random worlds, ${counts.answers} answers and ${counts.frames} frames compared with the model (PROPERTY_SEED=${SEED})`,
  )
  await database.end()
  await running.close()
})

type Organisation = { id: string; token: string; deviceId: string }

const makeOrganisation = async (): Promise<Organisation> => {
  const { rows } = await database.query(`insert into organisations (name, kind) values ($1, 'buyer') returning id`, [
    randomBytes(6).toString('hex'),
  ])
  const { id } = rows[0]
  const token = `zt_${randomBytes(32).toString('base64url')}`
  await database.query(
    `insert into api_tokens (org_id, name, scope, token_hash, expires_at) values ($1, 'test', 'write', $2, now() + interval '1 day')`,
    [id, createHash('sha256').update(token).digest()],
  )
  return { id, token, deviceId: '' }
}

const asking =
  ({ token }: Organisation) =>
  async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: { items?: unknown[]; id?: string } }> => {
    const answer = await fetch(`${running.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    counts.answers++
    return { status: answer.status, body: (await answer.json()) as { items?: unknown[]; id?: string } }
  }

type Load = {
  id: string
  buyer: number
  carrier: number | null
  supplier: number | null
  deviceId: string
  /** what was sent and who could see the shipment then */
  sent: { temperature: number; seenBy: Set<number> }[]
  /** an alarm was raised */
  hot: boolean
}
const sees = (load: Load, who: number): boolean => [load.buyer, load.carrier, load.supplier].includes(who)
const everyone = Array.from({ length: ORGANISATIONS }, (_, i) => i)

const makeLoad = async (
  organisations: Organisation[],
  { buyer, carrier, supplier }: World['loads'][number],
): Promise<Load> => {
  const owner = organisations[buyer]
  if (owner === undefined) throw new Error('no such organisation')
  const ask = asking(owner)
  const idOf = (who: number | null) => (who === null || who === buyer ? undefined : organisations[who]?.id)
  const name = randomBytes(6).toString('hex')
  const made = await ask('POST', '/shipments', {
    reference: name,
    substance: { cas: '67-56-1' },
    origin: { name: 'A', lat: 1, lon: 1 },
    destination: { name: 'B', lat: 2, lon: 2 },
    departAt: Date.now() - 3_600_000,
    eta: Date.now() + 3_600_000,
    limits: { temperature: { high: 500 } },
    ...(idOf(carrier) !== undefined && { carrierId: idOf(carrier) }),
    ...(idOf(supplier) !== undefined && { supplierId: idOf(supplier) }),
  })
  expect(made.status).toBe(201)
  await ask('POST', '/devices', { id: name, intervalSeconds: 1 })
  const lent = await ask('POST', `/shipments/${made.body.id}/assignments`, {
    deviceId: name,
    from: Date.now() - 3_600_000,
  })
  expect(lent.status).toBe(201)
  return { id: made.body.id ?? '', buyer, carrier, supplier, deviceId: name, sent: [], hot: false }
}

type Book = { id: string; buyer: number; supplier: number }
const onBook = (book: Book, who: number): boolean => who === book.buyer || who === book.supplier

const makeBook = async (organisations: Organisation[], { buyer, supplier }: World['books'][number]): Promise<Book> => {
  const [owner, deliverer] = [organisations[buyer], organisations[supplier]]
  if (owner === undefined || deliverer === undefined) throw new Error('no such organisation')
  const made = await asking(owner)('POST', '/orders', {
    number: randomBytes(6).toString('hex'),
    supplierId: deliverer.id,
    lines: [{ line: '1', substance: { cas: '67-56-1' }, quantity: 1, unit: 't', needBy: Date.now() + 86_400_000 }],
  })
  expect(made.status).toBe(201)
  return { id: made.body.id ?? '', buyer, supplier }
}

let unique = 0

const live = async (world: World): Promise<void> => {
  counts.worlds++
  const organisations = await Promise.all(everyone.map(makeOrganisation))
  for (const a of organisations)
    for (const b of organisations)
      if (a !== b) await database.query('insert into partners values ($1, $2)', [a.id, b.id])
  const loads: Load[] = []
  for (const load of world.loads) loads.push(await makeLoad(organisations, load))
  const books: Book[] = []
  for (const book of world.books) books.push(await makeBook(organisations, book))
  await running.settled()
  const sockets: Socket[] = []
  for (const { token } of organisations) {
    const socket = await running.connect({ authorization: `Bearer ${token}` })
    for (const topic of ['fleet', 'alarms', 'orders']) socket.say({ type: 'subscribe', topic })
    await vi.waitFor(() => expect(socket.of('snapshot')).toHaveLength(3), { timeout: 5_000 })
    sockets.push(socket)
  }

  for (const deed of world.deeds) {
    if (deed.kind === 'milestone') {
      const book = books[deed.book]
      const said = { stage: 'ready', classifier: 'estimated', at: Date.now() + ++unique }
      for (const who of everyone) {
        const organisation = organisations[who]
        if (book === undefined || organisation === undefined) continue
        const answer = await asking(organisation)('POST', `/orders/${book.id}/lines/1/milestones`, said)
        expect(answer.status).toBe(onBook(book, who) ? 201 : 404)
      }
      for (const who of everyone)
        if (book !== undefined && onBook(book, who))
          await vi.waitFor(() => expect(sockets[who]?.of('order').map(({ order }) => order.id)).toContain(book.id), {
            timeout: 5_000,
          })
      continue
    }
    const load = loads[deed.shipment]
    const owner = organisations[load?.buyer ?? 0]
    if (load === undefined || owner === undefined) continue
    if (deed.kind === 'change') {
      const to = deed.to === load.buyer ? null : deed.to
      const key = deed.part === 'carrier' ? 'carrierId' : 'supplierId'
      const id = to === null ? null : organisations[to]?.id
      expect((await asking(owner)('PATCH', `/shipments/${load.id}`, { [key]: id })).status).toBe(200)
      load[deed.part] = to
      await running.settled()
      continue
    }
    // each value stands for its reading, so that a frame says which one it tells of
    const temperature = (deed.hot ? 600 : 20) + ++unique / 1_000
    const reading = { time: Date.now(), temperature }
    const stored = await asking(owner)('POST', '/telemetry', { deviceId: load.deviceId, readings: [reading] })
    expect(stored.body).toEqual({ stored: 1, deadLetters: 0 })
    load.sent.push({ temperature, seenBy: new Set(everyone.filter((who) => sees(load, who))) })
    load.hot ||= deed.hot
    // the newest value reaches everybody who sees the shipment, before it is replaced by the next
    await Promise.all(
      everyone
        .filter((who) => sees(load, who))
        .map((who) =>
          vi.waitFor(() => expect(valuesOf(sockets[who], load.id)).toContain(temperature), { timeout: 5_000 }),
        ),
    )
  }
  await new Promise((resolve) => setTimeout(resolve, 600))

  for (const who of everyone) {
    const [organisation, socket] = [organisations[who], sockets[who]]
    if (organisation === undefined || socket === undefined) continue
    const ask = asking(organisation)
    const mine = loads.filter((load) => sees(load, who)).map(({ id }) => id)
    const ids = async (path: string, key: string) =>
      new Set(((await ask('GET', path)).body.items ?? []).map((item) => (item as Record<string, string>)[key] ?? ''))
    expect(await ids('/shipments?limit=200', 'id')).toEqual(new Set(mine))
    const alarms = ((await ask('GET', '/alarms?state=all')).body.items ?? []) as Subject[]
    expect(new Set(alarms.flatMap(({ shipmentId }) => shipmentId ?? []))).toEqual(
      new Set(loads.filter((load) => load.hot && sees(load, who)).map(({ id }) => id)),
    )
    const sparks = await ids('/sparklines?hours=1', 'shipmentId')
    for (const id of sparks) expect(mine).toContain(id)
    for (const load of loads) {
      const range = `from=${Date.now() - 3_600_000}&to=${Date.now()}&points=100`
      for (const path of ['', `/readings?${range}`, `/track?${range}`, '/alarms', '/limits'])
        expect([path, (await ask('GET', `/shipments/${load.id}${path}`)).status]).toEqual([
          path,
          sees(load, who) ? 200 : 404,
        ])
      const told = valuesOf(socket, load.id)
      const allowed = load.sent.filter(({ seenBy }) => seenBy.has(who)).map(({ temperature }) => temperature)
      expect(told.filter((value) => !allowed.includes(value))).toEqual([])
    }
    const myBooks = books.filter((book) => onBook(book, who)).map(({ id }) => id)
    expect(await ids('/orders?limit=200', 'id')).toEqual(new Set(myBooks))
    for (const { order } of socket.of('order')) expect(myBooks).toContain(order.id)
    // when an order line is late is the forecast's own time: what there is of it is theirs
    for (const { shipmentId, orderId } of [...alarms, ...socket.of('alarm').map(({ alarm }) => alarm)])
      expect([...(orderId === null ? loads.map(({ id }) => id) : myBooks)]).toContain(orderId ?? shipmentId)
    counts.frames += socket.frames.length
    socket.ws.terminate()
  }
}

type Subject = { shipmentId: string | null; orderId: string | null }

/** What an organisation was pushed of a shipment: temperatures of readings, and of alarms their first value. */
const valuesOf = (socket: Socket | undefined, shipmentId: string): number[] => [
  ...(socket?.of('readings') ?? []).flatMap(({ items }) =>
    items.filter((item) => item.shipmentId === shipmentId).flatMap(({ temperature }) => temperature ?? []),
  ),
  ...(socket?.of('alarm') ?? []).filter(({ alarm }) => alarm.shipmentId === shipmentId).map(({ alarm }) => alarm.value),
]

it('nobody is ever answered or pushed what is not theirs, and everybody what is', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(world, live), { numRuns: WORLDS, seed: SEED, endOnFailure: true })
})
