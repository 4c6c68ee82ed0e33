import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asOrganisation, openPool, type Pool, type Tx } from '../../../server/store/pool.ts'
import { freshDatabase, type TestDatabase } from '../../setup/database.ts'
import { createWorld, forbidden, LOADS, marker, PARTIES, type World } from './world.ts'

let database: TestDatabase
let owner: Pool
let app: Pool
let ingest: Pool
let world: World
let relations: { name: string; kind: string; rls: boolean }[]

beforeAll(async () => {
  database = await freshDatabase()
  const log = pino({ level: 'silent' })
  owner = openPool(database.url, { role: 'owner', max: 2, log })
  app = openPool(database.url, { role: 'zaitu_app', max: 2, log })
  ingest = openPool(database.url, { role: 'zaitu_ingest', max: 1, log })
  world = await createWorld(owner)
  for (const party of PARTIES) {
    await world.make.apiToken(party, 'read')
    await world.make.supplierLink(party, party === 'buyer' ? 'supplier' : 'buyer')
    await world.make.shareLink(party, party === 'stranger' ? 'theirs' : 'ours')
    await world.make.session(await world.make.person(party))
  }
  relations = (
    await owner.query<{ name: string; kind: string; rls: boolean }>(
      `select c.relname as name, c.relkind::text as kind, c.relrowsecurity as rls from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
    )
  ).rows
})
afterAll(async () => {
  await Promise.all([owner.end(), app.end(), ingest.end()])
  await database.drop()
})

/** What the application may read of a relation: its columns, empty where it may read nothing. */
const readable = async (name: string, role = 'zaitu_app'): Promise<string[]> => {
  const { rows } = await owner.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = format('public.%I', $1::text)::regclass and attnum > 0 and not attisdropped
       and has_column_privilege($2, attrelid, attnum, 'select') order by 1`,
    [name, role],
  )
  return rows.map((row) => row.name)
}

const rowsOf = async (tx: Tx, name: string): Promise<string[]> => {
  const columns = await readable(name)
  if (columns.length === 0) return []
  const list = columns.map((column) => `'${column}', t."${column}"`).join(', ')
  const { rows } = await tx.query<{ row: string }>(`select jsonb_build_object(${list})::text as row from "${name}" t`)
  return rows.map(({ row }) => row)
}

/** A statement inside a transaction that goes on whatever becomes of it: its failure, or how many rows it touched. */
const attempt = async (tx: Tx, text: string): Promise<{ refused: string } | { touched: number }> => {
  await tx.query('savepoint attempt')
  try {
    const { rowCount } = await tx.query(text)
    return { touched: rowCount ?? 0 }
  } catch (error) {
    return { refused: error instanceof Error && 'code' in error ? String(error.code) : String(error) }
  } finally {
    await tx.query('rollback to attempt')
  }
}

/** Read by all, whoever asks: nothing in them is anybody's. */
const PUBLIC: Record<string, string> = {
  alarm_consequences: 'which rule brings which with it: the same for all',
  rollup_state: 'how far roll-ups have come: one time for all',
  substances: 'the catalogue, whose rows belong to no organisation',
  suppressed_rules: 'which rule rests in which phase: the same for all',
}

/** Without policies: they tell nobody's data, and what the application writes there is work for ourselves. */
const UNGUARDED: Record<string, string> = {
  alarm_consequences: 'which rule brings which with it: the same for all',
  refold_requests: 'written, never read: a stream that is folded again comes to the same',
  rollup_dirty: 'which hours of which device number are to be rolled up again, for charts',
  rollup_state: 'how far roll-ups have come: one time for all',
  suppressed_rules: 'which rule rests in which phase: the same for all',
}

describe('the application role', () => {
  it('owns nothing, is no superuser, passes no policy by, and is a member of nothing', async () => {
    const { rows } = await owner.query(
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
         (select count(*)::integer from pg_class where relowner = r.oid)
         + (select count(*)::integer from pg_proc where proowner = r.oid)
         + (select count(*)::integer from pg_namespace where nspowner = r.oid) as owns,
         (select count(*)::integer from pg_auth_members where member = r.oid) as member_of,
         has_schema_privilege(oid, 'public', 'create') as may_create
       from pg_roles r where rolname in ('zaitu_app', 'zaitu_ingest') order by 1`,
    )
    const nothing = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
    }
    const none = { ...nothing, owns: 0, member_of: 0, may_create: false }
    expect(rows).toEqual([
      { rolname: 'zaitu_app', ...none },
      { rolname: 'zaitu_ingest', ...none },
    ])
  })

  it('may reach only relations with policies, and views that look through them', async () => {
    const unguarded: string[] = []
    for (const { name, kind, rls } of relations) {
      const { rows } = await owner.query<{ can: boolean; invoker: boolean; barrier: boolean }>(
        `select has_any_column_privilege('zaitu_app', c.oid, 'select, insert, update') or has_table_privilege('zaitu_app', c.oid, 'delete, truncate') as can,
           coalesce(c.reloptions @> '{security_invoker=true}', false) as invoker,
           coalesce(c.reloptions @> '{security_barrier=true}', false) as barrier
         from pg_class c where c.oid = format('public.%I', $1::text)::regclass`,
        [name],
      )
      const [row] = rows
      if (row?.can !== true) continue
      if (kind === 'v' ? !row.invoker && !(row.barrier && name.startsWith('visible_')) : !rls) unguarded.push(name)
    }
    expect(unguarded).toEqual(Object.keys(UNGUARDED))
  })

  it('reads no secret and no reading but by what joins the visible shipments', async () => {
    for (const { name } of relations) {
      const columns = await readable(name)
      const secrets = columns.filter((column) => /secret|password|csrf|verifier|nonce/.test(column))
      expect([name, secrets]).toEqual([name, []])
      if (name.startsWith('readings')) expect([name, columns]).toEqual([name, []])
    }
    // those of the audit are its chain; one of 256 random bits can't be turned back, and tells sessions and browsers apart
    const hashes = []
    for (const { name } of relations)
      if ((await readable(name)).some((column) => /hash$/.test(column))) hashes.push(name)
    expect(hashes).toEqual(['audit', 'audit_heads', 'known_browsers', 'sessions'])
  })

  it('calls no function that looks past the policies but by a fixed search path', async () => {
    const { rows } = await owner.query<{ name: string }>(
      `select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = 'public' and p.prosecdef and not coalesce(p.proconfig::text like '%search_path=%', false)`,
    )
    expect(rows).toEqual([])
  })
})

describe('rows of another organisation', () => {
  it.each(PARTIES)('are in no relation that the %s can read', async (party) => {
    const seen: string[] = []
    await asOrganisation(app, { orgId: world.party[party] }, async (tx) => {
      for (const { name } of relations)
        for (const row of await rowsOf(tx, name))
          for (const words of forbidden(party))
            if (row.toLowerCase().includes(words.toLowerCase())) seen.push(`${name} tells ${words}`)
    })
    expect(seen).toEqual([])
  })

  it('are not seen without an organisation, but for a short list', async () => {
    const open: string[] = []
    const tx = await app.connect()
    try {
      for (const { name } of relations) if ((await rowsOf(tx, name)).length > 0) open.push(name)
    } finally {
      tx.release()
    }
    expect(open).toEqual(Object.keys(PUBLIC))
  })

  it('are not seen by a share link, nor any row of its own organisation but of the one shipment', async () => {
    const seen: string[] = []
    await asOrganisation(app, { orgId: world.party.buyer, shipmentId: world.load.ours }, async (tx) => {
      for (const { name } of relations)
        for (const row of await rowsOf(tx, name))
          for (const words of forbidden('buyer', 'ours'))
            if (row.toLowerCase().includes(words.toLowerCase())) seen.push(`${name} tells ${words}`)
    })
    expect(seen).toEqual([])
  })

  it('are not seen by a supplier’s link, nor any of its buyer but the lines of its supplier, without their price', async () => {
    const seen: string[] = []
    const viewer = { orgId: world.party.buyer, supplier: { id: world.party.supplier, orderId: null, line: null } }
    const allowed = marker.order('ours')
    await asOrganisation(app, viewer, async (tx) => {
      for (const { name } of relations)
        for (const row of await rowsOf(tx, name)) {
          for (const words of forbidden(null))
            if (words !== allowed && row.toLowerCase().includes(words.toLowerCase()))
              seen.push(`${name} tells ${words}`)
          if (row.includes(allowed)) seen.push(name)
          if (row.includes('4711')) seen.push(`${name} tells a price`)
        }
    })
    expect([...new Set(seen)]).toEqual(['milestones', 'visible_lines'])
  })

  it('are there for whom they are', async () => {
    for (const load of LOADS) {
      const party = load === 'ours' ? 'supplier' : 'stranger'
      await asOrganisation(app, { orgId: world.party[party] }, async (tx) => {
        for (const name of ['shipments', 'tanks', 'devices', 'substances', 'alarm_details', 'visible_readings'])
          expect([name, (await rowsOf(tx, name)).some((row) => row.includes(marker.on(load)))]).toEqual([name, true])
      })
    }
  })

  it('can be neither changed, taken away nor written in their name', async () => {
    const done: string[] = []
    for (const [orgId, shipmentId] of [
      [world.party.supplier, null],
      [world.party.buyer, world.load.ours],
    ] as const)
      await asOrganisation(app, { orgId, shipmentId }, async (tx) => {
        for (const { name, kind } of relations) {
          if (kind === 'v') continue
          const { rows: columns } = await owner.query<{
            name: string
            can_update: boolean
            can_insert: boolean
            type: string
          }>(
            `select attname as name, has_column_privilege('zaitu_app', attrelid, attnum, 'update') as can_update,
               has_column_privilege('zaitu_app', attrelid, attnum, 'insert') as can_insert, format_type(atttypid, atttypmod) as type
             from pg_attribute where attrelid = format('public.%I', $1::text)::regclass and attnum > 0 and not attisdropped
               and attidentity = ''`,
            [name],
          )
          const whose = columns.some((column) => column.name === 'org_id')
          // `where` needs the right to read; with an own share link nothing may be changed at all
          const where = whose && shipmentId === null ? `where org_id <> '${orgId}'` : ''
          for (const column of columns.filter((one) => one.can_update)) {
            const result = await attempt(tx, `update "${name}" set "${column.name}" = "${column.name}" ${where}`)
            if ('touched' in result && result.touched > 0)
              done.push(`${name}.${column.name} changed (${result.touched})`)
          }
          const gone = await attempt(tx, `delete from "${name}" ${where}`)
          if ('touched' in gone && gone.touched > 0 && (whose || shipmentId !== null))
            done.push(`${name}: ${gone.touched} gone`)
          // a copy of rows of others (as the owner sees them) in their name; a supplier speaks of its own lines in the buyer's order
          const mine = columns.filter((one) => one.can_insert)
          if (mine.length === 0 || !whose) continue
          const { rows: theirs } = await owner.query<{ row: Record<string, unknown> }>(
            `select to_jsonb(t) as row from "${name}" t where (org_id <> $1::uuid and to_jsonb(t)->>'supplier_id' is distinct from $1::text) or $2 limit 5`,
            [orgId, shipmentId !== null],
          )
          const list = mine.map((one) => `"${one.name}"`).join()
          for (const { row } of theirs) {
            const copy = { ...row, id: undefined, name: 'copy', code: `copy-${name}`, reference: 'copy' }
            const quoted = JSON.stringify(copy).replaceAll("'", "''")
            const result = await attempt(
              tx,
              `insert into "${name}" (${list}) overriding system value select ${list} from jsonb_populate_record(null::"${name}", '${quoted}')`,
            )
            if ('touched' in result && result.touched > 0) done.push(`${name}: written in another's name`)
          }
        }
      })
    expect(done).toEqual([])
  })
})

