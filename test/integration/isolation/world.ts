import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Pool } from '../../../server/store/pool.ts'

/**
 * Five organisations and three shipments. `buyer` has a shipment with `supplier` and `carrier`; `stranger`, who competes
 * with it, has one of its own (theirs) and one with the same carrier (shared). An operator belongs to none of them.
 * Everything that a row says in its own words holds the marker of whoever may see it: `own-…` of its organisation,
 * `on-…` of its shipment.
 */
export const PARTIES = ['buyer', 'supplier', 'carrier', 'stranger', 'operator'] as const
export type Party = (typeof PARTIES)[number]
export const LOADS = ['ours', 'theirs', 'shared'] as const
export type Load = (typeof LOADS)[number]
export const ROLES = ['viewer', 'member', 'admin'] as const
export const SCOPES = ['read', 'write', 'telemetry', 'milestones'] as const

const PARTS: Record<Load, Partial<Record<Party, 'buyer' | 'supplier' | 'carrier'>>> = {
  ours: { buyer: 'buyer', supplier: 'supplier', carrier: 'carrier' },
  theirs: { stranger: 'buyer' },
  shared: { stranger: 'buyer', carrier: 'carrier' },
}
export const partOf = (party: Party, load: Load) => PARTS[load][party] ?? null
/** The shipment that a party's "own" ids belong to, and the one that its "foreign" ids belong to. */
export const OWN: Record<Party, Load | null> = {
  buyer: 'ours',
  supplier: 'ours',
  carrier: 'ours',
  stranger: 'theirs',
  operator: null,
}
export const FOREIGN: Record<Party, Load> = {
  buyer: 'theirs',
  supplier: 'theirs',
  carrier: 'theirs',
  stranger: 'ours',
  operator: 'ours',
}
/** Whose private things a party's "foreign" ids belong to: those of a partner, where there is one. */
export const OTHER: Record<Party, Party> = {
  buyer: 'supplier',
  supplier: 'buyer',
  carrier: 'buyer',
  stranger: 'buyer',
  operator: 'buyer',
}

/** Who sees the order of a shipment: its two sides, and nobody who carries it. */
const SIDES: Record<'ours' | 'theirs', readonly Party[]> = { ours: ['buyer', 'supplier'], theirs: ['stranger'] }
export const seesOrder = (party: Party): boolean => SIDES.ours.includes(party) || SIDES.theirs.includes(party)

export const marker = {
  order: (load: 'ours' | 'theirs') => `book-${load}-Zq7`,
  own: (party: Party) => `own-${party}-Zq7`,
  on: (load: Load) => `on-${load}-Zq7`,
}
/** What may never stand in an answer to this party: others' private words, and those of shipments it has no part in. */
export const forbidden = (party: Party | null, only: Load | null = null): string[] => [
  ...PARTIES.filter((other) => other !== party || only !== null).map(marker.own),
  ...LOADS.filter((load) => (only === null ? party === null || partOf(party, load) === null : load !== only)).map(
    marker.on,
  ),
  ...(['ours', 'theirs'] as const)
    .filter((load) => only !== null || party === null || !SIDES[load].includes(party))
    .map(marker.order),
]

const sha256 = (text: string) => createHash('sha256').update(text).digest()
const one = async (owner: Pool, text: string, values: unknown[]): Promise<string> => {
  const { rows } = await owner.query<{ id: string }>(text, values)
  return String(rows[0]?.id)
}
const HOUR = 3_600_000
/** All loans begin here; there is a reading a minute for an hour. */
export const START = Date.now() - 2 * 24 * HOUR
const at = (ms: number) => new Date(START + ms)

