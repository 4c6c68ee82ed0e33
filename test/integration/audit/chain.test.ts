import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PublishedHead } from '../../../server/model/audit.ts'
import { chainAfter } from '../../../server/store/audit.ts'
import { entryHash } from '../../../server/store/audit-chain.ts'
import { verifyDatabase } from '../../../server/store/audit-verify.ts'
import { asOrganisation } from '../../../server/store/pool.ts'
import { type Ground, openGround } from './ground.ts'

let ground: Ground
beforeAll(async () => {
  ground = await openGround()
})
afterAll(() => ground.close())

const faultOf = async (org: string, published: PublishedHead[] = []) =>
  (await verifyDatabase(ground.owner, published)).find((verdict) => verdict.org === org)?.fault
const atOf = async (org: string, seq: number) =>
  (await chainAfter(ground.owner, { orgId: org, after: seq - 1, limit: 1 }))[0]?.at ?? 'gone'

describe('the chain', () => {
  it('is one line without forks or gaps, however many write at once', async () => {
    const orgs = [await ground.organisation(), await ground.organisation()]
    await Promise.all(Array.from({ length: 60 }, (_, n) => ground.write(orgs[n % 2] ?? '', n)))
    for (const org of orgs) {
      const lines = await chainAfter(ground.owner, { orgId: org, after: 0, limit: 100 })
      expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
      expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted())
      expect(new Set(lines.map(({ details }) => details.n)).size).toBe(30)
      expect(await ground.head(org)).toEqual({ seq: 30, hash: lines[29]?.hash, at: lines[29]?.at })
      expect(await faultOf(org)).toBeNull()
    }
  })

  it('has no entry of a change that was rolled back', async () => {
    const org = await ground.chain(1)
    await expect(
      asOrganisation(ground.app, { orgId: org }, async (tx) => {
        await tx.query('select * from lock_audit_head()')
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await ground.write(org, 2)
    expect([(await ground.head(org)).seq, await faultOf(org)]).toEqual([2, null])
  })

  it.each([
    ['update audit set details = $1', ['{}']],
    ['delete from audit', []],
    ['truncate audit', []],
    ['update audit_heads set seq = 0', []],
    ['insert into audit_heads (org_id) values (gen_random_uuid())', []],
    ['delete from audit_heads', []],
  ])('refuses the application: %s', async (sql, values) => {
    const org = await ground.chain(1)
    await expect(asOrganisation(ground.app, { orgId: org }, (tx) => tx.query(sql, values))).rejects.toThrow(
      /permission denied/,
    )
  })

  const INSERT = `insert into audit select $1::uuid, seq + $2::int, at, actor, from_address, action, subject, details, $3::bytea, hash
    from audit where org_id = app_org() order by seq desc limit 1`
  it.each([
    ['skips a number', 2, /does not continue/],
    ['repeats one', 0, /duplicate key|does not continue/],
    ['continues another hash', 1, /does not continue/],
  ])('refuses the application an entry that %s', async (_what, step, message) => {
    const org = await ground.chain(2)
    const bytes = Buffer.alloc(32, 7)
    await expect(
      asOrganisation(ground.app, { orgId: org }, (tx) => tx.query(INSERT, [org, step, bytes])),
    ).rejects.toThrow(message)
  })

  it('is closed to other organisations and to share links', async () => {
    const [org, other] = [await ground.chain(2), await ground.organisation()]
    const seen = (viewer: { orgId: string; shipmentId?: string }) =>
      asOrganisation(ground.app, viewer, async (tx) => [
        (await tx.query('select from audit')).rowCount,
        (await tx.query('select from audit_heads')).rowCount,
      ])
    expect(await seen({ orgId: org })).toEqual([2, 1])
    expect(await seen({ orgId: other })).toEqual([0, 0])
    expect(await seen({ orgId: org, shipmentId: org })).toEqual([0, 0])
    await expect(
      asOrganisation(ground.app, { orgId: org }, (tx) => tx.query(INSERT, [other, -1, Buffer.alloc(32)])),
    ).rejects.toThrow(/row-level security/)
  })
})

const change = (org: string, sql: string) => ground.owner.query(sql, [org])
/** The owner can switch off whatever stands in the way. */
const asForger = async (work: () => Promise<unknown>): Promise<void> => {
  await ground.owner.query('alter table audit disable trigger audit_head_advances')
  await work()
  await ground.owner.query('alter table audit enable trigger audit_head_advances')
}
/** Hashes from `from` on made anew, and the end too, as who knows the recipe would. */
const rehash = async (org: string, from: number, to = Number.MAX_SAFE_INTEGER) => {
  const lines = await chainAfter(ground.owner, { orgId: org, after: 0, limit: 1000 })
  let prev = lines[from - 2]?.hash ?? '0'.repeat(64)
  for (const line of lines.filter(({ seq }) => seq >= from && seq <= to)) {
    const hash = entryHash(prev, line)
    await ground.owner.query(
      `update audit set prev_hash = decode($3, 'hex'), hash = decode($4, 'hex') where org_id = $1 and seq = $2`,
      [org, line.seq, prev, hash],
    )
    prev = hash
  }
  const end = `update audit_heads set hash = decode($2, 'hex'), seq = (select max(seq) from audit where org_id = $1) where org_id = $1`
  if (to === Number.MAX_SAFE_INTEGER) await ground.owner.query(end, [org, prev])
}
const INSERT_FOURTH = `insert into audit select org_id, 4, at, actor, from_address, action, subject, details, prev_hash, hash
  from audit where org_id = $1 and seq = 3`
const renumber = (org: string, from: number, step: number) =>
  // first far away, since two entries can't have one number even for a moment
  change(org, `update audit set seq = seq + 1000 where org_id = $1 and seq >= ${from}`).then(() =>
    change(org, `update audit set seq = seq - 1000 + ${step} where org_id = $1 and seq > 1000`),
  )

type Tampering = [what: string, seq: number, kind: string, work: (org: string) => Promise<unknown>]
const columns: [string, string][] = [
  ['at', `at + interval '1 millisecond'`],
  ['actor', `actor || '{"name":"somebody else"}'`],
  ['from_address', `'10.0.0.1'`],
  ['action', `'site.removed'`],
  ['subject', `'{"kind":"site","id":"another"}'`],
  ['details', `details || '{"n":99}'`],
  ['prev_hash', `decode(repeat('07', 32), 'hex')`],
  ['hash', `decode(repeat('07', 32), 'hex')`],
]
const tamperings: Tampering[] = [
  ...columns.map(
    ([column, value]): Tampering => [
      `${column} of one entry`,
      4,
      'changed',
      (org) => change(org, `update audit set ${column} = ${value} where org_id = $1 and seq = 4`),
    ],
  ),
  [
    'one entry with its hash made anew',
    4,
    'changed',
    async (org) => {
      await change(org, `update audit set details = '{}' where org_id = $1 and seq = 4`)
      await rehash(org, 4, 4)
    },
  ],
  [
    'the first entry',
    1,
    'changed',
    (org) => change(org, `update audit set action = 'x' where org_id = $1 and seq = 1`),
  ],
  [
    'the last entry with its hash made anew',
    7,
    'changed',
    async (org) => {
      await change(org, `update audit set details = '{}' where org_id = $1 and seq = 7`)
      await rehash(org, 7, 7)
    },
  ],
  [
    'an entry removed from the middle',
    4,
    'missing',
    (org) => change(org, `delete from audit where org_id = $1 and seq = 4`),
  ],
  [
    'an entry removed, and the later ones numbered anew',
    4,
    'missing',
    async (org) => {
      await change(org, `delete from audit where org_id = $1 and seq = 4`)
      await renumber(org, 5, -1)
    },
  ],
  ['the first entry removed', 1, 'missing', (org) => change(org, `delete from audit where org_id = $1 and seq = 1`)],
  ['the end removed', 6, 'missing', (org) => change(org, `delete from audit where org_id = $1 and seq > 5`)],
  ['everything removed', 1, 'missing', (org) => change(org, `delete from audit where org_id = $1`)],
  ['an entry added at the end', 8, 'inserted', (org) => asForger(() => change(org, INSERT_FOURTH.replace('4,', '8,')))],
  [
    'an entry put in between, and the later ones numbered anew',
    4,
    'inserted',
    async (org) => {
      await renumber(org, 4, 1)
      await asForger(() => change(org, INSERT_FOURTH))
      const lines = await chainAfter(ground.owner, { orgId: org, after: 2, limit: 2 })
      const [third, fourth] = lines
      if (third === undefined || fourth === undefined) throw new Error('too short')
      await ground.owner.query(
        `update audit set prev_hash = decode($2, 'hex'), hash = decode($3, 'hex') where org_id = $1 and seq = 4`,
        [org, third.hash, entryHash(third.hash, fourth)],
      )
    },
  ],
  [
    'two entries in each other’s place',
    4,
    'missing',
    async (org) => {
      await change(org, `update audit set seq = seq + 1000 where org_id = $1 and seq in (4, 5)`)
      await change(org, `update audit set seq = 1009 - (seq - 1000) - 1000 where org_id = $1 and seq > 1000`)
    },
  ],
]

describe('the owner is found out:', () => {
  it.each(tamperings)('%s', async (_what, seq, kind, tamper) => {
    const org = await ground.chain(7)
    const untouched = await ground.chain(2)
    const at = await atOf(org, seq)
    await tamper(org)
    expect(await faultOf(org)).toMatchObject({ org, seq, kind })
    if (kind === 'changed') expect((await faultOf(org))?.when).toMatch(at.slice(0, 19))
    else expect((await faultOf(org))?.when).not.toBe('')
    expect(await faultOf(untouched)).toBeNull()
  })

  it('an end removed together with the head, by a head that was published', async () => {
    const org = await ground.chain(7)
    const head = { org, ...(await ground.head(org)) }
    await change(org, `delete from audit where org_id = $1 and seq > 5`)
    await rehash(org, 6)
    await change(
      org,
      `update audit_heads set seq = 5, hash = (select hash from audit where org_id = $1 and seq = 5) where org_id = $1`,
    )
    expect(await faultOf(org)).toBeNull()
    expect(await faultOf(org, [head])).toMatchObject({ seq: 6, kind: 'missing' })
  })

  it('all hashes made anew, by a head that was published', async () => {
    const org = await ground.chain(7)
    const head = { org, ...(await ground.head(org)) }
    await ground.write(org, 8)
    const later = { org, ...(await ground.head(org)) }
    expect(await faultOf(org, [later, head])).toBeNull()
    await change(org, `update audit set details = '{}' where org_id = $1 and seq = 4`)
    await rehash(org, 4)
    expect(await faultOf(org)).toBeNull()
    expect(await faultOf(org, [later, head])).toMatchObject({ seq: 7, kind: 'changed' })
  })

  it('a whole organisation that is gone, by a head that was published', async () => {
    const org = await ground.chain(2)
    const head = { org, ...(await ground.head(org)) }
    for (const table of ['audit', 'audit_heads']) await change(org, `delete from ${table} where org_id = $1`)
    expect(await faultOf(org, [head])).toMatchObject({ seq: 1, kind: 'missing' })
    await change(org, 'delete from organisations where id = $1')
    expect(await faultOf(org, [head])).toMatchObject({ seq: 1, kind: 'missing' })
  })
})
