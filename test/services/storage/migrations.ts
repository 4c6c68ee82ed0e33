import { readdir } from 'node:fs/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../../server/store/migrate.ts'
import type { TestDatabase } from '../../setup/clones.ts'

/** Everything that the migrations make, in words that do not depend on the order in which it was made. */
const SCHEMA = `
  select format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as said
  from information_schema.columns where table_schema = 'public'
  union all select format('index %s', indexdef) from pg_indexes where schemaname = 'public'
  union all select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
    from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
  union all select format('policy %s %s %s %s %s', tablename, policyname, roles, qual, with_check) from pg_policies
  union all select format('view %s %s', viewname, definition) from pg_views where schemaname = 'public'
  union all select format('grant %s %s %s', table_name, grantee, privilege_type)
    from information_schema.role_table_grants where table_schema = 'public' and grantee like 'zaitu%'
  union all select format('function %s %s', p.proname, p.prosrc) from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  order by said`

/** The database's shape, from empty and from every version that was ever released. */
export const describeMigrations = (empty: () => Promise<TestDatabase>): void => {
  describe('is migrated', async () => {
    const files = (await readdir(new URL('../../../sql/', import.meta.url)))
      .filter((name) => name.endsWith('.sql'))
      .sort()
    const versions = files.map((name) => Number(name.slice(0, 4)))
    let database: TestDatabase
    beforeEach(async () => {
      database = await empty()
    })
    afterEach(() => database.drop())

    const ask = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
      const client = new pg.Client(database.url)
      await client.connect()
      try {
        return (await client.query(text, values)).rows
      } finally {
        await client.end()
      }
    }
    const applied = async () =>
      (await ask('select name from schema_migrations order by version')).map(({ name }) => name)
    const schema = async () => (await ask(SCHEMA)).map(({ said }) => said)
    let whole: unknown[] = []

    it('from empty, and not a second time', async () => {
      await migrate(database.url)
      expect(await applied()).toEqual(files)
      whole = await schema()
      expect(whole.length).toBeGreaterThan(100)
      await migrate(database.url)
      expect(await schema()).toEqual(whole)
    })

    it('by several servers that start together', async () => {
      await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)])
      expect(await applied()).toEqual(files)
      expect(await schema()).toEqual(whole)
    })

    /** Written by the version that is there: what it holds has to come through all that follow. */
    const write = (version: number) =>
      ask(
        version < 3
          ? `insert into organisations (name, kind) values ('Buyer of ${version}', 'buyer')`
          : `with buyer as (insert into organisations (name, kind) values ('Buyer of ${version}', 'buyer') returning id),
              device as (
                insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
                select 'tank-${version}', id, 1, 1, 'absolute', '' from buyer returning id, org_id),
              shipment as (
                insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
                select org_id, 'S-${version}', (select id from substances order by name limit 1), '{}', '{}', now(), now(), 'in-transit'
                from device returning id),
              loan as (
                insert into assignments (org_id, shipment_id, device_id, during)
                select device.org_id, shipment.id, device.id, tstzrange(now() - interval '1 day', null) from shipment, device)
            insert into readings (device_id, time, seq, received_at, temperature)
            select id, date_trunc('hour', now()) - interval '1 hour', 0, now(), ${version} from device`,
      )

    // one walk past all of them costs as much as two versions migrated to the end, and each one's rows go through the rest
    it('from every version that was released on, with what it holds', async () => {
      for (const version of versions) {
        await migrate(database.url, { to: version })
        expect(await applied()).toEqual(files.slice(0, versions.indexOf(version) + 1))
        await write(version)
      }
      expect(await schema()).toEqual(whole)
      const held = await ask(
        `select o.name, r.temperature from organisations o
         left join shipments s on s.org_id = o.id left join assignments a on a.shipment_id = s.id
         left join readings r on r.device_id = a.device_id order by o.created_at, o.name`,
      )
      expect(held).toEqual(
        versions.map((version) => ({ name: `Buyer of ${version}`, temperature: version < 3 ? null : version })),
      )
    })

    it('from the first version on in one go', async () => {
      await migrate(database.url, { to: 1 })
      await write(1)
      await migrate(database.url)
      expect(await schema()).toEqual(whole)
      expect(await ask('select name from organisations')).toEqual([{ name: 'Buyer of 1' }])
    })

    it('not over a file that was changed after it had been applied', async () => {
      await migrate(database.url, { to: 2 })
      await ask(`update schema_migrations set sha256 = 'another' where version = 2`)
      await expect(migrate(database.url)).rejects.toThrow(/sql\/0002_.* was changed after it had been applied/)
      expect(await applied()).toEqual(files.slice(0, 2))
    })

    it('not when it is newer than the program', async () => {
      await migrate(database.url)
      await ask(`insert into schema_migrations (version, name, sha256) values (9999, '9999_later.sql', '')`)
      await expect(migrate(database.url)).rejects.toThrow(/newer than the program/)
    })
  })
}