/** Makes rows of one kind for one party or shipment; each call a new one. */
export const createMaker = (owner: Pool, ids: { party: Record<Party, string>; load: Record<Load, string> }) => {
  const label = (text: string) => `${text} ${randomBytes(4).toString('hex')}`
  const device = async (party: Party, words: string) => {
    const code = `${words}-${randomBytes(4).toString('hex')}`
    await owner.query(
      `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
       values ($1, $2, 60, 60, 'absolute', $3)`,
      [code, ids.party[party], sha256('secret')],
    )
    return code
  }
  const tank = (party: Party, words = marker.own(party)) =>
    one(owner, 'insert into tanks (org_id, name, capacity_litres) values ($1, $2, 24000) returning id', [
      ids.party[party],
      label(words),
    ])
  const channel = (party: Party) =>
    one(
      owner,
      `insert into channels (org_id, name, kind, shown, secret, language, origin, per_minute)
       values ($1, $2, 'webhook', $3, jsonb_build_object('url', $3::text), 'en', 'https://x.example', 5) returning id`,
      [ids.party[party], label(marker.own(party)), marker.own(party)],
    )
  const ownerOf = (load: Load): Party => (load === 'ours' ? 'buyer' : 'stranger')
  const lend = async (load: Load, code: string) =>
    one(
      owner,
      `insert into assignments (org_id, shipment_id, device_id, during)
       select $1, $2, id, tstzrange($4, $5) from devices where code = $3 returning id`,
      [ids.party[ownerOf(load)], ids.load[load], code, at(0), at(3 * HOUR)],
    )
  return {
    device,
    lend,
    channel,
    notificationRule: async (party: Party) =>
      one(
        owner,
        `insert into notification_rules (org_id, channel_id, kinds, priorities)
         values ($1, $2, '{alarm-raised}', '{high}') returning id`,
        [ids.party[party], await channel(party)],
      ),
    escalationStep: async (party: Party) =>
      one(
        owner,
        `insert into escalation_steps (org_id, channel_id, after, minutes, priorities)
         values ($1, $2, 'raised', 5, '{high}') returning id`,
        [ids.party[party], await channel(party)],
      ),
    notification: async (party: Party) =>
      one(
        owner,
        `insert into notifications (org_id, key, kind, priority, channel_id, payload, state, detail)
         values ($1, gen_random_uuid(), 'stage-overdue', 'high', $2,
           jsonb_build_object('text', jsonb_build_object('en', jsonb_build_object('title', $3::text))), 'dead', $3) returning id`,
        [ids.party[party], await channel(party), marker.own(party)],
      ),
    assignment: async (load: Load) => lend(load, await device(ownerOf(load), marker.on(load))),
    alarm: async (load: Load) => {
      const code = await device(ownerOf(load), marker.on(load))
      await lend(load, code)
      const id = randomUUID()
      await owner.query(
        `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation)
         select $1, $2, $3, id, 'temperature-high', 'high', $5, 31, 32, 30, $6 from devices where code = $4`,
        [id, ids.party[ownerOf(load)], ids.load[load], code, at(HOUR), marker.on(load)],
      )
      await owner.query(
        `insert into alarm_changes (org_id, alarm_id, shipment_id, change, alarm)
         select org_id, id, shipment_id, 'raised', alarm from alarm_details where id = $1`,
        [id],
      )
      return id
    },
    /** of the line of an order, in the order's own words */
    lineAlarm: async (order: string) => {
      const id = randomUUID()
      await owner.query(
        `insert into alarms (id, org_id, order_id, line, supplier_id, rule, stage, group_key, priority, onset, value, peak, limit_value, explanation)
         select $1, l.org_id, l.order_id, l.line, l.supplier_id, 'stage-overdue', 'filled', md5(o.number), 'medium', $3::timestamptz + random() * interval '1 hour',
           1, 1, 1, o.number
         from order_lines l join orders o on o.id = l.order_id where l.order_id = $2`,
        [id, order, at(HOUR)],
      )
      await owner.query(
        `insert into alarm_changes (org_id, alarm_id, change, alarm) select org_id, id, 'raised', alarm from alarm_details where id = $1`,
        [id],
      )
      return id
    },
    /** each takes the place of the one that waits */
    proposal: async (load: Load) => {
      const by = await one(
        owner,
        `insert into people (org_id, email, name, role) values ($1, $2, $3, 'member') returning id`,
        [ids.party[ownerOf(load)], `${randomUUID()}@z.example`, marker.own(ownerOf(load))],
      )
      await owner.query(
        `update limit_proposals set state = 'superseded' where shipment_id = $1 and state = 'pending'`,
        [ids.load[load]],
      )
      return one(
        owner,
        `insert into limit_proposals (org_id, shipment_id, measure, side, value, reason, state, proposed_by)
         values ($1, $2, 'temperature', 'high', 28, $3, 'pending', $4) returning id`,
        [ids.party[ownerOf(load)], ids.load[load], marker.own(ownerOf(load)), by],
      )
    },
    order: async (load: 'ours' | 'theirs') => {
      const [buyer, supplier] =
        load === 'ours' ? [ids.party.buyer, ids.party.supplier] : [ids.party.stranger, ids.party.stranger]
      const words = marker.order(load)
      const order = await one(owner, 'insert into orders (org_id, number) values ($1, $2) returning id', [
        buyer,
        label(words),
      ])
      await owner.query(
        `insert into order_lines (order_id, line, org_id, supplier_id, substance_id, quantity, unit, need_by, price, currency, stages)
         select $1, '10', $2, $3, id, 1, $4, now(), 4711, 'EUR', '[{"stage":"filled","weight":1,"plannedAt":null}]'
         from substances where org_id is null limit 1`,
        [order, buyer, supplier, words],
      )
      await owner.query(
        `with said as (
           insert into milestones (order_id, line, org_id, supplier_id, stage, classifier, at, note, said_org, said_by)
           values ($1, '10', $2::uuid, $3, 'filled', 'planned', now(), $4, $2::uuid, jsonb_build_object('kind', 'person', 'id', $2::uuid, 'name', $4::text))
           returning *)
         insert into milestone_photos (milestone_id, order_id, line, org_id, supplier_id, type, content)
         select id, order_id, line, org_id, supplier_id, 'image/png', $5 from said`,
        [order, buyer, supplier, words, Buffer.from(words)],
      )
      await owner.query(
        `insert into receipts (order_id, line, org_id, supplier_id, at, quantity, condition, remark, more, said_by)
         values ($1, '10', $2, $3, now(), 1, 'good', $4, true, '{"kind":"person","name":"x"}')`,
        [order, buyer, supplier, words],
      )
      await owner.query(
        `insert into order_changes (order_id, line, org_id, supplier_id, what, changes, reason, source, said_by)
         values ($1, '10', $2, $3, 'changed', '{}', $4, 'person', '{"kind":"person","name":"x"}')`,
        [order, buyer, supplier, words],
      )
      return order
    },
    tank,
    /** Another one of the same parties. */
    shipment: async (load: Load, reference = label(marker.on(load))) => {
      const words = marker.on(load)
      return one(
        owner,
        `insert into shipments (org_id, reference, substance_id, tank_id, carrier_id, supplier_id, origin, destination,
           depart_at, eta, phase, contacts)
         select $1, $2, id, $3, $4, $5, $6, $6, $7, $8, 'in-transit', $9 from substances where org_id = $1 and name = $10
         returning id`,
        [
          ids.party[ownerOf(load)],
          reference,
          await tank(ownerOf(load), words),
          load === 'theirs' ? null : ids.party.carrier,
          load === 'ours' ? ids.party.supplier : null,
          JSON.stringify({ name: words, lat: 30, lon: 120 }),
          at(0),
          at(96 * HOUR),
          JSON.stringify([{ name: words, phone: '110', role: 'driver' }]),
          words,
        ],
      )
    },
    /** `order/milestone` */
    photo: (order: string) =>
      one(owner, `select order_id || '/' || milestone_id as id from milestone_photos where order_id = $1`, [order]),
    substance: (party: Party) =>
      one(owner, `insert into substances (org_id, cas, name) values ($1, '64-17-5', $2) returning id`, [
        ids.party[party],
        label(marker.own(party)),
      ]),
    stagePlan: (party: Party) =>
      one(
        owner,
        `insert into stage_plans (org_id, family, stages) values ($1, $2, '[{"stage":"ready","weight":1,"usualDays":3}]') returning id`,
        [ids.party[party], label(marker.own(party))],
      ),
    import: (party: Party) =>
      one(
        owner,
        `insert into imports (org_id, kind, name, sha256, content, mapping) values ($1, 'milestones', $2, '', $3, $4) returning id`,
        [
          ids.party[party],
          marker.own(party),
          Buffer.from(`order,stage,date\n${marker.own(party)},ready,2026-01-01\n`),
          JSON.stringify({ columns: { number: 'order', stage: 'stage', at: 'date' } }),
        ],
      ),
    person: (party: Party, role: (typeof ROLES)[number] = 'member', passwordHash: string | null = null) =>
      one(
        owner,
        `insert into people (org_id, email, name, role, password_hash) values ($1, lower($2), $3, $4, $5) returning id`,
        [
          ids.party[party],
          `${label(marker.own(party)).replace(' ', '-')}@x.example`,
          marker.own(party),
          role,
          passwordHash,
        ],
      ),
    session: async (person: string) => {
      const token = randomBytes(32).toString('base64url')
      const id = await one(
        owner,
        `insert into sessions (token_hash, person_id, csrf_token, expires_at, address, agent)
         select $1, id, 'csrf', now() + interval '1 hour', '::1', name from people where id = $2 returning id`,
        [sha256(token), person],
      )
      return { id, token }
    },
    invitation: (party: Party) =>
      one(
        owner,
        `insert into invitations (org_id, made_by, purpose, email, name, role, token_hash, expires_at)
         values ($1, $1, 'invitation', lower($2), $3, 'viewer', $4, now() + interval '1 day') returning id`,
        [
          ids.party[party],
          `${label(marker.own(party)).replace(' ', '-')}@y.example`,
          marker.own(party),
          randomBytes(32),
        ],
      ),
    apiToken: async (party: Party, scope: (typeof SCOPES)[number]) => {
      const token = `zt_${randomBytes(32).toString('base64url')}`
      const id = await one(
        owner,
        `insert into api_tokens (org_id, name, scope, token_hash, expires_at)
         values ($1, $2, $3, $4, now() + interval '1 day') returning id`,
        [ids.party[party], label(marker.own(party)), scope, sha256(token)],
      )
      return { id, token }
    },
    deadLetter: async (party: Party) =>
      one(
        owner,
        `insert into dead_letters (org_id, topic, payload, reason, received_at) values ($1, $2, $3, $4, now()) returning id`,
        [
          ids.party[party],
          `zaitu/v1/devices/${await device(party, marker.own(party))}/telemetry`,
          Buffer.from(marker.own(party)),
          marker.own(party),
        ],
      ),
    shareLink: async (party: Party, load: Load) => {
      const token = randomBytes(32).toString('base64url')
      const id = await one(
        owner,
        `insert into share_links (org_id, shipment_id, token_hash, note, expires_at)
         values ($1, $2, $3, $4, now() + interval '1 day') returning id`,
        [ids.party[party], ids.load[load], sha256(token), marker.own(party)],
      )
      await owner.query(`insert into share_uses (link_id, address, agent) values ($1, '::1', $2)`, [
        id,
        marker.own(party),
      ])
      return { id, token }
    },
    supplierLink: async (party: Party, supplier: Party) => {
      const token = randomBytes(32).toString('base64url')
      const id = await one(
        owner,
        `insert into supplier_links (org_id, supplier_id, token_hash, note, email, expires_at)
         values ($1, $2, $3, $4, $4, now() + interval '1 day') returning id`,
        [ids.party[party], ids.party[supplier], sha256(token), marker.own(party)],
      )
      await owner.query(`insert into supplier_uses (link_id, address, agent) values ($1, '::1', $2)`, [
        id,
        marker.own(party),
      ])
      return { id, token }
    },
  }
}
export type Maker = ReturnType<typeof createMaker>

