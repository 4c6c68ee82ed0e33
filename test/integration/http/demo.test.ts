import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash, verify } from '@node-rs/argon2'
import pino from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import { seedDemo, settleDemo } from '../../../server/demo.ts'
import { checkCas } from '../../../server/physics/identifiers.ts'
import { authenticateDevice } from '../../../server/store/device-sign-in.ts'
import { findPersonByEmail } from '../../../server/store/people.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { freshDatabase } from './database.ts'

let database: Awaited<ReturnType<typeof freshDatabase>>
let owner: Pool
let dataDir: string
beforeEach(async () => {
  database = await freshDatabase()
  owner = openPool(database.url, { role: 'owner', max: 3, log: pino({ level: 'silent' }) })
  dataDir = await mkdtemp(join(tmpdir(), 'zaitu-demo-'))
})
afterEach(async () => {
  await owner.end()
  await database.close()
  await rm(dataDir, { recursive: true })
})

const letsIn = async (password: string | null) => {
  const person = await findPersonByEmail(owner, 'buyer@zaitu.example', null)
  const passwordHash = person?.passwordHash ?? null
  return passwordHash !== null && password !== null && verify(passwordHash, password)
}

it('has a person of each partner, whom one can be on loopback only', async () => {
  const passwords = async () =>
    Promise.all(
      ['supplier@zaitu.example', 'carrier@zaitu.example'].map(async (email) => {
        const person = await findPersonByEmail(owner, email, null)
        return person?.passwordHash == null ? null : verify(person.passwordHash, 'zaitu-demo')
      }),
    )
  await seedDemo(owner, { dataDir, loopback: true })
  expect(await passwords()).toEqual([true, true])
  const { rows } = await owner.query(
    `select o.kind, p.role from people p join organisations o on o.id = p.org_id order by o.kind`,
  )
  expect(rows).toEqual(['buyer', 'carrier', 'supplier'].map((kind) => ({ kind, role: 'admin' })))
  await seedDemo(owner, { dataDir, loopback: false })
  expect(await passwords()).toEqual([null, null])
  await owner.query('update people set password_hash = $1 where email like $2', [
    await hash('their own one'),
    'supplier@%',
  ])
  await seedDemo(owner, { dataDir, loopback: false })
  expect(await passwords()).toEqual([false, null])
})

it('makes twelve shipments with devices that can sign in, and the same again at every start', async () => {
  const first = await seedDemo(owner, { dataDir, loopback: true })
  expect(first?.devices).toHaveLength(12)
  expect(await letsIn('zaitu-demo')).toBe(true)
  expect(first?.hint).toEqual({ email: 'buyer@zaitu.example', password: 'zaitu-demo' })
  for (const device of first?.devices ?? []) {
    expect(checkCas(device.substanceCas).ok).toBe(true)
    expect(await authenticateDevice(owner, device.deviceId, device.secret)).toMatchObject({ ok: true })
    expect(device.startedAt).toBeLessThan(Date.now())
  }
  expect((await stat(join(dataDir, 'demo.key'))).mode & 0o777).toBe(0o600)
  const again = await seedDemo(owner, { dataDir, loopback: true })
  expect(again).toEqual(first)
  const { rows } = await owner.query(
    `select count(*)::int as shipments, (select count(*)::int from assignments where upper(during) is null) as loans from shipments`,
  )
  expect(rows).toEqual([{ shipments: 12, loans: 12 }])
})

it('brings the devices their secrets again when the key is lost', async () => {
  const first = await seedDemo(owner, { dataDir, loopback: true })
  await rm(join(dataDir, 'demo.key'))
  const again = await seedDemo(owner, { dataDir, loopback: true })
  const [before, after] = [first?.devices[0], again?.devices[0]]
  expect(after?.secret).not.toBe(before?.secret)
  expect(await authenticateDevice(owner, 'ZT-0001', after?.secret ?? '')).toMatchObject({ ok: true })
})

it('has a well-known password only where nobody else can reach it', async () => {
  const open = await seedDemo(owner, { dataDir, loopback: false })
  expect(open?.password).toMatch(/^[\w-]{16}$/)
  expect(open?.hint).toBeUndefined()
  expect(await letsIn(open?.password ?? null)).toBe(true)
  expect((await seedDemo(owner, { dataDir, loopback: false }))?.password).toBeNull()
  expect(await letsIn(open?.password ?? null)).toBe(true)
  expect((await seedDemo(owner, { dataDir, loopback: true }))?.password).toBe('zaitu-demo')
  const moved = await seedDemo(owner, { dataDir, loopback: false })
  expect(moved?.password).toMatch(/^[\w-]{16}$/)
  expect(await letsIn('zaitu-demo')).toBe(false)
})

it.each<Record<string, string>>([
  { DEMO: 'false' },
  { REDIS_URL: 'redis://cache' },
  { HOST: '0.0.0.0' },
  { PUBLIC_URL: 'https://zaitu.example' },
])('lets nobody in by it at a later start on the same database with %o', async (environment) => {
  const settings = (given: Record<string, string>) => ({ ...readConfig(given), DATA_DIR: dataDir })
  await settleDemo(owner, settings({ PUBLIC_URL: 'http://localhost:3000' }))
  expect(await letsIn('zaitu-demo')).toBe(true)
  await owner.query(
    `insert into sessions (token_hash, person_id, csrf_token, expires_at) select sha256(id::text::bytea), id, 'x', now() + interval '1 day' from people`,
  )
  const { demo, ended } = await settleDemo(owner, settings(environment))
  const { rows } = await owner.query<{ email: string; hash: string | null }>(
    'select email, password_hash as hash from people order by email',
  )
  expect(rows).toHaveLength(3)
  for (const { email, hash: kept } of rows)
    expect([email, kept !== null && (await verify(kept, 'zaitu-demo'))]).toEqual([email, false])
  expect((await owner.query('select from sessions')).rowCount).toBe(0)
  // each hears of a way back in: by the new password, or by a link
  const told = [...ended.map(({ email }) => email), ...(demo?.password == null ? [] : [demo.email])]
  expect(told.toSorted()).toEqual(rows.map(({ email }) => email))
  expect((await settleDemo(owner, settings(environment))).ended).toEqual([])
  // and a password of their own is nobody's to take away
  await owner.query('update people set password_hash = $1', [await hash('their own one')])
  await settleDemo(owner, settings(environment))
  expect(await letsIn('their own one')).toBe(true)
  expect((await settleDemo(owner, settings({}))).demo?.password).toBe('zaitu-demo')
})

it('sends the devices on a new trip when they have arrived', async () => {
  await seedDemo(owner, { dataDir, loopback: true })
  const later = Date.now() + 10 * 86_400_000
  const again = await seedDemo(owner, { dataDir, loopback: true, now: later })
  expect(Math.min(...(again?.devices.map((device) => device.startedAt) ?? []))).toBeGreaterThan(later - 31 * 3_600_000)
  const { rows } = await owner.query(`select phase, count(*)::int from shipments group by phase order by phase`)
  expect(rows).toEqual([
    { phase: 'delivered', count: 12 },
    { phase: 'in-transit', count: 12 },
  ])
})

it('leaves a database alone that holds something else', async () => {
  await owner.query(`insert into organisations (name, kind) values ('Somebody', 'buyer')`)
  expect(await seedDemo(owner, { dataDir, loopback: true })).toBeNull()
  expect((await owner.query('select from shipments')).rowCount).toBe(0)
})