it('takes no row of one’s own that would open an order or a shipment of others', async () => {
  const order = await world.make.order('ours')
  const { rows } = await owner.query<{ id: string }>('select id from substances where org_id is null limit 1')
  const me = world.party.stranger
  await asOrganisation(app, { orgId: me }, async (tx) => {
    const tried = [
      `insert into order_lines (order_id, line, org_id, supplier_id, substance_id, quantity, unit, need_by, stages)
       values ('${order}', '20', '${me}', '${me}', '${rows[0]?.id}', 1, 't', now(), '[]')`,
      `insert into shipment_lines (shipment_id, order_id, line, org_id, supplier_id, quantity)
       values ('${world.load.ours}', '${order}', '10', '${me}', '${me}', 1)`,
    ]
    for (const text of tried)
      expect(await attempt(tx, text)).toEqual({ refused: expect.stringMatching(/^(42501|23503)$/) })
  })
})

it('gives the devices’ side no people, sessions, tokens or links to read', async () => {
  for (const name of [
    'people',
    'sessions',
    'known_browsers',
    'invitations',
    'api_tokens',
    'share_links',
    'share_sessions',
    'supplier_links',
    'supplier_sessions',
  ])
    expect([name, await readable(name, 'zaitu_ingest')]).toEqual([name, []])
})
