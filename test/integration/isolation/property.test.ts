import { createHash, randomBytes, randomInt } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Running, type Socket, startRunning } from '../service/running.ts'

/** Random worlds: organisations, shipments, orders and a history of deeds. More of them: PROPERTY_WORLDS, PROPERTY_SEED. */
const WORLDS = Number(process.env.PROPERTY_WORLDS ?? 2)
const SEED = Number(process.env.PROPERTY_SEED ?? 20_261_123)
const SHIPMENTS = 3
const WAIT = { timeout: 15_000, interval: 40 }

type Kind = 'buyer' | 'supplier' | 'carrier' | 'operator'
/** Who may take which part. A supplier buys too, a buyer may drive its own; an operator has a part in nothing. */
const TRADERS: readonly Kind[] = ['buyer', 'supplier']
const DRIVERS: readonly Kind[] = ['carrier', 'buyer', 'supplier']
/** There is one of each that may have a part, and others. */
const KNOWN: readonly Kind[] = ['buyer', 'supplier', 'carrier']
const OTHERS = 2
/** Stands for one of those that may, whatever kinds the world's organisations are of. */
const someone = fc.nat(59)
const shipmentOf = fc.nat(SHIPMENTS - 1)
const world = fc.record({
  kinds: fc.array(fc.constantFrom<Kind>('buyer', 'supplier', 'carrier', 'operator'), {
    minLength: OTHERS,
    maxLength: OTHERS,
  }),
  loads: fc.array(
    fc.record({
      buyer: someone,
      carrier: fc.option(someone),
      supplier: fc.option(someone),
      /** who supplies the lines of an order of the same buyer, each one alone; the buyer itself may */
      lines: fc.array(someone, { minLength: 1, maxLength: 3 }),
      /** the first line travels on the shipment */
      carries: fc.boolean(),
      /** who makes the share link to it: the carrier, where there is one, or the buyer */
      sharedByCarrier: fc.boolean(),
    }),
    { minLength: SHIPMENTS, maxLength: SHIPMENTS },
  ),
  deeds: fc.array(
    fc.oneof(
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('milestone' as const), of: shipmentOf, line: fc.nat(2) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('reading' as const), of: shipmentOf, hot: fc.boolean() }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('change' as const),
          of: shipmentOf,
          part: fc.constantFrom('carrier' as const, 'supplier' as const),
          to: fc.option(someone),
        }),
      },
    ),
    { minLength: 8, maxLength: 10 },
  ),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

let running: Running
let database: pg.Client
const counts = { worlds: 0, answers: 0, frames: 0, shared: 0 }
beforeAll(async () => {
  running = await startRunning()
  database = new pg.Client(running.databaseUrl)
  await database.connect()
})
afterAll(async () => {
  console.log(
    `isolation, property: ${counts.worlds} random worlds, ${counts.answers} answers (${counts.shared} by share links) and ${counts.frames} frames compared with the model (PROPERTY_SEED=${SEED})`,
  )
  await database.end()
  await running.close()
})

/** The model: who has a part in a shipment now, and who is a side of an order line. Organisations are numbers. */
type Load = {
  id: string
  deviceId: string
  buyer: number
  carrier: number | null
  supplier: number | null
  temperatures: number[]
  /** an alarm was raised */
  hot: boolean
  /** the newest change of its alarms, as the feed names it */
  told: string | null
}
type Line = { line: string; buyer: number; supplier: number; price: number }
type Book = { id: string; buyer: number; lines: Line[] }
const hasPart = (load: Load, who: number): boolean => [load.buyer, load.carrier, load.supplier].includes(who)
const isSide = (line: Line, who: number): boolean => who === line.buyer || who === line.supplier

/** `only`: by a share link, of all that its organisation sees */
type Viewer = { name: string; who: number; only: Load | null; headers: Record<string, string> }
const sees = ({ who, only }: Viewer, load: Load): boolean => (only === null || only === load) && hasPart(load, who)
const seesLine = ({ who, only }: Viewer, line: Line): boolean => only === null && isSide(line, who)
const seesBook = (viewer: Viewer, { lines }: Book): boolean => lines.some((line) => seesLine(viewer, line))
/** Words and figures that stand in the world once: wherever one is said, it tells of this and nothing else. */
type Marker = { text: string; what: string; isFor(viewer: Viewer): boolean }

