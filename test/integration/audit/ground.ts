import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { readHead, record } from '../../../server/store/audit.ts'
import { asOrganisation, openPool, type Pool } from '../../../server/store/pool.ts'
import { freshDatabase } from '../../setup/database.ts'

const who = (orgId: string) => ({ kind: 'person', id: randomUUID(), name: '李 Li', orgId }) as const

/** A database of its own with organisations, and hands that write into their chains as the application does. */
export const openGround = async () => {
  const database = await freshDatabase()
  const log = pino({ level: 'silent' })
  const owner = openPool(database.url, { role: 'owner', max: 2, log })
  const app = openPool(database.url, { role: 'zaitu_app', max: 8, log })
  const organisation = async (): Promise<string> => {
    const { rows } = await owner.query<{ id: string }>(
      `insert into organisations (name, kind) values ('x', 'buyer') returning id`,
    )
    return rows[0]?.id ?? ''
  }
  const write = (orgId: string, n: number, pool: Pool = app): Promise<void> =>
    asOrganisation(pool, { orgId }, (tx) =>
      record(tx, who(orgId), '2001:db8::1', {
        action: 'site.created',
        subject: { kind: 'site', id: `s-${n}`, name: 'Überlänge \u2028 "x"' },
        details: { n, z: 1e21, a: [0.1, null, { ö: true, o: '\u{1F6E2}' }] },
      }),
    )
  return {
    url: database.url,
    owner,
    app,
    organisation,
    write,
    /** a chain of `length` entries */
    chain: async (length: number): Promise<string> => {
      const org = await organisation()
      for (let n = 1; n <= length; n++) await write(org, n)
      return org
    },
    head: (orgId: string) => asOrganisation(app, { orgId }, readHead),
    close: async () => {
      await Promise.all([owner.end(), app.end()])
      await database.drop()
    },
  }
}
export type Ground = Awaited<ReturnType<typeof openGround>>