export type World = { party: Record<Party, string>; load: Record<Load, string>; make: Maker }

/** Fills an empty database; acts as its owner, so that nothing here leans on what is to be proved. */
export const createWorld = async (owner: Pool): Promise<World> => {
  const party: Record<Party, string> = { buyer: '', supplier: '', carrier: '', stranger: '', operator: '' }
  const load: Record<Load, string> = { ours: '', theirs: '', shared: '' }
  for (const name of PARTIES)
    party[name] = await one(owner, 'insert into organisations (name, kind) values ($1, $2) returning id', [
      `The ${name}`,
      name === 'stranger' ? 'buyer' : name,
    ])
  const make = createMaker(owner, { party, load })
  for (const name of LOADS) {
    const buyer = name === 'ours' ? 'buyer' : 'stranger'
    const words = marker.on(name)
    await owner.query(`insert into substances (org_id, cas, name) values ($1, '67-56-1', $2)`, [party[buyer], words])
    load[name] = await make.shipment(name, words)
    await owner.query(
      `insert into shipment_limits (org_id, shipment_id, valid_from, limits) values ($1, $2, $3, '{"temperature":{"high":30}}')`,
      [party[buyer], load[name], at(0)],
    )
    const code = await make.device(buyer, words)
    await make.lend(name, code)
    await owner.query(
      `insert into readings (device_id, received_at, time, seq, temperature, lat, lon, extra)
       select d.id, now(), $2::timestamptz + n * interval '1 minute', n, 20, 30, 120, jsonb_build_object('note', $3::text)
       from devices d, generate_series(0, 59) n where d.code = $1`,
      [code, at(0), words],
    )
    await make.alarm(name)
  }
  for (const name of ['ours', 'theirs'] as const) {
    await make.lineAlarm(await make.order(name))
    await owner.query(
      `insert into shipment_lines (shipment_id, order_id, line, org_id, supplier_id, quantity)
       select $1, order_id, line, org_id, supplier_id, 1 from order_lines where order_id = $2`,
      [load[name], await make.order(name)],
    )
  }
  for (const name of PARTIES) {
    await owner.query('insert into sites (org_id, name, lat, lon, radius_metres) values ($1, $2, 1, 1, 100)', [
      party[name],
      marker.own(name),
    ])
    await owner.query(`insert into substances (org_id, cas, name) values ($1, '64-17-5', $2)`, [
      party[name],
      marker.own(name),
    ])
    await owner.query(
      `insert into dead_letters (org_id, topic, payload, reason, received_at) values ($1, $2, $3, $2, now())`,
      [party[name], marker.own(name), Buffer.from(marker.own(name))],
    )
    await owner.query(`insert into import_names (org_id, kind, name, target) values ($1, 'product', $2, $3)`, [
      party[name],
      marker.own(name),
      party[name],
    ])
    await owner.query(`insert into import_mappings (org_id, kind, headings, mapping) values ($1, 'orders', $2, '{}')`, [
      party[name],
      marker.own(name),
    ])
    await owner.query('insert into own_stages (org_id, stage, name) values ($1, $2, $3)', [
      party[name],
      'own-stage',
      marker.own(name),
    ])
    await make.stagePlan(name)
    await make.import(name)
    await make.tank(name)
    await make.device(name, marker.own(name))
    await make.invitation(name)
    await make.notificationRule(name)
    await make.escalationStep(name)
    await make.notification(name)
  }
  return { party, load, make }
}