const unique = (): string => randomBytes(6).toString('hex')
/** Ends in 7, so that none is the beginning of another, and has digits that no mean of others has. */
const uniqueFigure = (whole: number): number => Number(`${whole}.${randomInt(100_000, 1_000_000)}7`)
/** Kept to four places. */
const uniquePrice = (): number => Number(`${randomInt(10_000, 100_000)}.${randomInt(100, 1_000)}7`)

const extremes = (values: readonly number[]): number[] =>
  values.length === 0 ? [] : [Math.min(...values), Math.max(...values)]

type Answer = { status: number; text: string; body: { items?: Record<string, string>[]; [more: string]: unknown } }

const createWorld = () => {
  const markers: Marker[] = []
  const mark = (text: string | number, what: string, isFor: Marker['isFor']): void =>
    void markers.push({ text: String(text), what, isFor })
  const foreign = (viewer: Viewer, text: string): string[] =>
    markers.filter((marker) => text.includes(marker.text) && !marker.isFor(viewer)).map(({ what }) => what)

  return {
    mark,
    /** Every answer is judged by what the model says at that moment; an id that was asked for may be said back. */
    ask: async (viewer: Viewer, method: string, path: string, body?: unknown): Promise<Answer> => {
      const answer = await fetch(`${running.base}${path}`, {
        method,
        headers: { ...viewer.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      counts.answers++
      if (viewer.only !== null) counts.shared++
      const said = path
        .split('/')
        .reduce((rest, asked) => (asked.length < 12 ? rest : rest.replaceAll(asked, '')), text)
      expect([viewer.name, method, path, foreign(viewer, answer.ok ? text : said)]).toEqual([
        viewer.name,
        method,
        path,
        [],
      ])
      const isJson = /json/.test(answer.headers.get('content-type') ?? '')
      return { status: answer.status, text, body: isJson ? JSON.parse(text) : {} }
    },
    /** The same of frames. */
    judge: (viewer: Viewer, frames: Socket['frames']): void => {
      for (const frame of frames) {
        counts.frames++
        const text = JSON.stringify(frame)
        const isRefusal = frame.type === 'error' && /^there is no shipment \S+$/.test(frame.message)
        expect([viewer.name, isRefusal ? [] : foreign(viewer, text), text]).toEqual([viewer.name, [], text])
      }
    },
  }
}

const makeOrganisations = async (kinds: readonly Kind[]): Promise<(Viewer & { id: string })[]> => {
  const made = []
  for (const [who, kind] of kinds.entries()) {
    const { rows } = await database.query('insert into organisations (name, kind) values ($1, $2) returning id', [
      unique(),
      kind,
    ])
    const token = `zt_${randomBytes(32).toString('base64url')}`
    await database.query(
      `insert into api_tokens (org_id, name, scope, token_hash, expires_at) values ($1, 'test', 'write', $2, now() + interval '1 day')`,
      [rows[0].id, createHash('sha256').update(token).digest()],
    )
    made.push({
      name: `${kind} ${who}`,
      id: String(rows[0].id),
      who,
      only: null,
      headers: { authorization: `Bearer ${token}` },
    })
  }
  await database.query(
    'insert into partners select a, b from unnest($1::uuid[]) a, unnest($1::uuid[]) b where a <> b',
    [made.map(({ id }) => id)],
  )
  return made
}

/** What is answered of a shipment by path, to whoever sees it; to others it is not there. */
const range = () => `from=${Date.now() - 3_600_000}&to=${Date.now() + 1_000}`
const ofShipment = () => [
  '',
  `/readings?${range()}&points=100`,
  `/track?${range()}&points=100`,
  `/export?format=csv&${range()}`,
  '/alarms',
  '/limits',
  '/report',
]

const live = async (drawn: World): Promise<void> => {
  counts.worlds++
  const { mark, ask, judge } = createWorld()
  const kinds = [...KNOWN, ...drawn.kinds]
  const organisations = await makeOrganisations(kinds)
  const at = (who: number) => {
    const found = organisations[who]
    if (found === undefined) throw new Error('no such organisation')
    return found
  }
  const oneOf = (allowed: readonly Kind[], n: number): number => {
    const able = kinds.flatMap((kind, who) => (allowed.includes(kind) ? [who] : []))
    return able[n % able.length] ?? 0
  }
  /** a part beside the buyer's */
  const partOf = (allowed: readonly Kind[], n: number | null, buyer: number): number | null => {
    const who = n === null ? buyer : oneOf(allowed, n)
    return who === buyer ? null : who
  }

  const makeBook = async (buyer: number, suppliers: readonly number[]): Promise<Book> => {
    const lines = suppliers.map((n) => {
      const made = { line: unique(), buyer, supplier: oneOf(TRADERS, n), price: uniquePrice() }
      for (const text of [made.line, made.price])
        mark(text, `line of ${made.supplier}`, (viewer) => seesLine(viewer, made))
      return made
    })
    const book: Book = { id: '', buyer, lines }
    const number = unique()
    mark(number, `order of ${buyer}`, (viewer) => seesBook(viewer, book))
    const made = await ask(at(buyer), 'POST', '/orders', {
      number,
      lines: lines.map(({ line, supplier, price }) => ({
        line,
        supplierId: at(supplier).id,
        substance: { cas: '67-56-1' },
        quantity: 9,
        unit: 't',
        needBy: Date.now() + 86_400_000,
        price,
        currency: 'EUR',
      })),
    })
    expect([made.status, made.text]).toEqual([201, made.text])
    book.id = String(made.body.id)
    mark(book.id, `order of ${buyer}`, (viewer) => seesBook(viewer, book))
    return book
  }

  const makeLoad = async (given: World['loads'][number], book: Book): Promise<Load> => {
    const { buyer } = book
    const [carrier, supplier] = [partOf(DRIVERS, given.carrier, buyer), partOf(TRADERS, given.supplier, buyer)]
    const name = unique()
    const load: Load = { id: '', deviceId: name, buyer, carrier, supplier, temperatures: [], hot: false, told: null }
    mark(name, `shipment of ${buyer}`, (viewer) => sees(viewer, load))
    const made = await ask(at(buyer), 'POST', '/shipments', {
      reference: name,
      substance: { cas: '67-56-1' },
      origin: { name: 'A', lat: 1, lon: 1 },
      destination: { name: 'B', lat: 2, lon: 2 },
      departAt: Date.now() - 3_600_000,
      eta: Date.now() + 3_600_000,
      limits: { temperature: { high: 500 } },
      ...(carrier !== null && { carrierId: at(carrier).id }),
      ...(supplier !== null && { supplierId: at(supplier).id }),
      ...(given.carries && { lines: [{ orderId: book.id, line: book.lines[0]?.line, quantity: 1 }] }),
    })
    expect([made.status, made.text]).toEqual([201, made.text])
    load.id = String(made.body.id)
    mark(load.id, `shipment of ${buyer}`, (viewer) => sees(viewer, load))
    await ask(at(buyer), 'POST', '/devices', { id: name, intervalSeconds: 1 })
    const loan = { deviceId: name, from: Date.now() - 3_600_000 }
    expect((await ask(at(buyer), 'POST', `/shipments/${load.id}/assignments`, loan)).status).toBe(201)
    return load
  }

  /** Whoever opens a link sees its shipment for as long as the organisation that made it does. */
  const share = async (load: Load, byCarrier: boolean): Promise<Viewer> => {
    const who = byCarrier && load.carrier !== null ? load.carrier : load.buyer
    const made = await ask(at(who), 'POST', '/share-links', { shipmentId: load.id, expiresAt: Date.now() + 3_600_000 })
    const opened = await fetch(`${running.base}/session/share`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: String(made.body.link).split('#')[1] }),
    })
    expect(opened.status).toBe(200)
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    return { name: `link of ${at(who).name}`, who, only: load, headers: { cookie, 'x-zaitu-share': '1' } }
  }

  const made = await Promise.all(
    drawn.loads.map(async (given) => {
      const book = await makeBook(oneOf(TRADERS, given.buyer), given.lines)
      const load = await makeLoad(given, book)
      return { book, load, link: await share(load, given.sharedByCarrier) }
    }),
  )
  const [books, loads] = [made.map(({ book }) => book), made.map(({ load }) => load)]
  await running.settled()

  const viewers = [...organisations, ...made.map(({ link }) => link)]
  const listening: { viewer: Viewer; socket: Socket; judged: number }[] = []
  /** Asks for snapshots and waits for each; what is answered is judged with all that came. */
  const subscribe = async ({ viewer, socket }: { viewer: Viewer; socket: Socket }, after?: string): Promise<void> => {
    const answered = () => socket.of('snapshot').length + socket.of('error').length
    const before = answered()
    const topics = [...(viewer.only === null ? ['fleet', 'orders'] : []), ...loads.map(({ id }) => `shipment:${id}`)]
    for (const topic of topics) socket.say({ type: 'subscribe', topic })
    socket.say({ type: 'subscribe', topic: 'alarms', ...(after !== undefined && { after }) })
    // comes when all that was missed has come
    socket.say({ type: 'subscribe', topic: 'shipment:none' })
    await vi.waitFor(() => expect(answered()).toBe(before + topics.length + 2), WAIT)
  }
  await Promise.all(
    viewers.map(async (viewer) => {
      const entry = { viewer, socket: await running.connect(viewer.headers), judged: 0 }
      await subscribe(entry)
      listening.push(entry)
    }),
  )
  const begin = listening[0]?.socket.of('snapshot').find(({ topic }) => topic === 'alarms')?.cursor

  /** Whoever has a part is told of each change of the alarms; what has come by then is judged before anything changes. */
  const look = async (): Promise<void> => {
    const { rows } = await database.query<{ shipment_id: string; cursor: string }>(
      `select distinct on (shipment_id) shipment_id, xid::text || '-' || id as cursor from alarm_changes
       where shipment_id = any ($1) order by shipment_id, xid desc, id desc`,
      [loads.map(({ id }) => id)],
    )
    for (const load of loads) {
      const newest = rows.find((row) => row.shipment_id === load.id)?.cursor ?? null
      if (newest === load.told) continue
      load.told = newest
      for (const { viewer, socket } of listening)
        if (sees(viewer, load))
          await vi.waitFor(() => expect(socket.of('alarm').map(({ cursor }) => cursor)).toContain(newest), WAIT)
    }
    for (const entry of listening) {
      judge(entry.viewer, entry.socket.frames.slice(entry.judged))
      entry.judged = entry.socket.frames.length
    }
  }
  /** A shipment is there for exactly those who see it. */
  const visit = (load: Load, paths: readonly string[]): Promise<unknown> =>
    Promise.all(
      viewers.flatMap((viewer) =>
        paths.map(async (path) => {
          const { status, text } = await ask(viewer, 'GET', `/shipments/${load.id}${path}`)
          expect([viewer.name, path, status]).toEqual([viewer.name, path, sees(viewer, load) ? 200 : 404])
          // an export has every reading, a chart the lowest and the highest
          const { temperatures: all } = load
          const expected = path.startsWith('/export') ? all : path.startsWith('/readings') ? extremes(all) : []
          if (status === 200) for (const value of expected) expect(text).toContain(String(value))
        }),
      ),
    )

  await look()

  for (const deed of drawn.deeds) {
    const [load, book] = [loads[deed.of], books[deed.of]]
    if (load === undefined || book === undefined) continue
    if (deed.kind === 'milestone') {
      const line = book.lines[deed.line % book.lines.length]
      if (line === undefined) continue
      for (const viewer of organisations) {
        const note = unique()
        mark(note, `milestone of ${line.supplier}`, (other) => seesLine(viewer, line) && seesLine(other, line))
        const said = { stage: 'ready', classifier: 'estimated', at: Date.now() + randomInt(1, 1_000_000), note }
        const answer = await ask(viewer, 'POST', `/orders/${book.id}/lines/${line.line}/milestones`, said)
        expect([viewer.name, answer.status]).toEqual([viewer.name, seesLine(viewer, line) ? 201 : 404])
      }
      for (const { viewer, socket } of listening)
        if (seesBook(viewer, book))
          await vi.waitFor(() => expect(socket.of('order').map(({ order }) => order.id)).toContain(book.id), WAIT)
    } else if (deed.kind === 'change') {
      const { part } = deed
      const to = partOf(part === 'carrier' ? DRIVERS : TRADERS, deed.to, load.buyer)
      const id = to === null ? null : at(to).id
      const changed = await ask(at(load.buyer), 'PATCH', `/shipments/${load.id}`, { [`${part}Id`]: id })
      expect([changed.status, changed.text]).toEqual([200, changed.text])
      load[part] = to
      await running.settled()
      await visit(load, [''])
    } else {
      const temperature = uniqueFigure(deed.hot ? 600 : 20)
      mark(temperature, `reading of ${load.buyer}`, (viewer) => sees(viewer, load))
      const readings = [{ time: Date.now(), temperature }]
      const stored = await ask(at(load.buyer), 'POST', '/telemetry', { deviceId: load.deviceId, readings })
      expect(stored.body).toEqual({ stored: 1, deadLetters: 0 })
      load.temperatures.push(temperature)
      load.hot ||= deed.hot
      // the newest value reaches everybody who sees the shipment, before it is replaced by the next
      for (const { viewer, socket } of listening)
        if (sees(viewer, load))
          await vi.waitFor(() => expect(JSON.stringify(socket.of('readings'))).toContain(String(temperature)), WAIT)
    }
    await look()
  }

  await Promise.all(listening.map((entry) => subscribe(entry, begin)))
  await Promise.all([
    ...loads.map((load) => visit(load, ofShipment())),
    ...organisations.map(async (viewer) => {
      const list = async (path: string, key: string) =>
        new Set(((await ask(viewer, 'GET', path)).body.items ?? []).flatMap((item) => item[key] ?? []))
      const mine = loads.filter((load) => sees(viewer, load))
      expect(await list('/shipments?limit=200', 'id')).toEqual(new Set(mine.map(({ id }) => id)))
      // when an order line is late is the forecast's own time: what there is of it is theirs
      expect(await list('/alarms?state=all', 'shipmentId')).toEqual(
        new Set(mine.filter(({ hot }) => hot).map(({ id }) => id)),
      )
      expect(await list('/orders?limit=200', 'id')).toEqual(
        new Set(books.filter((book) => seesBook(viewer, book)).map(({ id }) => id)),
      )
      for (const path of ['/sparklines?hours=1', '/devices']) expect((await ask(viewer, 'GET', path)).status).toBe(200)
      for (const load of mine) await ask(viewer, 'GET', `/shipments/${load.id}/lines`)
      for (const book of books) {
        const { status, text } = await ask(viewer, 'GET', `/orders/${book.id}`)
        expect([viewer.name, status]).toEqual([viewer.name, seesBook(viewer, book) ? 200 : 404])
        await ask(viewer, 'GET', `/orders/${book.id}/history`)
        for (const line of book.lines) {
          if (seesLine(viewer, line)) expect(text).toContain(String(line.price))
          for (const path of ['milestones', 'forecast'])
            expect([
              viewer.name,
              path,
              (await ask(viewer, 'GET', `/orders/${book.id}/lines/${line.line}/${path}`)).status,
            ]).toEqual([viewer.name, path, seesLine(viewer, line) ? 200 : 404])
        }
      }
    }),
    ...made.flatMap(({ link }) =>
      ['/shipments', '/alarms', '/orders', '/sparklines?hours=1'].map(async (path) =>
        expect([path, (await ask(link, 'GET', path)).status]).toEqual([path, 403]),
      ),
    ),
  ])
  await new Promise((resolve) => setTimeout(resolve, 300))
  await look()
  for (const { viewer, socket } of listening) {
    const newest = socket.of('snapshot').findLast(({ topic }) => topic === 'fleet')
    const shown = ((newest?.items ?? []) as { id: string }[]).map(({ id }) => id)
    const mine = loads.filter((load) => viewer.only === null && sees(viewer, load)).map(({ id }) => id)
    expect([viewer.name, new Set(shown)]).toEqual([viewer.name, new Set(mine)])
    socket.ws.terminate()
  }
}

it('nobody is ever answered or pushed what is not theirs, and everybody what is', { timeout: 240_000 }, async () => {
  await fc.assert(fc.asyncProperty(world, live), { numRuns: WORLDS, seed: SEED, endOnFailure: true })
})
