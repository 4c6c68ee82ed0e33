import { randomBytes } from 'node:crypto'
import { migrate } from '../../server/store/migrate.ts'
import { createDatabase, databaseAt, dropDatabase, freezeDatabase, type Strategy } from './clones.ts'

/** A database server, and its migrated database that tests copy. */
export type Templated = { url: string; template: string; strategy?: Strategy }

/** Migrates a database once, on a server that we may create databases on. */
export const makeTemplate = async (url: string): Promise<{ given: Templated; drop(): Promise<void> }> => {
  const template = `test_template_${randomBytes(4).toString('hex')}`
  await createDatabase(url, template, 'template0')
  try {
    await migrate(databaseAt(url, template))
    await freezeDatabase(url, template)
  } catch (error) {
    await dropDatabase(url, template)
    throw error
  }
  return { given: { url, template }, drop: () => dropDatabase(url, template) }
}
