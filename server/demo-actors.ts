import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { DEMO_ROUTES, DEMO_TRIPS } from './demo-fleet.ts'
import { newSecret } from './store/people.ts'
import type { Tx } from './store/pool.ts'

export const DEMO_EMAIL = 'buyer@zaitu.example'
/** Known to everyone who reads this: only for a server that nobody but its own machine can reach. */
const DEMO_PASSWORD = 'zaitu-demo'
const BUYER = 'Huadong Fine Chemicals 华东精细化工'
const OTHERS = [
  ['supplier', 'Linhai Solvents 临海溶剂'],
  ['carrier', 'Changjiang Tank Logistics 长江罐运'],
] as const

/** One person of each partner, so that each kind of user can be tried; nobody's password until it is well-known. */
const PARTNERS = [
  ['supplier', 'supplier@zaitu.example', '陈 Chen (production)'],
  ['carrier', 'carrier@zaitu.example', '赵 Zhao (dispatch)'],
] as const

/** The demo's buyer, its person at the desk, and whom it works with. */
export type Actors = { orgId: string; personId: string; others: Record<'supplier' | 'carrier', string> }

const makeActors = async (tx: Tx): Promise<Actors> => {
  const organisation = async (name: string, kind: string): Promise<string> => {
    const { rows } = await tx.query<{ id: string }>(
      'insert into organisations (name, kind) values ($1::text, $2::text) returning id',
      [name, kind],
    )
    return rows[0]?.id ?? ''
  }
  const orgId = await organisation(BUYER, 'buyer')
  const others = { supplier: '', carrier: '' }
  for (const [kind, name] of OTHERS) others[kind] = await organisation(name, kind)
  const { rows } = await tx.query<{ id: string }>(
    `insert into people (org_id, email, name, role, password_hash)
     values ($1::uuid, $2::text, '林 Lin (logistics desk)', 'admin', $3::text) returning id`,
    // nobody's until `settlePassword` has set one
    [orgId, DEMO_EMAIL, await hash(newSecret())],
  )
  await tx.query(
    `insert into sites (org_id, name, lat, lon, radius_metres)
     select distinct on (name) $1::uuid, name, lat, lon, 1500
     from jsonb_to_recordset($2::jsonb) as p (name text, lat double precision, lon double precision)`,
    [orgId, JSON.stringify(Object.values(DEMO_ROUTES).flatMap(({ origin, destination }) => [origin, destination]))],
  )
  await tx.query(
    `insert into tanks (org_id, name, capacity_litres, mawp_bar, test_pressure_bar, relief_pressure_bar, kind, provision)
     select $1::uuid, name, 24000, case when gas then 22 else 2.67 end, case when gas then 28.6 else 4 end, case when gas then 24.2 else 3.33 end,
       'portable-tank', case when gas then 'T50' else 'T7 TP2' end
     from unnest($2::text[], $3::boolean[]) as t (name, gas)`,
    [orgId, DEMO_TRIPS.map((trip) => trip.tank), DEMO_TRIPS.map((trip) => trip.un === '1005')],
  )
  return { orgId, personId: rows[0]?.id ?? '', others }
}

/** The demo's organisation and people; made in an empty database, null in one that holds something else. */
export const findActors = async (tx: Tx): Promise<Actors | null> => {
  const { rows } = await tx.query<{ id: string; kind: 'buyer' | 'supplier' | 'carrier' }>(
    'select id, kind from organisations where name = any ($1::text[])',
    [[BUYER, ...OTHERS.map(([, name]) => name)]],
  )
  const person = await tx.query<{ id: string; org_id: string }>(
    'select id, org_id from people where email = $1::text',
    [DEMO_EMAIL],
  )
  const [lin] = person.rows
  if (lin !== undefined) {
    const id = (kind: string) => rows.find((row) => row.kind === kind)?.id ?? lin.org_id
    return { orgId: lin.org_id, personId: lin.id, others: { supplier: id('supplier'), carrier: id('carrier') } }
  }
  const any = await tx.query('select from organisations limit 1')
  return any.rowCount === 0 ? makeActors(tx) : null
}

/**
 * The partners' people, where they are missing. On loopback they have the well-known password too; elsewhere nobody's,
 * so that nobody comes in by it, and what came in before is out.
 */
export const settlePartners = async (tx: Tx, { others }: Actors, loopback: boolean): Promise<void> => {
  for (const [kind, email, name] of PARTNERS) {
    const { rows } = await tx.query<{ id: string; password_hash: string | null }>(
      `insert into people (org_id, email, name, role) values ($1::uuid, $2::text, $3::text, 'admin')
       on conflict (email) do update set email = excluded.email returning id, password_hash`,
      [others[kind], email, name],
    )
    const [person] = rows
    if (person === undefined) throw new Error('an upsert returned no row')
    const wellKnown = person.password_hash !== null && (await verify(person.password_hash, DEMO_PASSWORD))
    if (loopback === wellKnown) continue
    const passwordHash = loopback ? await hash(DEMO_PASSWORD) : null
    await tx.query('update people set password_hash = $2::text where id = $1::uuid', [person.id, passwordHash])
    await tx.query('delete from sessions where person_id = $1::uuid', [person.id])
  }
}

/**
 * Where the well-known password must let nobody in: whoever still has it has none from here on, and is signed out. Only
 * the demo's own people are looked at, so that a start stays quick. Answers whose it was.
 */
export const withdrawWellKnown = async (tx: Tx): Promise<{ email: string; organisation: string }[]> => {
  const { rows } = await tx.query<{ id: string; email: string; organisation: string; password_hash: string }>(
    `select p.id, p.email, o.name as organisation, p.password_hash from people p join organisations o on o.id = p.org_id
     where p.email = any ($1::text[]) and p.password_hash is not null for update of p`,
    [[DEMO_EMAIL, ...PARTNERS.map(([, email]) => email)]],
  )
  const theirs: { email: string; organisation: string }[] = []
  for (const { id, email, organisation, password_hash } of rows) {
    if (!(await verify(password_hash, DEMO_PASSWORD))) continue
    await tx.query('update people set password_hash = null where id = $1::uuid', [id])
    await tx.query('delete from sessions where person_id = $1::uuid', [id])
    theirs.push({ email, organisation })
  }
  return theirs
}

/** The well-known password on loopback; elsewhere one that is drawn once and told once. */
export const settlePassword = async (tx: Tx, personId: string, loopback: boolean): Promise<string | null> => {
  const { rows } = await tx.query<{ password_hash: string | null; started: boolean }>(
    'select password_hash, exists (select from shipments where org_id = people.org_id) as started from people where id = $1::uuid',
    [personId],
  )
  const current = rows[0]?.password_hash ?? null
  const wellKnown = current !== null && (await verify(current, DEMO_PASSWORD))
  if (loopback && wellKnown) return DEMO_PASSWORD
  if (!loopback && !wellKnown && current !== null && rows[0]?.started === true) return null
  const password = loopback ? DEMO_PASSWORD : randomBytes(12).toString('base64url')
  await tx.query('update people set password_hash = $2::text where id = $1::uuid', [personId, await hash(password)])
  await tx.query('delete from sessions where person_id = $1::uuid', [personId])
  return password
}
